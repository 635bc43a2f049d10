/**
 * The ioctls of /dev/iommu and of VFIO, one row each: dispatch, the SDKs, the preload shim, the documentation, the CLI and the tests
 * read these rows. No behaviour.
 *
 * Invariant: a row's support level and what it says is missing are what the daemon of this tree does.
 */
import { errno, type Errno } from "./errno.js";
import * as api from "./iommufd.js";
import * as test from "./iommufd-test.js";
import type { StructLayout } from "./layout.js";
import { errorRows, pick, type DescriptorRow, type FileKind, type IoctlRow } from "./row.js";
import type { MadeDescriptorRow, MemoryRow, NumberNameOf } from "./row.js";
import { vfioRows } from "./vfio-rows.js";

export type {
  DescriptorRow,
  ErrorRow,
  FileKind,
  IoctlRow,
  MadeDescriptorRow,
  MemoryExtent,
  MemoryRow,
  Support,
  ValueRow,
} from "./row.js";

type ApiName = NumberNameOf<typeof api>;

/** A row of a native ioctl: what is not given is empty, and without a `missing` the support is full. */
interface Native {
  readonly since: string;
  readonly flags?: readonly ApiName[];
  readonly values?: Readonly<Record<string, readonly ApiName[]>>;
  readonly missing?: string;
  readonly errors: readonly (readonly [Errno, string])[];
  readonly memory?: readonly MemoryRow[];
  readonly descriptors?: readonly DescriptorRow[];
  readonly makes?: MadeDescriptorRow["kind"];
}

const { E2BIG, EBADF, EBUSY, EEXIST, EINVAL, EADDRINUSE, EDEADLOCK, EMSGSIZE, ENODEV, ENOENT, ENOMEM } = errno;
const { ENOSPC, ENOTTY, EOPNOTSUPP, EOVERFLOW, EPERM, ERANGE } = errno;

function native(name: string, nr: number, layout: StructLayout, row: Native): IoctlRow {
  const missing = row.missing ?? "";
  return {
    name,
    request: (api.IOMMUFD_TYPE << 8) | nr,
    family: "iommufd",
    file: "iommufd",
    argument: "pointer",
    struct: layout,
    since: row.since,
    flags: pick(api, row.flags ?? []),
    values: Object.entries(row.values ?? {}).map(([field, names]) => ({ field, values: pick(api, names) })),
    support: missing === "" ? "full" : "partial",
    missing,
    errors: errorRows(row.errors),
    memory: row.memory ?? [],
    descriptors: row.descriptors ?? [],
    makesDescriptors: row.makes === undefined ? [] : [{ kind: row.makes }],
  };
}

const idsRanOut = [EBUSY, "no object id is free"] as const;
const noIoas = [ENOENT, "no such IOAS"] as const;
const noObject = [ENOENT, "an id names no object of the type needed"] as const;
const reservedNotZero = [EOPNOTSUPP, "a reserved field is not 0"] as const;
const unknownFlags = [EOPNOTSUPP, "unknown flags, or a reserved field is not 0"] as const;
const noMemory = [ENOMEM, "out of memory, or RLIMIT_MEMLOCK would be exceeded"] as const;

const mapFlags = ["IOMMU_IOAS_MAP_FIXED_IOVA", "IOMMU_IOAS_MAP_WRITEABLE", "IOMMU_IOAS_MAP_READABLE"] as const;
const mapErrors = [
  unknownFlags,
  [EINVAL, "neither readable nor writable, length 0, misaligned, in a reserved range, or a file that cannot be pinned"],
  noIoas,
  [EOVERFLOW, "a range ends beyond 2^64 - 1"],
  [EEXIST, "the fixed IOVA is mapped already"],
  [ENOSPC, "no IOVA range is free"],
  noMemory,
] as const;

const { fields: iovaRanges } = api.iommu_ioas_iova_ranges;
const { fields: allowIovas } = api.iommu_ioas_allow_iovas;
const { fields: hwptAlloc } = api.iommu_hwpt_alloc;
const { fields: hwInfo } = api.iommu_hw_info;
const { fields: dirtyBitmap } = api.iommu_hwpt_get_dirty_bitmap;
const { fields: invalidate } = api.iommu_hwpt_invalidate;
const { fields: viommuAlloc } = api.iommu_viommu_alloc;

const nativeRows: readonly IoctlRow[] = [
  native("IOMMU_DESTROY", 0x80, api.iommu_destroy, {
    since: "6.2",
    errors: [
      [ENOENT, "no such object"],
      [EBUSY, "something uses the object"],
    ],
  }),
  native("IOMMU_IOAS_ALLOC", 0x81, api.iommu_ioas_alloc, {
    since: "6.2",
    errors: [[EOPNOTSUPP, "flags are not 0"], noMemory, idsRanOut],
  }),
  native("IOMMU_IOAS_ALLOW_IOVAS", 0x82, api.iommu_ioas_allow_iovas, {
    since: "6.2",
    errors: [
      reservedNotZero,
      noIoas,
      [EINVAL, "a range does not end after its start, or overlaps an earlier one"],
      [EADDRINUSE, "a range overlaps a reserved one"],
      noMemory,
    ],
    memory: [
      {
        pointer: allowIovas.allowed_iovas,
        direction: "in",
        extent: { form: "array", count: allowIovas.num_iovas, elementBytes: api.iommu_iova_range.bytes },
      },
    ],
  }),
  native("IOMMU_IOAS_COPY", 0x83, api.iommu_ioas_copy, {
    since: "6.2",
    flags: mapFlags,
    errors: [
      ...mapErrors,
      [ENOENT, "the source range is not mapped without a gap"],
      [EPERM, "writable, and the memory was mapped read-only"],
    ],
  }),
  native("IOMMU_IOAS_IOVA_RANGES", 0x84, api.iommu_ioas_iova_ranges, {
    since: "6.2",
    errors: [reservedNotZero, noIoas, [EMSGSIZE, "there are more ranges than fit; num_iovas says how many"]],
    memory: [
      {
        pointer: iovaRanges.allowed_iovas,
        direction: "out",
        extent: { form: "array", count: iovaRanges.num_iovas, elementBytes: api.iommu_iova_range.bytes },
      },
    ],
  }),
  native("IOMMU_IOAS_MAP", 0x85, api.iommu_ioas_map, { since: "6.2", flags: mapFlags, errors: mapErrors }),
  native("IOMMU_IOAS_UNMAP", 0x86, api.iommu_ioas_unmap, {
    since: "6.2",
    errors: [
      [ENOENT, "no such IOAS, nothing is mapped there, or a mapping lies only partly in the range"],
      [EOVERFLOW, "the range ends beyond 2^64 - 1"],
      [EINVAL, "length 0"],
      [EBUSY, "a mapping is just being made, or a hardware queue lies in it"],
      [EDEADLOCK, "an access does not give up its pins"],
    ],
  }),
  native("IOMMU_OPTION", 0x87, api.iommu_option, {
    since: "6.2",
    values: {
      option_id: ["IOMMU_OPTION_RLIMIT_MODE", "IOMMU_OPTION_HUGE_PAGES"],
      op: ["IOMMU_OPTION_OP_SET", "IOMMU_OPTION_OP_GET"],
    },
    errors: [
      [EOPNOTSUPP, "unknown option or operation, object_id with RLIMIT_MODE, or a reserved field is not 0"],
      [EPERM, "RLIMIT_MODE SET without CAP_SYS_RESOURCE"],
      [EBUSY, "RLIMIT_MODE SET while there are objects"],
      noIoas,
      [EINVAL, "unknown value, or HUGE_PAGES off while there are page tables and mappings"],
      [EADDRINUSE, "HUGE_PAGES off while a mapping is not page aligned"],
    ],
  }),
  native("IOMMU_VFIO_IOAS", 0x88, api.iommu_vfio_ioas, {
    since: "6.2",
    values: { op: ["IOMMU_VFIO_IOAS_GET", "IOMMU_VFIO_IOAS_SET", "IOMMU_VFIO_IOAS_CLEAR"] },
    errors: [
      [EOPNOTSUPP, "unknown operation, or a reserved field is not 0"],
      [ENODEV, "GET, and there is none"],
      noIoas,
    ],
  }),
  native("IOMMU_HWPT_ALLOC", 0x89, api.iommu_hwpt_alloc, {
    since: "6.6",
    flags: [
      "IOMMU_HWPT_ALLOC_NEST_PARENT",
      "IOMMU_HWPT_ALLOC_DIRTY_TRACKING",
      "IOMMU_HWPT_FAULT_ID_VALID",
      "IOMMU_HWPT_ALLOC_PASID",
    ],
    values: {
      data_type: [
        "IOMMU_HWPT_DATA_NONE",
        "IOMMU_HWPT_DATA_VTD_S1",
        "IOMMU_HWPT_DATA_ARM_SMMUV3",
        "IOMMU_HWPT_DATA_AMD_GUEST",
      ],
    },
    missing:
      "IOMMU_HWPT_DATA_VTD_S1, ARM_SMMUV3 and AMD_GUEST: EOPNOTSUPP, as of hardware without nesting. The selftest's IOMMU nests.",
    errors: [
      [EOPNOTSUPP, "unknown flags, a reserved field is not 0, or the IOMMU cannot do it"],
      [EINVAL, "data_type without data_len or the reverse, or pt_id names nothing that such a table can be made on"],
      [ENOENT, "no such device or fault queue"],
      [EADDRINUSE, "a mapping lies outside the new table's aperture or is not aligned to its pages"],
      noMemory,
      idsRanOut,
    ],
    memory: [{ pointer: hwptAlloc.data_uptr, direction: "in", extent: { form: "bytes", length: hwptAlloc.data_len } }],
  }),
  native("IOMMU_GET_HW_INFO", 0x8a, api.iommu_hw_info, {
    since: "6.6",
    flags: ["IOMMU_HW_INFO_FLAG_INPUT_TYPE"],
    values: {
      in_data_type: [
        "IOMMU_HW_INFO_TYPE_DEFAULT",
        "IOMMU_HW_INFO_TYPE_INTEL_VTD",
        "IOMMU_HW_INFO_TYPE_ARM_SMMUV3",
        "IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV",
        "IOMMU_HW_INFO_TYPE_AMD",
      ],
      out_data_type: ["IOMMU_HW_INFO_TYPE_NONE"],
      out_capabilities: [
        "IOMMU_HW_CAP_DIRTY_TRACKING",
        "IOMMU_HW_CAP_PCI_PASID_EXEC",
        "IOMMU_HW_CAP_PCI_PASID_PRIV",
        "IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED",
      ],
    },
    errors: [
      [EOPNOTSUPP, "unknown flags, a reserved field is not 0, or not the type of this device's IOMMU"],
      [ENOENT, "no such device"],
    ],
    memory: [{ pointer: hwInfo.data_uptr, direction: "out", extent: { form: "bytes", length: hwInfo.data_len } }],
  }),
  native("IOMMU_HWPT_SET_DIRTY_TRACKING", 0x8b, api.iommu_hwpt_set_dirty_tracking, {
    since: "6.7",
    flags: ["IOMMU_HWPT_DIRTY_TRACKING_ENABLE"],
    errors: [
      [EOPNOTSUPP, "unknown flags, or the table was made without dirty tracking"],
      [ENOENT, "no such page table"],
    ],
  }),
  native("IOMMU_HWPT_GET_DIRTY_BITMAP", 0x8c, api.iommu_hwpt_get_dirty_bitmap, {
    since: "6.7",
    flags: ["IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR"],
    errors: [
      [EOPNOTSUPP, "unknown flags, a reserved field is not 0, or the table was made without dirty tracking"],
      [ENOENT, "no such page table"],
      [EOVERFLOW, "the range ends beyond 2^64 - 1"],
      [EINVAL, "page_size 0, or the range is not aligned"],
      noMemory,
    ],
    memory: [
      {
        pointer: dirtyBitmap.data,
        direction: "inout",
        extent: { form: "bitmap", length: dirtyBitmap.length, pageSize: dirtyBitmap.page_size },
      },
    ],
  }),
  native("IOMMU_HWPT_INVALIDATE", 0x8d, api.iommu_hwpt_invalidate, {
    since: "6.8",
    values: { data_type: ["IOMMU_HWPT_INVALIDATE_DATA_VTD_S1", "IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3"] },
    missing: "IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 and ARM_SMMUV3: no such nested table or vIOMMU can be made.",
    errors: [
      [EOPNOTSUPP, "a reserved field is not 0, or the IOMMU has no caches for it"],
      [EINVAL, "entries without an address or a length, of another type, or neither a nested page table nor a vIOMMU"],
      [ENOENT, "no such object"],
      [E2BIG, "an entry is longer than the driver's struct and not 0 there"],
    ],
    memory: [
      {
        pointer: invalidate.data_uptr,
        direction: "in",
        extent: { form: "table", count: invalidate.entry_num, elementLength: invalidate.entry_len },
      },
    ],
  }),
  native("IOMMU_FAULT_QUEUE_ALLOC", 0x8e, api.iommu_fault_alloc, {
    since: "6.11",
    makes: "fault",
    errors: [[EOPNOTSUPP, "flags are not 0"], noMemory],
  }),
  native("IOMMU_IOAS_MAP_FILE", 0x8f, api.iommu_ioas_map_file, {
    since: "6.13",
    flags: mapFlags,
    missing: "A dma-buf that this machine's own kernel has made is refused; the selftest's are mapped.",
    errors: [...mapErrors, [EBADF, "fd is not open, or was opened with O_PATH"], [ENODEV, "a dma-buf that is revoked"]],
    descriptors: [{ field: api.iommu_ioas_map_file.fields.fd }],
  }),
  native("IOMMU_VIOMMU_ALLOC", 0x90, api.iommu_viommu_alloc, {
    since: "6.13",
    values: {
      type: ["IOMMU_VIOMMU_TYPE_DEFAULT", "IOMMU_VIOMMU_TYPE_ARM_SMMUV3", "IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV"],
    },
    missing:
      "IOMMU_VIOMMU_TYPE_ARM_SMMUV3 and TEGRA241_CMDQV: EOPNOTSUPP, as of other hardware. The selftest's IOMMU has one.",
    errors: [
      [EOPNOTSUPP, "flags are not 0, type is 0, or the IOMMU does not offer it"],
      [ENOENT, "no such device or page table"],
      [EINVAL, "the page table is no nest parent"],
    ],
    memory: [
      { pointer: viommuAlloc.data_uptr, direction: "inout", extent: { form: "bytes", length: viommuAlloc.data_len } },
    ],
  }),
  native("IOMMU_VDEVICE_ALLOC", 0x91, api.iommu_vdevice_alloc, {
    since: "6.13",
    errors: [
      noObject,
      [EINVAL, "the device is behind another IOMMU"],
      [EEXIST, "the device has a vDEVICE, or virt_id is in use"],
    ],
  }),
  native("IOMMU_IOAS_CHANGE_PROCESS", 0x92, api.iommu_ioas_change_process, {
    since: "6.13",
    errors: [
      reservedNotZero,
      [EINVAL, "something is mapped that is not a file"],
      [ENOMEM, "the pinned pages would exceed RLIMIT_MEMLOCK of the caller"],
    ],
  }),
  native("IOMMU_VEVENTQ_ALLOC", 0x93, api.iommu_veventq_alloc, {
    since: "6.15",
    values: {
      type: ["IOMMU_VEVENTQ_TYPE_DEFAULT", "IOMMU_VEVENTQ_TYPE_ARM_SMMUV3", "IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV"],
    },
    missing: "IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 and TEGRA241_CMDQV: no such vIOMMU can be made. The selftest's has a type.",
    makes: "veventq",
    errors: [
      [EOPNOTSUPP, "flags or a reserved field are not 0, or type is 0"],
      [EINVAL, "veventq_depth 0"],
      [ENOENT, "no such vIOMMU"],
      [EEXIST, "the vIOMMU has a queue of this type"],
    ],
  }),
  native("IOMMU_HW_QUEUE_ALLOC", 0x94, api.iommu_hw_queue_alloc, {
    since: "6.17",
    values: { type: ["IOMMU_HW_QUEUE_TYPE_DEFAULT", "IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV"] },
    missing: "IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV: no such vIOMMU can be made. The selftest's has a type.",
    errors: [
      [EOPNOTSUPP, "flags are not 0, type is 0, or the IOMMU does not offer it"],
      [EINVAL, "length 0"],
      [EOVERFLOW, "the range ends beyond 2^64 - 1"],
      [ENOENT, "no such vIOMMU, or the range is not mapped"],
      [ERANGE, "the range, rounded to pages, ends beyond 2^64 - 1"],
    ],
  }),
];

const { fields: testCommand } = test.iommu_test_cmd;
const { fields: accessReadWrite } = test.iommu_test_access_rw;
const { fields: markDirty } = test.iommu_test_dirty;

const testRow: IoctlRow = {
  name: "IOMMU_TEST_CMD",
  request: 0x3ba0,
  family: "test",
  file: "iommufd",
  argument: "pointer",
  struct: test.iommu_test_cmd,
  since: "6.2",
  flags: [],
  values: [{ field: "op", values: test.testOperations.map(({ name, op }) => ({ name, value: op })) }],
  support: "full",
  missing: "",
  errors: errorRows([
    [ENOTTY, "the daemon runs without the selftest"],
    [EOPNOTSUPP, "unknown operation"],
    [EINVAL, "a limit below 12"],
  ]),
  memory: [
    {
      pointer: accessReadWrite.uptr,
      direction: "inout",
      extent: { form: "bytes", length: accessReadWrite.length },
      operations: [test.IOMMU_TEST_OP_ACCESS_RW],
    },
    {
      pointer: markDirty.uptr,
      direction: "in",
      extent: { form: "bitmap", length: markDirty.length, pageSize: markDirty.page_size },
      operations: [test.IOMMU_TEST_OP_DIRTY],
    },
  ],
  operation: testCommand.op,
  descriptors: [
    {
      field: testCommand.id,
      operations: [
        test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES,
        test.IOMMU_TEST_OP_ACCESS_PAGES,
        test.IOMMU_TEST_OP_ACCESS_RW,
        test.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS,
      ],
    },
    { field: test.iommu_test_dmabuf_revoke.fields.dmabuf_fd, operations: [test.IOMMU_TEST_OP_DMABUF_REVOKE] },
  ],
  makesDescriptors: [
    { kind: "access", operations: [test.IOMMU_TEST_OP_CREATE_ACCESS], noneFree: ENOMEM },
    {
      kind: "dmabuf",
      operations: [test.IOMMU_TEST_OP_DMABUF_GET],
      openFlags: test.iommu_test_dmabuf_get.fields.open_flags,
    },
  ],
};

/** The native requests, the selftest's, VFIO's by file; within each in ascending order. */
export const ioctlTable: readonly IoctlRow[] = [...nativeRows, testRow, ...vfioRows];

const rowByFileAndRequest = new Map(ioctlTable.map((row) => [`${row.file} ${row.request}`, row]));

/** What a request is on a file of this kind. */
export function rowOf(file: FileKind, request: number): IoctlRow | undefined {
  return rowByFileAndRequest.get(`${file} ${request}`);
}

const requestByName = new Map(ioctlTable.map(({ name, request }) => [name, request]));

/** The number of a request of this table. @throws RangeError for a name that is not in it */
export function requestOf(name: string): number {
  const request = requestByName.get(name);
  if (request === undefined) throw new RangeError(`there is no ioctl ${name}`);
  return request;
}
