/** IOMMU_VEVENTQ_ALLOC, and its file: events are read there (specification 30, section 15). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { IOMMU_VEVENTQ_FLAG_LOST_EVENTS, iommufd_vevent_header } from "../../proto/uapi/iommufd-data.js";
import { IOMMU_VEVENTQ_TYPE_DEFAULT, iommu_veventq_alloc } from "../../proto/uapi/iommufd.js";
import { VeventqObject } from "../core/veventq.js";
import { ViommuObject } from "../core/viommu.js";
import type { U64 } from "../u64.js";
import type { Call } from "./call.js";
import type { DescriptorTarget, Readiness } from "./descriptors.js";
import type { UserMemory } from "./user-memory.js";

const HEADER_BYTES = iommufd_vevent_header.bytes;
const NO_DATA = new Uint8Array(0);

/** EOPNOTSUPP, EINVAL, ENOENT, EEXIST, ENOMEM, EBUSY, EFAULT */
export function veventqAlloc(call: Call): Errno {
  const { fields } = iommu_veventq_alloc;
  const { objects } = call.context;
  const type = call.u32(fields.type);
  const depth = call.u32(fields.veventq_depth);
  if (call.u32(fields.flags) !== 0 || call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  if (type === IOMMU_VEVENTQ_TYPE_DEFAULT) return errno.EOPNOTSUPP;
  if (depth === 0) return errno.EINVAL;
  const viommu = objects.findOf(call.u32(fields.viommu_id), ViommuObject);
  if (viommu === undefined) return errno.ENOENT;
  if (viommu.eventQueues.has(type)) return errno.EEXIST;
  if (call.allocationFails()) return errno.ENOMEM;
  const queue = new VeventqObject(call.context, viommu, type, depth);
  let error = objects.reserve(queue);
  if (error === errno.OK) {
    call.setU32(fields.out_veventq_id, queue.id);
    error = call.respond();
    if (error !== errno.OK) objects.abandon(queue);
  }
  if (error !== errno.OK) {
    queue.teardown();
    return error;
  }
  objects.publish(queue);
  queue.open();
  call.descriptors.create(new VeventqFile(queue), call.argument.plusNumber(fields.out_veventq_fd.offset));
  return errno.OK;
}

class VeventqFile implements DescriptorTarget {
  readonly node = "veventq";
  readonly readiness: Readiness;

  constructor(private readonly queue: VeventqObject) {
    this.readiness = {
      get readable() {
        return queue.peek() !== undefined;
      },
      listen: (listener) => {
        queue.listen(listener);
      },
    };
  }

  release(): void {
    this.queue.close();
  }

  /** Whole records, as many as fit. A record whose data cannot be stored stays, but its header counts. @returns EFAULT */
  read(memory: UserMemory, address: U64, count: number): number {
    let done = 0;
    for (let event = this.queue.peek(); event !== undefined; event = this.queue.peek()) {
      const data = event.data ?? NO_DATA;
      if (count - done < HEADER_BYTES + data.length) break;
      const header = new DataView(new ArrayBuffer(HEADER_BYTES));
      const flags = event.data === undefined ? IOMMU_VEVENTQ_FLAG_LOST_EVENTS : 0;
      header.setUint32(iommufd_vevent_header.fields.flags.offset, flags, true);
      header.setUint32(iommufd_vevent_header.fields.sequence.offset, event.sequence, true);
      if (!memory.write(address.plusNumber(done), new Uint8Array(header.buffer)))
        return done > 0 ? done : -errno.EFAULT;
      done += HEADER_BYTES;
      if (data.length > 0 && !memory.write(address.plusNumber(done), data)) return done;
      done += data.length;
      this.queue.take();
    }
    return done;
  }
}
