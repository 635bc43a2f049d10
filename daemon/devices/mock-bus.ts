/** The bus that mock devices are on: each gets the lowest free number, as iommufd_mockN of the kernel. */
import { IndexAllocator } from "../hw/engine/index-allocator.js";
import type { ReservedRegion } from "../hw/interface.js";
import type { MockDeviceFlags, MockIommu } from "../hw/mock/iommu.js";

/** Mock devices that there may be: requester ids have 16 bits. */
const DEVICES_MAX = 65536;

export interface MockDevice {
  readonly name: string;
  readonly requesterId: number;
  readonly iommu: MockIommu;
  readonly reservedRegions: readonly ReservedRegion[];
}

export class MockBus {
  private readonly numbers = new IndexAllocator(0, DEVICES_MAX - 1);

  constructor(private readonly iommu: MockIommu) {}

  addDevice(flags: MockDeviceFlags): MockDevice {
    const requesterId = this.numbers.allocate();
    this.iommu.addDevice(requesterId, flags);
    return { name: `iommufd_mock${requesterId}`, requesterId, iommu: this.iommu, reservedRegions: [] };
  }

  removeDevice({ requesterId }: { readonly requesterId: number }): void {
    this.iommu.removeDevice(requesterId);
    this.numbers.free(requesterId);
  }
}
