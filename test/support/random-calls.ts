/**
 * Random ioctls over everything that an iommufd has: each with arguments that mostly make sense where it is made, since
 * they name what earlier calls have made.
 */
import { calls, type Call, type MadeDescriptor, type RawResult } from "../../client/ts/index.js";
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as mock from "../../proto/uapi/iommufd-test.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { ioctlTable } from "../../proto/uapi/table.js";
import type { Random } from "./random.js";

const PAGE = 4096;
/** Where what a struct points to is said to lie. */
const DATA_ADDRESS = 0x2000_0000n;
/** Low in the mock's aperture: there are few places, so that areas meet. */
const IOVA_FIRST = BigInt(mock.MOCK_APERTURE_START);
const IOVA_PAGES = 48;
const LENGTH_PAGES_MAX = 6;
/** Numbers under which descriptors are named: beyond what a process has, so that none is meant by accident. */
const DESCRIPTOR_FIRST = 1_000_000;
/** Nothing is behind it. */
const NO_DESCRIPTOR = DESCRIPTOR_FIRST - 1;
/** PASIDs that calls name, from 1. */
export const PASIDS = 3;
const INVALIDATIONS_MAX = 3;

/** What an id was made as. */
const objectKinds = [
  ...(["ioas", "table", "parent", "dirtyTable", "pasidTable", "nested", "fault", "viommu", "vdevice"] as const),
  ...(["veventq", "hwQueue", "mockDevice", "pasidDevice", "guestDevice", "device"] as const),
] as const;
export type ObjectKind = (typeof objectKinds)[number];
export type FileKind = "access" | "fault" | "veventq" | "dmabuf";

/** What was mapped. */
export interface Area {
  readonly ioas: number;
  readonly iova: bigint;
  readonly length: bigint;
}

/** What calls of one context can name; by now it may be gone. */
export interface Named {
  readonly ids: Readonly<Record<ObjectKind, readonly number[]>>;
  readonly areas: readonly Area[];
  /** Tokens. */
  readonly files: readonly { readonly kind: FileKind; readonly token: Uint8Array }[];
  /** Addresses of memory that can be mapped; bytes. */
  readonly memory: { readonly address: bigint; readonly bytes: number };
}

export const noIds = (): Record<ObjectKind, number[]> =>
  Object.fromEntries(objectKinds.map((kind) => [kind, [] as number[]])) as Record<ObjectKind, number[]>;

export interface Outcome {
  readonly result: number;
  readonly ids: readonly { readonly kind: ObjectKind; readonly id: number }[];
  readonly area: Area | undefined;
  readonly file: { readonly kind: FileKind; readonly token: Uint8Array } | undefined;
}

export interface RandomCall {
  /** Of the ioctl, or of the operation of IOMMU_TEST_CMD. */
  readonly name: string;
  readonly call: Call<RawResult>;
  /** For messages. */
  readonly values: Readonly<Record<string, unknown>>;
  outcome(result: RawResult): Outcome;
}

const requests = new Map(ioctlTable.map(({ name, request }) => [name, request]));

/** Draws arguments. */
class Draw {
  readonly descriptors: { fd: number; token: Uint8Array }[] = [];

  constructor(
    readonly random: Random,
    readonly named: Named,
  ) {}

  /** Mostly one of those kinds, now and then any number. */
  id(...kinds: ObjectKind[]): number {
    const ids = kinds.flatMap((kind) => this.named.ids[kind]);
    if (ids.length === 0 || this.random.chance(4)) return this.random.below(24);
    return this.random.pick(ids);
  }

  /** An IOAS or a table of any kind. */
  target(): number {
    return this.random.chance(50) ? this.id("ioas") : this.id("table", "parent", "dirtyTable", "pasidTable", "nested");
  }

  /** Mostly what was mapped, or some of it. */
  area(): Area {
    const { areas } = this.named;
    if (areas.length === 0 || this.random.chance(15))
      return { ioas: this.id("ioas"), iova: this.iova(), length: this.length() };
    const area = this.random.pick(areas);
    return this.random.chance(25) && area.length > PAGE ? { ...area, length: area.length - BigInt(PAGE) } : area;
  }

  fd(kind: FileKind): number {
    const files = this.named.files.filter((file) => file.kind === kind);
    if (files.length === 0) return NO_DESCRIPTOR;
    const fd = DESCRIPTOR_FIRST + this.descriptors.length;
    this.descriptors.push({ fd, token: this.random.pick(files).token });
    return fd;
  }

  iova(): bigint {
    return IOVA_FIRST + BigInt(this.random.below(IOVA_PAGES) * PAGE);
  }

  length(): bigint {
    return BigInt((1 + this.random.below(LENGTH_PAGES_MAX)) * PAGE);
  }

  mapFlags(): number {
    return this.random.pick([4, 6, 6, 6]) | (this.random.chance(80) ? api.IOMMU_IOAS_MAP_FIXED_IOVA : 0);
  }

  pasid(): number {
    return 1 + this.random.below(PASIDS);
  }
}

/** What a call's struct points to. */
interface Data {
  readonly read?: Uint8Array;
  /** Bytes. */
  readonly written?: number;
}

interface Template {
  readonly name: string;
  /** How often it is drawn, beside others. */
  readonly weight: number;
  draw(draw: Draw): RandomCall;
}

/** What a call leads to if it succeeds. */
interface Makes<F extends Fields> {
  readonly ids?: Readonly<Partial<Record<string & keyof F, ObjectKind>>>;
  readonly area?: (out: StructValues<F>) => Area;
  readonly file?: FileKind;
}

/** @param name of the ioctl, with a word behind it if there are several templates of one */
function template<F extends Fields>(
  name: string,
  layout: StructLayout<F>,
  weight: number,
  fill: (draw: Draw) => { readonly values: Partial<StructValues<F>>; readonly data?: Data },
  makes: Makes<F> = {},
): Template {
  return {
    name,
    weight,
    draw: (draw) => {
      const { values, data = {} } = fill(draw);
      const memory = {
        readable: data.read === undefined ? [] : [{ address: DATA_ADDRESS, data: data.read }],
        writable: data.written === undefined ? [] : [{ address: DATA_ADDRESS, length: data.written }],
        descriptors: draw.descriptors,
      };
      const ioctl = name.startsWith("IOMMU_TEST_OP_") ? "IOMMU_TEST_CMD" : name.split(" ")[0]!;
      const request = requests.get(ioctl)!;
      const call = calls.ioctl(request, encodeStruct(layout, values), memory);
      const outcome = ({ result, struct, descriptors }: RawResult): Outcome => {
        if (result < 0) return { result, ids: [], area: undefined, file: undefined };
        const out = decodeStruct(layout, struct) as Readonly<Record<string, unknown>>;
        const ids = Object.entries(makes.ids ?? {}).map(([field, kind]) => ({ kind: kind!, id: out[field] as number }));
        const made: MadeDescriptor | undefined = descriptors[0];
        const area = makes.area?.(decodeStruct(layout, struct));
        return { result, ids, area, file: made && makes.file && { kind: makes.file, token: made.token } };
      };
      return { name, call, values, outcome };
    },
  };
}

function mockOperation<F extends Fields>(
  name: string,
  layout: StructLayout<F>,
  weight: number,
  fill: (draw: Draw) => { readonly values: Partial<StructValues<F>>; readonly data?: Data },
  makes: Makes<F> = {},
): Template {
  const [member, ...what] = name.split(" ");
  const { op } = mock.testOperations.find((operation) => operation.member === member)!;
  const filled = (draw: Draw) => {
    const { values, data = {} } = fill(draw);
    return { values: { ...values, op }, data };
  };
  const full = [`IOMMU_TEST_OP_${member!.toUpperCase()}`, ...what].join(" ");
  return template(full, layout, weight, filled, makes);
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** A table of the kernel's own. */
function pagingTable(kind: "table" | "parent" | "dirtyTable" | "pasidTable", flags: number, weight: number): Template {
  const fill = (draw: Draw) => {
    const fault = faultQueue(draw, kind === "parent" ? 10 : 50);
    const device = kind === "pasidTable" ? draw.id("device", "pasidDevice") : draw.id("device");
    return { values: { ...fault, flags: fault.flags | flags, dev_id: device, pt_id: draw.id("ioas") } };
  };
  return template(`IOMMU_HWPT_ALLOC ${kind}`, api.iommu_hwpt_alloc, weight, fill, { ids: { out_hwpt_id: kind } });
}

function faultQueue(draw: Draw, percent: number): { flags: number; fault_id: number } {
  if (!draw.random.chance(percent)) return { flags: 0, fault_id: 0 };
  return { flags: api.IOMMU_HWPT_FAULT_ID_VALID, fault_id: draw.id("fault") };
}

const mapped = (out: { ioas_id: number; iova: bigint; length: bigint }): Area => ({
  ...{ ioas: out.ioas_id, iova: out.iova, length: out.length },
});

const templates: readonly Template[] = [
  template("IOMMU_IOAS_ALLOC", api.iommu_ioas_alloc, 3, () => ({ values: {} }), { ids: { out_ioas_id: "ioas" } }),
  template(
    "IOMMU_IOAS_MAP",
    api.iommu_ioas_map,
    8,
    (draw) => {
      const { address, bytes } = draw.named.memory;
      const user_va = address + BigInt(draw.random.below(bytes - LENGTH_PAGES_MAX * PAGE));
      const place = { ioas_id: draw.id("ioas"), iova: draw.iova(), length: draw.length() };
      // The offset within a page has to be that of the IOVA.
      return { values: { ...place, flags: draw.mapFlags(), user_va: user_va - (user_va % BigInt(PAGE)) } };
    },
    { area: mapped },
  ),
  template(
    "IOMMU_IOAS_MAP_FILE",
    api.iommu_ioas_map_file,
    3,
    (draw) => ({
      values: {
        flags: draw.mapFlags(),
        ioas_id: draw.id("ioas"),
        fd: draw.fd("dmabuf"),
        iova: draw.iova(),
        length: 4096n,
      },
    }),
    { area: mapped },
  ),
  template(
    "IOMMU_IOAS_COPY",
    api.iommu_ioas_copy,
    4,
    (draw) => {
      const { ioas, iova, length } = draw.area();
      const to = { flags: draw.mapFlags(), dst_ioas_id: draw.id("ioas"), dst_iova: draw.iova() };
      return { values: { ...to, src_ioas_id: ioas, length, src_iova: iova } };
    },
    { area: (out) => ({ ioas: out.dst_ioas_id, iova: out.dst_iova, length: out.length }) },
  ),
  template("IOMMU_IOAS_UNMAP", api.iommu_ioas_unmap, 4, (draw) => {
    const { ioas, iova, length } = draw.area();
    if (draw.random.chance(10)) return { values: { ioas_id: ioas, iova: 0n, length: 2n ** 64n - 1n } };
    return { values: { ioas_id: ioas, iova, length } };
  }),
  template("IOMMU_IOAS_IOVA_RANGES", api.iommu_ioas_iova_ranges, 1, (draw) => ({
    values: { ioas_id: draw.id("ioas"), num_iovas: 4, allowed_iovas: DATA_ADDRESS },
    data: { written: 64 },
  })),
  template("IOMMU_IOAS_ALLOW_IOVAS", api.iommu_ioas_allow_iovas, 1, (draw) => {
    const read = new Uint8Array(16);
    new DataView(read.buffer).setBigUint64(8, draw.random.pick([0x7fff_ffffn, draw.iova()]), true);
    return { values: { ioas_id: draw.id("ioas"), num_iovas: 1, allowed_iovas: DATA_ADDRESS }, data: { read } };
  }),
  template("IOMMU_OPTION", api.iommu_option, 1, (draw) => ({
    values: { option_id: 1, op: draw.random.below(2), object_id: draw.id("ioas"), val64: BigInt(draw.random.below(2)) },
  })),
  template("IOMMU_VFIO_IOAS", api.iommu_vfio_ioas, 1, (draw) => ({
    values: { ioas_id: draw.id("ioas"), op: draw.random.below(3) },
  })),
  template("IOMMU_IOAS_CHANGE_PROCESS", api.iommu_ioas_change_process, 1, () => ({ values: {} })),
  pagingTable("table", 0, 2),
  pagingTable("parent", api.IOMMU_HWPT_ALLOC_NEST_PARENT, 3),
  pagingTable("dirtyTable", api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 2),
  pagingTable("pasidTable", api.IOMMU_HWPT_ALLOC_PASID, 3),
  template(
    "IOMMU_HWPT_ALLOC nested",
    api.iommu_hwpt_alloc,
    5,
    (draw) => {
      const read = words(draw.random.u32(), 0);
      const data = { data_type: mock.IOMMU_HWPT_DATA_SELFTEST, data_len: read.length, data_uptr: DATA_ADDRESS };
      const on = { dev_id: draw.id("device"), pt_id: draw.id("parent", "viommu") };
      return { values: { ...faultQueue(draw, 40), ...data, ...on }, data: { read } };
    },
    { ids: { out_hwpt_id: "nested" } },
  ),
  template("IOMMU_GET_HW_INFO", api.iommu_hw_info, 1, (draw) => ({
    values: { dev_id: draw.id("device"), data_len: 16, data_uptr: DATA_ADDRESS },
    data: { written: 16 },
  })),
  template("IOMMU_HWPT_SET_DIRTY_TRACKING", api.iommu_hwpt_set_dirty_tracking, 1, (draw) => ({
    values: { flags: draw.random.below(2), hwpt_id: draw.id("dirtyTable") },
  })),
  template("IOMMU_HWPT_GET_DIRTY_BITMAP", api.iommu_hwpt_get_dirty_bitmap, 1, (draw) => ({
    values: {
      ...{ hwpt_id: draw.id("dirtyTable"), flags: draw.random.below(2), iova: IOVA_FIRST },
      ...{ length: BigInt(IOVA_PAGES * PAGE), page_size: BigInt(PAGE), data: DATA_ADDRESS },
    },
    data: { read: new Uint8Array(8), written: 8 },
  })),
  template("IOMMU_HWPT_INVALIDATE", api.iommu_hwpt_invalidate, 2, (draw) => {
    const entry_num = draw.random.below(INVALIDATIONS_MAX + 1);
    const read = words(...Array.from({ length: 2 * entry_num }, () => draw.random.below(3)));
    const target = { hwpt_id: draw.id("nested", "viommu"), data_type: mock.IOMMU_HWPT_INVALIDATE_DATA_SELFTEST };
    return { values: { ...target, data_uptr: DATA_ADDRESS, entry_len: 8, entry_num }, data: { read } };
  }),
  template("IOMMU_FAULT_QUEUE_ALLOC", api.iommu_fault_alloc, 2, () => ({ values: {} }), {
    ids: { out_fault_id: "fault" },
    file: "fault",
  }),
  template(
    "IOMMU_VIOMMU_ALLOC",
    api.iommu_viommu_alloc,
    3,
    (draw) => ({
      values: {
        ...{ type: mock.IOMMU_VIOMMU_TYPE_SELFTEST, dev_id: draw.id("device"), hwpt_id: draw.id("parent") },
        ...{ data_len: 24, data_uptr: DATA_ADDRESS },
      },
      data: { read: new Uint8Array(24), written: 24 },
    }),
    { ids: { out_viommu_id: "viommu" } },
  ),
  template(
    "IOMMU_VDEVICE_ALLOC",
    api.iommu_vdevice_alloc,
    3,
    (draw) => ({
      values: { viommu_id: draw.id("viommu"), dev_id: draw.id("device"), virt_id: BigInt(1 + draw.random.below(4)) },
    }),
    { ids: { out_vdevice_id: "vdevice", dev_id: "guestDevice" } },
  ),
  template(
    "IOMMU_VEVENTQ_ALLOC",
    api.iommu_veventq_alloc,
    2,
    (draw) => ({
      values: {
        ...{ viommu_id: draw.id("viommu"), type: mock.IOMMU_VEVENTQ_TYPE_SELFTEST },
        veventq_depth: 1 + draw.random.below(3),
      },
    }),
    { ids: { out_veventq_id: "veventq" }, file: "veventq" },
  ),
  template(
    "IOMMU_HW_QUEUE_ALLOC",
    api.iommu_hw_queue_alloc,
    3,
    (draw) => ({
      values: {
        ...{ viommu_id: draw.id("viommu"), type: mock.IOMMU_HW_QUEUE_TYPE_SELFTEST, index: draw.random.below(2) },
        ...{ nesting_parent_iova: draw.area().iova, length: 4096n },
      },
    }),
    { ids: { out_hw_queue_id: "hwQueue" } },
  ),
  mockOperation("add_reserved", mock.iommu_test_add_reserved, 1, (draw) => ({
    values: { id: draw.id("ioas"), start: draw.iova(), length: draw.length() },
  })),
  mockOperation("mock_domain", mock.iommu_test_mock_domain, 4, (draw) => ({ values: { id: draw.target() } }), {
    ids: { out_stdev_id: "mockDevice", out_hwpt_id: "table", out_idev_id: "device" },
  }),
  mockOperation(
    "mock_domain_flags",
    mock.iommu_test_mock_domain_flags,
    3,
    (draw) => ({ values: { id: draw.target(), dev_flags: mock.MOCK_FLAGS_DEVICE_PASID } }),
    { ids: { out_stdev_id: "pasidDevice", out_hwpt_id: "table", out_idev_id: "device" } },
  ),
  mockOperation("mock_domain_replace", mock.iommu_test_mock_domain_replace, 4, (draw) => ({
    values: { id: draw.id("mockDevice", "pasidDevice"), pt_id: draw.target() },
  })),
  mockOperation("mock_domain_replace nested", mock.iommu_test_mock_domain_replace, 3, (draw) => ({
    values: { id: draw.id("mockDevice", "pasidDevice"), pt_id: draw.id("nested") },
  })),
  mockOperation("mock_domain_replace pasid", mock.iommu_test_mock_domain_replace, 2, (draw) => ({
    values: { id: draw.id("pasidDevice"), pt_id: draw.id("pasidTable") },
  })),
  mockOperation(
    "create_access",
    mock.iommu_test_create_access,
    3,
    (draw) => ({ values: { id: draw.id("ioas"), flags: draw.random.below(2) } }),
    { file: "access" },
  ),
  mockOperation("access_pages", mock.iommu_test_access_pages, 4, (draw) => {
    const { iova, length } = draw.area();
    return { values: { id: draw.fd("access"), flags: draw.random.below(2), iova, length } };
  }),
  mockOperation("destroy_access_pages", mock.iommu_test_destroy_access_pages, 2, (draw) => ({
    values: { id: draw.fd("access"), access_pages_id: 1 + draw.random.below(4) },
  })),
  mockOperation("access_rw", mock.iommu_test_access_rw, 2, (draw) => ({
    values: {
      ...{ id: draw.fd("access"), iova: draw.area().iova, length: 100n, uptr: DATA_ADDRESS },
      flags: draw.random.pick([0, 1, 4, 5]),
    },
    data: { read: new Uint8Array(100), written: 100 },
  })),
  mockOperation("access_replace_ioas", mock.iommu_test_access_replace_ioas, 1, (draw) => ({
    values: { id: draw.fd("access"), ioas_id: draw.id("ioas") },
  })),
  mockOperation("set_temp_memory_limit", mock.iommu_test_set_temp_memory_limit, 1, (draw) => ({
    values: { limit: draw.random.pick([12, 64, 65536]) },
  })),
  mockOperation("dirty", mock.iommu_test_dirty, 1, (draw) => ({
    values: { id: draw.id("dirtyTable"), iova: IOVA_FIRST, length: 65536n, page_size: 4096n, uptr: DATA_ADDRESS },
    data: { read: words(0x5a5a, 0) },
  })),
  mockOperation("trigger_iopf", mock.iommu_test_trigger_iopf, 5, (draw) => ({
    values: { dev_id: draw.id("device"), grpid: draw.random.below(8), perm: 1, addr: draw.iova(), pasid: 0 },
  })),
  mockOperation("trigger_vevent", mock.iommu_test_trigger_vevent, 2, (draw) => ({
    values: { dev_id: draw.id("guestDevice") },
  })),
  mockOperation("pasid_attach", mock.iommu_test_pasid_attach, 3, (draw) => ({
    values: { id: draw.id("pasidDevice"), pasid: draw.pasid(), pt_id: draw.id("pasidTable") },
  })),
  mockOperation("pasid_replace", mock.iommu_test_pasid_replace, 2, (draw) => ({
    values: { id: draw.id("pasidDevice"), pasid: draw.pasid(), pt_id: draw.id("pasidTable") },
  })),
  mockOperation("pasid_detach", mock.iommu_test_pasid_detach, 2, (draw) => ({
    values: { id: draw.id("pasidDevice"), pasid: draw.pasid() },
  })),
  mockOperation(
    "dmabuf_get",
    mock.iommu_test_dmabuf_get,
    1,
    (draw) => ({ values: { length: 8192 * (1 + draw.random.below(2)), open_flags: 2 } }),
    { file: "dmabuf" },
  ),
  mockOperation("dmabuf_revoke", mock.iommu_test_dmabuf_revoke, 1, (draw) => ({
    values: { dmabuf_fd: draw.fd("dmabuf"), revoked: draw.random.below(2) },
  })),
  template("IOMMU_DESTROY", api.iommu_destroy, 4, (draw) => ({
    values: { id: draw.id(...objectKinds) },
  })),
];

/** What brings an iommufd to have one of everything, mostly. */
export const preludeNames: readonly string[] = [
  ...["IOMMU_IOAS_ALLOC", "IOMMU_TEST_OP_MOCK_DOMAIN", "IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS", "IOMMU_IOAS_MAP"],
  ...["IOMMU_FAULT_QUEUE_ALLOC", "IOMMU_HWPT_ALLOC parent", "IOMMU_HWPT_ALLOC pasidTable", "IOMMU_VIOMMU_ALLOC"],
  ...["IOMMU_VDEVICE_ALLOC", "IOMMU_VEVENTQ_ALLOC", "IOMMU_HW_QUEUE_ALLOC", "IOMMU_HWPT_ALLOC nested"],
  ...["IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE nested", "IOMMU_HWPT_ALLOC dirtyTable", "IOMMU_TEST_OP_DMABUF_GET"],
  ...["IOMMU_TEST_OP_CREATE_ACCESS", "IOMMU_TEST_OP_ACCESS_PAGES", "IOMMU_IOAS_MAP"],
  ...["IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE pasid", "IOMMU_TEST_OP_PASID_ATTACH", "IOMMU_TEST_OP_TRIGGER_VEVENT"],
];

const weighted = templates.flatMap((one) => Array.from({ length: one.weight }, () => one));

/** Names of all calls that can be drawn. */
export const callNames: readonly string[] = templates.map(({ name }) => name);

/** @param name one of `callNames`; default: any */
export function drawCall(random: Random, named: Named, name?: string): RandomCall {
  const chosen = name === undefined ? random.pick(weighted) : templates.find((one) => one.name === name)!;
  return chosen.draw(new Draw(random, named));
}
