/** IOMMU_OPTION: RLIMIT_MODE and HUGE_PAGES (specification 10, section 8.8). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_OPTION_HUGE_PAGES,
  IOMMU_OPTION_OP_GET,
  IOMMU_OPTION_OP_SET,
  IOMMU_OPTION_RLIMIT_MODE,
  iommu_option,
} from "../../proto/uapi/iommufd.js";
import { U64 } from "../u64.js";
import type { Call } from "./call.js";

const { fields } = iommu_option;

/** EOPNOTSUPP, ENOENT, EPERM, EBUSY, EINVAL, EADDRINUSE, EFAULT. Only val64 is copied back. */
export function option(call: Call): Errno {
  if (call.u16(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  let error: Errno;
  switch (call.u32(fields.option_id)) {
    case IOMMU_OPTION_RLIMIT_MODE:
      error = rlimitMode(call);
      break;
    case IOMMU_OPTION_HUGE_PAGES:
      error = hugePages(call);
      break;
    default:
      return errno.EOPNOTSUPP;
  }
  return error === errno.OK ? call.respondField(fields.val64) : error;
}

/** val64 as a flag, or undefined if it is neither 0 nor 1. */
function flagOf(call: Call): boolean | undefined {
  const value = call.u64(fields.val64);
  if (value.isZero()) return false;
  return value.equals(U64.ONE) ? true : undefined;
}

function answer(call: Call, flag: boolean): Errno {
  call.setU64(fields.val64, flag ? U64.ONE : U64.ZERO);
  return errno.OK;
}

function rlimitMode(call: Call): Errno {
  const { context, caller } = call;
  if (call.u32(fields.object_id) !== 0) return errno.EOPNOTSUPP;
  switch (call.u16(fields.op)) {
    case IOMMU_OPTION_OP_GET:
      return answer(call, context.perProcessAccounting);
    case IOMMU_OPTION_OP_SET: {
      if (!caller.hasSysResource()) return errno.EPERM;
      if (!context.objects.isEmpty) return errno.EBUSY;
      const flag = flagOf(call);
      if (flag === undefined) return errno.EINVAL;
      context.perProcessAccounting = flag;
      return errno.OK;
    }
    default:
      return errno.EOPNOTSUPP;
  }
}

function hugePages(call: Call): Errno {
  const ioas = call.findIoas(call.u32(fields.object_id));
  if (ioas === undefined) return errno.ENOENT;
  switch (call.u16(fields.op)) {
    case IOMMU_OPTION_OP_GET:
      return answer(call, ioas.map.hugePagesEnabled);
    case IOMMU_OPTION_OP_SET: {
      const flag = flagOf(call);
      return flag === undefined ? errno.EINVAL : ioas.map.setHugePages(flag);
    }
    default:
      return errno.EOPNOTSUPP;
  }
}
