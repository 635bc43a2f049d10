/** IOMMU_FAULT_QUEUE_ALLOC, and its file: page requests are read and answered there (specification 30, section 12). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_PGFAULT_FLAGS_LAST_PAGE,
  IOMMU_PGFAULT_FLAGS_PASID_VALID,
  IOMMUFD_PAGE_RESP_INVALID,
  IOMMUFD_PAGE_RESP_SUCCESS,
  iommu_hwpt_page_response,
  iommu_hwpt_pgfault,
} from "../../proto/uapi/iommufd-data.js";
import { iommu_fault_alloc } from "../../proto/uapi/iommufd.js";
import { FaultObject, type PageRequestGroup } from "../core/fault.js";
import type { PageRequest } from "../hw/interface.js";
import type { U64 } from "../u64.js";
import type { Call } from "./call.js";
import type { DescriptorTarget, Readiness } from "./descriptors.js";
import { readExactly, type UserMemory } from "./user-memory.js";

/** A flag of VT-d's and AMD's page requests that no header names (specification 60, section 2.10). */
const RESPONSE_NEEDS_PASID = 4;

const RECORD_BYTES = iommu_hwpt_pgfault.bytes;
const RESPONSE_BYTES = iommu_hwpt_page_response.bytes;

/** EOPNOTSUPP, ENOMEM, EBUSY, EFAULT */
export function faultQueueAlloc(call: Call): Errno {
  const { fields } = iommu_fault_alloc;
  const { objects } = call.context;
  if (call.u32(fields.flags) !== 0) return errno.EOPNOTSUPP;
  if (call.allocationFails()) return errno.ENOMEM;
  const fault = new FaultObject(call.context);
  let error = objects.reserve(fault);
  if (error !== errno.OK) return error;
  call.setU32(fields.out_fault_id, fault.id);
  error = call.respond();
  if (error !== errno.OK) {
    objects.abandon(fault);
    return error;
  }
  objects.publish(fault);
  fault.open();
  call.descriptors.create(new FaultFile(fault), call.argument.plusNumber(fields.out_fault_fd.offset));
  return errno.OK;
}

class FaultFile implements DescriptorTarget {
  readonly node = "fault";
  readonly readiness: Readiness;

  constructor(private readonly fault: FaultObject) {
    this.readiness = {
      get readable() {
        return fault.peek() !== undefined;
      },
      listen: (listener) => {
        fault.listen(listener);
      },
    };
  }

  release(): void {
    this.fault.close();
  }

  /** Whole groups, as many as fit. @returns ESPIPE: not a multiple of a record; EFAULT: then the first group is still there */
  read(memory: UserMemory, address: U64, count: number): number {
    if (count % RECORD_BYTES !== 0) return -errno.ESPIPE;
    let done = 0;
    for (let group = this.fault.peek(); group !== undefined; group = this.fault.peek()) {
      const bytes = encodeGroup(group, this.fault.nextCookie());
      if (bytes.length > count - done) break;
      if (!memory.write(address.plusNumber(done), bytes)) return done > 0 ? done : -errno.EFAULT;
      this.fault.take();
      done += bytes.length;
    }
    return done;
  }

  /** @returns ESPIPE: not a multiple of a response; EFAULT, EINVAL: the first response is bad */
  write(memory: UserMemory, address: U64, count: number): number {
    if (count % RESPONSE_BYTES !== 0) return -errno.ESPIPE;
    for (let done = 0; done < count; done += RESPONSE_BYTES) {
      const error = this.respond(readExactly(memory, address.plusNumber(done), RESPONSE_BYTES));
      if (error !== errno.OK) return done > 0 ? done : -error;
    }
    return count;
  }

  private respond(bytes: Uint8Array | undefined): Errno {
    if (bytes === undefined) return errno.EFAULT;
    const { fields } = iommu_hwpt_page_response;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const code = view.getUint32(fields.code.offset, true);
    if (code !== IOMMUFD_PAGE_RESP_SUCCESS && code !== IOMMUFD_PAGE_RESP_INVALID) return errno.EINVAL;
    const response = code === IOMMUFD_PAGE_RESP_SUCCESS ? "success" : "invalid";
    const isKnown = this.fault.respond(view.getUint32(fields.cookie.offset, true), response);
    return isKnown ? errno.OK : errno.EINVAL;
  }
}

function encodeGroup({ requests, deviceId }: PageRequestGroup, cookie: number): Uint8Array {
  const bytes = new Uint8Array(requests.length * RECORD_BYTES);
  for (const [index, request] of requests.entries()) {
    const view = new DataView(bytes.buffer, index * RECORD_BYTES, RECORD_BYTES);
    encodeRecord(view, request, deviceId, cookie);
  }
  return bytes;
}

function encodeRecord(view: DataView, request: PageRequest, deviceId: number, cookie: number): void {
  const { fields } = iommu_hwpt_pgfault;
  const { pasid, group, last, permissions, address } = request;
  const flags =
    (pasid === undefined ? 0 : IOMMU_PGFAULT_FLAGS_PASID_VALID) |
    (last ? IOMMU_PGFAULT_FLAGS_LAST_PAGE : 0) |
    (request.responseNeedsPasid === true ? RESPONSE_NEEDS_PASID : 0);
  view.setUint32(fields.flags.offset, flags, true);
  view.setUint32(fields.dev_id.offset, deviceId, true);
  view.setUint32(fields.pasid.offset, pasid ?? 0, true);
  view.setUint32(fields.grpid.offset, group, true);
  view.setUint32(fields.perm.offset, permissions, true);
  address.writeTo(view, fields.addr.offset);
  view.setUint32(fields.cookie.offset, cookie, true);
}
