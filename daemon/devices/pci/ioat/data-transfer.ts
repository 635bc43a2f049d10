/**
 * The data of one IOAT descriptor: COPY and FILL, in chunks.
 *
 * Invariant: reads and writes are asked for one after another, none before its forerunner's result is known, so a fault names the side
 * that it is on and a dropped work leaves nothing behind that still moves.
 */
import { errno } from "../../../../proto/uapi/errno.js";
import { lastOf, U64 } from "../../../u64.js";
import { BUFFER_BYTES_MAX } from "../../dma-engine.js";
import type { Steps, Work } from "../../work.js";
import type { DmaPort } from "../model.js";
import { descriptorControl, operations, type Descriptor } from "./descriptor.js";
import { CHANERR } from "./registers.js";

/** Bytes of a FILL's pattern. A chunk is a multiple of it. */
const PATTERN_BYTES = 8;

/**
 * @param buffer for the pattern of a FILL, a multiple of 8 bytes
 * @returns 0, or the bit of CHANERR
 */
export function* transferData(descriptor: Descriptor, dma: DmaPort, work: Work, buffer: Uint8Array): Steps<number> {
  const { control, operation, size, source, destination } = descriptor;
  const copies = operation === operations.COPY;
  if (!copies && operation !== operations.FILL) return CHANERR.DESCRIPTOR_CONTROL;
  if ((control & descriptorControl.NULL) !== 0) return 0;
  if (size === 0) return CHANERR.LENGTH;
  if (copies && !isRange(source, size)) return CHANERR.SOURCE_ADDRESS;
  if (!isRange(destination, size)) return CHANERR.DESTINATION_ADDRESS;
  return yield* copies ? copy(descriptor, dma, work) : fill(descriptor, dma, work, buffer);
}

function* copy({ size, source, destination }: Descriptor, dma: DmaPort, work: Work): Steps<number> {
  const { cancellation } = work;
  for (let done = 0; done < size;) {
    const length = Math.min(BUFFER_BYTES_MAX, size - done);
    yield* work.nextBytes(length);
    // What was read before a fault has been passed on, as a device does that moves cache line by cache line.
    const copied = yield* work.transfer(
      dma.copy(destination.plusNumber(done), source.plusNumber(done), length, { cancellation }),
    );
    if (copied.error !== errno.OK)
      return copied.failedReading === true ? CHANERR.SOURCE_ADDRESS : CHANERR.DESTINATION_ADDRESS;
    done += length;
  }
  return 0;
}

function* fill({ size, source, destination }: Descriptor, dma: DmaPort, work: Work, buffer: Uint8Array): Steps<number> {
  const { cancellation } = work;
  const pattern = buffer.subarray(0, Math.min(buffer.length, Math.ceil(size / PATTERN_BYTES) * PATTERN_BYTES));
  const view = new DataView(pattern.buffer, pattern.byteOffset, pattern.length);
  for (let at = 0; at < pattern.length; at += PATTERN_BYTES) {
    source.writeTo(view, at);
  }
  for (let done = 0; done < size;) {
    const chunk = pattern.subarray(0, Math.min(pattern.length, size - done));
    yield* work.nextBytes(chunk.length);
    const written = yield* work.transfer(dma.write(destination.plusNumber(done), chunk, { cancellation }));
    if (written.error !== errno.OK) return CHANERR.DESTINATION_ADDRESS;
    done += chunk.length;
  }
  return 0;
}

const isRange = (address: U64, size: number): boolean => lastOf(address, U64.fromNumber(size)) !== undefined;
