/**
 * One ioctl in progress: who calls, on which context, and the argument struct as it was copied in.
 *
 * A dispatcher has a single `Call` that it fills anew for every ioctl, since a handler is one atomic step: nothing in
 * here outlives the handler.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Field, StructLayout } from "../../proto/uapi/layout.js";
import type { Context } from "../core/context.js";
import type { AllocateKernelMemory } from "../core/dmabuf.js";
import type { IoasObject } from "../core/ioas-object.js";
import type { Caller } from "../core/mm.js";
import type { MockBus } from "../core/selftest.js";
import { U64 } from "../u64.js";
import type { Descriptors } from "./descriptors.js";
import { StructFields } from "./struct-fields.js";
import type { UserMemory } from "./user-memory.js";

/** The largest struct of the uAPI is 72 bytes. */
const STRUCT_BYTES_MAX = 128;

/** The u32 `size` that every native struct begins with. */
export const SIZE_BYTES = 4;

/** What handlers need of the daemon besides the context. */
export interface Host {
  /** The kernel has IOMMUFD_TEST: IOMMU_TEST_CMD exists. */
  readonly selftest: boolean;
  /** Known defects of Linux 7.1 that a program can see are mended, as the specification marks them. */
  readonly kernelFixes: boolean;
  /** For dma-bufs. */
  readonly allocateKernel: AllocateKernelMemory;
  /** Where the selftest's devices come from; undefined without it. */
  readonly mock?: MockBus | undefined;
}

export class Call extends StructFields {
  context!: Context;
  caller!: Caller;
  memory!: UserMemory;
  host!: Host;
  descriptors!: Descriptors;
  /** The third argument of ioctl(2). */
  argument = U64.ZERO;
  /** min(size, struct size): what is copied back. */
  private respondBytes = 0;
  /** The beginning of `bytes`, by its length: what is copied back is a view that exists already. */
  private readonly heads: Uint8Array[] = [];

  constructor() {
    super(new Uint8Array(STRUCT_BYTES_MAX));
  }

  /** Fault injection: whether an allocation that the kernel makes at this point of the call is to fail. */
  allocationFails(): boolean {
    return this.context.accounts.points.ordinaryFails();
  }

  /** Copies in the beginning of the struct: its size, and what comes with it at no cost. @returns how many bytes */
  begin(memory: UserMemory, argument: U64): number {
    this.memory = memory;
    this.argument = argument;
    return memory.read(argument, this.bytes, STRUCT_BYTES_MAX, SIZE_BYTES);
  }

  /** Copies in the first `length` bytes of the struct. @returns whether all of them can be read */
  readStruct(length: number): boolean {
    return this.memory.read(this.argument, this.bytes, length) === length;
  }

  size(): number {
    return this.view.getUint32(0, true);
  }

  /** Settles for the first `copied` bytes of this struct; what the caller's struct lacks reads as zero. */
  load(layout: StructLayout, copied: number): void {
    this.respondBytes = copied;
    if (copied < layout.bytes) this.bytes.fill(0, copied, layout.bytes);
  }

  /**
   * Copies the struct back: 0 or EFAULT.
   * @param length bytes of it that the caller has, where more than were copied in
   */
  respond(length = this.respondBytes): Errno {
    const head = (this.heads[length] ??= this.bytes.subarray(0, length));
    return this.memory.write(this.argument, head) ? errno.OK : errno.EFAULT;
  }

  /** Copies one field back: 0 or EFAULT. */
  respondField(field: Field<"u64">): Errno {
    const address = this.argument.plusNumber(field.offset);
    return this.memory.write(address, this.bytes.slice(field.offset, field.offset + 8)) ? errno.OK : errno.EFAULT;
  }

  findIoas(id: number): IoasObject | undefined {
    return this.context.findIoas(id);
  }
}

/** Runs an ioctl whose struct is loaded: 0 or a positive errno. */
export type Handler = (call: Call) => Errno;

/** The same for an ioctl that answers with a number: what ioctl(2) returns, or a negative errno. */
export type NumberHandler = (call: Call) => number;

/** What ioctl(2) returns where nothing but an errno is answered. */
export function returned(error: Errno): number {
  return error === errno.OK ? 0 : -error;
}
