/** What the mock IOMMU keeps of one device (specification 40, sections 4.1 and 4.6). */
import type { Domain, PageRequestHandler } from "../interface.js";
import type { MockVirtualIommu } from "./virtual-iommu.js";

/** The dev_flags of MOCK_DOMAIN_FLAGS. */
export interface MockDeviceFlags {
  /** MOCK_FLAGS_DEVICE_NO_DIRTY */
  readonly noDirty: boolean;
  /** MOCK_FLAGS_DEVICE_PASID */
  readonly pasid: boolean;
  /** MOCK_FLAGS_DEVICE_HUGE_IOVA, which only Linux 6.12 has. */
  readonly hugeIova?: boolean;
}

/** IOMMU_TEST_DEV_CACHE_DEFAULT and MOCK_DEV_CACHE_NUM. */
const CACHE_VALUE = 0x00baddad;
const CACHE_ENTRIES = 4;

/** What the guest of a vIOMMU calls the device; kept while the device stays attached through that vIOMMU. */
interface VirtualIdentity {
  readonly viommu: MockVirtualIommu;
  /** 0: none. */
  readonly id: number;
}

export class MockDevice {
  /** By PASID; 0: requests without one. */
  readonly attached = new Map<number, Domain>();
  readonly cache = new Uint32Array(CACHE_ENTRIES).fill(CACHE_VALUE);
  virtual: VirtualIdentity | undefined;
  /** Takes its page requests. */
  handler: PageRequestHandler | undefined;
  /** The next attach to IOMMU_TEST_PASID_RESERVED fails. */
  refusesReserved = false;

  constructor(readonly flags: MockDeviceFlags) {}
}
