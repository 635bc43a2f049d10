/** A memfd as a client has it, for tests: sizes, seals and holes; and native calls that are counted. */
import { closeSync, fstatSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import type { Native } from "../../daemon/memory/native.js";
import { PAGE_SIZE } from "../../daemon/u64.js";

interface Koffi {
  load(path: null): { func(definition: string): (...values: unknown[]) => number };
  errno(): number;
}

const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
/** FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE */
const PUNCH_HOLE = 3;

export const SEAL = { SHRINK: 2, WRITE: 8, FUTURE_WRITE: 16 } as const;

/** Loaded when it is used: where there is no koffi, the tests that need it are skipped. */
let calls: Record<"create" | "truncate" | "fcntl" | "fallocate", (...values: unknown[]) => number> | undefined;
let koffi: Koffi;

function native(): NonNullable<typeof calls> {
  if (calls !== undefined) return calls;
  koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const library = koffi.load(null);
  calls = {
    create: library.func("int memfd_create(const char *, unsigned int)"),
    truncate: library.func("int ftruncate64(int, int64_t)"),
    fcntl: library.func("int fcntl(int, int, long)"),
    fallocate: library.func("int fallocate64(int, int, int64_t, int64_t)"),
  };
  return calls;
}

function errnoOf(result: number): number {
  return result < 0 ? koffi.errno() : 0;
}

export class Memfd {
  readonly fd: number;

  /** A hole of so many bytes. */
  constructor(bytes: number) {
    this.fd = native().create("test", MFD_ALLOW_SEALING);
    this.resize(bytes);
  }

  resize(bytes: number): number {
    return errnoOf(native().truncate(this.fd, bytes));
  }

  /** @returns an errno */
  seal(seals: number): number {
    return errnoOf(native().fcntl(this.fd, F_ADD_SEALS, seals));
  }

  punch(position: number, length: number): number {
    return errnoOf(native().fallocate(this.fd, PUNCH_HOLE, position, length));
  }

  /** Pages that it has memory for. */
  pages(): number {
    return (fstatSync(this.fd).blocks * 512) / PAGE_SIZE;
  }

  store(position: number, bytes: Uint8Array): this {
    writeSync(this.fd, bytes, 0, bytes.length, position);
    return this;
  }

  load(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.fd, bytes, 0, length, position);
    return bytes;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** The same calls, each noted by its name. */
export function counted(real: Native, made: string[]): Native {
  return new Proxy(real, {
    get(target, name: keyof Native) {
      const call = Reflect.get(target, name) as (...values: unknown[]) => unknown;
      return (...values: unknown[]) => {
        made.push(name);
        return call(...values);
      };
    },
  });
}
