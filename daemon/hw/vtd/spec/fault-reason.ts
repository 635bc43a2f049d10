/**
 * VT-d manual, "Fault Conditions and Remapping Hardware Behavior": reason codes of scalable mode that requests
 * through second-stage translation can meet.
 */
export interface FaultReason {
  readonly code: number;
  readonly name: string;
}

export const faultReason = {
  ROOT_ENTRY_FETCH: { code: 0x38, name: "root entry: fetch error" },
  ROOT_ENTRY_NOT_PRESENT: { code: 0x39, name: "root entry: not present" },
  ROOT_ENTRY_RESERVED: { code: 0x3a, name: "root entry: reserved bits set" },
  CONTEXT_ENTRY_FETCH: { code: 0x40, name: "context entry: fetch error" },
  CONTEXT_ENTRY_NOT_PRESENT: { code: 0x41, name: "context entry: not present" },
  CONTEXT_ENTRY_RESERVED: { code: 0x42, name: "context entry: reserved bits set" },
  PASID_DISABLED: { code: 0x45, name: "context entry: requests with PASID not enabled" },
  PASID_BEYOND_DIRECTORY: { code: 0x46, name: "PASID beyond the PASID directory" },
  RID_PASID: { code: 0x48, name: "context entry: RID_PASID beyond the PASID directory" },
  PASID_DIRECTORY_FETCH: { code: 0x50, name: "PASID directory entry: fetch error" },
  PASID_DIRECTORY_NOT_PRESENT: { code: 0x51, name: "PASID directory entry: not present" },
  PASID_DIRECTORY_RESERVED: { code: 0x52, name: "PASID directory entry: reserved bits set" },
  PASID_ENTRY_FETCH: { code: 0x58, name: "PASID entry: fetch error" },
  PASID_ENTRY_NOT_PRESENT: { code: 0x59, name: "PASID entry: not present" },
  PASID_ENTRY_RESERVED: { code: 0x5a, name: "PASID entry: reserved bits set" },
  PASID_ENTRY_INVALID: { code: 0x5b, name: "PASID entry: invalid" },
  SECOND_STAGE_FETCH: { code: 0x78, name: "second-stage entry: fetch error" },
  SECOND_STAGE_PERMISSION: { code: 0x79, name: "second-stage entry: no read or write permission" },
  SECOND_STAGE_RESERVED: { code: 0x7a, name: "second-stage entry: reserved bits set" },
  ADDRESS_BEYOND_HARDWARE: { code: 0x83, name: "address beyond the hardware's maximum" },
  SECOND_STAGE_ADDRESS_WIDTH: { code: 0x84, name: "address beyond the second-stage table's width" },
  INTERRUPT_WINDOW: { code: 0x87, name: "bad access to the interrupt window" },
} as const satisfies Record<string, FaultReason>;
