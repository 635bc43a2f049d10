/**
 * Random messages of the protocol, valid as protobuf and likely to get far: ids that exist, addresses that are mapped,
 * sizes that are right, and with some probability none of these.
 *
 * Addresses of this client's memory lie where Linux puts nothing, so that what the daemon may do to the memory of the
 * process behind a connection is never done to that of this one.
 */
import { toLong } from "../../client/ts/wire64.js";
import { type AnyField, fieldBytes, type StructLayout } from "../../proto/uapi/layout.js";
import { type FileKind, type IoctlRow, ioctlTable, requestOf } from "../../proto/uapi/table.js";
import type { ClientMessage } from "../support/daemon.js";
import type { Random } from "../support/random.js";

type Ioctl = NonNullable<ClientMessage["ioctl"]>;
type Dma = NonNullable<ClientMessage["deviceDma"]>;
type Read = NonNullable<ClientMessage["read"]>;

const PAGE = 4096;
/** Above the 46 bits in which V8 places its heap, below where programs and their mappings are. */
const CLIENT_MEMORY = 0x4000_0000_0000n;
const CLIENT_MEMORY_PAGES = 64;
/** Few, so that messages meet what earlier ones mapped. */
const IOVA_PAGES = 12;
const STRUCT_ADDRESS = CLIENT_MEMORY + 0x2000_0000n;
const DATA_ADDRESS = CLIENT_MEMORY + 0x3000_0000n;

/** The ioctls that make, map and unmap, and those that get a VFIO device: without them the others would find nothing. */
const productive: Readonly<Record<FileKind, readonly IoctlRow[]>> = {
  iommufd: ioctlTable.filter(({ name }) => /^IOMMU_(HWPT_ALLOC|IOAS_(?!CHANGE))/.test(name)),
  group: ioctlTable.filter(({ name }) => /^VFIO_GROUP_(SET_CONTAINER|GET_DEVICE_FD)/.test(name)),
  device: ioctlTable.filter(({ file, name }) => file === "device" && /BIND|ATTACH|GET_|SET_IRQS|FEATURE/.test(name)),
};

/** A region of a VFIO device begins at its index times two to this. */
const REGION_SHIFT = 40n;
/** Bytes that a call may carry behind its struct. */
const TAIL_BYTES_MAX = 64;

/** Fields that hold an address of the client. */
const POINTER_NAME = /ptr|_va$|^data$|iovas$/;

/** The number by which calls name the iommufd that is always there. */
const ANCHOR_FD = 7;

/** What messages refer to. */
export interface World {
  /** Files for regions, with some that are none; the first one can be read and written. */
  readonly paths: readonly string[];
  /** Descriptors of this process, open or not. */
  readonly fds: readonly number[];
  /** Of what connections have open, or had. */
  readonly tokens: readonly Uint8Array[];
  readonly nodes: readonly string[];
  /** Of an iommufd that stays open. */
  readonly anchor: Uint8Array;
  /** PCI devices that are there and stay, by their addresses. */
  readonly devices: readonly string[];
  /** Addresses at which some may be plugged in and taken away. */
  readonly slots: readonly string[];
}

/** Kinds of messages by weight. */
const weights = {
  ioctl: 50,
  batch: 6,
  deviceDma: 12,
  regionAdd: 7,
  deviceAttach: 6,
  deviceBind: 4,
  read: 4,
  write: 4,
  map: 2,
  access: 4,
  deviceAdd: 0.5,
  deviceRemove: 0.5,
  keep: 0.3,
  regionRemove: 2,
  deviceWalk: 3,
  deviceFaults: 2,
  deviceDetach: 2,
  open: 0.3,
  join: 0.3,
  close: 0.5,
  sync: 2,
  status: 0.3,
  memoryResult: 0.1,
  hello: 0.1,
  nothing: 0.1,
} as const;
type Kind = keyof typeof weights;

const kinds = Object.keys(weights) as Kind[];
const weightSum = kinds.reduce((sum, kind) => sum + weights[kind], 0);

/** A length or offset that means something to the rules: small, a power of two or beside one, or at the end. */
function remarkable(random: Random): bigint {
  const power = 1n << BigInt(random.below(64));
  return BigInt.asUintN(64, random.pick([0n, 1n, power, power - 1n, -power, 0xfee0_0000n, random.u64()]));
}

export class Messages {
  /** What the connection has open, most likely. */
  file: FileKind = "iommufd";

  constructor(
    private readonly random: Random,
    private readonly world: World,
  ) {}

  next(): ClientMessage {
    let left = (this.random.u32() / 2 ** 32) * weightSum;
    const kind = kinds.find((each) => (left -= weights[each]) < 0) ?? "ioctl";
    return { sequence: this.random.below(2 ** 20), ...this.body(kind) };
  }

  /** What makes a connection that has opened /dev/iommu useful: an IOAS, and memory to map in it. */
  prelude(): ClientMessage[] {
    const { random, world } = this;
    const alloc = ioctlTable.find(({ name }) => name === "IOMMU_IOAS_ALLOC")!;
    const struct = new Uint8Array(alloc.struct.bytes);
    store(struct, alloc.struct.fields["size"]!, BigInt(struct.length));
    const address = toLong(STRUCT_ADDRESS, "address");
    const readable = [{ address, data: struct }];
    const writable = [{ address, length: struct.length }];
    const pages = 1 + random.below(CLIENT_MEMORY_PAGES);
    const backing = random.chance(80) ? { path: world.paths[0]! } : { callback: true };
    return [
      { ioctl: { request: alloc.request, argument: address, readable, writable } },
      {
        regionAdd: {
          address: toLong(CLIENT_MEMORY, "address"),
          length: toLong(pages * PAGE, "length"),
          writable: true,
          ...backing,
        },
      },
    ];
  }

  /** What makes a connection that has opened a VFIO node useful: a container and a device, or a device that is bound. */
  vfioPrelude(): ClientMessage[] {
    const { random, world } = this;
    const memory = { writable: [{ address: toLong(STRUCT_ADDRESS, "address"), length: TAIL_BYTES_MAX }] };
    const call = (name: string, data: Uint8Array): ClientMessage => ({
      ioctl: {
        ...memory,
        request: requestOf(name),
        argument: toLong(STRUCT_ADDRESS, "argument"),
        readable: [{ address: toLong(STRUCT_ADDRESS, "address"), data }],
        descriptors: [{ fd: ANCHOR_FD, token: world.anchor }],
      },
    });
    const words = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
    if (this.file === "device")
      return [
        call("VFIO_DEVICE_BIND_IOMMUFD", words(16, 0, ANCHOR_FD, 0)),
        call("VFIO_DEVICE_ATTACH_IOMMUFD_PT", words(12, 0, 1)),
        { map: { offset: toLong(0, "offset"), length: toLong(PAGE, "length") } },
        { map: { offset: toLong(2n << REGION_SHIFT, "offset"), length: toLong(3 * PAGE, "length") } },
      ];
    if (this.file !== "group") return [];
    const device = call("VFIO_GROUP_GET_DEVICE_FD", Buffer.from(`${random.pick(world.devices)}\0`));
    return [call("VFIO_GROUP_SET_CONTAINER", words(ANCHOR_FD)), device, device];
  }

  private body(kind: Kind): ClientMessage {
    const { random, world } = this;
    switch (kind) {
      case "ioctl":
        return { ioctl: this.ioctl() };
      case "batch":
        return {
          batch: {
            ioctls: Array.from({ length: random.below(20) }, () => this.ioctl()),
            stopOnError: random.chance(30),
          },
        };
      case "deviceDma":
        return { deviceDma: { ...this.dma(), ...this.pasid() } };
      case "regionAdd":
        return { regionAdd: this.region() };
      case "regionRemove":
        return { regionRemove: { address: toLong(this.clientAddress(), "address") } };
      case "deviceAttach":
        return { deviceAttach: { ptId: this.id(), ...this.pasid() } };
      case "deviceBind":
        return { deviceBind: { iommufdToken: this.token() } };
      case "deviceDetach":
        return { deviceDetach: this.pasid() };
      case "deviceWalk":
        return { deviceWalk: { iova: toLong(this.iova(), "iova"), write: random.chance(50), ...this.pasid() } };
      case "deviceFaults":
        return { deviceFaults: { clear: random.chance(50) } };
      case "open": {
        const token = random.chance(70) ? new Uint8Array() : this.newToken();
        return { open: { node: random.pick(world.nodes), token } };
      }
      case "join":
        return { join: { token: this.token(), hold: random.chance(50), notify: random.chance(20) } };
      case "read":
        return { read: this.transfer() };
      case "write":
        return { write: this.transfer() };
      case "map":
        return { map: { offset: toLong(this.fileOffset(), "offset"), length: toLong(this.length(), "length") } };
      case "access": {
        const offset = toLong(random.chance(90) ? random.below(2 * PAGE) : remarkable(random), "offset");
        const length = random.chance(90) ? 1 << random.below(7) : random.u32();
        return { access: random.chance(50) ? { offset, length } : { offset, data: random.bytes(random.below(70)) } };
      }
      case "deviceAdd":
        return { deviceAdd: { device: this.device() } };
      case "deviceRemove":
        return { deviceRemove: { address: random.chance(80) ? random.pick(world.slots) : this.device() } };
      case "keep":
        return { keep: { address: toLong(this.clientAddress(), "address"), mark: this.newToken() } };
      case "close":
        return { close: {} };
      case "sync":
        return { sync: { token: this.token() } };
      case "status":
        return { status: {} };
      case "memoryResult": {
        const data = random.bytes(random.below(64));
        return { memoryResult: { id: random.below(8), error: random.pick([0, 14]), data } };
      }
      case "hello": {
        const required = random.chance(50) ? [] : ["batch", "nonsense"];
        return { hello: { version: random.pick([0, 1, 2]), required, client: "again" } };
      }
      case "nothing":
        return {};
    }
  }

  private token(): Uint8Array {
    const { random, world } = this;
    if (random.chance(20)) return world.anchor;
    return world.tokens.length > 0 && random.chance(85) ? random.pick(world.tokens) : this.newToken();
  }

  private newToken(): Uint8Array {
    const { random } = this;
    return random.bytes(random.chance(95) ? 16 + random.below(49) : random.below(100));
  }

  private id(): number {
    const { random } = this;
    if (random.chance(75)) return 1 + random.below(3);
    return random.chance(80) ? random.below(10) : random.u32();
  }

  private pasid(): { pasid?: number } {
    const { random } = this;
    if (random.chance(75)) return {};
    return { pasid: random.chance(80) ? random.below(4) : random.u32() };
  }

  private iova(): bigint {
    const { random } = this;
    return random.chance(80) ? BigInt(random.below(IOVA_PAGES) * PAGE) : remarkable(random);
  }

  /** Page aligned, in the range in which regions are. */
  private clientAddress(): bigint {
    const { random } = this;
    const address = CLIENT_MEMORY + BigInt(random.below(CLIENT_MEMORY_PAGES / 2) * PAGE);
    return random.chance(95) ? address : address + BigInt(random.below(PAGE));
  }

  private length(): bigint {
    const { random } = this;
    if (random.chance(15)) return remarkable(random);
    return BigInt((random.chance(80) ? 1 + random.below(3) : 2 * IOVA_PAGES) * PAGE);
  }

  private region(): NonNullable<ClientMessage["regionAdd"]> {
    const { random, world } = this;
    const backing = random.pick([
      { path: random.pick(world.paths) },
      { path: random.pick(world.paths) },
      { fd: random.pick(world.fds) },
      { callback: true },
      { callback: false },
      {},
    ]);
    return {
      address: toLong(this.clientAddress(), "address"),
      length: toLong(this.length(), "length"),
      writable: random.chance(70),
      offset: toLong(random.chance(80) ? random.below(8) * PAGE : remarkable(random), "offset"),
      ...backing,
    };
  }

  /** In the file of a VFIO device, mostly. */
  private fileOffset(): bigint {
    const { random } = this;
    if (random.chance(10)) return remarkable(random);
    const offset = random.chance(50) ? random.below(16) * PAGE : random.below(2 * PAGE);
    return (BigInt(random.below(10)) << REGION_SHIFT) + BigInt(offset);
  }

  private transfer(): Read & NonNullable<ClientMessage["write"]> {
    const { random } = this;
    const count = random.below(random.pick([9, 9, 300, 9000]));
    const address = toLong(DATA_ADDRESS, "address");
    const given = random.chance(90) ? count : random.below(300);
    return {
      address,
      count: toLong(random.chance(95) ? count : remarkable(random), "count"),
      ...(random.chance(70) ? { offset: toLong(this.fileOffset(), "offset") } : {}),
      writable: [{ address, length: given }],
      readable: [{ address, data: random.bytes(given) }],
    };
  }

  private device(): string {
    const { random, world } = this;
    const model = random.pick(["ioat", "testdev", "testdev", "toaster", ""]);
    const address = random.pick([...world.slots, ...world.devices, "here"]);
    const setting = random.pick([
      "",
      "",
      ",intx=false",
      ",group=3",
      ",driver=none",
      ",speed=1",
      ",",
      ",=",
      ",group=-1",
    ]);
    return random.chance(95) ? `${model}@${address}${setting}` : Buffer.from(random.bytes(40)).toString("latin1");
  }

  private dma(): Dma {
    const { random } = this;
    const iova = toLong(this.iova() | BigInt(random.chance(50) ? random.below(PAGE) : 0), "iova");
    const short = random.below(4 * PAGE);
    const length = toLong(random.chance(95) ? BigInt(short) : remarkable(random), "length");
    return random.pick<Dma>([
      { read: { iova, length: random.chance(98) ? short : random.u32() } },
      { write: { iova, data: random.bytes(random.below(300)) } },
      { copy: { sourceIova: iova, destinationIova: toLong(this.iova(), "iova"), length } },
      { fill: { iova, length, value: random.below(300) } },
      {},
    ]);
  }

  // ---- ioctls -------------------------------------------------------------------------------------------------------

  private ioctl(): Ioctl {
    const { random } = this;
    if (random.chance(5)) return this.nonsense();
    const row = random.pick(random.chance(70) ? productive[this.file] : ioctlTable);
    const struct = random.chance(95) ? this.argument(row) : random.bytes(random.below(200));
    for (const { pointer } of row.memory)
      if (struct.length >= pointer.offset + 8 && random.chance(90)) store(struct, pointer, DATA_ADDRESS);
    const given = random.chance(95) ? struct : struct.subarray(0, random.below(struct.length + 1));
    const data = random.bytes(random.below(200));
    return {
      request: row.request,
      argument: toLong(random.chance(97) ? STRUCT_ADDRESS : this.clientAddress(), "argument"),
      readable: [
        { address: toLong(STRUCT_ADDRESS, "address"), data: given },
        { address: toLong(DATA_ADDRESS, "address"), data },
      ],
      writable: [
        { address: toLong(STRUCT_ADDRESS, "address"), length: random.chance(90) ? struct.length : random.below(80) },
        { address: toLong(DATA_ADDRESS, "address"), length: random.below(2000) },
      ],
      descriptors: this.descriptors(),
    };
  }

  /** What some numbers stand for. */
  private descriptors(): NonNullable<Ioctl["descriptors"]> {
    const { random, world } = this;
    if (random.chance(30)) return [];
    return Array.from({ length: 1 + random.below(8) }, () => ({ fd: random.pick(world.fds), token: this.token() }));
  }

  private argument(row: IoctlRow): Uint8Array {
    const { random, world } = this;
    switch (row.argument) {
      case "pointer":
      case "value":
      case "ignored":
        return this.struct(row);
      case "text":
        return Buffer.from(`${random.pick(["", ...world.devices, ...world.devices])}${random.pick(["\0", "\0", " "])}`);
      case "descriptor":
        return new Uint8Array(Int32Array.of(random.pick(world.fds)).buffer);
    }
  }

  /** No ioctl that there is, with memory that makes no sense. */
  private nonsense(): Ioctl {
    const { random } = this;
    const address = () => toLong(this.clientAddress(), "address");
    return {
      request: random.chance(50) ? 0x3b00 + random.below(256) : random.u32(),
      argument: address(),
      readable: Array.from({ length: random.below(5) }, () => ({ address: address(), data: random.bytes(40) })),
      writable: Array.from({ length: random.below(5) }, () => ({ address: address(), length: random.u32() })),
    };
  }

  private struct({ struct: layout, flags, tail }: IoctlRow): Uint8Array {
    const { random } = this;
    const longer = tail !== undefined ? random.below(TAIL_BYTES_MAX) : random.chance(5) ? random.below(32) : 0;
    const struct = new Uint8Array(layout.bytes + longer);
    for (const field of Object.values(layout.fields)) this.fill(struct, layout, field);
    const { flags: flagsField } = layout.fields;
    if (flagsField !== undefined && random.chance(92)) {
      const chosen = flags.filter(() => random.chance(50)).reduce((bits, { value }) => bits | value, 0);
      store(struct, flagsField, BigInt(random.chance(40) ? chosen : flags.length < 3 ? 0 : 7));
    }
    if (tail !== undefined && random.chance(80)) {
      const fds = Int32Array.from({ length: longer >> 2 }, () => random.pick(this.world.fds));
      struct.set(new Uint8Array(fds.buffer), layout.bytes);
    } else if (longer > 0 && random.chance(50)) struct.set(random.bytes(longer), layout.bytes);
    return struct;
  }

  private fill(struct: Uint8Array, layout: StructLayout, field: AnyField): void {
    const { random } = this;
    if (field.offset === 0) {
      const size = random.chance(96)
        ? struct.length
        : random.pick([0, 3, 4, layout.minBytes, 4096, 4097, random.u32()]);
      store(struct, field, BigInt(size));
      return;
    }
    if (field.direction === "reserved" && random.chance(98)) return;
    switch (field.type) {
      case "u64":
        store(struct, field, this.wideValue(field.name));
        return;
      case "s32":
        store(struct, field, BigInt(random.pick(this.world.fds)));
        return;
      case "u8":
      case "u16":
      case "u32":
        store(struct, field, BigInt(field.name.endsWith("id") ? this.id() : this.smallValue()));
    }
  }

  private wideValue(name: string): bigint {
    if (POINTER_NAME.test(name)) return this.clientAddress();
    if (name.endsWith("iova")) return this.iova();
    return this.length();
  }

  private smallValue(): number {
    return this.random.chance(90) ? this.random.below(8) : this.random.u32();
  }
}

/** Stores the low bytes of a value in a field, as far as the struct has room for it. */
function store(struct: Uint8Array, { offset, type }: AnyField, value: bigint): void {
  for (let at = 0; at < fieldBytes[type] && offset + at < struct.length; at++)
    struct[offset + at] = Number((value >> BigInt(8 * at)) & 0xffn);
}
