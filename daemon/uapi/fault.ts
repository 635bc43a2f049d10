/** IOMMU_FAULT_QUEUE_ALLOC (specification 30, section 12.1). */
import { errno, type Errno } from "../../proto/uapi/errno.js";

/** EOPNOTSUPP: for unknown flags, and for the queue itself, since no simulated device raises page requests */
export function faultQueueAlloc(): Errno {
  return errno.EOPNOTSUPP;
}
