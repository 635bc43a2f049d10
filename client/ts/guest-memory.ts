/**
 * Memory that this process and the daemon share as a file: what plays a guest's RAM or a driver's DMA buffers.
 *
 * Node cannot map a file, so this side reads and writes at offsets; the daemon sees the same bytes at once.
 */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";

/** Bytes in a page: sizes and addresses of memory that the daemon maps are multiples of it. */
export const PAGE_BYTES = 4096;

/** Where Linux keeps files in memory. Only those can be pinned by IOAS_MAP_FILE. */
const SHARED_MEMORY_DIRECTORY = "/dev/shm";

export interface GuestMemoryOptions {
  /** Size, a multiple of 4096. It reads as zero at first and takes room as it is written. */
  readonly bytes: number;
  /** Directory for the file. Default: /dev/shm, or the temp directory where that is missing. */
  readonly directory?: string;
}

export class GuestMemory {
  readonly #fd: number;
  #path: string | undefined;
  #open = true;

  private constructor(
    readonly bytes: number,
    path: string,
  ) {
    this.#fd = openSync(path, "wx+", 0o600);
    this.#path = path;
    rememberName(path);
    ftruncateSync(this.#fd, bytes);
  }

  /** @throws RangeError The size is not a positive multiple of 4096 */
  static create(options: GuestMemoryOptions): GuestMemory {
    const { bytes } = options;
    if (!Number.isSafeInteger(bytes) || bytes <= 0 || bytes % PAGE_BYTES !== 0)
      throw new RangeError(`guest memory of ${bytes} bytes: not a positive multiple of ${PAGE_BYTES}`);
    const directory = options.directory ?? (existsSync(SHARED_MEMORY_DIRECTORY) ? SHARED_MEMORY_DIRECTORY : tmpdir());
    return new GuestMemory(bytes, resolve(directory, `iommufd-emu-${randomBytes(16).toString("hex")}`));
  }

  /** The descriptor of the file, for `mapFile`. Valid until `close`. */
  get fd(): number {
    return this.#fd;
  }

  /** The path of the file until `unlink`; a daemon that cannot take descriptors opens it by this. */
  get path(): string | undefined {
    return this.#path;
  }

  /** @param offset In bytes @throws RangeError if [offset, offset + length) is not inside */
  read(offset: number, length: number): Uint8Array {
    this.#check(offset, length);
    const data = new Uint8Array(length);
    // The file was made this long, so a short read cannot come before its end.
    let done = 0;
    while (done < length) done += readSync(this.#fd, data, done, length - done, offset + done);
    return data;
  }

  /** @param offset In bytes @throws RangeError if the data does not fit */
  write(offset: number, data: Uint8Array): void {
    this.#check(offset, data.length);
    let done = 0;
    while (done < data.length) done += writeSync(this.#fd, data, done, data.length - done, offset + done);
  }

  /** Takes the file's name away. Who has it open keeps it. */
  unlink(): void {
    if (this.#path === undefined) return;
    names.delete(this.#path);
    unlinkSync(this.#path);
    this.#path = undefined;
  }

  /** Gives the memory up on this side; the daemon keeps what is pinned. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.unlink();
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(offset: number, length: number): void {
    if (!this.#open) throw new Error("the guest memory is closed");
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > this.bytes)
      throw new RangeError(`[${offset}, ${offset + length}) is not inside guest memory of ${this.bytes} bytes`);
  }
}

/** Files that still have their name; the end of the process takes it away. */
const names = new Set<string>();
let listening = false;

function rememberName(path: string): void {
  names.add(path);
  if (listening) return;
  listening = true;
  process.on("exit", () => {
    for (const name of names) unlinkSync(name);
  });
}
