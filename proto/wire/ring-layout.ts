/**
 * Where things lie in the memory of a ring (docs/protocol.md, "Rings"), for both sides. How many slots there are and how large they
 * are, the daemon says in its RingReply.
 */

/** One side's words lie on cache lines of their own, in bytes from the start. */
export const RING_LAYOUT = {
  submissionHead: 0x000,
  completionHead: 0x040,
  /** What the daemon needs a doorbell for: one of `DAEMON_*`. */
  daemonState: 0x080,
  /** 1: the client sleeps on the socket until it is sent a doorbell. */
  clientState: 0x0c0,
  slots: 0x1000,
} as const;

export const DAEMON_AWAKE = 0;
/** A submission needs a doorbell. */
export const DAEMON_ASLEEP = 1;
/** So does room for completions. */
export const DAEMON_WANTS_ROOM = 2;
/** The session is over: nothing is taken any more. */
export const DAEMON_GONE = 3;

export const CLIENT_AWAKE = 0;
export const CLIENT_ASLEEP = 1;

/** Words of a slot's header, by their index in the slot; what the slot carries, its payload, follows at SLOT_HEADER_BYTES. */
export const SLOT = {
  /** Bits 15:0: bytes of the payload. Bits 31:16: the slot's turn, which says that it is filled. Stored last. */
  filled: 0,
  /** FRAMES; else the payload belongs to an ioctl: its number in submissions, ANSWER in completions. */
  kind: 1,
  sequence: 2,
  /** Of an ioctl, bits 15:0: bytes of its struct that can be read; bits 31:16: that can be written. */
  struct: 3,
  argumentLow: 4,
  argumentHigh: 5,
  /** Of an answer. */
  result: 3,
  /** Bytes to be stored at the argument, with which the payload begins. */
  stored: 4,
} as const;

export const SLOT_HEADER_BYTES = 24;

/** The payload is a part of the stream of frames. */
export const FRAMES = 0;
export const ANSWER = 1;

/** Behind the struct a payload has items: ranges of user memory. Each begins with four words, at a multiple of 8 bytes. */
export const ITEM = { addressLow: 0, addressHigh: 1, bytes: 2, kind: 3 } as const;
export const ITEM_HEADER_BYTES = 16;

/** The bytes follow. */
export const ITEM_DATA = 0;
/** No bytes follow: the client can write so many there. */
export const ITEM_WINDOW = 1;

/** Where what lies behind so many bytes begins. */
export const alignedTo8 = (bytes: number): number => (bytes + 7) & ~7;

/** What tells that the slot of a position is filled: bits 31:16 of its first word. Never that of the position before in the same slot. */
export const turnOf = (position: number): number => (position + 1) & 0xffff;

/** The first word of a filled slot. @param bytes of its payload: less than 2^16 */
export const filledWord = (position: number, bytes: number): number => (turnOf(position) << 16) | bytes;

export interface RingShape {
  /** Of each direction; a power of two, at most 2^15. */
  readonly slots: number;
  readonly slotBytes: number;
  /** Of the data area for each slot, where a payload lies that is too long for the slot. */
  readonly pieceBytes: number;
}

/** Where the parts begin, in bytes from the start; the data of completions ends with the memory. */
export interface RingPlaces {
  readonly submissions: number;
  readonly completions: number;
  readonly submissionData: number;
  readonly completionData: number;
  readonly end: number;
}

export function ringPlaces({ slots, slotBytes, pieceBytes }: RingShape): RingPlaces {
  const submissions = RING_LAYOUT.slots;
  const completions = submissions + slots * slotBytes;
  const submissionData = completions + slots * slotBytes;
  const completionData = submissionData + slots * pieceBytes;
  return { submissions, completions, submissionData, completionData, end: completionData + slots * pieceBytes };
}

/** The place of a word as an index of 32-bit words. */
export const wordOf = (offset: number): number => offset >>> 2;
