/** IOMMU_DESTROY (specification 10, section 3.3). */
import type { Errno } from "../../proto/uapi/errno.js";
import { iommu_destroy } from "../../proto/uapi/iommufd.js";
import type { Call } from "./call.js";

/** ENOENT, EBUSY */
export function destroy(call: Call): Errno {
  return call.context.objects.destroy(call.u32(iommu_destroy.fields.id));
}
