/**
 * `VdpaDevice`: a simulated vDPA device, with the ioctls of vhost-vdpa: its driver gives it virtqueues whose rings and buffers lie
 * at IOVAs of what it is attached to. The device is a loopback: it copies what a chain lets it read to what the chain lets it write.
 */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import * as api from "../../proto/uapi/vhost.js";
import { Connection } from "./connection.js";
import { IommufdError } from "./errors.js";
import { rawCall, type RawMemory } from "./ioctl-call.js";
import { type ConnectOptions, endOnFailure, type IommuFd, openNode, transportOf } from "./iommu-fd.js";
import type { Named } from "./vfio-calls.js";
import { toBigInt, type Uint64 } from "./wire64.js";

/** The number by which a call here names its event. */
const EVENT_FD = 1000;
const NO_EVENT_FD = -1;

/** Where the rings of a queue lie. */
export interface VringAddresses {
  readonly descriptors: Uint64;
  readonly available: Uint64;
  readonly used: Uint64;
}

export class VdpaDevice {
  #closing: Promise<void> | undefined;

  private constructor(
    readonly connection: Connection,
    readonly name: string,
  ) {}

  /** @param options.name as in the daemon's topology @throws ProtocolError; IommufdError ENOENT */
  static async open(options: ConnectOptions & { readonly name: string }): Promise<VdpaDevice> {
    const connection = await Connection.open(transportOf(options));
    return await endOnFailure(connection, async () => {
      await openNode(connection, `vdpa/${options.name}`);
      return new VdpaDevice(connection, options.name);
    });
  }

  /** Binds the device to an iommufd. @returns the device's object id there @throws IommufdError EBADF, EINVAL, EPERM */
  bind(iommufd: IommuFd): Promise<number> {
    return this.#result("bind", { deviceBind: { iommufdToken: iommufd.token } });
  }

  /** Attaches the device, or replaces what it is attached to. @param ptId an IOAS or HWPT @returns the HWPT attached */
  attach(ptId: number): Promise<number> {
    return this.#result("attach", { deviceAttach: { ptId } });
  }

  async detach(): Promise<void> {
    await this.#result("detach", { deviceDetach: {} });
  }

  /** VHOST_GET_FEATURES. */
  async getFeatures(): Promise<bigint> {
    const bytes = await this.#ioctl("VHOST_GET_FEATURES", api.VHOST_GET_FEATURES, new Uint8Array(8));
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  /** VHOST_SET_FEATURES. @throws IommufdError EINVAL, EBUSY */
  async setFeatures(features: bigint): Promise<void> {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, features, true);
    await this.#ioctl("VHOST_SET_FEATURES", api.VHOST_SET_FEATURES, bytes);
  }

  /** VHOST_VDPA_GET_STATUS. */
  async getStatus(): Promise<number> {
    return (await this.#ioctl("VHOST_VDPA_GET_STATUS", api.VHOST_VDPA_GET_STATUS, new Uint8Array(1)))[0]!;
  }

  /** VHOST_VDPA_SET_STATUS. @param status of virtio; 0 resets @throws IommufdError EINVAL */
  async setStatus(status: number): Promise<void> {
    await this.#ioctl("VHOST_VDPA_SET_STATUS", api.VHOST_VDPA_SET_STATUS, Uint8Array.of(status));
  }

  /** VHOST_SET_VRING_NUM. @param entries a power of two up to 256 @throws IommufdError ENOBUFS, EINVAL, EBUSY */
  async setVringNumber(index: number, entries: number): Promise<void> {
    await this.#setState("VHOST_SET_VRING_NUM", api.VHOST_SET_VRING_NUM, index, entries);
  }

  /** VHOST_SET_VRING_ADDR. @throws IommufdError ENOBUFS, EINVAL, EBUSY */
  async setVringAddresses(index: number, { descriptors, available, used }: VringAddresses): Promise<void> {
    const bytes = encodeStruct(api.vhost_vring_addr, {
      index,
      desc_user_addr: toBigInt(descriptors, "descriptors"),
      avail_user_addr: toBigInt(available, "available"),
      used_user_addr: toBigInt(used, "used"),
    });
    await this.#ioctl("VHOST_SET_VRING_ADDR", api.VHOST_SET_VRING_ADDR, bytes);
  }

  /** VHOST_GET_VRING_BASE: index of the next chain. */
  async getVringBase(index: number): Promise<number> {
    const bytes = encodeStruct(api.vhost_vring_state, { index });
    const out = await this.#ioctl("VHOST_GET_VRING_BASE", api.VHOST_GET_VRING_BASE, bytes);
    return decodeStruct(api.vhost_vring_state, out).num;
  }

  /** VHOST_VDPA_SET_VRING_ENABLE. */
  async setVringEnable(index: number, enabled: boolean): Promise<void> {
    await this.#setState("VHOST_VDPA_SET_VRING_ENABLE", api.VHOST_VDPA_SET_VRING_ENABLE, index, Number(enabled));
  }

  /** VHOST_SET_VRING_KICK: the event by which the driver says that there are chains. */
  async setVringKick(index: number, event: Named | undefined): Promise<void> {
    await this.#setEvent("VHOST_SET_VRING_KICK", api.VHOST_SET_VRING_KICK, index, event);
  }

  /** VHOST_SET_VRING_CALL: the event by which the device says that it has used chains. */
  async setVringCall(index: number, event: Named | undefined): Promise<void> {
    await this.#setEvent("VHOST_SET_VRING_CALL", api.VHOST_SET_VRING_CALL, index, event);
  }

  /** Gives the device up: it is reset, detached and unbound. Resolves when that has happened. */
  close(): Promise<void> {
    this.#closing ??= this.connection.release();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #setState(name: string, request: number, index: number, num: number): Promise<void> {
    await this.#ioctl(name, request, encodeStruct(api.vhost_vring_state, { index, num }));
  }

  async #setEvent(name: string, request: number, index: number, event: Named | undefined): Promise<void> {
    const fd = event === undefined ? NO_EVENT_FD : EVENT_FD;
    const bytes = encodeStruct(api.vhost_vring_file, { index, fd });
    const descriptors = event === undefined ? [] : [{ fd, token: event.token }];
    await this.#ioctl(name, request, bytes, { descriptors });
  }

  /** @returns the argument as the call left it */
  async #ioctl(name: string, request: number, argument: Uint8Array, memory: RawMemory = {}): Promise<Uint8Array> {
    const call = rawCall(request, argument, memory);
    const { result, struct } = call.finish(await this.connection.request({ ioctl: call.message }, "ioctl"));
    if (result < 0) throw new IommufdError(name, -result);
    return struct;
  }

  async #result(what: string, request: Parameters<Connection["request"]>[0]): Promise<number> {
    const reply = await this.connection.request(request, "result");
    if (reply.error) throw new IommufdError(`${what} ${this.name}`, reply.error, reply.message ?? "");
    return reply.id ?? 0;
  }
}
