/**
 * ACCESS: an in-kernel user of an IOAS's memory, as a driver with an emulated device is (specification 20, section 8). It
 * pins ranges for long, or reads and writes bytes, and is asked to let go when a range that it pinned is unmapped.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE, U64, lastOf } from "../u64.js";
import type { Context } from "./context.js";
import type { IoasAccess } from "./ioas-access.js";
import type { IoasObject } from "./ioas-object.js";
import type { Caller } from "./mm.js";
import { IommufdObject } from "./objects.js";

/** What the driver behind an access brings. */
export interface AccessUser {
  /** Pins pages: the IOAS must then be page aligned. */
  readonly pinsPages: boolean;
  /** Must give back every pin that intersects [iova, iova + length). A length of 2^64 - 1 means everything. */
  unmap(iova: U64, length: U64): void;
}

export class AccessObject extends IommufdObject implements IoasAccess {
  override readonly type = "access";
  private ioas: IoasObject | undefined;
  /** The IOAS that pins are given back to: also while a detach asks for them. */
  private pinnedIn: IoasObject | undefined;

  private constructor(
    private readonly context: Context,
    private readonly user: AccessUser,
    private readonly holdsContext: boolean,
  ) {
    super();
    this.users++; // The driver's own: DESTROY of an access is always EBUSY.
  }

  /**
   * Makes an access and attaches it.
   * @param holdsContext it holds the context until `close`, as every driver's does but not that of a hardware queue
   * @returns ENOMEM, EBUSY, ENOENT, EADDRINUSE; not yet visible, so that the caller can still undo it with `abandon`
   */
  static create(context: Context, user: AccessUser, ioasId: number, holdsContext = true): AccessObject | Errno {
    const access = new AccessObject(context, user, holdsContext);
    let error = context.objects.reserve(access);
    if (error !== errno.OK) return error;
    error = access.changeTo(ioasId);
    if (error === errno.OK) return access;
    context.objects.abandon(access);
    return error;
  }

  publish(): void {
    this.context.objects.publish(this);
    if (this.holdsContext) this.context.hold();
  }

  /** Undoes an access that was never published. */
  abandon(): void {
    this.detach();
    this.context.objects.abandon(this);
  }

  /** The driver is gone. @returns whether that released the context */
  close(): boolean {
    this.detach();
    this.context.objects.remove(this);
    return this.holdsContext && this.context.release();
  }

  override teardown(): void {
    // Detached before it leaves the table.
  }

  override inspect(): Record<string, unknown> {
    return { ioas: this.ioas?.id ?? null, pinsPages: this.user.pinsPages };
  }

  get alignment(): number {
    return this.user.pinsPages ? PAGE_SIZE : 1;
  }

  notifyUnmap(iova: U64, length: U64): void {
    this.user.unmap(iova, length);
  }

  /** The IOAS that it is attached to. */
  get attachedIoas(): IoasObject | undefined {
    return this.ioas;
  }

  /** @returns ENOENT (not attached, or no such IOAS), EADDRINUSE, EBUSY */
  replace(ioasId: number): Errno {
    return this.ioas === undefined ? errno.ENOENT : this.changeTo(ioasId);
  }

  private changeTo(ioasId: number): Errno {
    const target = this.context.findIoas(ioasId);
    if (target === undefined) return errno.ENOENT;
    if (target === this.ioas) return errno.OK;
    const error = target.map.attachAccess(this);
    if (error !== errno.OK) return error;
    target.users++;
    this.detach();
    this.ioas = target;
    this.pinnedIn = target;
    return errno.OK;
  }

  private detach(): void {
    const old = this.ioas;
    if (old === undefined) return;
    this.ioas = undefined;
    this.user.unmap(U64.ZERO, U64.MAX);
    old.map.detachAccess(this);
    old.users--;
    this.pinnedIn = undefined;
  }

  /**
   * Pins [iova, iova + length).
   * @param frames receives one page frame for each page index
   * @returns EINVAL, EOVERFLOW, ENOENT, EPERM, EFAULT, ENOMEM; then nothing is pinned
   */
  pin(iova: U64, length: U64, write: boolean, frames: number[]): Errno {
    const last = this.lastByte(iova, length);
    return typeof last === "number" ? last : this.ioas!.map.pin(iova, last, write, frames);
  }

  /** Takes back one `pin` of exactly this range. */
  unpin(iova: U64, length: U64): void {
    this.pinnedIn!.map.unpin(iova, iova.plus(length).minus(U64.ONE));
  }

  /** As `pin` of whole pages for reading; nobody can unmap them until `unpinLocked`. */
  pinLocked(start: U64, last: U64, frames: number[]): Errno {
    return this.ioas!.map.pinLocked(start, last, frames);
  }

  unpinLocked(start: U64, last: U64): void {
    this.ioas!.map.unpinLocked(start, last);
  }

  /**
   * Copies between [iova, iova + bytes.length) and `bytes`. Areas before a failing one have been copied.
   * @param slow take the path through pinned pages also where the caller could copy directly
   * @returns EINVAL, EOVERFLOW, ENOENT, EPERM, EFAULT
   */
  transfer(iova: U64, bytes: Uint8Array, write: boolean, slow: boolean, caller: Caller): Errno {
    const last = this.lastByte(iova, U64.fromNumber(bytes.length));
    if (typeof last === "number") return last;
    return this.ioas!.map.transfer(iova, last, bytes, write, slow, caller.mm, this.context.memory);
  }

  private lastByte(iova: U64, length: U64): U64 | Errno {
    if (length.isZero()) return errno.EINVAL;
    const last = lastOf(iova, length);
    if (last === undefined) return errno.EOVERFLOW;
    return this.ioas === undefined ? errno.ENOENT : last;
  }
}
