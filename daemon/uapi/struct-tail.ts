/** Structs of the caller's that are longer than the one that this daemon knows (specification 10, section 2). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

/** The first address that is not user memory, with 4-level paging. */
const USER_END = U64.fromNumber(2 ** 47 - 4096);
/** Bytes of a long struct's tail that are looked at in one go. */
const TAIL_CHUNK = 64 * 1024;

/**
 * What lies behind the struct that this daemon knows has to be zero: E2BIG or EFAULT, whichever comes first.
 * @param from bytes that are known
 * @param size bytes that the caller has
 */
export function checkTail(memory: UserMemory, argument: U64, from: number, size: number): Errno {
  const end = argument.plusNumber(size);
  if (end.lessThan(argument) || USER_END.lessThan(end)) return errno.EFAULT;
  const bytes = new Uint8Array(Math.min(TAIL_CHUNK, size - from));
  for (let at = from; at < size; at += bytes.length) {
    const wanted = Math.min(bytes.length, size - at);
    const read = memory.read(argument.plusNumber(at), bytes, wanted);
    if (bytes.subarray(0, read).some((byte) => byte !== 0)) return errno.E2BIG;
    if (read < wanted) return errno.EFAULT;
  }
  return errno.OK;
}
