/** The hand-written codec of the hot messages does what the generated code does. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { IoctlRequest, decodeIoctlFrame, type RangeList } from "../../daemon/wire/ioctl-request.js";
import { Output } from "../../daemon/wire/output.js";
import { toWire } from "../../daemon/wire/wire64.js";
import { U64 } from "../../daemon/u64.js";

const { ClientFrame, ServerFrame } = iommufd_emu.v1;

const u32 = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 0x7fffffff, 0x80000000, 0xffffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const u64 = fc.tuple(u32, u32).map(([high, low]) => U64.fromWords(high, low));
const data = fc.uint8Array({ maxLength: 300 });
const ioctl = fc.record({
  request: u32,
  argument: u64.map(toWire),
  readable: fc.array(fc.record({ address: u64.map(toWire), data }), { maxLength: 4 }),
  writable: fc.array(fc.record({ address: u64.map(toWire), length: u32 }), { maxLength: 4 }),
});

function ranges(list: RangeList): unknown[] {
  return Array.from({ length: list.count }, (_, index) => {
    const { high, low, length, bytes, start } = list.at(index);
    return { high, low, length, bytes: [...bytes.subarray(start, start + length)] };
  });
}

function contents(request: IoctlRequest): unknown {
  const { argument } = request;
  return [request.request, argument.toBigInt(), ranges(request.readable), ranges(request.writable)];
}

describe("decodeIoctlFrame", () => {
  test("finds in a frame what the generated code finds", () => {
    fc.assert(
      fc.property(u32, ioctl, fc.uint8Array({ maxLength: 5 }), (sequence, message, before) => {
        const frame = ClientFrame.encode({ sequence, ioctl: message }).finish();
        const bytes = Uint8Array.of(...before, ...frame, ...before);
        const [fast, plain] = [new IoctlRequest(), new IoctlRequest()];
        expect(decodeIoctlFrame(bytes, before.length, before.length + frame.length, fast)).toBe(true);
        plain.load(ClientFrame.decode(frame).ioctl!);
        expect(fast.sequence).toBe(sequence);
        expect(contents(fast)).toEqual(contents(plain));
      }),
      { numRuns: 500 },
    );
  });

  test("takes no frame that the generated code refuses or reads otherwise", () => {
    fc.assert(
      fc.property(
        u32,
        ioctl,
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(),
        (sequence, message, where, byte, cut) => {
          const bytes = ClientFrame.encode({ sequence, ioctl: message }).finish().slice();
          if (bytes.length === 0) return;
          bytes[where % bytes.length] = byte;
          const end = bytes.length - (cut % 3);
          const [fast, plain] = [new IoctlRequest(), new IoctlRequest()];
          if (!decodeIoctlFrame(bytes, 0, end, fast)) return;
          const decoded = ClientFrame.decode(bytes.subarray(0, end));
          expect(fast.sequence).toBe(decoded.sequence);
          plain.load(decoded.ioctl!);
          expect(contents(fast)).toEqual(contents(plain));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("leaves every other message to the generated code", () => {
    const request = new IoctlRequest();
    for (const frame of [{ status: {} }, { sequence: 5 }, { batch: { ioctls: [{}] } }]) {
      const bytes = ClientFrame.encode(frame).finish();
      expect(decodeIoctlFrame(bytes, 0, bytes.length, request)).toBe(false);
    }
  });
});

const taken = (output: Output): Uint8Array => output.take((bytes, length) => bytes.slice(0, length));

test("a reply to an ioctl is encoded as the generated code does it", () => {
  const written = fc.array(fc.record({ address: u64, data }), { maxLength: 3 });
  fc.assert(
    fc.property(u32, fc.integer({ min: -4095, max: 2 ** 31 - 1 }), written, (sequence, result, stored) => {
      const output = new Output();
      output.ioctlReply(sequence, result, stored);
      const bytes = taken(output);
      const frame = ServerFrame.decode(bytes.subarray(4));
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)).toBe(bytes.length - 4);
      expect(frame.sequence).toBe(sequence);
      expect(frame.ioctl!.result).toBe(result);
      const found = (frame.ioctl!.written ?? []).map((one) => [
        U64.fromWords(one.address?.high ?? 0, one.address?.low ?? 0).toBigInt(),
        [...(one.data ?? [])],
      ]);
      expect(found).toEqual(stored.map((one) => [one.address.toBigInt(), [...one.data]]));
    }),
    { numRuns: 500 },
  );
});

test("frames behind one another are taken in one piece, once", () => {
  const output = new Output();
  output.ioctlReply(1, -2);
  output.frame(2, { status: { json: "x".repeat(10_000) } });
  output.ioctlReply(3, 0);
  const bytes = taken(output);
  const sequences: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
    sequences.push(ServerFrame.decode(bytes.subarray(at + 4, at + 4 + length)).sequence);
    at += 4 + length;
  }
  expect(sequences).toEqual([1, 2, 3]);
  expect(taken(output)).toHaveLength(0);
});
