/** DMABUF_GET and DMABUF_REVOKE: the selftest's exporter of dma-bufs (specification 40, sections 6.19 and 6.20). */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { iommu_test_dmabuf_get, iommu_test_dmabuf_revoke } from "../../../proto/uapi/iommufd-test.js";
import { createDmaBuf } from "../../core/dmabuf.js";
import { PAGE_SIZE } from "../../u64.js";
import type { Call } from "../call.js";
import { DmaBufFile } from "../dmabuf-file.js";

const PAGES_MAX = 512;

/** EINVAL, ENOMEM; the descriptor is the result */
export function dmaBufGet(call: Call): Errno {
  const { fields } = iommu_test_dmabuf_get;
  const pages = Math.ceil(call.u32(fields.length) / PAGE_SIZE);
  if (pages === 0 || pages > PAGES_MAX) return errno.EINVAL;
  if (call.allocationFails()) return errno.ENOMEM;
  const buffer = createDmaBuf(call.host.allocateKernel, pages * PAGE_SIZE);
  if (typeof buffer === "number") return buffer;
  call.descriptors.create(new DmaBufFile(buffer));
  return errno.OK;
}

/** EBADF, EINVAL */
export function dmaBufRevoke(call: Call): Errno {
  const { fields } = iommu_test_dmabuf_revoke;
  const fd = call.s32(fields.dmabuf_fd);
  const target = call.descriptors.find(fd);
  if (!(target instanceof DmaBufFile)) {
    if (target !== undefined) return errno.EINVAL;
    const file = call.caller.openFile(fd);
    if (typeof file === "number") return file;
    file.release();
    return errno.EINVAL;
  }
  target.buffer.revoked = call.u32(fields.revoked) !== 0;
  // Either value takes away what is mapped.
  target.buffer.revoke();
  return errno.OK;
}
