/**
 * Memory pages of a simulated device's BAR: a file without a directory entry, so that programs can map it and nothing is left
 * behind. While it is hidden the file is empty, which makes every mapping of it fault as a BAR does whose decoding is off.
 */
import { closeSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { makeUnnamedFile, pathOfDescriptor } from "./shared-memory.js";

class BarFile {
  /** What the file holds, while it is hidden. */
  private hidden: Uint8Array | undefined;

  constructor(
    readonly bytes: number,
    private readonly fd: number,
  ) {}

  read(at: number, into: Uint8Array): void {
    if (this.hidden === undefined) readSync(this.fd, into, 0, into.length, at);
    else into.set(this.hidden.subarray(at, at + into.length));
  }

  write(at: number, from: Uint8Array): void {
    if (this.hidden === undefined) writeSync(this.fd, from, 0, from.length, at);
    else this.hidden.set(from, at);
  }

  path(): string {
    return pathOfDescriptor(this.fd);
  }

  hide(): void {
    if (this.hidden !== undefined) return;
    const bytes = new Uint8Array(this.bytes);
    readSync(this.fd, bytes, 0, bytes.length, 0);
    this.hidden = bytes;
    ftruncateSync(this.fd, 0);
  }

  show(): void {
    if (this.hidden === undefined) return;
    writeSync(this.fd, this.hidden, 0, this.bytes, 0);
    this.hidden = undefined;
  }

  release(): void {
    closeSync(this.fd);
  }
}

/** @param bytes a multiple of 4096 @returns zeroed memory, or undefined if no file can be made */
export function allocateBarMemory(bytes: number): BarFile | undefined {
  const fd = makeUnnamedFile(new Uint8Array(bytes));
  return fd < 0 ? undefined : new BarFile(bytes, fd);
}
