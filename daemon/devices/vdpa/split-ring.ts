/**
 * Virtio 1.1, chapter 2.6 "Split Virtqueues": where the three parts of a queue have what. Tables only; all fields are little
 * endian.
 */

/** One entry of the descriptor table. */
export const descriptorLayout = { bytes: 16, addr: 0, len: 8, flags: 12, next: 14 } as const;

export const VIRTQ_DESC_F = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;

/** Available ring, the driver area: flags and idx, then one u16 for each entry. */
export const availableLayout = { flags: 0, idx: 2, ring: 4, entryBytes: 2 } as const;

export const VIRTQ_AVAIL_F_NO_INTERRUPT = 1;

/** Used ring, the device area: flags and idx, then id and len for each entry, 32 bits each. */
export const usedLayout = { flags: 0, idx: 2, ring: 4, entryBytes: 8 } as const;

/** What the parts are aligned to. */
export const ringAlignment = { descriptors: 16, available: 2, used: 4 } as const;
