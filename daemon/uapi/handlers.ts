/** Which function answers which ioctl. The rows of proto/uapi say the rest: struct, sizes, support level. */
import type { Handler } from "./call.js";
import { ioasChangeProcess } from "./change-process.js";
import { destroy } from "./destroy.js";
import { setDirtyTracking, getDirtyBitmap } from "./dirty.js";
import { faultQueueAlloc } from "./fault.js";
import { getHwInfo } from "./hw-info.js";
import { hwptAlloc, hwptInvalidate } from "./hwpt.js";
import { ioasAlloc, ioasAllowIovas, ioasIovaRanges } from "./ioas.js";
import { ioasCopy, ioasMap, ioasMapFile, ioasUnmap } from "./map.js";
import { option } from "./option.js";
import { testCommand } from "./selftest/command.js";
import { veventqAlloc } from "./veventq.js";
import { vfioIoas } from "./vfio-ioas.js";
import { hwQueueAlloc, vdeviceAlloc, viommuAlloc } from "./viommu.js";

export const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [0x3b80, destroy],
  [0x3b81, ioasAlloc],
  [0x3b82, ioasAllowIovas],
  [0x3b83, ioasCopy],
  [0x3b84, ioasIovaRanges],
  [0x3b85, ioasMap],
  [0x3b86, ioasUnmap],
  [0x3b87, option],
  [0x3b88, vfioIoas],
  [0x3b89, hwptAlloc],
  [0x3b8a, getHwInfo],
  [0x3b8b, setDirtyTracking],
  [0x3b8c, getDirtyBitmap],
  [0x3b8d, hwptInvalidate],
  [0x3b8e, faultQueueAlloc],
  [0x3b8f, ioasMapFile],
  [0x3b90, viommuAlloc],
  [0x3b91, vdeviceAlloc],
  [0x3b92, ioasChangeProcess],
  [0x3b93, veventqAlloc],
  [0x3b94, hwQueueAlloc],
  [0x3ba0, testCommand],
]);
