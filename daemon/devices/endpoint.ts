/**
 * A simulated endpoint: a PCI function behind an IOMMU that can be bound to an iommufd and told to do DMA.
 */
import type { FaultRecord, FaultRecords, Iommu, PhysicalMemory, ReservedRegion } from "../hw/interface.js";
import { DmaEngine } from "./dma-engine.js";

/** An IOMMU that keeps fault records. */
export interface RecordingIommu extends Iommu {
  readonly faults: FaultRecords;
}

export interface EndpointOptions {
  readonly name: string;
  /** "0000:00:04.0". */
  readonly address: string;
  readonly requesterId: number;
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
}

export class Endpoint {
  readonly name: string;
  readonly address: string;
  /** Bus 15:8, device 7:3, function 2:0. */
  readonly requesterId: number;
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
  readonly dma: DmaEngine;
  /** Some open file has bound it to an iommufd; kept by that file. */
  bound = false;

  constructor(options: EndpointOptions, memory: PhysicalMemory) {
    this.name = options.name;
    this.address = options.address;
    this.requesterId = options.requesterId;
    this.iommu = options.iommu;
    this.reservedRegions = options.reservedRegions;
    this.dma = new DmaEngine(options.requesterId, options.iommu, memory);
  }

  /** Whether the device can put this PASID into a request. @param pasid from 1 */
  hasPasid(pasid: number): boolean {
    const { pasidBits } = this.iommu.capabilitiesOf?.(this.requesterId) ?? this.iommu;
    return pasidBits !== undefined && pasid < 2 ** pasidBits;
  }

  /** Faults of this endpoint that its IOMMU keeps, oldest first. */
  faults(): readonly FaultRecord[] {
    return this.iommu.faults.recordsOf(this.requesterId);
  }

  /** Faults that found the IOMMU's log full since `clearFaults`. */
  lostFaults(): number {
    return this.iommu.faults.lostOf(this.requesterId);
  }

  clearFaults(): void {
    this.iommu.faults.clear(this.requesterId);
  }

  /** For the tree that `iommufd-emu status` prints. */
  inspect(): Record<string, unknown> {
    return {
      name: this.name,
      address: this.address,
      iommu: this.iommu.name,
      bound: this.bound,
      reservedRegions: this.reservedRegions,
      faults: this.faults().length,
      faultsLost: this.lostFaults(),
    };
  }
}
