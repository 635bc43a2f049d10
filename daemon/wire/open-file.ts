/**
 * Open file descriptions: what a connection opens and others join, known by a token.
 *
 * A description lives while a connection holds it, as a file lives while a descriptor refers to it. The last holder
 * gone, it is released at once; connections that only speak for it then find nothing.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Context } from "../core/context.js";
import { DeviceObject } from "../core/device.js";
import { NO_PASID, type IommuGroup } from "../core/group.js";
import type { Endpoint } from "../devices/endpoint.js";
import type { DescriptorTarget } from "../uapi/descriptors.js";

export abstract class OpenFile {
  private holders = 1;
  released = false;
  abstract readonly node: string;

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
    private readonly onRelease: () => void,
  ) {
    super(token);
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

/** An endpoint as a node that can be opened any number of times, and bound by one of those that opened it. */
export class EndpointNode {
  bound = false;

  constructor(
    readonly endpoint: Endpoint,
    readonly group: IommuGroup,
  ) {}
}

/**
 * An open endpoint. Binding it to an iommufd holds that iommufd's context; the bound device holds what it is attached to,
 * with and without PASID, and its release gives all of it up.
 */
export class EndpointFile extends OpenFile {
  override readonly node: string;
  private device: DeviceObject | undefined;

  constructor(
    token: string,
    private readonly target: EndpointNode,
    private readonly onRelease: () => void,
  ) {
    super(token);
    this.node = `endpoint/${target.endpoint.name}`;
  }

  get endpoint(): Endpoint {
    return this.target.endpoint;
  }

  /** @returns the device object's id, or as a negative errno EINVAL (bound already, here or elsewhere), EPERM, ENOMEM */
  bind(context: Context): number {
    const { target } = this;
    if (target.bound) return -errno.EINVAL;
    const device = DeviceObject.bindTo(context, target.endpoint, target.group);
    if (typeof device === "number") return -device;
    target.bound = true;
    this.device = device;
    return device.id;
  }

  /**
   * The first time an attach, later a replace.
   * @param pasid NO_PASID, or from 1
   * @returns the HWPT's id, or a negative errno; EINVAL if not bound
   */
  attach(ptId: number, pasid = NO_PASID): number {
    const { device } = this;
    if (device === undefined) return -errno.EINVAL;
    const hwpt = device.hwptOf(pasid) === undefined ? device.attach(ptId, pasid) : device.replace(ptId, pasid);
    return typeof hwpt === "number" ? -hwpt : hwpt.id;
  }

  /** Not attached: success. @returns EINVAL if not bound */
  detach(pasid = NO_PASID): Errno {
    if (this.device === undefined) return errno.EINVAL;
    this.device.detach(pasid);
    return errno.OK;
  }

  protected override release(): void {
    this.onRelease();
    if (this.device === undefined) return;
    this.device.unbind();
    this.target.bound = false;
  }
}
