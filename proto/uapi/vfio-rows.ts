/**
 * The ioctls of VFIO, one row each, by the file that they are on: the container that an iommufd is, a group, a device
 * (specification 50). No behaviour.
 *
 * Invariant: a row's support level and what it says is missing are what the daemon of this tree does.
 */
import { errno, type Errno } from "./errno.js";
import { record, type Field, type StructLayout } from "./layout.js";
import { errorRows, pick, type DescriptorRow, type FileKind, type IoctlRow, type MemoryRow } from "./row.js";
import type { MadeDescriptorRow, NumberNameOf } from "./row.js";
import * as containerApi from "./vfio.js";
import * as deviceApi from "./vfio-device.js";
import * as featureApi from "./vfio-feature.js";
import * as interruptApi from "./vfio-interrupts.js";

const vfio = { ...containerApi, ...deviceApi, ...featureApi, ...interruptApi };

const { E2BIG, EACCES, EADDRINUSE, EBADF, EBUSY, EDEADLOCK, EEXIST, EFAULT, EINVAL, ENODEV, ENOENT, ENOMEM } = errno;
const { EBADFD, ENOSPC, ENOTTY, EOPNOTSUPP, EOVERFLOW, EPERM, ERANGE } = errno;

const noStruct: StructLayout = record("", { minBytes: 0, bytes: 0 }, {});

/** What a row of a VFIO request, which is supported in full, has besides its struct. */
interface Vfio {
  /** Default: that of the request's file. */
  readonly since?: string;
  readonly flags?: readonly NumberNameOf<typeof vfio>[];
  readonly values?: Readonly<Record<string, readonly NumberNameOf<typeof vfio>[]>>;
  readonly errors?: readonly (readonly [Errno, string])[];
  readonly tail?: NonNullable<IoctlRow["tail"]>;
  readonly operation?: Field<"u32">;
  readonly operationMask?: number;
  readonly memory?: readonly MemoryRow[];
  readonly descriptors?: readonly DescriptorRow[];
  readonly makes?: MadeDescriptorRow;
}

/** A maker of rows for one kind of file. @param since the Linux version that introduced the file's requests */
function rowsOf(file: FileKind, since: string) {
  return (
    name: string,
    request: number,
    argument: Exclude<IoctlRow["argument"], "pointer"> | StructLayout,
    row: Vfio = {},
  ): IoctlRow => ({
    name,
    request,
    family: "vfio",
    file,
    ...(typeof argument === "string" ? { argument, struct: noStruct } : { argument: "pointer", struct: argument }),
    since: row.since ?? since,
    flags: pick(vfio, row.flags ?? []),
    values: Object.entries(row.values ?? {}).map(([field, names]) => ({ field, values: pick(vfio, names) })),
    support: "full",
    missing: "",
    errors: errorRows(row.errors ?? []),
    memory: row.memory ?? [],
    descriptors: row.descriptors ?? [],
    makesDescriptors: row.makes === undefined ? [] : [row.makes],
    ...(row.tail !== undefined && { tail: row.tail }),
    ...(row.operation !== undefined && { operation: row.operation }),
    ...(row.operationMask !== undefined && { operationMask: row.operationMask }),
  });
}

const container = rowsOf("iommufd", "6.2");
const group = rowsOf("group", "3.6");
const device = rowsOf("device", "3.6");

const noMemory = [ENOMEM, "out of memory, or RLIMIT_MEMLOCK would be exceeded"] as const;

const noCompatIoas = [ENODEV, "no IOAS was set with IOMMU_VFIO_IOAS"] as const;
const argszTooSmall = [EINVAL, "argsz is below the size of the struct, or unknown flags"] as const;

const containerRows: readonly IoctlRow[] = [
  container("VFIO_GET_API_VERSION", 0x3b64, "ignored"),
  container("VFIO_CHECK_EXTENSION", 0x3b65, "value", {
    errors: [[ENODEV, "VFIO_DMA_CC_IOMMU, and no IOAS was set with IOMMU_VFIO_IOAS"]],
  }),
  container("VFIO_SET_IOMMU", 0x3b66, "value", {
    errors: [
      [EINVAL, "neither VFIO_TYPE1_IOMMU nor VFIO_TYPE1v2_IOMMU, or TYPE1 with both a page table and a mapping there"],
      noCompatIoas,
      [EADDRINUSE, "TYPE1, and a mapping is not page aligned"],
    ],
  }),
  container("VFIO_IOMMU_GET_INFO", 0x3b70, vfio.vfio_iommu_type1_info, {
    flags: ["VFIO_IOMMU_INFO_PGSIZES", "VFIO_IOMMU_INFO_CAPS"],
    tail: "out",
    errors: [[EINVAL, "argsz below 16"], noCompatIoas],
  }),
  container("VFIO_IOMMU_MAP_DMA", 0x3b71, vfio.vfio_iommu_type1_dma_map, {
    flags: ["VFIO_DMA_MAP_FLAG_READ", "VFIO_DMA_MAP_FLAG_WRITE"],
    errors: [
      argszTooSmall,
      noCompatIoas,
      [EOVERFLOW, "a range ends beyond 2^64 - 1"],
      [EINVAL, "size 0, misaligned, in a reserved range, or neither readable nor writable in a page table"],
      [EEXIST, "the IOVA is mapped already"],
      [EFAULT, "the memory cannot be pinned"],
      noMemory,
    ],
  }),
  container("VFIO_IOMMU_UNMAP_DMA", 0x3b72, vfio.vfio_iommu_type1_dma_unmap, {
    flags: ["VFIO_DMA_UNMAP_FLAG_ALL"],
    errors: [
      argszTooSmall,
      noCompatIoas,
      [EINVAL, "size 0; iova or size not 0 with ALL; or TYPE1, and a mapping cannot be cut there"],
      [EOVERFLOW, "the range ends beyond 2^64 - 1"],
      [ENOENT, "a mapping lies only partly in the range"],
      [EBUSY, "a mapping is just being made or unmapped, or a hardware queue lies in it"],
      [EDEADLOCK, "an access does not give up its pins"],
    ],
  }),
  {
    ...container("VFIO_IOMMU_DIRTY_PAGES", 0x3b75, "ignored"),
    support: "absent",
    missing: "Answers ENOTTY, as an iommufd on Linux does.",
  },
];

/** An s32 that lies behind the struct. */
function behind(layout: StructLayout, name: string): Field<"s32"> {
  return { name, offset: layout.bytes, type: "s32", direction: "in", note: "", array: false, count: 1 };
}

const short = [EINVAL, "argsz is below the size of the struct"] as const;

const groupRows: readonly IoctlRow[] = [
  group("VFIO_GROUP_GET_STATUS", 0x3b67, vfio.vfio_group_status, {
    flags: ["VFIO_GROUP_FLAGS_VIABLE", "VFIO_GROUP_FLAGS_CONTAINER_SET"],
    errors: [short, [ENODEV, "the group has no device any more"]],
  }),
  group("VFIO_GROUP_SET_CONTAINER", 0x3b68, "descriptor", {
    errors: [
      [EBADF, "the descriptor is not open"],
      [EINVAL, "the group has a container"],
      [ENODEV, "the group has no device any more"],
      [EBADFD, "the descriptor is of another kind of file"],
    ],
  }),
  group("VFIO_GROUP_UNSET_CONTAINER", 0x3b69, "ignored", { errors: [[EINVAL, "the group has no container"]] }),
  group("VFIO_GROUP_GET_DEVICE_FD", 0x3b6a, "text", {
    errors: [
      [EINVAL, "the name is longer than a page, something but a token follows it, or the group has no container"],
      [EFAULT, "the name cannot be read"],
      [ENODEV, "no device of the group has this name, or the IOAS of the container is gone"],
      [EPERM, "something else owns the DMA of the group"],
      [EADDRINUSE, "a mapping overlaps one of the device's reserved regions"],
    ],
    makes: { kind: "device" },
  }),
];

const { fields: bind } = vfio.vfio_device_bind_iommufd;
const { fields: irqSet } = vfio.vfio_irq_set;
const { fields: hotReset } = vfio.vfio_pci_hot_reset;
const { fields: ioeventfd } = vfio.vfio_device_ioeventfd;
const { fields: feature } = vfio.vfio_device_feature;

const deviceRows: readonly IoctlRow[] = [
  device("VFIO_DEVICE_GET_INFO", 0x3b6b, vfio.vfio_device_info, {
    flags: ["VFIO_DEVICE_FLAGS_RESET", "VFIO_DEVICE_FLAGS_PCI", "VFIO_DEVICE_FLAGS_CAPS"],
    errors: [short],
    tail: "out",
  }),
  device("VFIO_DEVICE_GET_REGION_INFO", 0x3b6c, vfio.vfio_region_info, {
    flags: [
      ...(["VFIO_REGION_INFO_FLAG_READ", "VFIO_REGION_INFO_FLAG_WRITE"] as const),
      ...(["VFIO_REGION_INFO_FLAG_MMAP", "VFIO_REGION_INFO_FLAG_CAPS"] as const),
    ],
    errors: [[EINVAL, "argsz is below the size of the struct, or there is no such region"]],
    tail: "out",
  }),
  device("VFIO_DEVICE_GET_IRQ_INFO", 0x3b6d, vfio.vfio_irq_info, {
    flags: [
      ...(["VFIO_IRQ_INFO_EVENTFD", "VFIO_IRQ_INFO_MASKABLE"] as const),
      ...(["VFIO_IRQ_INFO_AUTOMASKED", "VFIO_IRQ_INFO_NORESIZE"] as const),
    ],
    errors: [[EINVAL, "argsz is below the size of the struct, or there is no such interrupt"]],
  }),
  device("VFIO_DEVICE_SET_IRQS", 0x3b6e, vfio.vfio_irq_set, {
    flags: [
      ...(["VFIO_IRQ_SET_DATA_NONE", "VFIO_IRQ_SET_DATA_BOOL", "VFIO_IRQ_SET_DATA_EVENTFD"] as const),
      ...(["VFIO_IRQ_SET_ACTION_MASK", "VFIO_IRQ_SET_ACTION_UNMASK", "VFIO_IRQ_SET_ACTION_TRIGGER"] as const),
    ],
    errors: [
      [EINVAL, "argsz is too small, there are no such interrupts, or they are not in the state that this needs"],
      [EFAULT, "the data cannot be read"],
      [ENOTTY, "not exactly one action, or one that these interrupts do not have"],
      [EBADF, "an eventfd is not open"],
      [EBUSY, "UNMASK, and there is an eventfd for it"],
      [ERANGE, "TRIGGER, enabling no vectors"],
    ],
    tail: "in",
    operation: irqSet.flags,
    operationMask: vfio.VFIO_IRQ_SET_DATA_TYPE_MASK,
    descriptors: [
      {
        field: behind(vfio.vfio_irq_set, "data"),
        count: irqSet.count,
        operations: [vfio.VFIO_IRQ_SET_DATA_EVENTFD],
      },
    ],
  }),
  device("VFIO_DEVICE_RESET", 0x3b6f, "ignored", { errors: [[EINVAL, "the device cannot be reset"]] }),
  device("VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", 0x3b70, vfio.vfio_pci_hot_reset_info, {
    since: "3.12",
    flags: ["VFIO_PCI_HOT_RESET_FLAG_DEV_ID", "VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED"],
    errors: [
      short,
      [ENODEV, "the device is on a root bus"],
      [ENOSPC, "there are more devices than fit; count says how many"],
      [EPERM, "a device is in no group"],
    ],
    tail: "out",
  }),
  device("VFIO_DEVICE_PCI_HOT_RESET", 0x3b71, vfio.vfio_pci_hot_reset, {
    since: "3.12",
    errors: [
      [EINVAL, "argsz is too small, flags are not 0, or not the groups of all devices that would be reset"],
      [ENODEV, "the device is on a root bus"],
      [EFAULT, "the descriptors cannot be read"],
      [EBADF, "a descriptor is not open"],
    ],
    tail: "in",
    descriptors: [{ field: behind(vfio.vfio_pci_hot_reset, "group_fds"), count: hotReset.count }],
  }),
  device("VFIO_DEVICE_IOEVENTFD", 0x3b74, vfio.vfio_device_ioeventfd, {
    since: "4.17",
    flags: [
      ...(["VFIO_DEVICE_IOEVENTFD_8", "VFIO_DEVICE_IOEVENTFD_16"] as const),
      ...(["VFIO_DEVICE_IOEVENTFD_32", "VFIO_DEVICE_IOEVENTFD_64"] as const),
    ],
    errors: [
      [EINVAL, "argsz is too small, not exactly one width, or no place of a BAR that takes it"],
      [EEXIST, "there is an entry for it"],
      [ENODEV, "fd is -1, and there is none"],
      [ENOSPC, "there are 1000 entries"],
      [EBADF, "the descriptor is not open"],
    ],
    descriptors: [{ field: ioeventfd.fd }],
  }),
  device("VFIO_DEVICE_FEATURE", 0x3b75, vfio.vfio_device_feature, {
    since: "5.7",
    flags: ["VFIO_DEVICE_FEATURE_GET", "VFIO_DEVICE_FEATURE_SET", "VFIO_DEVICE_FEATURE_PROBE"],
    values: {
      flags: [
        ...(["VFIO_DEVICE_FEATURE_PCI_VF_TOKEN", "VFIO_DEVICE_FEATURE_MIGRATION"] as const),
        ...(["VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE", "VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY"] as const),
        ...(["VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP", "VFIO_DEVICE_FEATURE_LOW_POWER_EXIT"] as const),
        ...(["VFIO_DEVICE_FEATURE_DMA_LOGGING_START", "VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP"] as const),
        ...(["VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT", "VFIO_DEVICE_FEATURE_MIG_DATA_SIZE"] as const),
        ...(["VFIO_DEVICE_FEATURE_BUS_MASTER", "VFIO_DEVICE_FEATURE_DMA_BUF"] as const),
        "VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2",
      ],
    },
    errors: [
      [EINVAL, "argsz is too small for the data, or what is asked of the feature is not one of its operations"],
      [ENOTTY, "the device does not have the feature"],
      [ENODEV, "DMA_BUF of no BAR"],
      [EFAULT, "the data cannot be read or written"],
      [EBADF, "the wakeup eventfd is not open"],
    ],
    tail: "inout",
    // A probe names and makes nothing: with its bit the value is in no set.
    operation: feature.flags,
    operationMask: vfio.VFIO_DEVICE_FEATURE_MASK | vfio.VFIO_DEVICE_FEATURE_PROBE,
    descriptors: [
      {
        field: behind(vfio.vfio_device_feature, "wakeup_eventfd"),
        operations: [vfio.VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP],
      },
    ],
    makes: {
      kind: "dmabuf",
      operations: [vfio.VFIO_DEVICE_FEATURE_DMA_BUF],
      openFlags: {
        ...vfio.vfio_device_feature_dma_buf.fields.open_flags,
        offset: vfio.vfio_device_feature.bytes + vfio.vfio_device_feature_dma_buf.fields.open_flags.offset,
      },
    },
  }),
  device("VFIO_DEVICE_BIND_IOMMUFD", 0x3b76, vfio.vfio_device_bind_iommufd, {
    since: "6.6",
    flags: ["VFIO_DEVICE_BIND_FLAG_TOKEN"],
    errors: [
      [EINVAL, "argsz is too small, unknown flags, iommufd is negative, or the device is bound or from a group"],
      [E2BIG, "the struct is longer and not 0 there"],
      [EBUSY, "the file of the device's group is open"],
      [EACCES, "the token is missing or wrong"],
      [EBADF, "iommufd is not open"],
      [EBADFD, "iommufd is of another kind of file"],
      [EPERM, "something else owns the DMA of the group"],
    ],
    operation: bind.flags,
    operationMask: vfio.VFIO_DEVICE_BIND_FLAG_TOKEN,
    memory: [
      {
        pointer: bind.token_uuid_ptr,
        direction: "in",
        extent: { form: "fixed", bytes: 16 },
        operations: [vfio.VFIO_DEVICE_BIND_FLAG_TOKEN],
      },
    ],
    descriptors: [{ field: bind.iommufd }],
  }),
  device("VFIO_DEVICE_ATTACH_IOMMUFD_PT", 0x3b77, vfio.vfio_device_attach_iommufd_pt, {
    since: "6.6",
    flags: ["VFIO_DEVICE_ATTACH_PASID"],
    errors: [
      [EINVAL, "argsz is too small, unknown flags, or the object cannot be attached to"],
      [EOPNOTSUPP, "PASID, and the device has none"],
      [ENOENT, "no such object"],
      [EADDRINUSE, "a mapping overlaps one of the device's reserved regions"],
      [EBUSY, "the device was attached with PASID 0"],
      [ENOSPC, "no such PASID"],
      noMemory,
    ],
  }),
  device("VFIO_DEVICE_DETACH_IOMMUFD_PT", 0x3b78, vfio.vfio_device_detach_iommufd_pt, {
    since: "6.6",
    flags: ["VFIO_DEVICE_DETACH_PASID"],
    errors: [
      [EINVAL, "argsz is too small, or unknown flags"],
      [EOPNOTSUPP, "PASID, and the device has none"],
    ],
  }),
];

/** By file; within each in ascending order. */
export const vfioRows: readonly IoctlRow[] = [...containerRows, ...groupRows, ...deviceRows];
