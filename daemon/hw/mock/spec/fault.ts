/**
 * Why the mock IOMMU refuses a request. The driver that it stands for has no DMA and so no such reasons: the codes are
 * this project's own.
 */
export interface MockFault {
  readonly code: number;
  readonly name: string;
}

export const mockFault = {
  NOT_ATTACHED: { code: 1, name: "device: not attached" },
  ADDRESS_WIDTH: { code: 2, name: "address beyond the table's width" },
  NOT_PRESENT: { code: 3, name: "item: not present" },
  PERMISSION: { code: 4, name: "item: no read or write permission" },
  DAMAGED_TABLE: { code: 5, name: "item: damaged" },
} as const satisfies Record<string, MockFault>;
