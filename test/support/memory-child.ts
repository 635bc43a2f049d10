/**
 * The client process of the memory tests: it connects to the test's socket and does with its own memory what the lines
 * on the connection ask, one JSON object a line. Started by memory-client.ts.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { createInterface } from "node:readline";

interface Koffi {
  load(path: null): { func(definition: string): (...values: unknown[]) => number };
  errno(): number;
}

const koffi = createRequire(import.meta.url)("koffi") as Koffi;
const library = koffi.load(null);
const mmap = library.func("int64_t mmap64(int64_t, size_t, int, int, int, int64_t)");
const munmap = library.func("int munmap(int64_t, size_t)");
const mprotect = library.func("int mprotect(int64_t, size_t, int)");
const mlock = library.func("int mlock(int64_t, size_t)");
const memfdCreate = library.func("int memfd_create(const char *, unsigned int)");
const ftruncate = library.func("int ftruncate64(int, int64_t)");
const setrlimit = library.func("int setrlimit64(int, void *)");
const fcntl = library.func("int fcntl(int, int, long)");
const execv = library.func("int execv(const char *, const char **)");

const RLIMIT_MEMLOCK = 8;
const F_SETFD = 2;
const MFD_HUGETLB = 4;

const socket = connect(process.argv[2]!);
const own = openSync("/proc/self/mem", constants.O_RDWR);

function checked(result: number): number {
  if (result === -1) throw new Error(`errno ${koffi.errno()}`);
  return result;
}

export type ChildRequest =
  | { op: "map"; address: number; length: number; protection: number; flags: number; fd: number; offset: number }
  | { op: "unmap"; address: number; length: number }
  | { op: "protect"; address: number; length: number; protection: number }
  | { op: "lock"; address: number; length: number }
  | { op: "memfd"; size: number; huge?: boolean }
  | { op: "resize"; fd: number; size: number }
  | { op: "open"; path: string; flags: number }
  | { op: "close"; fd: number }
  | { op: "poke"; address: number; hex: string }
  | { op: "peek"; address: number; length: number }
  | { op: "limit"; soft: number }
  | { op: "user"; uid: number }
  | { op: "exec"; keepSocket: boolean };

function perform(request: ChildRequest): number | string {
  switch (request.op) {
    case "map": {
      const { address, length, protection, flags, fd, offset } = request;
      return checked(mmap(address, length, protection, flags, fd, offset));
    }
    case "unmap":
      return checked(munmap(request.address, request.length));
    case "protect":
      return checked(mprotect(request.address, request.length, request.protection));
    case "lock":
      return checked(mlock(request.address, request.length));
    case "memfd": {
      const fd = checked(memfdCreate("memory-child", request.huge === true ? MFD_HUGETLB : 0));
      checked(ftruncate(fd, request.size));
      return fd;
    }
    case "resize":
      return checked(ftruncate(request.fd, request.size));
    case "open":
      return openSync(request.path, request.flags);
    case "close":
      closeSync(request.fd);
      return 0;
    case "poke":
      return writeSync(own, Buffer.from(request.hex, "hex"), 0, request.hex.length / 2, request.address);
    case "peek": {
      const bytes = Buffer.alloc(request.length);
      readSync(own, bytes, 0, bytes.length, request.address);
      return bytes.toString("hex");
    }
    case "limit":
      return checked(setrlimit(RLIMIT_MEMLOCK, new BigUint64Array([BigInt(request.soft), BigInt(request.soft)])));
    case "user":
      process.setuid!(request.uid);
      return 0;
    case "exec": {
      const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
      checked(fcntl(fd, F_SETFD, request.keepSocket ? 0 : 1));
      return checked(execv("/bin/sleep", ["sleep", "60", null]));
    }
  }
}

createInterface({ input: socket }).on("line", (line) => {
  let reply: Record<string, unknown>;
  try {
    reply = { result: perform(JSON.parse(line) as ChildRequest) };
  } catch (error) {
    reply = { error: String(error) };
  }
  socket.write(JSON.stringify(reply) + "\n");
});
socket.on("end", () => process.exit(0));
socket.on("error", () => process.exit(0));
