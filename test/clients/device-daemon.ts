/**
 * A daemon of a few lines with one VFIO device, for clients of device files and of mapped registers: what matters is what
 * comes over the wire, not what a device is. Its BAR has a page of registers, a page of memory and a page of registers;
 * the registers below are named in test/clients/c/shim_device.h, too.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import { rowOf } from "../../proto/uapi/table.js";
import * as api from "../../proto/uapi/vfio-device.js";
import * as features from "../../proto/uapi/vfio-feature.js";
import * as interrupts from "../../proto/uapi/vfio-interrupts.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { fromLong, toLong } from "../../client/ts/wire64.js";
import { DescriptionDaemon, type ClientFrame, type ServerFrame, type Session } from "./description-daemon.js";

type Ioctl = iommufd_emu.v1.Ioctl.$Properties;
type IoctlReply = iommufd_emu.v1.IoctlReply.$Properties;
type Content = "iommufd" | "group" | "device" | "dmabuf" | "mapping";

const PAGE = 4096;
const BAR_BYTES = 3 * PAGE;
const CONFIG_REGION = 7n << 40n;
const NAME = "0000:00:04.0";

/** The last access: its kind (1 a load, 2 a store), length and offset, in bytes 7, 6 and 0 to 5. */
const LAST_ACCESS = 0x800;
/** How many accesses there were, but for those of these two. */
const ACCESS_COUNT = 0x808;
/** Writing ones clears them. */
const RW1C = 0x900;
/** Adds 1 at each load. */
const COUNTER = 0x904;
/** In the last page: while not 0, nothing else in it answers. */
const SWITCH = 0x2ff0;

export class DeviceDaemon extends DescriptionDaemon<Content> {
  private readonly files = mkdtempSync(join(tmpdir(), "iommufd-emu-device-"));
  private readonly memoryPath = join(this.files, "memory");
  private readonly bar = Buffer.alloc(BAR_BYTES);
  private readonly config = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  private last = 0n;
  private accesses = 0n;

  private constructor() {
    super({
      open: (node) => {
        if (node === "/dev/iommu" || node === "/dev/vfio/vfio") return "iommufd";
        if (node === "/dev/vfio/7") return "group";
        return node === "/dev/vfio/devices/vfio3" ? "device" : errno.ENOENT;
      },
      answer: (frame, session) => this.answer(frame, session),
    });
    writeFileSync(this.memoryPath, Buffer.alloc(PAGE));
  }

  static start(): Promise<DeviceDaemon> {
    return new DeviceDaemon().listen();
  }

  override async stop(): Promise<void> {
    await super.stop();
    rmSync(this.files, { recursive: true });
  }

  private answer(frame: ClientFrame, session: Session<Content>): ServerFrame {
    const { content } = session;
    if (frame.access && content === "mapping") return { access: this.access(frame.access) };
    if (frame.map) return { map: content === "device" ? this.map(frame.map, session) : { error: errno.ENODEV } };
    if (frame.read) return { file: this.read(frame.read) };
    if (frame.write) return { file: this.write(frame.write) };
    if (frame.ioctl && content === "group") return { ioctl: groupIoctl(frame.ioctl, session) };
    if (frame.ioctl && content === "device") return { ioctl: deviceIoctl(frame.ioctl, session) };
    if (frame.ioctl) return { ioctl: { result: -errno.ENOTTY } };
    return { error: { code: "UNEXPECTED", message: frame.body ?? "" } };
  }

  // ---- registers ------------------------------------------------------------------------------------------------------

  private map(
    { offset, length }: iommufd_emu.v1.Map.$Properties,
    session: Session<Content>,
  ): iommufd_emu.v1.MapReply.$Properties {
    if (fromLong(offset) !== 0n || fromLong(length) > BigInt(BAR_BYTES)) return { error: errno.EINVAL };
    const pages = Number(fromLong(length)) / PAGE;
    const pieces = Array.from({ length: pages }, (_, page) => ({
      offset: toLong(page * PAGE, "offset"),
      length: toLong(PAGE, "length"),
      registers: page !== 1,
      fileOffset: toLong(0, "offset"),
    }));
    return { path: pages > 1 ? this.memoryPath : "", pieces, token: session.adopt("mapping") };
  }

  private access(access: iommufd_emu.v1.Access.$Properties): iommufd_emu.v1.AccessReply.$Properties {
    const offset = Number(fromLong(access.offset));
    const stores = (access.data?.length ?? 0) > 0;
    const length = stores ? access.data!.length : (access.length ?? 0);
    if (offset >= 2 * PAGE && offset !== SWITCH && this.bar.readUInt32LE(SWITCH) !== 0) return { error: errno.EFAULT };
    if (offset === LAST_ACCESS || offset === ACCESS_COUNT) {
      this.bar.writeBigUInt64LE(this.last, LAST_ACCESS);
      this.bar.writeBigUInt64LE(this.accesses, ACCESS_COUNT);
      return { data: this.bar.subarray(offset, offset + length) };
    }
    this.accesses++;
    this.last = (stores ? 2n << 56n : 1n << 56n) | (BigInt(length) << 48n) | BigInt(offset);
    if (!stores) {
      if (offset === COUNTER) this.bar.writeUInt32LE(this.bar.readUInt32LE(COUNTER) + 1, COUNTER);
      return { data: this.bar.subarray(offset, offset + length) };
    }
    if (offset === RW1C) this.bar[RW1C]! &= ~access.data![0]!;
    else this.bar.set(access.data!, offset);
    return {};
  }

  // ---- files ----------------------------------------------------------------------------------------------------------

  private read({ address, count, offset }: iommufd_emu.v1.Read.$Properties): iommufd_emu.v1.FileReply.$Properties {
    const at = Number(fromLong(offset) - (offset == null ? 0n : CONFIG_REGION));
    const source = offset == null ? this.bar : this.config;
    if (at < 0 || at > source.length) return { result: -errno.EINVAL };
    const data = source.subarray(at, at + Number(fromLong(count)));
    return { result: data.length, written: [{ address: toLong(fromLong(address), "address"), data }] };
  }

  private write({ readable, offset }: iommufd_emu.v1.Write.$Properties): iommufd_emu.v1.FileReply.$Properties {
    const data = readable?.[0]?.data ?? new Uint8Array();
    const at = Number(fromLong(offset) - CONFIG_REGION);
    if (offset == null || at < 0 || at + data.length > this.config.length) return { result: -errno.EINVAL };
    this.config.set(data, at);
    return { result: data.length };
  }
}

// ---- ioctls -----------------------------------------------------------------------------------------------------------

function groupIoctl(ioctl: Ioctl, session: Session<Content>): IoctlReply {
  const bytes = readableAt(ioctl);
  switch (rowOf("group", ioctl.request ?? 0)?.name ?? "") {
    case "VFIO_GROUP_GET_STATUS":
      return written(ioctl, encodeStruct(api.vfio_group_status, { argsz: 8, flags: api.VFIO_GROUP_FLAGS_VIABLE }));
    case "VFIO_GROUP_SET_CONTAINER":
      return namedIn(ioctl, session, bytes.readInt32LE(0)) === "iommufd" ? {} : { result: -errno.EBADFD };
    case "VFIO_GROUP_UNSET_CONTAINER":
      return {};
    case "VFIO_GROUP_GET_DEVICE_FD":
      if (!bytes.includes(0)) return { result: -errno.EINVAL };
      if (bytes.toString("latin1", 0, bytes.indexOf(0)) !== NAME) return { result: -errno.ENODEV };
      return { descriptors: [{ token: session.adopt("device") }] };
    default:
      return { result: -errno.ENOTTY };
  }
}

function deviceIoctl(ioctl: Ioctl, session: Session<Content>): IoctlReply {
  const bytes = readableAt(ioctl);
  switch (rowOf("device", ioctl.request ?? 0)?.name ?? "") {
    case "VFIO_DEVICE_GET_REGION_INFO":
      return regionInfo(ioctl, bytes);
    case "VFIO_DEVICE_SET_IRQS":
      return { result: countedDescriptors(ioctl, session, bytes) };
    case "VFIO_DEVICE_GET_PCI_HOT_RESET_INFO":
      return { result: -errno.ENODEV };
    case "VFIO_DEVICE_FEATURE":
      return feature(session, bytes);
    case "VFIO_DEVICE_BIND_IOMMUFD": {
      const { argsz, flags, iommufd } = decodeStruct(api.vfio_device_bind_iommufd, bytes);
      if (namedIn(ioctl, session, iommufd) !== "iommufd") return { result: -errno.EBADFD };
      return written(ioctl, encodeStruct(api.vfio_device_bind_iommufd, { argsz, flags, iommufd, out_devid: 5 }));
    }
    case "VFIO_DEVICE_RESET":
      return {};
    default:
      return { result: -errno.ENOTTY };
  }
}

/** With a capability behind the struct, where there is room for it. */
function regionInfo(ioctl: Ioctl, bytes: Buffer): IoctlReply {
  const { argsz, index } = decodeStruct(api.vfio_region_info, bytes);
  const fits = argsz >= api.vfio_region_info.bytes + 8;
  const struct = encodeStruct(api.vfio_region_info, {
    argsz: fits ? argsz : 40,
    flags: 15,
    index,
    cap_offset: fits ? api.vfio_region_info.bytes : 0,
    size: BigInt(BAR_BYTES),
    offset: BigInt(index) << 40n,
  });
  const capability = Buffer.from([api.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE, 0, 1, 0, 0, 0, 0, 0]);
  return written(ioctl, fits ? Buffer.concat([struct, capability]) : struct);
}

/** How many of the descriptors behind a vfio_irq_set are of this daemon. */
function countedDescriptors(ioctl: Ioctl, session: Session<Content>, bytes: Buffer): number {
  const { count } = decodeStruct(interrupts.vfio_irq_set, bytes);
  const numbers = Array.from({ length: count }, (_, i) => bytes.readInt32LE(interrupts.vfio_irq_set.bytes + 4 * i));
  return numbers.filter((fd) => namedIn(ioctl, session, fd) !== undefined).length;
}

function feature(session: Session<Content>, bytes: Buffer): IoctlReply {
  const { flags } = decodeStruct(features.vfio_device_feature, bytes);
  if ((flags & features.VFIO_DEVICE_FEATURE_MASK) !== features.VFIO_DEVICE_FEATURE_DMA_BUF) return {};
  if ((flags & features.VFIO_DEVICE_FEATURE_PROBE) !== 0) return {};
  return { descriptors: [{ token: session.adopt("dmabuf") }] };
}

/** What came of the struct or text that the argument points to. */
function readableAt(ioctl: Ioctl): Buffer {
  const argument = fromLong(ioctl.argument);
  const segment = (ioctl.readable ?? []).find(({ address }) => fromLong(address) === argument);
  return Buffer.from(segment?.data ?? []);
}

function namedIn(ioctl: Ioctl, session: Session<Content>, fd: number): Content | undefined {
  return session.find((ioctl.descriptors ?? []).find((descriptor) => descriptor.fd === fd)?.token);
}

/** Writes to the argument, which the client must have offered. */
function written(ioctl: Ioctl, data: Uint8Array): IoctlReply {
  const argument = fromLong(ioctl.argument);
  const offered = (ioctl.writable ?? []).some(
    ({ address, length }) => fromLong(address) === argument && (length ?? 0) >= data.length,
  );
  return offered ? { written: [{ address: toLong(argument, "argument"), data }] } : { result: -errno.EFAULT };
}
