/**
 * Open file descriptions: what a connection opens and others join, known by a token.
 *
 * A description lives while a connection holds it, as a file lives while a descriptor refers to it. The last holder
 * gone, it is released at once; connections that only speak for it then find nothing.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Context } from "../core/context.js";
import { DeviceObject } from "../core/device.js";
import { NO_PASID, type BusDevice, type IommuGroup } from "../core/group.js";
import type { Endpoint } from "../devices/endpoint.js";
import type { VdpaDevice } from "../devices/vdpa/device.js";
import type { U64 } from "../u64.js";
import type { DescriptorTarget, FileCall } from "../uapi/descriptors.js";
import type { Dispatcher } from "../uapi/dispatch.js";
import { VhostVdpa } from "../uapi/vhost-vdpa.js";

export abstract class OpenFile {
  private holders = 1;
  released = false;
  abstract readonly node: string;

  /** ioctl(2). @returns what ioctl(2) returns, or a negative errno */
  abstract ioctl(call: FileCall, request: number, argument: U64): number;

  constructor(readonly token: string) {}

  hold(): void {
    this.holders++;
  }

  /** @returns whether the description is released now */
  drop(): boolean {
    this.holders--;
    if (this.holders > 0) return false;
    this.released = true;
    this.release();
    return true;
  }

  get holderCount(): number {
    return this.holders;
  }

  protected abstract release(): void;
}

/** An open /dev/iommu or /dev/vfio/vfio. */
export class IommufdFile extends OpenFile {
  constructor(
    token: string,
    override readonly node: string,
    readonly context: Context,
    private readonly dispatcher: Dispatcher,
    private readonly onRelease: () => void,
  ) {
    super(token);
  }

  override ioctl({ caller, memory, descriptors }: FileCall, request: number, argument: U64): number {
    return this.dispatcher.ioctl(this.context, caller, memory, request, argument, descriptors);
  }

  protected override release(): void {
    this.onRelease();
    this.context.release();
  }
}

/** A connection that is told when there is something to read. */
export interface Notified {
  readable(): void;
}

/** Notices of arrivals that a connection may not have seen yet: so many, and no more, are sent before one is withdrawn. */
const NOTICES_MAX = 64;

/**
 * A file whose kind decides what it does: a node such as a VFIO group, or what an ioctl made.
 *
 * One connection at a time is notified of arrivals. The notices lie in its socket, so that poll(2) of the socket tells
 * what poll(2) of the file would; they are withdrawn when nothing is left to read, by a reply to whoever read last.
 */
export class TargetFile extends OpenFile {
  private notified: Notified | undefined;
  /** Sent and not withdrawn. */
  private notices = 0;
  /** Why text that came without a frame was not taken. */
  private failure: Errno = errno.OK;

  /** @param onEmptied is called when something other than a read has left nothing to read, and there are notices of it */
  constructor(
    token: string,
    readonly target: DescriptorTarget,
    private readonly onRelease: () => void,
    private readonly onEmptied: (file: TargetFile) => void,
  ) {
    super(token);
    target.readiness?.listen(() => {
      if (this.isReadable()) this.sendNotice();
      else if (this.notices > 0) this.onEmptied(this);
    });
  }

  override get node(): string {
    return this.target.node;
  }

  override ioctl(call: FileCall, request: number, argument: U64): number {
    return this.target.ioctl?.(call, request, argument) ?? -errno.ENOTTY;
  }

  /** @returns EBUSY: another connection is notified already */
  notify(connection: Notified): Errno {
    if (this.notified !== undefined) return errno.EBUSY;
    this.notified = connection;
    this.notices = 0;
    if (this.isReadable()) this.sendNotice();
    return errno.OK;
  }

  /** The connection leaves. */
  forget(connection: Notified): void {
    if (this.notified === connection) this.notified = undefined;
  }

  /** @returns how many notices hold no longer */
  withdraw(): number {
    if (this.isReadable()) return 0;
    const withdrawn = this.notices;
    this.notices = 0;
    return withdrawn;
  }

  /** Nobody waits for the answer to a write: it is that of the next one. */
  fail(error: Errno): void {
    this.failure = error;
  }

  /** Told once. */
  takeFailure(): Errno {
    const { failure } = this;
    this.failure = errno.OK;
    return failure;
  }

  private isReadable(): boolean {
    return this.target.readiness?.readable === true;
  }

  private sendNotice(): void {
    if (this.notified === undefined || this.notices === NOTICES_MAX) return;
    this.notices++;
    this.notified.readable();
  }

  protected override release(): void {
    this.onRelease();
    this.target.release();
  }
}

/**
 * What an ioctl made and its caller gets a descriptor of. The session that made it holds it until the client joins with
 * `hold`, which takes that hold over.
 */
export class MadeFile extends TargetFile {
  private claimed = false;

  override hold(): void {
    if (this.claimed) super.hold();
    this.claimed = true;
  }

  /** The session that made it is over. */
  abandon(): void {
    if (!this.claimed) this.drop();
  }
}

/** A device as a node that can be opened any number of times, and bound by one of those that opened it. */
export class DeviceNode<Device extends BusDevice> {
  bound = false;

  constructor(
    readonly device: Device,
    readonly group: IommuGroup,
  ) {}
}

/**
 * An open device. Binding it to an iommufd holds that iommufd's context; the bound device holds what it is attached to, with and
 * without PASID, and its release gives all of it up.
 */
export abstract class DeviceFile<Device extends BusDevice> extends OpenFile {
  private binding: DeviceObject | undefined;

  constructor(
    token: string,
    protected readonly target: DeviceNode<Device>,
    private readonly onRelease: () => void,
  ) {
    super(token);
  }

  /** @returns the device object's id, or as a negative errno EINVAL (bound already, here or elsewhere), EPERM, ENOMEM */
  bind(context: Context): number {
    const { target } = this;
    if (target.bound) return -errno.EINVAL;
    const binding = DeviceObject.bindTo(context, target.device, target.group);
    if (typeof binding === "number") return -binding;
    target.bound = true;
    this.binding = binding;
    return binding.id;
  }

  /**
   * The first time an attach, later a replace.
   * @param pasid NO_PASID, or from 1
   * @returns the HWPT's id, or a negative errno; EINVAL if not bound
   */
  attach(ptId: number, pasid = NO_PASID): number {
    const { binding } = this;
    if (binding === undefined) return -errno.EINVAL;
    const hwpt = binding.hwptOf(pasid) === undefined ? binding.attach(ptId, pasid) : binding.replace(ptId, pasid);
    return typeof hwpt === "number" ? -hwpt : hwpt.id;
  }

  /** Not attached: success. @returns EINVAL if not bound */
  detach(pasid = NO_PASID): Errno {
    if (this.binding === undefined) return errno.EINVAL;
    this.binding.detach(pasid);
    return errno.OK;
  }

  protected override release(): void {
    this.onRelease();
    if (this.binding === undefined) return;
    this.binding.unbind();
    this.target.bound = false;
  }
}

/** An open endpoint, which its client tells to do DMA. */
export class EndpointFile extends DeviceFile<Endpoint> {
  override get node(): string {
    return `endpoint/${this.endpoint.name}`;
  }

  get endpoint(): Endpoint {
    return this.target.device;
  }

  override ioctl(): number {
    return -errno.ENOTTY;
  }
}

/** An open vDPA device. */
export class VdpaFile extends DeviceFile<VdpaDevice> {
  private readonly vhost: VhostVdpa;

  constructor(token: string, target: DeviceNode<VdpaDevice>, onRelease: () => void) {
    super(token, target, onRelease);
    this.vhost = new VhostVdpa(target.device);
  }

  override get node(): string {
    return `vdpa/${this.target.device.name}`;
  }

  override ioctl(call: FileCall, request: number, argument: U64): number {
    return this.vhost.ioctl(call, request, argument);
  }

  /** The device is quiet before it is detached. */
  protected override release(): void {
    this.vhost.release();
    super.release();
  }
}
