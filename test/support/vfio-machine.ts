/**
 * A machine with PCI functions behind VFIO, and a program with file descriptors that opens groups and device nodes and calls
 * their ioctls. For tests of rules; results are as ioctl(2) gives them, errnos negative.
 */
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import * as api from "../../proto/uapi/vfio-device.js";
import { Context } from "../../daemon/core/context.js";
import { IommuGroup } from "../../daemon/core/group.js";
import type { Iommu } from "../../daemon/hw/interface.js";
import { allocateSharedMemory } from "../../daemon/memory/shared-memory.js";
import { U64 } from "../../daemon/u64.js";
import type { Descriptors, DescriptorTarget, FileMapping } from "../../daemon/uapi/descriptors.js";
import { openVfioDevice, openVfioGroup } from "../../daemon/uapi/vfio-files.js";
import { VfioBus, VFIO_DRIVER } from "../../daemon/vfio/bus.js";
import { FakeEvents } from "./fake-events.js";
import { FakeMemory, FakeIommu, Machine } from "./machine.js";
import { FakeConfigSpace, FakeVfioFunction, type FunctionOptions } from "./vfio-function.js";

/** Where structs lie. */
export const ARGUMENT = 0x1000n;
/** A descriptor that is open, and neither VFIO's nor an iommufd. */
export const OTHER_FILE = 7;
/** A descriptor that is not open. */
export const CLOSED_FILE = 999;
const FIRST_FILE = 100;

type Values<F extends Fields> = Partial<StructValues<F>>;

export interface AddOptions extends Omit<FunctionOptions, "iommu"> {
  readonly iommu?: Iommu;
  readonly group?: number;
  /** null: none */
  readonly driver?: string | null;
}

export class VfioMachine {
  readonly machine = new Machine();
  readonly configs = new Map<string, FakeConfigSpace>();
  readonly events = new FakeEvents();
  readonly bus = new VfioBus({
    makeConfig: (pci, configEvents) => {
      const config = new FakeConfigSpace(pci, configEvents);
      this.configs.set(pci.name, config);
      return config;
    },
    exportMemory: () => {
      throw new Error("no BAR is exported here");
    },
  });
  private readonly groups = new Map<number, IommuGroup>();
  private readonly files = new Map<number, DescriptorTarget | Context>();
  private nextFile = FIRST_FILE;
  /** What the ioctl in progress made; 0: nothing. */
  private made = 0;

  /** Plugs in a function, by default in group 1. */
  add({ iommu = new FakeIommu(), group = 1, driver = VFIO_DRIVER, ...rest }: AddOptions = {}): FakeVfioFunction {
    const pci = new FakeVfioFunction({ ...rest, iommu });
    const error = this.bus.add(pci, this.group(group), driver ?? undefined);
    if (error !== errno.OK) throw new Error(`errno ${error}`);
    return pci;
  }

  group(id: number): IommuGroup {
    let group = this.groups.get(id);
    if (group === undefined) this.groups.set(id, (group = new IommuGroup(id, [])));
    return group;
  }

  /** A further context: another iommufd. */
  newContext(): Context {
    return new Context(this.machine.accounts, this.machine.frames, {
      perProcessAccounting: false,
      objectsMax: 1000,
      allocateShared: allocateSharedMemory,
    });
  }

  // ---- descriptors ----------------------------------------------------------------------------------------------------

  private give(file: DescriptorTarget | Context): number {
    this.files.set(this.nextFile, file);
    return this.nextFile++;
  }

  /** @param context of the machine's ioctls, unless another is given */
  openIommufd(context: Context = this.machine.context): number {
    return this.give(context);
  }

  openGroup(id = 1): number {
    const file = openVfioGroup(this.bus, id);
    return typeof file === "number" ? -file : this.give(file);
  }

  openNode(index = 0): number {
    const file = openVfioDevice(this.bus, index);
    return typeof file === "number" ? -file : this.give(file);
  }

  close(fd: number): void {
    this.files.get(fd)!.release();
    this.files.delete(fd);
  }

  target(fd: number): DescriptorTarget {
    const file = this.files.get(fd);
    if (file === undefined || file instanceof Context) throw new Error(`${fd} is no file of VFIO's`);
    return file;
  }

  readonly descriptors: Descriptors = {
    find: (fd) => {
      const file = this.files.get(fd);
      return file instanceof Context ? undefined : file;
    },
    findContext: (fd) => {
      const file = this.files.get(fd);
      if (file instanceof Context) return file;
      return this.descriptors.isOpen(fd) ? errno.EBADFD : errno.EBADF;
    },
    isOpen: (fd) => fd === OTHER_FILE || this.files.has(fd),
    openEvent: this.events.open,
    create: (target) => {
      this.made = this.give(target);
    },
  };

  // ---- calls ----------------------------------------------------------------------------------------------------------

  ioctl(fd: number, request: number, argument = 0n, memory = new FakeMemory()): number {
    this.made = 0;
    const call = { caller: this.machine.caller, memory, descriptors: this.descriptors };
    const result = this.target(fd).ioctl!(call, request, U64.fromBigInt(argument));
    return result === 0 ? this.made : result;
  }

  /** An ioctl whose argument is bytes, which are as it left them afterwards. */
  onBytes(fd: number, request: number, bytes: Uint8Array, writable = true): number {
    const memory = new FakeMemory();
    memory.add(ARGUMENT, bytes, writable);
    return this.ioctl(fd, request, ARGUMENT, memory);
  }

  call<F extends Fields>(
    fd: number,
    request: number,
    layout: StructLayout<F>,
    values: Values<F>,
    { writable = true, behind = new Uint8Array(0) } = {},
  ): { result: number; out: StructValues<F>; behind: Uint8Array } {
    const struct = encodeStruct(layout, values);
    const bytes = new Uint8Array(struct.length + behind.length);
    bytes.set(struct);
    bytes.set(behind, struct.length);
    const result = this.onBytes(fd, request, bytes, writable);
    return { result, out: decodeStruct(layout, bytes), behind: bytes.slice(struct.length) };
  }

  groupStatus(fd: number, argsz = 8): { result: number; flags: number } {
    const { result, out } = this.call(fd, 0x3b67, api.vfio_group_status, { argsz });
    return { result, flags: out.flags };
  }

  setContainer(fd: number, container: number): number {
    return this.onBytes(fd, 0x3b68, new Uint8Array(Int32Array.of(container).buffer));
  }

  unsetContainer(fd: number): number {
    return this.ioctl(fd, 0x3b69);
  }

  getDeviceFd(fd: number, name = "0000:00:04.0"): number {
    return this.onBytes(fd, 0x3b6a, Buffer.from(`${name}\0`), false);
  }

  bind(fd: number, iommufd: number, values: Values<typeof api.vfio_device_bind_iommufd.fields> = {}) {
    return this.call(fd, 0x3b76, api.vfio_device_bind_iommufd, { argsz: 16, iommufd, ...values });
  }

  attach(fd: number, ptId: number, pasid?: number): { result: number; ptId: number } {
    const values = pasid === undefined ? { argsz: 12 } : { flags: api.VFIO_DEVICE_ATTACH_PASID, pasid };
    const { result, out } = this.call(fd, 0x3b77, api.vfio_device_attach_iommufd_pt, { pt_id: ptId, ...values });
    return { result, ptId: out.pt_id };
  }

  detach(fd: number, pasid?: number): number {
    const values = pasid === undefined ? { argsz: 8 } : { flags: api.VFIO_DEVICE_DETACH_PASID, pasid };
    return this.call(fd, 0x3b78, api.vfio_device_detach_iommufd_pt, values).result;
  }

  /** A node that is bound to the machine's context, or the one given. */
  boundNode(index = 0, context?: Context): number {
    const [fd, iommufd] = [this.openNode(index), this.openIommufd(context)];
    const { result } = this.bind(fd, iommufd);
    if (result !== 0) throw new Error(`BIND: ${result}`);
    return fd;
  }

  /** The device of group 1, or of the group and address given, by way of the group, which is open. */
  groupDevice(address?: string, group = 1): { group: number; device: number } {
    const fd = this.openGroup(group);
    this.setContainer(fd, this.openIommufd());
    return { group: fd, device: this.getDeviceFd(fd, address) };
  }

  // ---- regions --------------------------------------------------------------------------------------------------------

  /** @returns the bytes read, or a negative errno */
  pread(fd: number, region: number, offset: number, count: number, mapped = true): number[] | number {
    const bytes = new Uint8Array(count);
    const memory = new FakeMemory();
    if (mapped) memory.add(ARGUMENT, bytes);
    const at = U64.fromNumber(region * 2 ** 40 + offset);
    const result = this.target(fd).readAt!(memory, U64.fromBigInt(ARGUMENT), count, at);
    return result < 0 ? result : [...bytes.subarray(0, result)];
  }

  /** @param count more than there are bytes: the rest cannot be read */
  pwrite(fd: number, region: number, offset: number, bytes: readonly number[], count = bytes.length): number {
    const memory = new FakeMemory();
    memory.add(ARGUMENT, Uint8Array.from(bytes), false);
    const at = U64.fromNumber(region * 2 ** 40 + offset);
    return this.target(fd).writeAt!(memory, U64.fromBigInt(ARGUMENT), count, at);
  }

  mmap(fd: number, region: number, offset: number, length: number): FileMapping | number {
    return this.target(fd).map!(U64.fromNumber(region * 2 ** 40 + offset), U64.fromNumber(length));
  }

  /** mmap(2) that succeeds. */
  mapped(fd: number, region: number, offset: number, length: number): FileMapping {
    const mapping = this.mmap(fd, region, offset, length);
    if (typeof mapping === "number") throw new Error(`errno ${mapping}`);
    return mapping;
  }

  /** Sets or clears COMMAND's memory bit. */
  setMemoryDecoding(fd: number, on: boolean): void {
    this.pwrite(fd, api.VFIO_PCI_CONFIG_REGION_INDEX, 4, [on ? 2 : 0]);
  }

  /** Ids of the context's objects, by type. */
  objects(context = this.machine.context): string[] {
    return context.objects.list().map(({ id, type }) => `${type} ${id}`);
  }
}
