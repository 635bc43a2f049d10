/**
 * Memory that the daemon shares with clients that map it. It is a buffer until somebody asks for it by name, then a file
 * without a directory entry, so that nothing is left behind whatever happens to the daemon.
 */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Errno } from "../../proto/uapi/errno.js";
import type { SharedMemory } from "../core/mm.js";
import { errnoOf } from "./process-directory.js";

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

  path(): string | Errno {
    if (this.fd === undefined) {
      const fd = makeUnnamedFile(this.bytes);
      if (fd < 0) return -fd;
      this.fd = fd;
    }
    return pathOfDescriptor(this.fd);
  }

  release(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

/** The file behind one of the daemon's descriptors, for others who may open it. */
export function pathOfDescriptor(fd: number): string {
  return `/proc/${process.pid}/fd/${fd}`;
}

/** A new file with these bytes that only its descriptor leads to. @returns the descriptor, or a negative errno */
export function makeUnnamedFile(bytes: Uint8Array): number {
  let folder: string | undefined;
  let fd: number | undefined;
  try {
    folder = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), "iommufd-emu-"));
    fd = openSync(join(folder, "memory"), "wx+", 0o600);
    writeFileSync(fd, bytes);
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return -errnoOf(error);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  }
}

/** @param bytes a multiple of 4096 */
export function allocateSharedMemory(bytes: number): SharedMemory {
  return new SharedBuffer(bytes);
}
