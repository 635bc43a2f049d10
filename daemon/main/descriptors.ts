/** Descriptors that this process may have: RLIMIT_NOFILE, which Node raises at its start as far as it is allowed. */
import { readFileSync } from "node:fs";

/** Left to connections that exist: files that they map, eventfds, what the daemon reads in /proc. */
const DESCRIPTORS_KEPT = 64;

/** The first descriptor that is not for a new connection: the kernel gives out the lowest number that is free. */
export function connectionDescriptorsEnd(): number {
  const [, soft] = /^Max open files +(\d+) /m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
  return soft === undefined ? Infinity : Number(soft) - DESCRIPTORS_KEPT;
}
