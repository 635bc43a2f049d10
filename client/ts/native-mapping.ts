/**
 * The memory of a ring, mapped here: through koffi, which is optional and loaded when a ring is to be had, for the calls that Node lacks.
 * Whatever is missing or not as it should be means that there is no ring.
 *
 * Invariant: what is mapped is a file of the very process at the other end of the socket, as long as it has to be.
 */
import { closeSync, fstatSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { endianness } from "node:os";
import { ringPlaces, type RingShape, SLOT_HEADER_BYTES } from "../../proto/wire/ring-layout.js";

export interface Mapping {
  /** Not to be touched after `unmap`. */
  readonly memory: ArrayBuffer;
  unmap(): void;
}

export interface RingMapper {
  /** @param path Of the daemon's RingReply @returns undefined when it cannot be had */
  map(path: string, shape: RingShape): Mapping | undefined;
}

/** What is used of koffi's interface. */
interface Koffi {
  view(pointer: bigint, bytes: number): ArrayBuffer;
  load(path: null): { func(definition: string): (...values: unknown[]) => number };
}

/** What is asked for is bounded whatever the daemon says. */
const SLOTS_MAX = 4096;
const RING_BYTES_MAX = 64 * 1024 * 1024;

/** getsockopt(2), unix(7), mmap(2). */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = -1n;

const DAEMON_FILE = /^\/proc\/(\d+)\/fd\/\d+$/;

/**
 * @param socket Descriptor of a connection to the daemon
 * @returns undefined where no memory can be mapped, or the daemon's process is not known in this PID namespace
 */
export function ringMapper(socket: number): RingMapper | undefined {
  if (process.env["IOMMUFD_EMU_NO_NATIVE"] === "1" || process.platform !== "linux" || endianness() !== "LE")
    return undefined;
  try {
    return mapperFor(socket, createRequire(import.meta.url)("koffi") as Koffi);
  } catch {
    return undefined;
  }
}

function mapperFor(socket: number, koffi: Koffi): RingMapper | undefined {
  // Node itself is linked to the C library, whichever one it is: no name of a library is needed.
  const library = koffi.load(null);
  const getsockopt = library.func("int getsockopt(int, int, int, void *, void *)");
  const mmap = library.func("int64_t mmap64(int64_t, size_t, int, int, int, int64_t)");
  const munmap = library.func("int munmap(int64_t, size_t)");

  const credentials = new Int32Array(3);
  const credentialsLength = new Uint32Array([credentials.byteLength]);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, credentials, credentialsLength) < 0) return undefined;
  const daemon = credentials[0]!;
  if (daemon <= 0) return undefined;

  return {
    map(path, shape) {
      const bytes = ringBytes(shape);
      if (bytes === undefined || DAEMON_FILE.exec(path)?.[1] !== String(daemon)) return undefined;
      try {
        const fd = openSync(path, "r+");
        try {
          const status = fstatSync(fd);
          if (!status.isFile() || status.size !== bytes) return undefined;
          const address = BigInt(mmap(0, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0));
          if (address === MAP_FAILED) return undefined;
          return { memory: koffi.view(address, bytes), unmap: () => void munmap(address, bytes) };
        } finally {
          closeSync(fd);
        }
      } catch {
        return undefined;
      }
    },
  };
}

/** @returns undefined for a shape that no ring has */
function ringBytes(shape: RingShape): number | undefined {
  const { slots, slotBytes, pieceBytes } = shape;
  const isPowerOfTwo = slots > 0 && (slots & (slots - 1)) === 0;
  if (!isPowerOfTwo || slots > SLOTS_MAX) return undefined;
  if (slotBytes <= SLOT_HEADER_BYTES || slotBytes % 8 !== 0 || pieceBytes === 0) return undefined;
  const bytes = ringPlaces(shape).end;
  return bytes > RING_BYTES_MAX ? undefined : bytes;
}
