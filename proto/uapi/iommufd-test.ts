/**
 * IOMMU_TEST_CMD, the ioctl of the kernel's selftest build: one head, one union member per operation. No behaviour.
 *
 * Offsets are absolute, the union starts at byte 16. Every member has the head's fields too, so that a handler reads all
 * of its argument by one layout.
 */
import { s32, struct, u32, u64, type AnyField, type StructLayout, type Unnamed } from "./layout.js";

export * from "./iommufd-test-data.js";

const sizes = { minBytes: 68, bytes: 72 };

/** Byte at which the members of the union start. */
export const unionOffset = 16;

const head = {
  op: u32(4, "in"),
  id: u32(8, "in", "an object, or a descriptor of an access, as the operation says"),
  __reserved: u32(12, "reserved", "not checked"),
};
const tail = { last: u32(64, "reserved", "not read") };

function operation<const S extends Readonly<Record<string, Unnamed<AnyField>>>>(member: string, fields: S) {
  return struct(`iommu_test_cmd.${member}`, sizes, { ...head, ...fields, ...tail });
}

export const iommu_test_cmd = struct("iommu_test_cmd", sizes, { ...head, ...tail });

export const IOMMU_TEST_OP_ADD_RESERVED = 1;
export const IOMMU_TEST_OP_MOCK_DOMAIN = 2;
export const IOMMU_TEST_OP_MD_CHECK_MAP = 3;
export const IOMMU_TEST_OP_MD_CHECK_REFS = 4;
export const IOMMU_TEST_OP_CREATE_ACCESS = 5;
export const IOMMU_TEST_OP_DESTROY_ACCESS_PAGES = 6;
export const IOMMU_TEST_OP_ACCESS_PAGES = 7;
export const IOMMU_TEST_OP_ACCESS_RW = 8;
export const IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT = 9;
export const IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE = 10;
export const IOMMU_TEST_OP_ACCESS_REPLACE_IOAS = 11;
export const IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS = 12;
export const IOMMU_TEST_OP_DIRTY = 13;
export const IOMMU_TEST_OP_MD_CHECK_IOTLB = 14;
export const IOMMU_TEST_OP_TRIGGER_IOPF = 15;
export const IOMMU_TEST_OP_DEV_CHECK_CACHE = 16;
export const IOMMU_TEST_OP_TRIGGER_VEVENT = 17;
export const IOMMU_TEST_OP_PASID_ATTACH = 18;
export const IOMMU_TEST_OP_PASID_REPLACE = 19;
export const IOMMU_TEST_OP_PASID_DETACH = 20;
export const IOMMU_TEST_OP_PASID_CHECK_HWPT = 21;
export const IOMMU_TEST_OP_DMABUF_GET = 22;
export const IOMMU_TEST_OP_DMABUF_REVOKE = 23;

/** id: an IOAS */
export const iommu_test_add_reserved = operation("add_reserved", {
  start: u64(16, "in"),
  length: u64(24, "in", "bytes"),
});
const mockDomain = {
  out_stdev_id: u32(16, "out"),
  out_hwpt_id: u32(20, "out"),
  out_idev_id: u32(24, "out"),
};
/** id: an IOAS or HWPT */
export const iommu_test_mock_domain = operation("mock_domain", mockDomain);
/** id: an IOAS or HWPT */
export const iommu_test_mock_domain_flags = operation("mock_domain_flags", {
  ...mockDomain,
  dev_flags: u32(28, "in"),
});
/** id: a paging HWPT */
export const iommu_test_md_check_map = operation("md_check_map", {
  iova: u64(16, "in"),
  length: u64(24, "in", "bytes"),
  uptr: u64(32, "in", "memory that [iova, iova + length) must translate to"),
});
export const iommu_test_md_check_refs = operation("md_check_refs", {
  length: u64(16, "in", "bytes"),
  uptr: u64(24, "in", "memory whose pages must be pinned refs times"),
  refs: u32(32, "in"),
});
/** id: an IOAS */
export const iommu_test_create_access = operation("create_access", {
  out_access_fd: u32(16, "out"),
  flags: u32(20, "in"),
});
/** id: an access descriptor */
export const iommu_test_destroy_access_pages = operation("destroy_access_pages", { access_pages_id: u32(16, "in") });
/** id: an access descriptor */
export const iommu_test_access_pages = operation("access_pages", {
  flags: u32(16, "in"),
  out_access_pages_id: u32(20, "out"),
  iova: u64(24, "in"),
  length: u64(32, "in", "bytes"),
  uptr: u64(40, "in", "0, or memory that must be what was pinned"),
});
/** id: an access descriptor */
export const iommu_test_access_rw = operation("access_rw", {
  iova: u64(16, "in"),
  length: u64(24, "in", "bytes"),
  uptr: u64(32, "in", "read with flag WRITE, else written"),
  flags: u32(40, "in"),
});
export const iommu_test_set_temp_memory_limit = operation("set_temp_memory_limit", {
  limit: u32(16, "in", "bytes that page batches may take, at least 12"),
});
/** id: a mock device */
export const iommu_test_mock_domain_replace = operation("mock_domain_replace", {
  pt_id: u32(16, "inout", "in: an IOAS or HWPT; out: the HWPT"),
});
/** id: an access descriptor */
export const iommu_test_access_replace_ioas = operation("access_replace_ioas", { ioas_id: u32(16, "in") });
/** id: a paging HWPT */
export const iommu_test_dirty = operation("dirty", {
  flags: u32(16, "in"),
  iova: u64(24, "in"),
  length: u64(32, "in", "bytes"),
  page_size: u64(40, "in", "bytes that one bit stands for"),
  uptr: u64(48, "in", "bitmap of the pages to mark"),
  out_nr_dirty: u64(56, "out"),
});
/** id: a nested HWPT */
export const iommu_test_md_check_iotlb = operation("md_check_iotlb", {
  iotlb_id: u32(16, "in", "named id in the uAPI's member"),
  iotlb: u32(20, "in", "value expected"),
});
export const iommu_test_trigger_iopf = operation("trigger_iopf", {
  dev_id: u32(16, "in"),
  pasid: u32(20, "in"),
  grpid: u32(24, "in"),
  perm: u32(28, "in"),
  addr: u64(32, "in"),
});
/** id: a device */
export const iommu_test_dev_check_cache = operation("dev_check_cache", {
  cache_id: u32(16, "in", "named id in the uAPI's member"),
  cache: u32(20, "in", "value expected"),
});
export const iommu_test_trigger_vevent = operation("trigger_vevent", { dev_id: u32(16, "in") });
const pasidAttach = { pasid: u32(16, "in"), pt_id: u32(20, "inout", "in: an IOAS or HWPT; out: the HWPT") };
/** id: a mock device */
export const iommu_test_pasid_attach = operation("pasid_attach", pasidAttach);
/** id: a mock device */
export const iommu_test_pasid_replace = operation("pasid_replace", pasidAttach);
/** id: a mock device */
export const iommu_test_pasid_detach = operation("pasid_detach", { pasid: u32(16, "in") });
/** id: a mock device */
export const iommu_test_pasid_check_hwpt = operation("pasid_check_hwpt", {
  pasid: u32(16, "in"),
  hwpt_id: u32(20, "in"),
});
/** The ioctl's result is the new descriptor. */
export const iommu_test_dmabuf_get = operation("dmabuf_get", {
  length: u32(16, "in", "bytes"),
  open_flags: u32(20, "in"),
});
export const iommu_test_dmabuf_revoke = operation("dmabuf_revoke", {
  dmabuf_fd: s32(16, "in"),
  revoked: u32(20, "in", "0 or 1"),
});

export interface TestOperation {
  /** Of the operation in the uAPI, such as "IOMMU_TEST_OP_DIRTY". */
  readonly name: string;
  /** Of the union's member. */
  readonly member: string;
  /** iommu_test_cmd.op */
  readonly op: number;
  readonly struct: StructLayout;
}

const memberPrefix = `${iommu_test_cmd.name}.`;

/** In ascending order of `op`. */
export const testOperations: readonly TestOperation[] = (
  [
    [IOMMU_TEST_OP_ADD_RESERVED, iommu_test_add_reserved],
    [IOMMU_TEST_OP_MOCK_DOMAIN, iommu_test_mock_domain],
    [IOMMU_TEST_OP_MD_CHECK_MAP, iommu_test_md_check_map],
    [IOMMU_TEST_OP_MD_CHECK_REFS, iommu_test_md_check_refs],
    [IOMMU_TEST_OP_CREATE_ACCESS, iommu_test_create_access],
    [IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, iommu_test_destroy_access_pages],
    [IOMMU_TEST_OP_ACCESS_PAGES, iommu_test_access_pages],
    [IOMMU_TEST_OP_ACCESS_RW, iommu_test_access_rw],
    [IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, iommu_test_set_temp_memory_limit],
    [IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, iommu_test_mock_domain_replace],
    [IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, iommu_test_access_replace_ioas],
    [IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, iommu_test_mock_domain_flags],
    [IOMMU_TEST_OP_DIRTY, iommu_test_dirty],
    [IOMMU_TEST_OP_MD_CHECK_IOTLB, iommu_test_md_check_iotlb],
    [IOMMU_TEST_OP_TRIGGER_IOPF, iommu_test_trigger_iopf],
    [IOMMU_TEST_OP_DEV_CHECK_CACHE, iommu_test_dev_check_cache],
    [IOMMU_TEST_OP_TRIGGER_VEVENT, iommu_test_trigger_vevent],
    [IOMMU_TEST_OP_PASID_ATTACH, iommu_test_pasid_attach],
    [IOMMU_TEST_OP_PASID_REPLACE, iommu_test_pasid_replace],
    [IOMMU_TEST_OP_PASID_DETACH, iommu_test_pasid_detach],
    [IOMMU_TEST_OP_PASID_CHECK_HWPT, iommu_test_pasid_check_hwpt],
    [IOMMU_TEST_OP_DMABUF_GET, iommu_test_dmabuf_get],
    [IOMMU_TEST_OP_DMABUF_REVOKE, iommu_test_dmabuf_revoke],
  ] as const
).map(([op, layout]) => {
  const member = layout.name.slice(memberPrefix.length);
  return { name: `IOMMU_TEST_OP_${member.toUpperCase()}`, member, op, struct: layout };
});
