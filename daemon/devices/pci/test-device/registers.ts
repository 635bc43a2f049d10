/**
 * Registers of the test device and their bits, little endian. BAR 0 has them from offset 0, the first page of BAR 2 has them again,
 * and BAR 1 reaches each through an index. Tables only; docs/device-models.md says what each does.
 */
import type { Register } from "../register-file.js";

export const registers = {
  /** IDENTITY. */
  ID: { offset: 0x00, bytes: 4 },
  /** Four that keep what is stored. */
  SCRATCH0: { offset: 0x10, bytes: 4 },
  SCRATCH1: { offset: 0x14, bytes: 4 },
  SCRATCH2: { offset: 0x18, bytes: 4 },
  SCRATCH3: { offset: 0x1c, bytes: 4 },
  /** A store of n sends the message of vector n. Reads as 0. */
  DOORBELL: { offset: 0x20, bytes: 4 },
  /** Level of the interrupt pin. */
  INTX: { offset: 0x24, bytes: 4 },
  DMA_SOURCE: { offset: 0x40, bytes: 8 },
  DMA_DESTINATION: { offset: 0x48, bytes: 8 },
  /** Bytes, from 1 to DMA_LENGTH_MAX. */
  DMA_LENGTH: { offset: 0x50, bytes: 4 },
  /** The PASID of the transfer's requests, if PASID_ENABLE is set. */
  DMA_PASID: { offset: 0x54, bytes: 4 },
  /** What to do, and how to tell the end. Reads as 0. */
  DMA_COMMAND: { offset: 0x58, bytes: 4 },
  DMA_STATUS: { offset: 0x5c, bytes: 4 },
  /** Bytes that the transfer has moved. */
  DMA_TRANSFERRED: { offset: 0x60, bytes: 4 },
} as const satisfies Record<string, Register>;

export type RegisterName = keyof typeof registers;

/** "TEST". */
export const IDENTITY = 0x5453_4554;

export const INTX_ASSERTED = 1;

/** A device does not keep the daemon longer than that with one command. */
export const DMA_LENGTH_MAX = 1024 * 1024;

export const DMA_PASID = { VALUE: 0xf_ffff, ENABLE: 0x8000_0000 } as const;

export const DMA_COMMAND = {
  COPY: 1 << 0,
  /** At the end: the message of the vector in 15:8. */
  MESSAGE: 1 << 1,
  /** At the end: the interrupt pin goes up. */
  INTX: 1 << 2,
  VECTOR_SHIFT: 8,
  VECTOR_MASK: 0xff,
} as const;

export const DMA_STATUS = {
  IDLE: 0,
  BUSY: 1,
  DONE: 2,
  /** The IOMMU refused an access, or bus mastering is off. */
  REFUSED: 3,
  /** The memory behind a translated address is gone. */
  NO_MEMORY: 4,
  /** No such command, length or range of addresses. */
  INVALID: 5,
} as const;

/** BAR 1: the offset of a register, and the four bytes at it. */
export const INDEX_AT = 0x00;
export const DATA_AT = 0x04;
