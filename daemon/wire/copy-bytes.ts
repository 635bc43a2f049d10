/** Copies of a few bytes, of which nearly every ioctl makes some. */

/** Up to this long they are quicker byte by byte than by a typed array's `set`, which needs an object for the part. */
const SHORT_BYTES_MAX = 64;

/** Copies `length` bytes of `from`, from `start` on, to `at`. */
export function copyBytes(from: Uint8Array, start: number, into: Uint8Array, at: number, length: number): void {
  if (length > SHORT_BYTES_MAX) into.set(from.subarray(start, start + length), at);
  else for (let index = 0; index < length; index++) into[at + index] = from[start + index]!;
}
