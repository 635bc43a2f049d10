/**
 * Memory that the daemon shares with clients that map it. It is a buffer until somebody asks for it by name, then a file
 * without a directory entry, so that nothing is left behind whatever happens to the daemon.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SharedMemory } from "../core/mm.js";

/** Where files are memory; elsewhere they are where temporary files are. */
const MEMORY_FOLDER = "/dev/shm";

class SharedBuffer implements SharedMemory {
  private readonly bytes: Uint8Array;
  private fd: number | undefined;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  write(at: number, bytes: Uint8Array): void {
    if (this.fd === undefined) this.bytes.set(bytes, at);
    else writeSync(this.fd, bytes, 0, bytes.length, at);
  }

  path(): string {
    this.fd ??= this.makeFile();
    return `/proc/${process.pid}/fd/${this.fd}`;
  }

  private makeFile(): number {
    const fd = openNameless();
    ftruncateSync(fd, this.bytes.length);
    writeSync(fd, this.bytes, 0, this.bytes.length, 0);
    return fd;
  }

  release(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

/** A new file that only its descriptor leads to. */
function openNameless(): number {
  let folder: string;
  try {
    folder = mkdtempSync(join(MEMORY_FOLDER, "iommufd-emu-"));
  } catch {
    folder = mkdtempSync(join(tmpdir(), "iommufd-emu-"));
  }
  try {
    return openSync(join(folder, "memory"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param bytes a multiple of 4096 */
export function allocateSharedMemory(bytes: number): SharedMemory {
  return new SharedBuffer(bytes);
}
