/**
 * Random messages of the protocol, valid as protobuf and likely to get far: ids that exist, addresses that are mapped,
 * sizes that are right, and with some probability none of these.
 *
 * Addresses of this client's memory lie where Linux puts nothing, so that what the daemon may do to the memory of the
 * process behind a connection is never done to that of this one.
 */
import { toLong } from "../../client/ts/wire64.js";
import { type AnyField, fieldBytes, type StructLayout } from "../../proto/uapi/layout.js";
import { type IoctlRow, ioctlTable } from "../../proto/uapi/table.js";
import type { ClientMessage } from "../support/daemon.js";
import type { Random } from "../support/random.js";

type Ioctl = NonNullable<ClientMessage["ioctl"]>;
type Dma = NonNullable<ClientMessage["deviceDma"]>;

const PAGE = 4096;
/** Above the 46 bits in which V8 places its heap, below where programs and their mappings are. */
const CLIENT_MEMORY = 0x4000_0000_0000n;
const CLIENT_MEMORY_PAGES = 64;
/** Few, so that messages meet what earlier ones mapped. */
const IOVA_PAGES = 12;
const STRUCT_ADDRESS = CLIENT_MEMORY + 0x2000_0000n;
const DATA_ADDRESS = CLIENT_MEMORY + 0x3000_0000n;

/** The ioctls that make, map and unmap: without them the others would find nothing. */
const productive = ioctlTable.filter(({ name }) => /^IOMMU_(HWPT_ALLOC|IOAS_(?!CHANGE))/.test(name));

/** Fields that hold an address of the client. */
const POINTER_NAME = /ptr|_va$|^data$|iovas$/;

/** What messages refer to. */
export interface World {
  /** Files for regions, with some that are none; the first one can be read and written. */
  readonly paths: readonly string[];
  /** Descriptors of this process, open or not. */
  readonly fds: readonly number[];
  /** Of what connections have open, or had. */
  readonly tokens: readonly Uint8Array[];
  readonly nodes: readonly string[];
}

/** Kinds of messages by weight. */
const weights = {
  ioctl: 50,
  batch: 6,
  deviceDma: 12,
  regionAdd: 7,
  deviceAttach: 6,
  deviceBind: 4,
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
        return { join: { token: this.token(), hold: random.chance(50) } };
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
    const row = random.pick(random.chance(70) ? productive : ioctlTable);
    const struct = random.chance(95) ? this.struct(row) : random.bytes(random.below(200));
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
    };
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

  private struct({ struct: layout, flags }: IoctlRow): Uint8Array {
    const { random } = this;
    const longer = random.chance(5) ? random.below(32) : 0;
    const struct = new Uint8Array(layout.bytes + longer);
    for (const field of Object.values(layout.fields)) this.fill(struct, layout, field);
    const { flags: flagsField } = layout.fields;
    if (flagsField !== undefined && random.chance(92)) {
      const chosen = flags.filter(() => random.chance(50)).reduce((bits, { value }) => bits | value, 0);
      store(struct, flagsField, BigInt(random.chance(40) ? chosen : flags.length < 3 ? 0 : 7));
    }
    if (longer > 0 && random.chance(50)) struct.set(random.bytes(longer), layout.bytes);
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
