/**
 * The caller's memory as an ioctl handler reaches it: copy_from_user and copy_to_user.
 *
 * What the client sent along with the call is looked at first, then the client's own memory if the daemon may touch it.
 * A range that neither gives is a fault. Handlers see only this interface.
 */
import type { U64 } from "../u64.js";

export interface UserMemory {
  /**
   * Copies the longest readable prefix of [address, address + length) to the start of `into`.
   * @param enough may stop with this many bytes where more would cost more
   * @returns how many bytes were copied
   */
  read(address: U64, into: Uint8Array, length: number, enough?: number): number;

  /**
   * Stores bytes; false, with nothing stored, if some byte of the range cannot be written.
   * @param bytes stay as they are until the call is answered: only then they may reach the caller
   */
  write(address: U64, bytes: Uint8Array): boolean;
}

/** Exactly `length` bytes, or undefined: the caller answers EFAULT. */
export function readExactly(memory: UserMemory, address: U64, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  return memory.read(address, bytes, length) === length ? bytes : undefined;
}
