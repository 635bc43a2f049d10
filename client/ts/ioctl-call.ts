/**
 * A call: one ioctl as the wire carries it, and how to read its answer.
 *
 * Follows `Ioctl` and `IoctlReply` of proto/wire/iommufd_emu.proto. The argument struct and the data that it points to
 * travel as segments at addresses that mean nothing outside the call. Invariant: what a reply writes lies in a window
 * that the call has offered.
 */
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import type { Errno } from "../../proto/uapi/errno.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { ioctlTable } from "../../proto/uapi/table.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { IommufdError, ProtocolError } from "./errors.js";
import { fromLong, toBigInt, toLong, type Uint64 } from "./wire64.js";

type IoctlMessage = iommufd_emu.v1.Ioctl.$Properties;
type IoctlReply = iommufd_emu.v1.IoctlReply.$Properties;

/** An ioctl that can be run, alone or in a batch; made by `calls`. Run it once: it owns the buffers of its answer. */
export interface Call<T> {
  /** By its uAPI name. */
  readonly name: string;
  readonly message: IoctlMessage;
  /** The value. @throws IommufdError The call failed */
  finish(reply: IoctlReply): T;
  /** The call to make instead after a failure that tells how; undefined: the failure stands. After `finish`. */
  again?(failure: Errno): Call<T> | undefined;
}

/** Where a struct that travels with a call is said to lie. */
const STRUCT_ADDRESS = 0x1_0000n;

/** Where the data that it points to is said to lie: no struct reaches that far. */
export const dataPointer = 0x1000_0000n;

/** What a struct's pointer names: bytes that the call reads, a buffer that it fills, or one buffer for both. */
export interface Pointed {
  readonly read?: Uint8Array;
  readonly written?: Uint8Array;
  /** What the numbers of descriptors in the struct stand for. */
  readonly descriptors?: readonly NamedDescriptor[];
}

const requestByName = new Map(ioctlTable.map((row) => [row.name, row.request]));

/** A call whose argument is a struct, which `finish` leaves as the call did. */
export interface StructCall<T> extends Call<T> {
  readonly struct: Uint8Array;
}

/** A buffer on this side for a range of addresses of the call. */
interface Window {
  readonly address: bigint;
  readonly buffer: Uint8Array;
}

/** @param decode Makes the value from the struct as the call left it, and from the token of what the call made */
export function structCall<F extends Fields, T>(
  name: string,
  layout: StructLayout<F>,
  values: Partial<StructValues<F>>,
  decode: (out: StructValues<F>, token: Uint8Array) => T,
  pointed: Pointed = {},
): StructCall<T> {
  const struct = encodeStruct(layout, values);
  const windows = [{ address: STRUCT_ADDRESS, buffer: struct }];
  const readable = [{ address: toLong(STRUCT_ADDRESS, "argument"), data: struct }];
  if (pointed.read !== undefined) readable.push({ address: toLong(dataPointer, "data"), data: pointed.read });
  if (pointed.written !== undefined) windows.push({ address: dataPointer, buffer: pointed.written });
  return {
    name,
    struct,
    message: {
      request: requestByName.get(name)!,
      argument: toLong(STRUCT_ADDRESS, "argument"),
      readable,
      writable: windows.map(windowMessage),
      descriptors: [...(pointed.descriptors ?? [])],
    },
    finish: (reply) => {
      store(reply, windows);
      const result = reply.result ?? 0;
      if (result < 0) throw new IommufdError(name, -result);
      return decode(decodeStruct(layout, struct), Uint8Array.from(reply.descriptors?.[0]?.token ?? []));
    },
  };
}

/** What came of a call of which a step was to fail. */
export type FailNthResult<T> = {
  /** A step has failed; false: the call has fewer fallible steps. */
  readonly failed: boolean;
} & ({ readonly value: T; readonly error?: undefined } | { readonly error: IommufdError; readonly value?: undefined });

export interface FailNthOptions {
  /** Allocations and copies are such steps, too. Default true; false: only those of iommufd's own. */
  readonly ordinary?: boolean;
}

/**
 * The same call, of which the nth fallible step fails: fault injection as with /proc/PID/fail-nth of Linux. A call that
 * fails so has changed nothing, unless storing its answer was what failed (EFAULT).
 *
 * @example for (let n = 1; (await fd.run(failNth(n, calls.ioasAlloc()))).failed; n++);
 * @param nth From 1
 */
export function failNth<T>(
  nth: number,
  call: Call<T>,
  { ordinary = true }: FailNthOptions = {},
): Call<FailNthResult<T>> {
  return {
    name: call.name,
    message: { ...call.message, failNth: nth, failOrdinary: ordinary },
    finish: (reply) => {
      const failed = (reply.failNth ?? 0) === 0;
      try {
        return { failed, value: call.finish(reply) };
      } catch (error) {
        if (error instanceof IommufdError) return { failed, error };
        throw error;
      }
    },
  };
}

/** User memory of a raw ioctl that it may read. */
export interface ReadableMemory {
  readonly address: Uint64;
  readonly data: Uint8Array;
}

/** User memory of a raw ioctl that it may write. */
export interface WritableMemory {
  readonly address: Uint64;
  /** In bytes. */
  readonly length: number;
}

/** What a raw ioctl's struct means where it holds the number of a file descriptor. */
export interface NamedDescriptor {
  /** The number in the struct; the caller chooses it. */
  readonly fd: number;
  /** Of the open file description that the number stands for. */
  readonly token: Uint8Array;
}

/** An open file description that a raw ioctl made. Until it is joined, the `IommuFd` of the call holds it. */
export interface MadeDescriptor {
  /** For `IommuFd.join`, and for calls that name it. */
  readonly token: Uint8Array;
  /** Where Linux would store its number as an s32; undefined: it would be the result. */
  readonly address: bigint | undefined;
}

/** What the pointers and descriptors in a raw ioctl's struct name. Memory that it may read and write is in both. */
export interface RawMemory {
  readonly readable?: readonly ReadableMemory[];
  readonly writable?: readonly WritableMemory[];
  readonly descriptors?: readonly NamedDescriptor[];
}

export interface RawResult {
  /** What ioctl(2) returns, or a negative errno. */
  readonly result: number;
  /** The struct as the call left it; empty if the argument was a number. */
  readonly struct: Uint8Array;
  /** What was written elsewhere, in this order. */
  readonly written: readonly { readonly address: bigint; readonly data: Uint8Array }[];
  /** What was made. */
  readonly descriptors: readonly MadeDescriptor[];
}

/**
 * Any ioctl as its bytes; a failure is a value, so that what was written even so can be seen.
 * @param request The full number, such as 0x3b81
 * @param argument The struct, which the call can read and write; or ioctl(2)'s third argument as a number: a value, or
 *   an address in `memory` or in this process
 * @param memory Besides the struct, which is said to lie at 0x10000; and what its descriptors stand for
 */
export function rawCall(request: number, argument: Uint8Array | Uint64, memory: RawMemory = {}): Call<RawResult> {
  const struct = argument instanceof Uint8Array ? Uint8Array.from(argument) : undefined;
  const readable = (memory.readable ?? []).map(({ address, data }) => ({ address: toLong(address, "address"), data }));
  const windows: Window[] = (memory.writable ?? []).map(({ address, length }) => ({
    address: toBigInt(address, "address"),
    buffer: new Uint8Array(length),
  }));
  if (struct !== undefined) {
    readable.push({ address: toLong(STRUCT_ADDRESS, "argument"), data: struct });
    windows.push({ address: STRUCT_ADDRESS, buffer: struct });
  }
  const writable = windows.map(windowMessage);
  const descriptors = [...(memory.descriptors ?? [])];
  const place = argument instanceof Uint8Array ? STRUCT_ADDRESS : argument;
  return {
    name: `ioctl 0x${request.toString(16)}`,
    message: { request, argument: toLong(place, "argument"), readable, writable, descriptors },
    finish: (reply) => {
      const elsewhere = store(reply, windows).filter(({ window }) => window.buffer !== struct);
      const written = elsewhere.map(({ address, data }) => ({ address, data }));
      const made = (reply.descriptors ?? []).map(madeDescriptor);
      return { result: reply.result ?? 0, struct: struct ?? new Uint8Array(), written, descriptors: made };
    },
  };
}

function madeDescriptor({ token, address }: iommufd_emu.v1.NewDescriptor.$Properties): MadeDescriptor {
  const place = fromLong(address);
  return { token: Uint8Array.from(token ?? []), address: place === 0n ? undefined : place };
}

function windowMessage({ address, buffer }: Window) {
  return { address: toLong(address, "address"), length: buffer.length };
}

/** Stores what a reply wrote. @throws ProtocolError BAD_REPLY: it lies in no window */
function store(reply: IoctlReply, windows: readonly Window[]) {
  return (reply.written ?? []).map((segment) => {
    const address = fromLong(segment.address);
    const data = Uint8Array.from(segment.data ?? []);
    const window = windows.find((candidate) => {
      const offset = address - candidate.address;
      return offset >= 0n && offset + BigInt(data.length) <= BigInt(candidate.buffer.length);
    });
    if (window === undefined)
      throw ProtocolError.local("BAD_REPLY", `the daemon wrote ${data.length} bytes at 0x${address.toString(16)}`);
    window.buffer.set(data, Number(address - window.address));
    return { window, address, data };
  });
}
