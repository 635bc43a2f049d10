/**
 * The ioctls of a vDPA device's file, as vhost-vdpa has them: the operations of the vDPA bus for a driver in user space. Addresses
 * are IOVAs of what the device is attached to.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Field, StructLayout } from "../../proto/uapi/layout.js";
import * as api from "../../proto/uapi/vhost.js";
import { U64 } from "../u64.js";
import { returned } from "./call.js";
import type { EventCounter, FileCall } from "./descriptors.js";
import { readExactly } from "./user-memory.js";
import { UserStruct } from "./user-struct.js";

/** What is used of a vDPA device; errnos are its own. */
export interface VdpaOperations {
  /** The type of virtio device. */
  readonly deviceId: number;
  readonly queueCount: number;
  readonly queueSizeMax: number;
  getFeatures(): U64;
  setFeatures(features: U64): Errno;
  getStatus(): number;
  setStatus(status: number): Errno;
  setConfigCallback(callback: (() => void) | undefined): void;
  setVringNumber(index: number, size: number): Errno;
  setVringAddress(
    index: number,
    addresses: { readonly descriptors: U64; readonly available: U64; readonly used: U64 },
  ): Errno;
  setVringBase(index: number, base: number): Errno;
  getVringBase(index: number): number | undefined;
  setVringEnable(index: number, enabled: boolean): Errno;
  setVringCallback(index: number, callback: (() => void) | undefined): Errno;
  kick(index: number): Errno;
}

type StateLayout = StructLayout<{ index: Field<"u32">; num: Field<"u32"> }>;

/** An open vDPA device: what its driver has set up, which goes with the file. */
export class VhostVdpa {
  private readonly kicks = new Map<number, EventCounter>();
  private readonly calls = new Map<number, EventCounter>();
  private configCall: EventCounter | undefined;

  constructor(private readonly device: VdpaOperations) {}

  /** ENOTTY, EFAULT, EINVAL, ENOBUFS, EBADF, EBUSY, EOPNOTSUPP */
  ioctl(call: FileCall, request: number, argument: U64): number {
    const { device } = this;
    switch (request) {
      case api.VHOST_SET_OWNER:
        return 0;
      case api.VHOST_GET_FEATURES:
        return writeU64(call, argument, device.getFeatures());
      case api.VHOST_SET_FEATURES:
        return withBytes(call, argument, 8, (view) => device.setFeatures(U64.readFrom(view, 0)));
      case api.VHOST_VDPA_GET_DEVICE_ID:
        return writeNumber(call, argument, device.deviceId, 4);
      case api.VHOST_VDPA_GET_VQS_COUNT:
        return writeNumber(call, argument, device.queueCount, 4);
      case api.VHOST_VDPA_GET_VRING_NUM:
        return writeNumber(call, argument, device.queueSizeMax, 2);
      case api.VHOST_VDPA_GET_STATUS:
        return writeNumber(call, argument, device.getStatus(), 1);
      case api.VHOST_VDPA_SET_STATUS:
        return withBytes(call, argument, 1, (view) => this.setStatus(view.getUint8(0)));
      case api.VHOST_VDPA_SET_CONFIG_CALL:
        return withBytes(call, argument, 4, (view) => this.setConfigCall(call, view.getInt32(0, true)));
      case api.VHOST_SET_VRING_ADDR:
        return this.setAddresses(call, argument);
      case api.VHOST_SET_VRING_KICK:
        return this.setEvent(call, argument, (index, event) => this.setKick(index, event));
      case api.VHOST_SET_VRING_CALL:
        return this.setEvent(call, argument, (index, event) => this.setCall(index, event));
      default:
        return this.setState(call, request, argument);
    }
  }

  /** The last descriptor is closed: the device is reset. */
  release(): void {
    this.setStatus(0);
  }

  private setStatus(status: number): Errno {
    const error = this.device.setStatus(status);
    // A reset forgets everything that the driver has set up.
    if (error === errno.OK && status === 0) this.forget();
    return error;
  }

  private forget(): void {
    this.configCall?.release();
    this.configCall = undefined;
    for (const events of [this.kicks, this.calls]) {
      for (const event of events.values()) event.release();
      events.clear();
    }
  }

  private setConfigCall({ descriptors }: FileCall, fd: number): Errno {
    const event = fd < 0 ? undefined : descriptors.openEvent(fd);
    if (typeof event === "number") return event;
    this.configCall?.release();
    this.configCall = event;
    this.device.setConfigCallback(
      event &&
        (() => {
          event.signal();
        }),
    );
    return errno.OK;
  }

  private setAddresses({ memory }: FileCall, argument: U64): number {
    const { fields } = api.vhost_vring_addr;
    const request = UserStruct.read(memory, argument, api.vhost_vring_addr);
    if (request === undefined) return -errno.EFAULT;
    const index = request.u32(fields.index);
    if (index >= this.device.queueCount) return -errno.ENOBUFS;
    if (request.u32(fields.flags) !== 0) return -errno.EOPNOTSUPP;
    const addresses = {
      descriptors: request.u64(fields.desc_user_addr),
      available: request.u64(fields.avail_user_addr),
      used: request.u64(fields.used_user_addr),
    };
    return returned(this.device.setVringAddress(index, addresses));
  }

  private setEvent(
    { memory, descriptors }: FileCall,
    argument: U64,
    use: (index: number, event: EventCounter | undefined) => Errno,
  ): number {
    const { fields } = api.vhost_vring_file;
    const request = UserStruct.read(memory, argument, api.vhost_vring_file);
    if (request === undefined) return -errno.EFAULT;
    const index = request.u32(fields.index);
    if (index >= this.device.queueCount) return -errno.ENOBUFS;
    const fd = request.s32(fields.fd);
    const event = fd === -1 ? undefined : descriptors.openEvent(fd);
    return typeof event === "number" ? -event : returned(use(index, event));
  }

  private setKick(index: number, event: EventCounter | undefined): Errno {
    this.kicks.get(index)?.release();
    if (event === undefined) this.kicks.delete(index);
    else this.kicks.set(index, event);
    event?.listen(() => {
      this.device.kick(index);
    });
    return errno.OK;
  }

  private setCall(index: number, event: EventCounter | undefined): Errno {
    this.calls.get(index)?.release();
    if (event === undefined) this.calls.delete(index);
    else this.calls.set(index, event);
    return this.device.setVringCallback(
      index,
      event &&
        (() => {
          event.signal();
        }),
    );
  }

  private setState({ memory }: FileCall, request: number, argument: U64): number {
    const operations: Readonly<Record<number, (index: number, value: number) => Errno>> = {
      [api.VHOST_SET_VRING_NUM]: (index, value) => this.device.setVringNumber(index, value),
      [api.VHOST_SET_VRING_BASE]: (index, value) => this.device.setVringBase(index, value),
      [api.VHOST_VDPA_SET_VRING_ENABLE]: (index, value) => this.device.setVringEnable(index, value !== 0),
    };
    const operation = operations[request];
    if (operation === undefined && request !== api.VHOST_GET_VRING_BASE) return -errno.ENOTTY;
    const layout: StateLayout = api.vhost_vring_state;
    const state = UserStruct.read(memory, argument, layout);
    if (state === undefined) return -errno.EFAULT;
    const index = state.u32(layout.fields.index);
    if (index >= this.device.queueCount) return -errno.ENOBUFS;
    if (operation !== undefined) return returned(operation(index, state.u32(layout.fields.num)));
    state.setU32(layout.fields.num, this.device.getVringBase(index)!);
    return returned(state.respond());
  }
}

function withBytes({ memory }: FileCall, argument: U64, length: number, use: (view: DataView) => Errno): number {
  const bytes = readExactly(memory, argument, length);
  return bytes === undefined ? -errno.EFAULT : returned(use(new DataView(bytes.buffer)));
}

function writeNumber({ memory }: FileCall, argument: U64, value: number, bytes: number): number {
  const written = Uint8Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
  return memory.write(argument, written) ? 0 : -errno.EFAULT;
}

function writeU64({ memory }: FileCall, argument: U64, value: U64): number {
  const view = new DataView(new ArrayBuffer(8));
  value.writeTo(view, 0);
  return memory.write(argument, new Uint8Array(view.buffer)) ? 0 : -errno.EFAULT;
}
