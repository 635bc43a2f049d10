/** IOMMU_VFIO_IOAS: which IOAS the ioctls of vfio.ts act on (specification 10, section 8.9). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_VFIO_IOAS_CLEAR,
  IOMMU_VFIO_IOAS_GET,
  IOMMU_VFIO_IOAS_SET,
  iommu_vfio_ioas,
} from "../../proto/uapi/iommufd.js";
import type { Call } from "./call.js";

/** EOPNOTSUPP, ENODEV, ENOENT, EFAULT */
export function vfioIoas(call: Call): Errno {
  const { fields } = iommu_vfio_ioas;
  const { context } = call;
  if (call.u16(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  switch (call.u16(fields.op)) {
    case IOMMU_VFIO_IOAS_GET:
      if (context.compatIoas === undefined) return errno.ENODEV;
      call.setU32(fields.ioas_id, context.compatIoas.id);
      return call.respond();
    case IOMMU_VFIO_IOAS_SET: {
      const ioas = call.findIoas(call.u32(fields.ioas_id));
      if (ioas === undefined) return errno.ENOENT;
      context.compatIoas = ioas;
      return errno.OK;
    }
    case IOMMU_VFIO_IOAS_CLEAR:
      context.compatIoas = undefined;
      return errno.OK;
    default:
      return errno.EOPNOTSUPP;
  }
}
