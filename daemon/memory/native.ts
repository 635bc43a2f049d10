/**
 * The system calls that Node does not offer, through koffi: the daemon's only file that knows koffi, which may be absent.
 *
 * Follows the man pages of section 2. A call returns what the system call returns, or the errno negated; nothing throws.
 * The functions are declared with fixed arguments, also ioctl and fcntl, because integers and pointers of a variadic call
 * travel like those of any other on the 64-bit ABIs of Linux.
 */
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { endianness } from "node:os";

/** As SO_PEERCRED says: who connected, at that moment. */
export interface PeerCredentials {
  readonly pid: number;
  /** Effective ids. */
  readonly uid: number;
  readonly gid: number;
}

/** Memory that is mapped here. */
export interface Mapping {
  /** Not to be touched after `unmap`. */
  readonly memory: ArrayBuffer;
  unmap(): void;
}

/** A file without a name, mapped here; `unmap` closes the descriptor as well. */
export interface SharedMapping extends Mapping {
  readonly fd: number;
}

export interface Native {
  /** getsockopt SO_PEERCRED. @returns undefined when the socket has no peer that this PID namespace can see */
  peerCredentials(socketFd: number): PeerCredentials | undefined;
  /** getsockopt SO_PEERPIDFD (Linux 6.5): a pidfd of the process that connected, free of any race with pid reuse. */
  peerPidfd(socketFd: number): number;
  pidfdOpen(pid: number): number;
  /** A copy of descriptor `fd` of the process, close-on-exec. */
  pidfdGetfd(pidfd: number, fd: number): number;
  /** process_vm_readv of [address, + into.length). @returns the bytes read, fewer where the memory ends */
  processRead(pid: number, address: number, into: Uint8Array): number;
  processWrite(pid: number, address: number, from: Uint8Array): number;
  /** pread. @param position 0 to 2^53 */
  fileRead(fd: number, position: number, into: Uint8Array): number;
  fileWrite(fd: number, position: number, from: Uint8Array): number;
  /** Whether a capability (its number) is in effect for a process; false when that is gone. */
  hasCapability(pid: number, capability: number): boolean;
  /** The soft RLIMIT_MEMLOCK in bytes, Infinity for none, undefined when the process is gone or may not be asked. */
  memlockLimitBytes(pid: number): number | undefined;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** Where the bytes lie in this process, for pointers inside an ioctl's argument. Valid while `bytes` is referenced. */
  addressOf(bytes: Uint8Array): bigint;
  /** fcntl F_GETFL: the open flags. */
  openFlags(fd: number): number;
  /** fallocate with mode 0. */
  allocate(fd: number, position: number, length: number): number;
  /**
   * Stores bytes through a shared mapping, for files that have no write(2) (hugetlbfs).
   * @param granule The file's page size in bytes: mappings begin and end at multiples of it
   */
  mappedWrite(fd: number, position: number, from: Uint8Array, granule: number): number;
  /**
   * Maps bytes of a file, shared. A byte that the file does not have, or for which there is no memory, is a SIGBUS when it is
   * touched, but EFAULT when the kernel meets it in a system call.
   * @param position a multiple of 4096
   * @returns a negative errno
   */
  mapFile(fd: number, position: number, length: number, writable: boolean): Mapping | number;
  /** fcntl F_GET_SEALS. @returns `F_SEAL_*`, or a negative errno for a file of a kind without seals */
  seals(fd: number): number;
  /** lseek SEEK_HOLE, which moves the file's position: where the next hole or the end begins. */
  nextHole(fd: number, position: number): number;
  /**
   * Memory that others can map by its file, which nobody can make shorter or longer.
   * @param bytes a multiple of 4096
   * @returns a negative errno
   */
  sharedMemory(bytes: number): SharedMapping | number;
  /** Adds 1 to an eventfd; at the end of its range it stays there. Never waits, whatever its owner does with it. */
  signalEvent(fd: number): number;
  /** Takes an eventfd to 0 without waiting. @returns 8, or a negative errno: EAGAIN if it is 0 */
  drainEvent(fd: number): number;
  /** epoll_create1(2), close-on-exec. */
  epollCreate(): number;
  /** epoll_ctl(2): `epoll` reports when `fd` can be read, with `tag`. */
  epollAdd(epoll: number, fd: number, tag: number): number;
  epollRemove(epoll: number, fd: number): number;
  /**
   * epoll_wait(2) on another thread.
   * @param tags is filled
   * @returns how many, 0 after `timeoutMs`
   */
  epollWait(epoll: number, tags: Uint32Array, timeoutMs: number): Promise<number>;
}

/** The same call on another thread goes to `async`, with a callback behind its arguments. */
interface NativeFunction {
  (...values: unknown[]): number;
  async(...values: unknown[]): void;
}

/** What is used of koffi's interface. */
interface Koffi {
  view(pointer: bigint, bytes: number): ArrayBuffer;
  load(path: null): { func(definition: string): NativeFunction };
  errno(): number;
  address(value: unknown): bigint;
}

/** getsockopt(2), unix(7). */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERPIDFD = 77;
/** System call numbers, the same on every architecture since Linux 5.1; the C library may be older. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;
const F_GETFL = 3;
const RLIMIT_MEMLOCK = 8;
const RLIM_INFINITY = 2n ** 64n - 1n;
/** capget(2): 64-bit capability sets, as two structs of three words, of which the first is what is in effect. */
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const CAPABILITY_WORDS = 3;
const PROT_READ = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** lseek(2). */
const SEEK_HOLE = 4;
const MAP_FAILED = -1n;
/** memfd_create(2), fcntl(2): no more seals, no shrinking, no growing. */
const MFD_CLOEXEC_ALLOW_SEALING = 3;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
/** The file cannot become shorter. */
export const F_SEAL_SHRINK = 2;
const SEALS = 1 | F_SEAL_SHRINK | 4;
/** readv(2), epoll(7). */
const RWF_NOWAIT = 8;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;
/** struct epoll_event: packed on x86-64 only. */
const EPOLL_EVENT_BYTES = process.arch === "x64" ? 12 : 16;
const EPOLL_DATA_AT = EPOLL_EVENT_BYTES - 8;
/** io_submit(2): struct iocb with IOCB_CMD_PREAD and IOCB_FLAG_RESFD, struct io_event. */
const SYS_IO =
  process.arch === "x64" ? { setup: 206, getevents: 208, submit: 209 } : { setup: 0, getevents: 4, submit: 2 };
const IOCB_BYTES = 64;
const IO_EVENT_BYTES = 32;
const IOCB_FLAG_RESFD = 1;

/**
 * @returns undefined when koffi is not installed or does not run here, or the environment has IOMMUFD_EMU_NO_NATIVE=1
 */
export function loadNative(): Native | undefined {
  if (process.env["IOMMUFD_EMU_NO_NATIVE"] === "1" || process.platform !== "linux" || endianness() !== "LE")
    return undefined;
  try {
    return bind(createRequire(import.meta.url)("koffi") as Koffi);
  } catch {
    return undefined;
  }
}

function bind(koffi: Koffi): Native {
  // Node itself is linked to the C library, whichever one it is: no name of a library is needed.
  const library = koffi.load(null);
  const getsockopt = library.func("int getsockopt(int, int, int, void *, void *)");
  const systemCall = library.func("long syscall(long, long, long, long)");
  const processVmReadv = library.func(
    "int64_t process_vm_readv(int, void *, unsigned long, void *, unsigned long, unsigned long)",
  );
  const processVmWritev = library.func(
    "int64_t process_vm_writev(int, void *, unsigned long, void *, unsigned long, unsigned long)",
  );
  const pread = library.func("int64_t pread64(int, void *, size_t, int64_t)");
  const pwrite = library.func("int64_t pwrite64(int, void *, size_t, int64_t)");
  // By addresses: looking into typed arrays takes koffi half as long as the call.
  const capget = library.func("int capget(int64_t, int64_t)");
  const prlimit = library.func("int prlimit64(int, int, void *, void *)");
  const ioctl = library.func("int ioctl(int, unsigned long, void *)");
  const fcntl = library.func("int fcntl(int, int, long)");
  const fallocate = library.func("int fallocate64(int, int, int64_t, int64_t)");
  const mmap = library.func("int64_t mmap64(int64_t, size_t, int, int, int, int64_t)");
  const munmap = library.func("int munmap(int64_t, size_t)");
  const memfdCreate = library.func("int memfd_create(const char *, unsigned int)");
  const lseek = library.func("int64_t lseek64(int, int64_t, int)");
  const ftruncate = library.func("int ftruncate64(int, int64_t)");
  const preadv2 = library.func("int64_t preadv2(int, void *, int, int64_t, int)");
  const epollCreate = library.func("int epoll_create1(int)");
  const epollCtl = library.func("int epoll_ctl(int, int, int, void *)");
  const epollWait = library.func("int epoll_wait(int, void *, int, int)");

  const checked = (result: number): number => (result < 0 ? -koffi.errno() : result);

  // One call at a time runs on this thread, so its arguments need no memory of their own per call.
  const localVector = new BigUint64Array(2);
  const remoteVector = new BigUint64Array(2);
  const capabilityHeader = new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]);
  const capabilitySets = new Uint32Array(2 * CAPABILITY_WORDS);
  const capabilityHeaderAt = Number(koffi.address(capabilityHeader));
  const capabilitySetsAt = Number(koffi.address(capabilitySets));
  const transfer = (call: typeof pread, pid: number, address: number | bigint, bytes: Uint8Array): number => {
    if (bytes.length === 0) return 0;
    localVector[0] = koffi.address(bytes);
    remoteVector[0] = BigInt(address);
    localVector[1] = remoteVector[1] = BigInt(bytes.length);
    return checked(call(pid, localVector, 1, remoteVector, 1, 0));
  };

  return {
    peerCredentials(socketFd) {
      const credentials = new Int32Array(3);
      const length = new Uint32Array([credentials.byteLength]);
      if (getsockopt(socketFd, SOL_SOCKET, SO_PEERCRED, credentials, length) < 0) return undefined;
      const [pid, uid, gid] = credentials;
      return pid! > 0 ? { pid: pid!, uid: uid! >>> 0, gid: gid! >>> 0 } : undefined;
    },
    peerPidfd(socketFd) {
      const pidfd = new Int32Array(1);
      const length = new Uint32Array([pidfd.byteLength]);
      const result = checked(getsockopt(socketFd, SOL_SOCKET, SO_PEERPIDFD, pidfd, length));
      return result < 0 ? result : pidfd[0]!;
    },
    pidfdOpen: (pid) => checked(systemCall(SYS_PIDFD_OPEN, pid, 0, 0)),
    pidfdGetfd: (pidfd, fd) => checked(systemCall(SYS_PIDFD_GETFD, pidfd, fd, 0)),
    processRead: (pid, address, into) => transfer(processVmReadv, pid, address, into),
    processWrite: (pid, address, from) => transfer(processVmWritev, pid, address, from),
    fileRead: (fd, position, into) => checked(pread(fd, into, into.length, position)),
    fileWrite: (fd, position, from) => checked(pwrite(fd, from, from.length, position)),
    hasCapability(pid, capability) {
      capabilityHeader[1] = pid;
      if (capget(capabilityHeaderAt, capabilitySetsAt) < 0) return false;
      const effective = capabilitySets[capability < 32 ? 0 : CAPABILITY_WORDS]!;
      return ((effective >>> (capability % 32)) & 1) === 1;
    },
    memlockLimitBytes(pid) {
      const limits = new BigUint64Array(2);
      if (prlimit(pid, RLIMIT_MEMLOCK, null, limits) < 0) return undefined;
      return limits[0] === RLIM_INFINITY ? Infinity : Number(limits[0]);
    },
    ioctl: (fd, request, argument) => checked(ioctl(fd, request, argument)),
    addressOf: (bytes) => koffi.address(bytes),
    openFlags: (fd) => checked(fcntl(fd, F_GETFL, 0)),
    allocate: (fd, position, length) => checked(fallocate(fd, 0, position, length)),
    mappedWrite(fd, position, from, granule) {
      const start = position - (position % granule);
      const length = Math.ceil((position + from.length - start) / granule) * granule;
      const mapping = BigInt(mmap(0, length, PROT_READ_WRITE, MAP_SHARED, fd, start));
      if (mapping === MAP_FAILED) return -koffi.errno();
      // Copied by the kernel: a file that shrinks meanwhile is EFAULT here, where a plain store would be a SIGBUS.
      const written = transfer(processVmWritev, process.pid, mapping + BigInt(position - start), from);
      munmap(mapping, length);
      return written;
    },
    mapFile(fd, position, length, writable) {
      const protection = writable ? PROT_READ_WRITE : PROT_READ;
      const address = BigInt(mmap(0, length, protection, MAP_SHARED, fd, position));
      if (address === MAP_FAILED) return -koffi.errno();
      return { memory: koffi.view(address, length), unmap: () => void munmap(address, length) };
    },
    seals: (fd) => checked(fcntl(fd, F_GET_SEALS, 0)),
    nextHole: (fd, position) => checked(lseek(fd, position, SEEK_HOLE)),
    sharedMemory(bytes) {
      const fd = memfdCreate("iommufd-emu", MFD_CLOEXEC_ALLOW_SEALING);
      if (fd < 0) return -koffi.errno();
      const failed = (): number => {
        const error = koffi.errno();
        closeSync(fd);
        return -error;
      };
      if (ftruncate(fd, bytes) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0) return failed();
      const address = BigInt(mmap(0, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0));
      if (address === MAP_FAILED) return failed();
      return {
        fd,
        memory: koffi.view(address, bytes),
        unmap: () => {
          munmap(address, bytes);
          closeSync(fd);
        },
      };
    },
    signalEvent: eventSignaller(library, koffi),
    drainEvent(fd) {
      const count = new BigUint64Array(1);
      localVector[0] = koffi.address(count);
      localVector[1] = 8n;
      return checked(preadv2(fd, localVector, 1, -1, RWF_NOWAIT));
    },
    epollCreate: () => checked(epollCreate(EPOLL_CLOEXEC)),
    epollAdd(epoll, fd, tag) {
      const event = new DataView(new ArrayBuffer(EPOLL_EVENT_BYTES));
      event.setUint32(0, EPOLLIN, true);
      event.setUint32(EPOLL_DATA_AT, tag, true);
      return checked(epollCtl(epoll, EPOLL_CTL_ADD, fd, new Uint8Array(event.buffer)));
    },
    epollRemove: (epoll, fd) => checked(epollCtl(epoll, EPOLL_CTL_DEL, fd, null)),
    epollWait(epoll, tags, timeoutMs) {
      const events = new Uint8Array(tags.length * EPOLL_EVENT_BYTES);
      return new Promise((resolve) => {
        epollWait.async(epoll, events, tags.length, timeoutMs, (_error: unknown, result: number) => {
          const view = new DataView(events.buffer);
          for (let index = 0; index < result; index++)
            tags[index] = view.getUint32(index * EPOLL_EVENT_BYTES + EPOLL_DATA_AT, true);
          resolve(Math.max(result, 0));
        });
      });
    },
  };
}

/**
 * A write(2) would wait for a reader when the owner has filled the counter. The kernel signals without waiting when an
 * asynchronous transfer ends, so one of no bytes is made to end.
 */
function eventSignaller(library: ReturnType<Koffi["load"]>, koffi: Koffi): (fd: number) => number {
  const call = library.func("long syscall(long, int64_t, int64_t, void *)");
  const callForEvents = library.func("long syscall(long, int64_t, long, long, void *, void *)");
  const setup = library.func("long syscall(long, long, void *)");
  const context = new BigUint64Array(1);
  const block = new Uint8Array(IOCB_BYTES);
  const view = new DataView(block.buffer);
  const done = new Uint8Array(IO_EVENT_BYTES);
  const list = new BigUint64Array(1);
  let source = -1;
  return (fd) => {
    if (source < 0) {
      if (setup(SYS_IO.setup, 1, context) < 0) return -koffi.errno();
      source = openSync("/dev/null", "r");
      list[0] = koffi.address(block);
    }
    block.fill(0);
    view.setUint32(20, source, true);
    view.setUint32(56, IOCB_FLAG_RESFD, true);
    view.setUint32(60, fd, true);
    if (call(SYS_IO.submit, context[0], 1, list) < 0) return -koffi.errno();
    return callForEvents(SYS_IO.getevents, context[0], 1, 1, done, null) < 0 ? -koffi.errno() : 0;
  };
}
