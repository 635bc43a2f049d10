/**
 * IOMMU_TEST_CMD: the operations of the kernel's mock driver (specification 40). An operation that is not here answers
 * EOPNOTSUPP, as one that a kernel does not know.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import * as test from "../../../proto/uapi/iommufd-test.js";
import type { Call, Handler } from "../call.js";
import { accessPages, accessReplaceIoas, accessTransfer, createAccess, destroyAccessPages } from "./access.js";
import { checkMap, checkReferences } from "./check.js";
import { checkCache, checkIotlb, triggerEvent, triggerPageRequest } from "./device.js";
import { markDirty } from "./dirty.js";
import { dmaBufGet, dmaBufRevoke } from "./dmabuf.js";
import { addReserved, mockDomain, mockDomainFlags, mockDomainReplace } from "./mock-domain.js";
import { pasidAttach, pasidCheckHwpt, pasidDetach, pasidReplace } from "./pasid.js";

/** Below this not even one run of pages fits in a batch. */
const MEMORY_LIMIT_MIN = 12;

const operations: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [test.IOMMU_TEST_OP_ADD_RESERVED, addReserved],
  [test.IOMMU_TEST_OP_MOCK_DOMAIN, mockDomain],
  [test.IOMMU_TEST_OP_MD_CHECK_MAP, checkMap],
  [test.IOMMU_TEST_OP_MD_CHECK_REFS, checkReferences],
  [test.IOMMU_TEST_OP_CREATE_ACCESS, createAccess],
  [test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, destroyAccessPages],
  [test.IOMMU_TEST_OP_ACCESS_PAGES, accessPages],
  [test.IOMMU_TEST_OP_ACCESS_RW, accessTransfer],
  [test.IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, setTemporaryMemoryLimit],
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, mockDomainReplace],
  [test.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, accessReplaceIoas],
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, mockDomainFlags],
  [test.IOMMU_TEST_OP_DIRTY, markDirty],
  [test.IOMMU_TEST_OP_MD_CHECK_IOTLB, checkIotlb],
  [test.IOMMU_TEST_OP_TRIGGER_IOPF, triggerPageRequest],
  [test.IOMMU_TEST_OP_DEV_CHECK_CACHE, checkCache],
  [test.IOMMU_TEST_OP_TRIGGER_VEVENT, triggerEvent],
  [test.IOMMU_TEST_OP_PASID_ATTACH, pasidAttach],
  [test.IOMMU_TEST_OP_PASID_REPLACE, pasidReplace],
  [test.IOMMU_TEST_OP_PASID_DETACH, pasidDetach],
  [test.IOMMU_TEST_OP_PASID_CHECK_HWPT, pasidCheckHwpt],
  [test.IOMMU_TEST_OP_DMABUF_GET, dmaBufGet],
  [test.IOMMU_TEST_OP_DMABUF_REVOKE, dmaBufRevoke],
]);

export function testCommand(call: Call): Errno {
  const operation = operations.get(call.u32(test.iommu_test_cmd.fields.op));
  return operation === undefined ? errno.EOPNOTSUPP : operation(call);
}

/** EINVAL. The limit only changes in how many steps the kernel pins; here pinning is one step, so nothing else follows. */
function setTemporaryMemoryLimit(call: Call): Errno {
  const limit = call.u32(test.iommu_test_set_temp_memory_limit.fields.limit);
  return limit < MEMORY_LIMIT_MIN ? errno.EINVAL : errno.OK;
}
