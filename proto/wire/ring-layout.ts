/**
 * Where things lie in the memory of a ring (docs/protocol.md, "Rings"), for both sides. How many slots there are and how large they
 * are, the daemon says in its RingReply.
 */

/** One side's words lie on cache lines of their own, in bytes from the start. */
export const RING_LAYOUT = {
  submissionTail: 0x000,
  submissionHead: 0x040,
  completionTail: 0x080,
  completionHead: 0x0c0,
  /** What the daemon needs a doorbell for: one of `DAEMON_*`. */
  daemonState: 0x100,
  /** 1: the client sleeps on the socket until it is sent a doorbell. */
  clientState: 0x140,
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

/** A slot begins with the length of what it carries and where that lies; 0: behind this. */
export const SLOT_HEADER_BYTES = 8;

export interface RingShape {
  /** Of each direction; a power of two. */
  readonly slots: number;
  readonly slotBytes: number;
  /** Of the data area for each slot. */
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
