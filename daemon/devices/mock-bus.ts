/**
 * The bus that mock devices are on. Each gets the lowest free number, as iommufd_mockN of the kernel, and a place in the
 * IOMMU, as memory of the kernel's: the place that was left last is taken first, so that what still refers to a device
 * that has gone reaches the one after it (specification 40, section 5).
 */
import { IndexAllocator } from "../hw/engine/index-allocator.js";
import type { Errno } from "../../proto/uapi/errno.js";
import type { Domain, PageRequest, ReservedRegion } from "../hw/interface.js";
import type { MockDeviceFlags } from "../hw/mock/device.js";
import type { MockIommu } from "../hw/mock/iommu.js";

/** Mock devices that there may be: requester ids have 16 bits. */
const DEVICES_MAX = 65536;

export class MockPlace {
  readonly reservedRegions: readonly ReservedRegion[] = [];
  /** N of iommufd_mockN. */
  number = 0;

  constructor(
    readonly iommu: MockIommu,
    readonly requesterId: number,
  ) {}

  get name(): string {
    return `iommufd_mock${this.number}`;
  }
}

export class MockBus {
  private readonly numbers = new IndexAllocator(0, DEVICES_MAX - 1);
  /** By requester id. */
  private readonly places: MockPlace[] = [];
  /** The one that was left last at the end. */
  private readonly left: MockPlace[] = [];

  constructor(private readonly iommu: MockIommu) {}

  addDevice(flags: MockDeviceFlags): MockPlace {
    const place = this.left.pop() ?? this.newPlace();
    place.number = this.numbers.allocate();
    this.iommu.addDevice(place.requesterId, flags);
    return place;
  }

  private newPlace(): MockPlace {
    const place = new MockPlace(this.iommu, this.places.length);
    this.places.push(place);
    return place;
  }

  removeDevice({ requesterId }: { readonly requesterId: number }): void {
    const place = this.places[requesterId]!;
    this.iommu.removeDevice(requesterId);
    this.numbers.free(place.number);
    this.left.push(place);
  }

  raisePageRequest({ requesterId }: { readonly requesterId: number }, request: PageRequest): void {
    this.iommu.raisePageRequest(requesterId, request);
  }

  raiseEvent({ requesterId }: { readonly requesterId: number }): Errno {
    return this.iommu.raiseEvent(requesterId);
  }

  cacheOf({ requesterId }: { readonly requesterId: number }): Uint32Array | undefined {
    return this.iommu.cacheOf(requesterId);
  }

  iotlbOf(domain: Domain): Uint32Array | undefined {
    return this.iommu.iotlbOf(domain);
  }
}
