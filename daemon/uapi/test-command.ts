/** IOMMU_TEST_CMD, as far as it needs no mock driver: the memory limit (specification 20, section 3.2). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT,
  iommu_test_cmd,
  iommu_test_set_temp_memory_limit,
} from "../../proto/uapi/iommufd-test.js";
import type { Call } from "./call.js";

/** Below this not even one run of pages fits in a batch. */
const MEMORY_LIMIT_MIN = 12;

/** EOPNOTSUPP, EINVAL */
export function testCommand(call: Call): Errno {
  if (call.u32(iommu_test_cmd.fields.op) !== IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT) return errno.EOPNOTSUPP;
  const limit = call.u32(iommu_test_set_temp_memory_limit.fields.limit);
  // The limit only changes in how many steps the kernel pins. Here pinning is one step, so a valid one has no effect.
  return limit < MEMORY_LIMIT_MIN ? errno.EINVAL : errno.OK;
}
