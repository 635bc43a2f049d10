/**
 * Errno numbers and names of Linux on x86-64, as far as this project returns or shows them.
 *
 * A result of the state machine is an `Errno`: 0 for success, else one of these positive numbers. Errnos are values and
 * are never thrown.
 */
export const errno = {
  OK: 0,
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EPIPE: 32,
  ERANGE: 34,
  EDEADLOCK: 35,
  EBADE: 52,
  EPROTO: 71,
  EOVERFLOW: 75,
  EBADFD: 77,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ECONNREFUSED: 111,
} as const;

/** 0, or a positive errno. */
export type Errno = number;

const names = new Map<number, string>(Object.entries(errno).map(([name, number]) => [number, name]));

/** "EINVAL" for 22; "errno 999" for a number that has no name here. */
export function errnoName(number: Errno): string {
  return names.get(number) ?? `errno ${number}`;
}
