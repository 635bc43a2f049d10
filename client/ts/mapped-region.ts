/**
 * `MappedRegion`: what mmap(2) gives of a VFIO device's region. Registers are loaded and stored one access at a time by the device;
 * pages of memory are the file that the device has, too.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { IommufdError, ProtocolError } from "./errors.js";
import type { MadeFile } from "./made-file.js";
import { fromLong, toLong } from "./wire64.js";

/** Whole pages of a mapping. */
interface Piece {
  readonly start: number;
  readonly length: number;
  readonly registers: boolean;
  readonly fileOffset: number;
}

export class MappedRegion {
  #closing: Promise<void> | undefined;

  private constructor(
    readonly bytes: number,
    private readonly pieces: readonly Piece[],
    private readonly fd: number | undefined,
    /** While it is held, the device stays bound. */
    private readonly file: MadeFile,
  ) {}

  /** @internal */
  static async open(
    { path, pieces }: iommufd_emu.v1.MapReply.$Properties,
    bytes: number,
    file: MadeFile,
  ): Promise<MappedRegion> {
    try {
      const fd = path == null || path === "" ? undefined : openSync(path, "r+");
      const whole: Piece = { start: 0, length: bytes, registers: false, fileOffset: 0 };
      return new MappedRegion(bytes, pieces?.length ? pieces.map(pieceOf) : [whole], fd, file);
    } catch (error) {
      await file.close();
      throw new IommufdError("mmap", -((error as { errno?: number }).errno ?? -errno.EIO));
    }
  }

  /**
   * Loads. Of registers it is one access, which does not cross a page.
   * @param length In bytes: of registers 1, 2, 4 or 8
   * @throws IommufdError EFAULT: nothing answers there now (a program would get SIGBUS); RangeError
   */
  async load(offset: number, length: number): Promise<Uint8Array> {
    const piece = this.#pieceAt(offset, length);
    if (piece.registers) {
      const reply = await this.file.connection.request(
        { access: { offset: toLong(offset, "offset"), length } },
        "access",
      );
      if (reply.error) throw new IommufdError("load", reply.error);
      return Uint8Array.from(reply.data ?? []);
    }
    const data = new Uint8Array(length);
    const read = readSync(this.#memory(), data, 0, length, piece.fileOffset + offset - piece.start);
    if (read < length) throw new IommufdError("load", errno.EFAULT);
    return data;
  }

  /** Stores, likewise. */
  async store(offset: number, data: Uint8Array): Promise<void> {
    const piece = this.#pieceAt(offset, data.length);
    if (piece.registers) {
      const reply = await this.file.connection.request(
        { access: { offset: toLong(offset, "offset"), data } },
        "access",
      );
      if (reply.error) throw new IommufdError("store", reply.error);
      return;
    }
    // A file that has been cut short would grow: what is not there now is not written.
    if ((await this.load(offset, data.length)).length === data.length)
      writeSync(this.#memory(), data, 0, data.length, piece.fileOffset + offset - piece.start);
  }

  /** munmap(2). Resolves when the daemon knows. */
  close(): Promise<void> {
    if (this.#closing === undefined && this.fd !== undefined) closeSync(this.fd);
    this.#closing ??= this.file.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #memory(): number {
    if (this.fd === undefined) throw ProtocolError.local("BAD_REPLY", "the daemon named no file for mapped memory");
    return this.fd;
  }

  #pieceAt(offset: number, length: number): Piece {
    const piece = this.pieces.find(({ start, length: room }) => offset >= start && length <= start + room - offset);
    if (!Number.isSafeInteger(offset) || length < 1 || piece === undefined)
      throw new RangeError(`[${offset}, ${offset + length}) is not inside pages of one kind of ${this.bytes} bytes`);
    return piece;
  }
}

function pieceOf(piece: iommufd_emu.v1.MappedPiece.$Properties): Piece {
  return {
    start: Number(fromLong(piece.offset)),
    length: Number(fromLong(piece.length)),
    registers: piece.registers ?? false,
    fileOffset: Number(fromLong(piece.fileOffset)),
  };
}
