/**
 * `MappedMemory`: memory of the daemon's that a virtual IOMMU offers to its user. Node cannot map a file, so this side reads
 * and writes at offsets; the daemon and others who have it mapped see the same bytes at once.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { errno } from "../../proto/uapi/errno.js";
import { IommufdError } from "./errors.js";
import type { MadeFile } from "./made-file.js";

export class MappedMemory {
  #closing: Promise<void> | undefined;

  private constructor(
    readonly bytes: number,
    private readonly fd: number,
    /** While it is held, the virtual IOMMU cannot be destroyed. */
    private readonly file: MadeFile,
  ) {}

  static async open(path: string, bytes: number, file: MadeFile): Promise<MappedMemory> {
    try {
      return new MappedMemory(bytes, openSync(path, "r+"), file);
    } catch (error) {
      await file.close();
      throw new IommufdError("mmap", -((error as { errno?: number }).errno ?? -errno.EIO));
    }
  }

  /** @param offset In bytes @throws RangeError if [offset, offset + length) is not inside */
  read(offset: number, length: number): Uint8Array {
    this.#check(offset, length);
    const data = new Uint8Array(length);
    readSync(this.fd, data, 0, length, offset);
    return data;
  }

  /** @param offset In bytes @throws RangeError if [offset, offset + data.length) is not inside */
  write(offset: number, data: Uint8Array): void {
    this.#check(offset, data.length);
    writeSync(this.fd, data, 0, data.length, offset);
  }

  /** munmap(2). Resolves when the daemon knows. */
  close(): Promise<void> {
    if (this.#closing === undefined) closeSync(this.fd);
    this.#closing ??= this.file.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(offset: number, length: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || length > this.bytes - offset)
      throw new RangeError(`[${offset}, ${offset + length}) is not inside memory of ${this.bytes} bytes`);
  }
}
