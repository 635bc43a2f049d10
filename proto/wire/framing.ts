/**
 * Frames on a byte stream: a little-endian u32 length, then that many bytes (proto/wire/iommufd_emu.proto).
 *
 * The parser does not care where chunks end. Invariant: what it holds is less than one frame, and a frame is copied
 * only if it came in more than one chunk, once.
 */

/** Bytes of the length that opens a frame. */
export const FRAME_HEADER_BYTES = 4;

/** `message` as a frame. */
export function frameOf(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + message.length);
  new DataView(frame.buffer).setUint32(0, message.length, true);
  frame.set(message, FRAME_HEADER_BYTES);
  return frame;
}

export class FrameParser {
  /** The bytes of a frame whose end has not come yet: its header first, then a buffer of the frame's own size. */
  #partial = new Uint8Array(FRAME_HEADER_BYTES);
  #filled = 0;

  /**
   * @param frameBytesMax Longest message that is taken
   * @param onMessage Receives each message, in order: bytes [start, end), which may be parts of a chunk
   * @param onTooLong Receives the length of a frame that is too long; the parser is of no use after that
   */
  constructor(
    readonly frameBytesMax: number,
    readonly onMessage: (bytes: Uint8Array, start: number, end: number) => void,
    readonly onTooLong: (length: number) => void,
  ) {}

  /** No frame has begun that has not ended. */
  get isAtBoundary(): boolean {
    return this.#filled === 0;
  }

  /** Takes the first `length` bytes of a chunk. */
  push(chunk: Uint8Array, length = chunk.length): void {
    let at = 0;
    while (at < length) {
      if (this.#filled > 0 || length - at < FRAME_HEADER_BYTES) {
        at = this.#continue(chunk, at, length);
        if (at < 0) return;
        continue;
      }
      const messageBytes = readLength(chunk, at);
      if (messageBytes > this.frameBytesMax) {
        this.onTooLong(messageBytes);
        return;
      }
      const start = at + FRAME_HEADER_BYTES;
      if (length - start >= messageBytes) {
        at = start + messageBytes;
        this.onMessage(chunk, start, at);
      } else {
        at = this.#continue(chunk, at, length);
        if (at < 0) return;
      }
    }
  }

  /** Moves bytes of [from, end) into the partial frame. @returns the new position in the chunk, or -1 at a bad length */
  #continue(chunk: Uint8Array, from: number, end: number): number {
    const taken = Math.min(end - from, this.#partial.length - this.#filled);
    this.#partial.set(chunk.subarray(from, from + taken), this.#filled);
    this.#filled += taken;
    if (this.#filled < this.#partial.length) return from + taken;

    if (this.#partial.length === FRAME_HEADER_BYTES) {
      const length = readLength(this.#partial, 0);
      if (length > this.frameBytesMax) {
        this.onTooLong(length);
        return -1;
      }
      if (length > 0) {
        const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
        frame.set(this.#partial);
        this.#partial = frame;
        return from + taken;
      }
    }
    const frame = this.#partial;
    this.#partial = new Uint8Array(FRAME_HEADER_BYTES);
    this.#filled = 0;
    this.onMessage(frame, FRAME_HEADER_BYTES, frame.length);
    return from + taken;
  }
}

function readLength(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
