/**
 * The file whose bytes the demo's device moves: its checks, and its way into the guest's memory. What is compared later is
 * its hash, taken from the file, never from the memory.
 */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { GuestMemory } from "../../client/ts/index.js";
import { DemoFailure, size } from "./report.js";

/** Bytes that are read and written at a time. */
const PIECE_BYTES = 4 * 2 ** 20;

/** Leaves room for the file and its copy in each half of the guest's memory. */
export const CARGO_BYTES_MAX = 400 * 2 ** 20;

export interface Cargo {
  readonly path: string;
  readonly bytes: number;
  readonly fd: number;
}

/** @throws DemoFailure why the file cannot be used, in one line */
export function openCargo(path: string): Cargo {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw new DemoFailure(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  const stat = fstatSync(fd);
  let problem: string | undefined;
  if (!stat.isFile()) problem = "is not a regular file";
  else if (stat.size === 0) problem = "is empty: there is nothing to copy";
  else if (stat.size > CARGO_BYTES_MAX)
    problem = `has ${size(stat.size)}: the demo takes at most ${size(CARGO_BYTES_MAX)}`;
  if (problem === undefined) return { path, bytes: stat.size, fd };
  closeSync(fd);
  throw new DemoFailure(`${path} ${problem}`);
}

/** Copies the file to `offset` of the memory and closes it. @returns the hash of what was read */
export function load({ path, bytes, fd }: Cargo, memory: GuestMemory, offset: number): string {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(PIECE_BYTES);
  try {
    for (let done = 0; done < bytes;) {
      const count = readSync(fd, buffer, 0, Math.min(PIECE_BYTES, bytes - done), done);
      if (count === 0) throw new DemoFailure(`${path} became shorter while it was read`);
      const piece = buffer.subarray(0, count);
      hash.update(piece);
      memory.write(offset + done, piece);
      done += count;
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}

/** The hash of [offset, offset + bytes) of the memory. */
export function hashOf(memory: GuestMemory, offset: number, bytes: number): string {
  const hash = createHash("sha256");
  for (let done = 0; done < bytes; done += PIECE_BYTES)
    hash.update(memory.read(offset + done, Math.min(PIECE_BYTES, bytes - done)));
  return hash.digest("hex");
}
