/**
 * HW_QUEUE: a queue in guest memory that the hardware reads by physical address (specification 30, section 16).
 *
 * While it exists its pages stay pinned by an access of its own, and the mappings that hold them cannot be removed.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { HardwareQueue } from "../hw/interface.js";
import { PAGE_SIZE, U64, lastOf } from "../u64.js";
import { AccessObject } from "./access.js";
import type { Context } from "./context.js";
import { IommufdObject } from "./objects.js";
import type { ViommuObject } from "./viommu.js";

/** The kernel's array of page pointers has at most 2 GiB. */
const PAGES_MAX = 2 ** 28 - 1;

export class HwQueueObject extends IommufdObject {
  override readonly type = "hw-queue";
  private access: AccessObject | undefined;
  private queue: HardwareQueue | undefined;
  private dependsOn: HwQueueObject | undefined;
  private pinned = false;

  /** For `create`. */
  constructor(
    private readonly context: Context,
    private readonly viommu: ViommuObject,
    private readonly index: number,
    /** Whole pages. */
    private readonly start: U64,
    private readonly last: U64,
  ) {
    super();
    viommu.users++;
  }

  /**
   * Makes a queue at [iova, iova + length) of the parent's IOAS; not yet visible.
   * @returns ERANGE, ENOMEM, EBUSY, EADDRINUSE, EINVAL, EPERM, ENOENT, EFAULT, and the driver's error
   */
  static create(context: Context, viommu: ViommuObject, index: number, iova: U64, length: U64): HwQueueObject | Errno {
    const start = iova.minus(U64.fromNumber(iova.pageOffset()));
    const end = lastOf(iova, length)!;
    const last = end.plus(U64.fromNumber(PAGE_SIZE - 1 - end.pageOffset()));
    const queue = new HwQueueObject(context, viommu, index, start, last);
    let error = context.objects.reserve(queue);
    if (error !== errno.OK) {
      viommu.users--;
      return error;
    }
    error = queue.build(iova, length);
    if (error === errno.OK) return queue;
    queue.abandon();
    return error;
  }

  publish(): void {
    this.context.objects.publish(this);
  }

  /** Undoes a queue that was never published. */
  abandon(): void {
    this.context.objects.abandon(this);
    this.teardown();
  }

  private build(iova: U64, length: U64): Errno {
    const { context, start, last, viommu } = this;
    // The number of bytes, rounded up, is no u64.
    if (start.isZero() && last.isMax()) return errno.ERANGE;
    if (last.minus(start).page() >= PAGES_MAX) return errno.ENOMEM;
    const ioas = viommu.parent.ioas;
    // Nobody can be asked to let go: the lock keeps unmap from asking.
    const access = AccessObject.create(context, { pinsPages: true, unmap: () => undefined }, ioas.id, false);
    if (typeof access === "number") return access;
    access.publish();
    this.access = access;
    const frames: number[] = [];
    const error = access.pinLocked(start, last, frames);
    if (error !== errno.OK) return error;
    this.pinned = true;
    if (frames.some((frame, page) => frame !== frames[0]! + page)) return errno.EFAULT;
    const physical = frames[0]! * PAGE_SIZE + iova.pageOffset();
    const queue = viommu.hardware.allocateQueue!(this.index, physical, length.toNumber());
    if (typeof queue === "number") return queue;
    this.queue = queue;
    if (queue.dependsOn !== undefined) this.dependsOn = viommu.queues.get(queue.dependsOn);
    if (this.dependsOn !== undefined) this.dependsOn.users++;
    viommu.queues.set(queue, this);
    return errno.OK;
  }

  override teardown(): void {
    const { access, queue, viommu } = this;
    if (queue !== undefined) {
      queue.destroy();
      viommu.queues.delete(queue);
      if (this.dependsOn !== undefined) this.dependsOn.users--;
    }
    if (this.pinned) access?.unpinLocked(this.start, this.last);
    access?.close();
    viommu.users--;
  }

  override inspect(): Record<string, unknown> {
    return { viommu: this.viommu.id, index: this.index, start: this.start, last: this.last };
  }
}
