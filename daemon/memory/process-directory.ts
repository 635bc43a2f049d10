/**
 * /proc/PID of one process, held so that it never means another process with the same number: every path goes through an
 * open descriptor of the directory, which stays bound to the process (proc(5)). With it goes the pidfd.
 */
import { closeSync, constants, existsSync, openSync, readFileSync } from "node:fs";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE } from "../u64.js";
import type { Native } from "./native.js";

/** open(2): only a place in the tree, no access to what is there. Node has no constant for it. */
export const O_PATH = 0o10000000;

export class ProcessDirectory {
  private closed = false;

  private constructor(
    readonly pid: number,
    private readonly native: Native,
    private readonly directoryFd: number,
    private readonly pidfd: number,
  ) {}

  /**
   * @param pid As SO_PEERCRED says
   * @param pidfd Of the process that connected, which this takes over; a negative number: the kernel could not tell, so
   *   the process that has the number now is taken
   * @returns undefined when the process is gone
   */
  static open(native: Native, pid: number, pidfd: number): ProcessDirectory | undefined {
    const held = pidfd >= 0 ? pidfd : native.pidfdOpen(pid);
    if (held < 0) return undefined;
    try {
      const directoryFd = openSync(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY | O_PATH);
      // A pidfd shows the number as long as it is taken: the directory opened meanwhile is that process's.
      const shown = /^Pid:\t(-?\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${held}`, "latin1"));
      if (Number(shown?.[1]) === pid) return new ProcessDirectory(pid, native, directoryFd, held);
      closeSync(directoryFd);
    } catch {
      // No such process any more: as a pidfd that shows none.
    }
    closeSync(held);
    return undefined;
  }

  /** A path that means `name` of this very process, or nothing when the process is gone. */
  path(name: string): string {
    return this.closed ? "/proc/none" : `/proc/self/fd/${this.directoryFd}/${name}`;
  }

  /** The text of a file, or undefined when the process is gone or does not let it be read. */
  text(name: string): string | undefined {
    try {
      return readFileSync(this.path(name), "latin1");
    } catch {
      return undefined;
    }
  }

  /** The process has not been reaped. */
  exists(): boolean {
    return !this.closed && existsSync(this.path("stat"));
  }

  /** @returns a copy of one of the process's descriptors, or EBADF (not open, or opened with O_PATH) as a negative number */
  copyDescriptor(fd: number): number {
    if (this.closed || fd < 0) return -errno.EBADF;
    const copy = this.native.pidfdGetfd(this.pidfd, fd);
    if (copy < 0) return -errno.EBADF;
    if ((this.native.openFlags(copy) & O_PATH) === 0) return copy;
    closeSync(copy);
    return -errno.EBADF;
  }

  /** A number in kB of /proc/PID/status, as whole pages; 0 when the process is gone. */
  statusPages(field: string): number {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(this.text("status") ?? "");
    return match === null ? 0 : Math.floor((Number(match[1]) * 1024) / PAGE_SIZE);
  }

  /** Threads that have not been reaped, the first one always among them; 0 when the process is gone. */
  threads(): number {
    return Number(/^Threads:\t(\d+)$/m.exec(this.text("status") ?? "")?.[1] ?? 0);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.directoryFd);
    closeSync(this.pidfd);
  }
}

/** The errno of an exception of node:fs, positive. */
export function errnoOf(exception: unknown): Errno {
  const number = (exception as NodeJS.ErrnoException).errno;
  return number === undefined ? errno.EIO : Math.abs(number);
}
