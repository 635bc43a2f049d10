/** ADD_RESERVED, MOCK_DOMAIN, MOCK_DOMAIN_FLAGS and MOCK_DOMAIN_REPLACE (specification 40, sections 6.1 to 6.3). */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import {
  iommu_test_add_reserved,
  iommu_test_mock_domain,
  iommu_test_mock_domain_flags,
  iommu_test_mock_domain_replace,
} from "../../../proto/uapi/iommufd-test.js";
import { SelftestObject } from "../../core/selftest.js";
import { lastOf } from "../../u64.js";
import type { Call } from "../call.js";

/** MOCK_FLAGS_DEVICE_NO_DIRTY and MOCK_FLAGS_DEVICE_PASID. */
const NO_DIRTY = 1;
const PASID = 4;

/** EINVAL, EOVERFLOW, ENOENT, EADDRINUSE */
export function addReserved(call: Call): Errno {
  const { fields } = iommu_test_add_reserved;
  const start = call.u64(fields.start);
  const length = call.u64(fields.length);
  if (length.isZero()) return errno.EINVAL;
  const last = lastOf(start, length);
  if (last === undefined) return errno.EOVERFLOW;
  const ioas = call.findIoas(call.u32(fields.id));
  // Owned by the IOAS itself: nothing but its end removes it.
  return ioas === undefined ? errno.ENOENT : ioas.map.reserve(start, last, ioas);
}

/** ENOENT, EINVAL, and what attaching answers */
export function mockDomain(call: Call): Errno {
  return makeDevice(call, 0);
}

/** As MOCK_DOMAIN, and EINVAL for unknown flags */
export function mockDomainFlags(call: Call): Errno {
  return makeDevice(call, call.u32(iommu_test_mock_domain_flags.fields.dev_flags));
}

function makeDevice(call: Call, flags: number): Errno {
  const { fields } = iommu_test_mock_domain;
  const { context } = call;
  const bus = call.host.mock;
  if (bus === undefined) return errno.EOPNOTSUPP;
  const selftest = new SelftestObject(context, bus);
  let error = context.objects.reserve(selftest);
  if (error !== errno.OK) return error;
  error = (flags & ~(NO_DIRTY | PASID)) === 0 ? errno.OK : errno.EINVAL;
  if (error === errno.OK) error = selftest.bind({ noDirty: (flags & NO_DIRTY) !== 0, pasid: (flags & PASID) !== 0 });
  if (error === errno.OK) {
    const hwpt = selftest.device.attach(call.u32(fields.id));
    if (typeof hwpt === "number") {
      error = hwpt;
    } else {
      call.setU32(fields.out_stdev_id, selftest.id);
      call.setU32(fields.out_hwpt_id, hwpt.id);
      call.setU32(fields.out_idev_id, selftest.device.id);
      error = call.respond();
    }
  }
  if (error === errno.OK) {
    context.objects.publish(selftest);
    return errno.OK;
  }
  selftest.unbind();
  context.objects.abandon(selftest);
  return error;
}

/** ENOENT, EINVAL, and what replacing answers; EFAULT with the domain replaced */
export function mockDomainReplace(call: Call): Errno {
  const { fields } = iommu_test_mock_domain_replace;
  const selftest = call.context.objects.findOf(call.u32(fields.id), SelftestObject);
  if (selftest === undefined) return errno.ENOENT;
  const hwpt = selftest.device.replace(call.u32(fields.pt_id));
  if (typeof hwpt === "number") return hwpt;
  call.setU32(fields.pt_id, hwpt.id);
  return call.respond();
}
