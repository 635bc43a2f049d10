/** VFIO_DEVICE_FEATURE of a plain PCI device (specification 50, section 4.10): the table of features, and what each does. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-feature.js";
import type { U64 } from "../u64.js";
import type { BarBuffers, NamedRange } from "../vfio/bar-buffers.js";
import type { LowPower } from "../vfio/low-power.js";
import { isBar } from "../vfio/regions.js";
import { returned } from "./call.js";
import type { FileCall } from "./descriptors.js";
import { DmaBufFile } from "./dmabuf-file.js";
import { UserStruct } from "./user-struct.js";

/** A device as this ioctl knows it. */
export interface FeatureHolder {
  readonly lowPower: LowPower;
  readonly barBuffers: BarBuffers;
}

const { VFIO_DEVICE_FEATURE_GET: GET, VFIO_DEVICE_FEATURE_SET: SET, VFIO_DEVICE_FEATURE_PROBE: PROBE } = api;
const KNOWN_FLAGS = api.VFIO_DEVICE_FEATURE_MASK | GET | SET | PROBE;

/** The array of them is 1 MiB then. */
const RANGES_MAX = 0x1_0000;

interface Feature {
  /** GET or SET. */
  readonly operations: number;
  /** What the data has at least. */
  readonly dataBytes: number;
  /** @param data its address */
  readonly run: (call: FileCall, data: U64, holder: FeatureHolder) => Errno;
}

/** Those that the device has. */
const features: ReadonlyMap<number, Feature> = new Map<number, Feature>([
  [api.VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, { operations: SET, dataBytes: 0, run: enterLowPower }],
  [
    api.VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
    {
      operations: SET,
      dataBytes: api.vfio_device_low_power_entry_with_wakeup.minBytes,
      run: enterLowPowerWithWakeup,
    },
  ],
  [api.VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, { operations: SET, dataBytes: 0, run: exitLowPower }],
  [
    api.VFIO_DEVICE_FEATURE_DMA_BUF,
    { operations: GET, dataBytes: api.vfio_device_feature_dma_buf.minBytes, run: exportBar },
  ],
]);

/** EFAULT, EINVAL, ENOTTY, EBADF, ENODEV, ENOMEM; of DMA_BUF the descriptor is the result */
export function deviceFeature(call: FileCall, argument: U64, holder: FeatureHolder): number {
  const layout = api.vfio_device_feature;
  const { fields, minBytes } = layout;
  const request = UserStruct.readSized(call.memory, argument, layout);
  if (typeof request === "number") return -request;
  const [argsz, flags] = [request.u32(fields.argsz), request.u32(fields.flags)];
  if ((flags & ~KNOWN_FLAGS) !== 0) return -errno.EINVAL;
  const operations = flags & (GET | SET);
  const isProbe = (flags & PROBE) !== 0;
  if (operations === (GET | SET) && !isProbe) return -errno.EINVAL;
  const number = flags & api.VFIO_DEVICE_FEATURE_MASK;
  // It belongs to the migration that every device is asked about, and is refused for want of PRE_COPY.
  if (number === api.VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2) return -errno.EINVAL;
  const feature = features.get(number);
  if (feature === undefined) return -errno.ENOTTY;
  if ((operations & ~feature.operations) !== 0) return -errno.EINVAL;
  if (isProbe) return 0;
  if (operations === 0) return -errno.EINVAL;
  if (argsz - minBytes < feature.dataBytes) return -errno.EINVAL;
  return returned(feature.run(call, argument.plusNumber(minBytes), holder));
}

/** EINVAL */
function enterLowPower(_call: FileCall, _data: U64, { lowPower }: FeatureHolder): Errno {
  return lowPower.enter();
}

/** EFAULT, EINVAL, EBADF */
function enterLowPowerWithWakeup({ memory, descriptors }: FileCall, data: U64, { lowPower }: FeatureHolder): Errno {
  const layout = api.vfio_device_low_power_entry_with_wakeup;
  const entry = UserStruct.read(memory, data, layout);
  if (entry === undefined) return errno.EFAULT;
  const fd = entry.s32(layout.fields.wakeup_eventfd);
  if (fd < 0) return errno.EINVAL;
  const wakeup = descriptors.openEvent(fd);
  if (typeof wakeup === "number") return wakeup;
  const error = lowPower.enter(wakeup);
  if (error !== errno.OK) wakeup.release();
  return error;
}

function exitLowPower(_call: FileCall, _data: U64, { lowPower }: FeatureHolder): Errno {
  lowPower.exit();
  return errno.OK;
}

/** EFAULT, EINVAL, ENODEV, ENOMEM */
function exportBar(call: FileCall, data: U64, { barBuffers }: FeatureHolder): Errno {
  const layout = api.vfio_device_feature_dma_buf;
  const { fields } = layout;
  const request = UserStruct.read(call.memory, data, layout);
  if (request === undefined) return errno.EFAULT;
  const count = request.u32(fields.nr_ranges);
  if (request.u32(fields.flags) !== 0 || count === 0) return errno.EINVAL;
  const bar = request.u32(fields.region_index);
  if (!isBar(bar)) return errno.ENODEV;
  if (count > RANGES_MAX) return errno.ENOMEM;
  const ranges = readRanges(call, data.plusNumber(layout.bytes), count);
  if (ranges === undefined) return errno.EFAULT;
  const buffer = barBuffers.export(bar, ranges);
  if (typeof buffer === "number") return buffer;
  call.descriptors.create(new DmaBufFile(buffer));
  return errno.OK;
}

function readRanges({ memory }: FileCall, address: U64, count: number): NamedRange[] | undefined {
  const layout = api.vfio_region_dma_range;
  const { fields, bytes } = layout;
  const ranges: NamedRange[] = [];
  for (let at = 0; at < count; at++) {
    const range = UserStruct.read(memory, address.plusNumber(at * bytes), layout);
    if (range === undefined) return undefined;
    ranges.push({ offset: range.u64(fields.offset), length: range.u64(fields.length) });
  }
  return ranges;
}
