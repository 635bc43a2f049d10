/**
 * A bitmap in the caller's memory that bits are or-ed into. Only bytes with new bits are read and written; where they
 * cannot be, the bits are lost, as they are in the kernel.
 */
import type { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

/** Bytes that are gathered before they are stored. Dirty pages are rarely spread over all of a large bitmap. */
const PIECE_BYTES = 4096;
const PIECE_BITS = 8 * PIECE_BYTES;

/** The piece that is being gathered, all zero between two ioctls: each is one step, so there is one bitmap at a time. */
const piece = new Uint8Array(PIECE_BYTES);

export class UserBitmap {
  /** Which piece of the bitmap `piece` is, and the bytes of it that may have bits. */
  private number = 0;
  private from = PIECE_BYTES;
  private end = 0;

  /** @param address where the bitmap is */
  constructor(
    private readonly memory: UserMemory,
    private readonly address: U64,
  ) {}

  /** Sets bits [first, last]. Calls go upwards, so that a piece is complete when the next one begins. */
  set(first: number, last: number): void {
    for (let bit = first; bit <= last;) {
      const number = Math.floor(bit / PIECE_BITS);
      if (number !== this.number) {
        this.store();
        this.number = number;
      }
      const base = number * PIECE_BITS;
      const end = Math.min(last + 1, base + PIECE_BITS);
      this.setInPiece(bit - base, end - base - 1);
      bit = end;
    }
  }

  private setInPiece(first: number, last: number): void {
    const firstByte = first >> 3;
    const lastByte = last >> 3;
    const head = (0xff << (first & 7)) & 0xff;
    const tail = 0xff >> (7 - (last & 7));
    if (firstByte === lastByte) {
      piece[firstByte]! |= head & tail;
    } else {
      piece[firstByte]! |= head;
      piece.fill(0xff, firstByte + 1, lastByte);
      piece[lastByte]! |= tail;
    }
    this.from = Math.min(this.from, firstByte);
    this.end = Math.max(this.end, lastByte + 1);
  }

  /** Stores what is held back. */
  store(): void {
    for (let at = this.from; at < this.end; at++) {
      if (piece[at] === 0) continue;
      const start = at;
      while (at < this.end && piece[at] !== 0) at++;
      this.merge(start, at);
    }
    if (this.from < this.end) piece.fill(0, this.from, this.end);
    this.from = PIECE_BYTES;
    this.end = 0;
  }

  private merge(start: number, end: number): void {
    const address = this.address.plusNumber(this.number * PIECE_BYTES + start);
    const bytes = new Uint8Array(end - start);
    this.memory.read(address, bytes, bytes.length);
    for (let index = 0; index < bytes.length; index++) bytes[index]! |= piece[start + index]!;
    this.memory.write(address, bytes);
  }
}
