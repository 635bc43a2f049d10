/** IOMMU_IOAS_CHANGE_PROCESS (specification 10, section 8.10). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { iommu_ioas_change_process } from "../../proto/uapi/iommufd.js";
import type { Call } from "./call.js";

/** EOPNOTSUPP, EINVAL, ENOMEM */
export function ioasChangeProcess(call: Call): Errno {
  if (call.u32(iommu_ioas_change_process.fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  return call.context.changeProcess(call.caller, call.host.kernelFixes);
}
