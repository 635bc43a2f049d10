/**
 * Intel IOAT (CBDMA) versions 3.2 to 3.4, registers and their bits in the datasheet's names: global ones from offset 0, those
 * of channel 0 from 0x80. Tables only.
 */
import type { Register } from "../register-file.js";

export const registers = {
  /** Channel count. */
  CHANCNT: { offset: 0x00, bytes: 1 },
  /** Log2 of the largest transfer. */
  XFERCAP: { offset: 0x01, bytes: 1 },
  GENCTRL: { offset: 0x02, bytes: 1 },
  INTRCTRL: { offset: 0x03, bytes: 1 },
  ATTNSTATUS: { offset: 0x04, bytes: 4 },
  /** Version: major in 7:4, minor in 3:0. */
  CBVER: { offset: 0x08, bytes: 1 },
  PERPORTOFFSET: { offset: 0x0a, bytes: 2 },
  INTRDELAY: { offset: 0x0c, bytes: 2 },
  CS_STATUS: { offset: 0x0e, bytes: 2 },
  DMACAPABILITY: { offset: 0x10, bytes: 4 },
  DCAOFFSET: { offset: 0x14, bytes: 2 },
  CHWPREFLMT: { offset: 0x4c, bytes: 4 },
  CHANCTRL: { offset: 0x80, bytes: 2 },
  /** Which descriptor formats the channel takes. */
  DMA_COMP: { offset: 0x82, bytes: 2 },
  CHANCMD: { offset: 0x84, bytes: 1 },
  /** Descriptors made available since CHAINADDR was written, modulo 2^16. */
  DMACOUNT: { offset: 0x86, bytes: 2 },
  CHANSTS: { offset: 0x88, bytes: 8 },
  CHAINADDR: { offset: 0x90, bytes: 8 },
  CHANCMP: { offset: 0x98, bytes: 8 },
  /** Current descriptor address. */
  CDAR: { offset: 0xa0, bytes: 8 },
  CHANERR: { offset: 0xa8, bytes: 4 },
  CHANERRMASK: { offset: 0xac, bytes: 4 },
  DCACTRL: { offset: 0xb0, bytes: 4 },
  DRSCTL: { offset: 0x136, bytes: 2 },
} as const satisfies Record<string, Register>;

export type RegisterName = keyof typeof registers;

/** Registers of configuration space outside header and capabilities, 4 bytes each. */
export const configRegisters = {
  DMAUNCERRSTS: 0x148,
  CHANERR_INT: 0x180,
  CHANERRMASK_INT: 0x184,
} as const;

export const GENCTRL = { DEBUG_EN: 0x01 } as const;

export const INTRCTRL = {
  MASTER_INT_EN: 0x01,
  /** Some channel wants attention. */
  INT_STATUS: 0x02,
  /** It does, and the master enable is on. */
  INT: 0x04,
  MSIX_VECTOR_CONTROL: 0x08,
} as const;

/** Bits 13:0. */
export const INTRDELAY_MASK = 0x3fff;

export const DMACAPABILITY = { PAGE_BREAK: 0x01, BLOCK_FILL: 0x40 } as const;

export const DMA_COMP = { V2: 0x02 } as const;

export const CHANCTRL = {
  /** Reads as 0. */
  INT_REARM: 0x0001,
  ERR_COMPLETION_EN: 0x0004,
  ANY_ERR_ABORT_EN: 0x0008,
  ERR_INT_EN: 0x0010,
  DESC_FETCH_NO_SNOOP: 0x0020,
  IN_USE: 0x0100,
  COMPLETION_DCA_EN: 0x0200,
  PRIORITY: 0xf000,
} as const;

export const CHANCMD = {
  ABORT: 0x08,
  RESUME: 0x10,
  SUSPEND: 0x04,
  RESET: 0x20,
} as const;

/** CHANSTS 2:0. */
export const channelStates = { ACTIVE: 0, IDLE: 1, SUSPENDED: 2, HALTED: 3, ARMED: 4 } as const;

export type ChannelState = keyof typeof channelStates;

/** Bits of CHANERR that the model sets. */
export const CHANERR = {
  SOURCE_ADDRESS: 1 << 0,
  DESTINATION_ADDRESS: 1 << 1,
  NEXT_DESCRIPTOR_ALIGNMENT: 1 << 3,
  CHAIN_ADDRESS_VALUE: 1 << 4,
  READ_DATA: 1 << 8,
  DESCRIPTOR_CONTROL: 1 << 10,
  LENGTH: 1 << 11,
  COMPLETION_ADDRESS: 1 << 12,
} as const;

/** Descriptors and chain addresses are aligned to this many bytes. */
export const DESCRIPTOR_BYTES = 64;

/** The completion word. */
export const COMPLETION_BYTES = 8;
