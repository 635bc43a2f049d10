/** Everything that is generated from the uAPI rows in proto/uapi. scripts/generate.mjs writes it, or checks that it stands. */
import { cHeader, cVfioHeader } from "./render/c-header.js";
import { cIoctlTable } from "./render/c-ioctl-table.js";
import { ioctlDocs } from "./render/ioctl-docs.js";

/** Paths in the repository, and what is to stand there. */
export function renderings(): Map<string, string> {
  return new Map([
    ["client/c/include/iommufd_emu_uapi.h", cHeader()],
    ["client/c/include/iommufd_emu_vfio_uapi.h", cVfioHeader()],
    ["client/c/src/ioctl_table.h", cIoctlTable()],
    ["docs/ioctls.md", ioctlDocs()],
  ]);
}
