/**
 * A bitmap in the caller's memory that bits are or-ed into. Only bytes with new bits are read and written; where they
 * cannot be, the bits are lost, as they are in the kernel.
 */
import { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

/** Bytes of one piece. Dirty pages are rarely spread over all of a large bitmap. */
const PIECE_BYTES = 4096;
/** Pieces that are held back at the most: 4 MiB, whatever the bitmap's size. */
const PIECES_MAX = 1024;

export class UserBitmap {
  private readonly pieces = new Map<number, Uint8Array>();

  /**
   * @param base address of bit 0
   * @param granuleLg2 log2 of the bytes that a bit stands for
   * @param address where the bitmap is
   */
  constructor(
    private readonly base: U64,
    private readonly granuleLg2: number,
    private readonly memory: UserMemory,
    private readonly address: U64,
  ) {}

  /** Sets the bits of the addresses [first, last]. Calls go upwards, so that finished pieces can be stored early. */
  set(first: U64, last: U64): void {
    const end = this.bitOf(last);
    for (let bit = this.bitOf(first); bit <= end;) {
      const byte = Math.floor(bit / 8);
      const piece = this.pieceOf(byte);
      if (bit % 8 === 0 && end - bit >= 7) {
        piece[byte % PIECE_BYTES] = 0xff;
        bit += 8;
      } else {
        piece[byte % PIECE_BYTES]! |= 1 << (bit % 8);
        bit++;
      }
    }
  }

  /** Stores what is held back. */
  store(): void {
    for (const [number, piece] of this.pieces) {
      for (let at = 0; at < PIECE_BYTES; at++) {
        if (piece[at] === 0) continue;
        const start = at;
        while (at < PIECE_BYTES && piece[at] !== 0) at++;
        mergeInto(this.memory, this.address.plusNumber(number * PIECE_BYTES + start), piece.subarray(start, at));
      }
    }
    this.pieces.clear();
  }

  /** The bit of an address; exact while there are fewer than 2^53. */
  private bitOf(address: U64): number {
    return Math.floor(address.minus(this.base).toNumber() / 2 ** this.granuleLg2);
  }

  private pieceOf(byte: number): Uint8Array {
    const number = Math.floor(byte / PIECE_BYTES);
    let piece = this.pieces.get(number);
    if (piece === undefined) {
      // No piece below this one gets another bit.
      if (this.pieces.size === PIECES_MAX) this.store();
      piece = new Uint8Array(PIECE_BYTES);
      this.pieces.set(number, piece);
    }
    return piece;
  }
}

function mergeInto(memory: UserMemory, address: U64, bits: Uint8Array): void {
  const old = new Uint8Array(bits.length);
  memory.read(address, old, old.length);
  memory.write(
    address,
    bits.map((byte, index) => byte | old[index]!),
  );
}
