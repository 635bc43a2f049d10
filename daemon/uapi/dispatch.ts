/**
 * The way of an ioctl from its number to its handler: the size and tail rules that all native ioctls share
 * (specification 10, section 2), and the copy-in of VFIO's (section 2.1). The table of rows in proto/uapi decides which
 * numbers exist; handlers.ts and vfio.ts which code answers them.
 */
import { errno, errnoName } from "../../proto/uapi/errno.js";
import { rowOf } from "../../proto/uapi/table.js";
import type { StructLayout } from "../../proto/uapi/layout.js";
import type { Context } from "../core/context.js";
import type { Caller } from "../core/mm.js";
import { U64 } from "../u64.js";
import { Call, SIZE_BYTES, type Handler, type Host } from "./call.js";
import { handlers } from "./handlers.js";
import type { Descriptors } from "./descriptors.js";
import { checkTail } from "./struct-tail.js";
import type { UserMemory } from "./user-memory.js";
import { vfioHandlers } from "./vfio.js";

/** The native table covers these low bytes of the request; the selftest's number is the last when it exists. */
const NUMBER_FIRST = 0x80;
const NUMBER_LAST = 0x94;
const NUMBER_LAST_SELFTEST = 0xa0;
const SELFTEST_REQUEST = 0x3ba0;

interface Entry<H> {
  readonly layout: StructLayout;
  readonly handler: H;
}

function withLayouts<H>(byRequest: ReadonlyMap<number, H>): ReadonlyMap<number, Entry<H>> {
  return new Map(
    [...byRequest].map(([request, handler]) => [request, { layout: rowOf("iommufd", request)!.struct, handler }]),
  );
}

const entries = withLayouts<Handler>(handlers);
const vfioEntries = withLayouts(vfioHandlers);

export class Dispatcher {
  private readonly call = new Call();

  constructor(private readonly host: Host) {
    this.call.host = host;
  }

  /**
   * Runs one ioctl on a context.
   * @param request the full 32-bit number
   * @param argument the third argument of ioctl(2): the address of the struct
   * @param descriptors of the caller
   * @returns what ioctl(2) returns, or a negative errno
   */
  ioctl(
    context: Context,
    caller: Caller,
    memory: UserMemory,
    request: number,
    argument: U64,
    descriptors: Descriptors,
  ): number {
    const number = request & 0xff;
    const last = this.host.selftest ? NUMBER_LAST_SELFTEST : NUMBER_LAST;
    if (number < NUMBER_FIRST || number > last) return this.vfio(context, caller, memory, request, argument);

    const { call } = this;
    const readable = call.begin(memory, argument);
    if (readable < SIZE_BYTES) return -errno.EFAULT;
    const size = call.size();
    const entry = entries.get(request);
    if (entry === undefined || (request === SELFTEST_REQUEST && !this.host.selftest)) return -errno.ENOTTY;
    const { layout } = entry;
    if (size < layout.minBytes) return -errno.EINVAL;
    if (size > layout.bytes) {
      const error = checkTail(memory, argument, layout.bytes, size);
      if (error !== errno.OK) return -error;
    }
    const copied = Math.min(size, layout.bytes);
    if (readable < copied && !call.readStruct(copied)) return -errno.EFAULT;

    call.load(layout, copied);
    call.context = context;
    call.caller = caller;
    call.descriptors = descriptors;
    const error = entry.handler(call);
    return error === errno.OK ? 0 : -error;
  }

  /** An ioctl of VFIO's container: of a struct, the part that has to be there is copied in, whatever its argsz says. */
  private vfio(context: Context, caller: Caller, memory: UserMemory, request: number, argument: U64): number {
    const entry = vfioEntries.get(request);
    if (entry === undefined) return -errno.ENOTTY;
    const { layout, handler } = entry;
    const { call } = this;
    // A value is not an address.
    if (layout.minBytes > 0) {
      const readable = call.begin(memory, argument);
      if (readable < layout.minBytes && !call.readStruct(layout.minBytes)) return -errno.EFAULT;
    }
    call.load(layout, layout.minBytes);
    call.memory = memory;
    call.argument = argument;
    call.context = context;
    call.caller = caller;
    return handler(call);
  }
}

/** For logs: "0", "3" or "-EINVAL". */
export function resultText(result: number): string {
  return result < 0 ? `-${errnoName(-result)}` : String(result);
}
