/**
 * Ways to damage a frame. Those of `bodyMutations` keep the frame's length right, so that what follows it is still read
 * as frames; those of `streamMutations` do not.
 */
import { FRAME_HEADER_BYTES, frameOf } from "../../proto/wire/framing.js";
import type { Random } from "../support/random.js";

export type Mutation = (random: Random, bytes: Uint8Array) => Uint8Array;

/** Fields of ClientFrame, and some that it does not have. */
const FIELD_MAX = 40;

const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** A varint of any length, also longer than protobuf has them. */
function varint(random: Random, bytes: number): Uint8Array {
  return random.bytes(bytes).map((byte, at) => (at < bytes - 1 ? byte | 0x80 : byte & 0x7f));
}

function key(field: number, wireType: number): Uint8Array {
  const value = (field << 3) | wireType;
  return value < 0x80 ? Uint8Array.of(value) : Uint8Array.of((value & 0x7f) | 0x80, value >> 7);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Of the bytes of a message. */
export const bodyMutations: Readonly<Record<string, Mutation>> = {
  flippedBits(random, bytes) {
    const flipped = Uint8Array.from(bytes);
    if (flipped.length === 0) return flipped;
    for (let count = 1 + random.below(4); count > 0; count--)
      flipped[random.below(flipped.length)]! ^= 1 << random.below(8);
    return flipped;
  },
  truncated: (random, bytes) => bytes.slice(0, random.below(bytes.length + 1)),
  extended: (random, bytes) => concat(bytes, random.bytes(1 + random.below(40))),
  random: (random) => random.bytes(random.below(200)),
  hugeVarint: (random, bytes) =>
    concat(bytes, key(1 + random.below(FIELD_MAX), wireTypes.varint), varint(random, 1 + random.below(14))),
  /** A field that says it is longer than the frame. */
  endlessField: (random, bytes) =>
    concat(bytes, key(1 + random.below(FIELD_MAX), wireTypes.lengthDelimited), varint(random, 1 + random.below(6))),
  nestedGarbage(random, bytes) {
    let inner = random.bytes(random.below(60));
    for (let depth = random.below(6); depth > 0; depth--)
      inner = concat(key(1 + random.below(8), wireTypes.lengthDelimited), Uint8Array.of(inner.length & 0x7f), inner);
    const field = key(2 + random.below(24), wireTypes.lengthDelimited);
    return concat(bytes, field, Uint8Array.of(inner.length & 0x7f), inner);
  },
  /** Groups, which proto3 does not have, opened as deep as the frame is long. */
  nestedGroups(random, bytes) {
    const opened = key(1 + random.below(FIELD_MAX), wireTypes.startGroup);
    return concat(bytes, ...Array.from({ length: random.below(5000) }, () => opened));
  },
  unknownFields(random, bytes) {
    const fixed = random.chance(50);
    const unknown = key(50 + random.below(200), fixed ? wireTypes.fixed64 : wireTypes.fixed32);
    return concat(bytes, unknown, random.bytes(fixed ? 8 : 4));
  },
  /** Two messages in one frame: the last member of the oneof counts. */
  twice: (_random, bytes) => concat(bytes, bytes),
  empty: () => new Uint8Array(),
};

/** Of a message to bytes for the stream. */
export const streamMutations: Readonly<Record<string, Mutation>> = {
  /** No frame at all. */
  noise: (random) => random.bytes(1 + random.below(300)),
  longerThanItIs: (random, bytes) => headed(bytes.length + 1 + random.below(1000), bytes),
  shorterThanItIs: (random, bytes) => headed(random.below(bytes.length + 1), bytes),
  huge: (random, bytes) => headed(0xffff_ffff - random.below(0x7fff_ffff), bytes),
  brokenOff(random, bytes) {
    const frame = frameOf(bytes);
    return frame.slice(0, random.below(frame.length));
  },
};

function headed(length: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + bytes.length);
  new DataView(frame.buffer).setUint32(0, length, true);
  frame.set(bytes, FRAME_HEADER_BYTES);
  return frame;
}
