/**
 * Random reads and writes of a virtual configuration space against a plain model of the rules (specification 50, section 4.13): a
 * table of registers, and what the few of them do that are more than bits. After every step the model tells each byte that the
 * user reads and each byte that the hardware has.
 */
import { expect, test } from "@jest/globals";
import { ConfigHardware, littleEndian, ones, ViewedHardware } from "../support/config-hardware.js";
import { history, runHistory } from "../support/model.js";
import { Random } from "../support/random.js";

const BYTES = 4096;
const MSI = 0x50;
const EXPRESS = 0x80;
const DEVCTL = EXPRESS + 8;
const AF = 0xd0;
const ERRORS = 0x140;

/** The function: hidden capabilities between shown ones, gaps that can be written, and one that is cleared by ones. */
function hardware(): ConfigHardware {
  const zeros = (length: number): number[] => Array<number>(length).fill(0);
  return new ConfigHardware({
    bars: [
      { bytes: 0x4000, space: "memory64", prefetchable: true },
      undefined,
      { bytes: 0x40, space: "io", prefetchable: false },
      { bytes: 0x2_0000, space: "memory32", prefetchable: false },
    ],
    rom: new Uint8Array(4096),
    capabilities: [
      { offset: 0x40, id: 1, values: littleEndian(0x0000_c9c3, 6), writable: [0, 0, 0x03, 0, 0x0f, 0] },
      { offset: MSI, id: 5, values: littleEndian(0x0084, 12), writable: [0x71, 0, ...ones(10)] },
      { offset: 0x60, id: 0x0d, values: littleEndian(0x1234_5678_0000, 6), writable: [0xf0, 0, 0, 0, 0, 0] },
      { offset: 0x70, id: 0x11, values: littleEndian(0x2000_0007, 10), writable: [0, 0xc0, ...zeros(8)] },
      {
        offset: EXPRESS,
        id: 0x10,
        values: [0x02, 0x00, ...littleEndian(0x1000_8000, 4), ...littleEndian(0x2810, 2), 0x0f, ...zeros(0x33)],
        writable: [...zeros(6), 0xff, 0x7f, ...zeros(0x1e), 0xff, 0xff, ...zeros(0x12)],
        cleared: [...zeros(8), 0x0f, ...zeros(0x31)],
      },
      { offset: 0xc0, id: 9, values: [0x0c, ...littleEndian(0x0807_0605, 9)], writable: [0, 0xff, ...zeros(7), 0x3c] },
      { offset: AF, id: 0x13, values: [6, 3, 0, 0] },
    ],
    extended: [
      { offset: 0x100, id: 0x1b, values: littleEndian(0x0102, 4), writable: [0, 0, 1, 0] },
      {
        offset: ERRORS,
        id: 1,
        values: [...littleEndian(0xf0f0, 4), ...zeros(0x24)],
        writable: [...zeros(4), ...ones(8), ...zeros(4), ...ones(4), 0x40, 0x01, 0, 0, ...zeros(0x10)],
        cleared: [...ones(4), ...zeros(8), ...ones(4), ...zeros(0x18)],
      },
      { offset: 0x180, id: 3, values: littleEndian(0x1122_3344, 8), writable: ones(8) },
      { offset: 0x190, id: 0x7777, values: littleEndian(5, 12), writable: [...ones(4), ...zeros(8)] },
      { offset: 0x1c0, id: 0x23, values: [...littleEndian(0x0140_8086, 4), ...zeros(12)], writable: ones(16) },
    ],
    registers: [
      { offset: 0xe0, values: [1, 2, 3, 4, 5, 6, 7, 8], writable: [0x0f, 0xff, 0, 0xf0, 0, 0xff, 0xff, 1] },
      { offset: 0x300, values: ones(8), cleared: [0xff, 0x0f, 0xf0, 0xff, 0, 1, 0x80, 0xff] },
    ],
  });
}

/** Bits that the user can write, and bits that are the copy's, for each byte: what is in no row is the hardware's, to read and write. */
const rules: readonly (readonly [offset: number, bytes: number, writable: number, virtual: number])[] = [
  [0x00, 0x40, 0, 0],
  [0x00, 4, 0, 0xffff_ffff],
  [0x04, 2, 0xffff, 0x0400],
  [0x06, 2, 0, 0x0010],
  [0x0c, 2, 0xffff, 0],
  [0x0f, 1, 0xff, 0],
  ...[0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30].map((bar) => [bar, 4, 0xffff_ffff, 0xffff_ffff] as const),
  [0x34, 1, 0, 0xff],
  [0x3c, 1, 0xff, 0xff],
  [0x3d, 1, 0, 0xff],
  // Power management.
  [0x40, 4, 0, 0xf800_ff00],
  [0x44, 4, 0xffff_7eff, 0x0000_8100],
  // MSI.
  [MSI, 4, 0x00ff_0000, 0x00ff_ff00],
  [MSI + 4, 4, 0xffff_ffff, 0xffff_ffff],
  [MSI + 8, 4, 0xffff_ffff, 0xffff_ffff],
  [MSI + 12, 2, 0xffff, 0xffff],
  // MSI-X.
  [0x70, 4, 0, 0xff00],
  [0x74, 4, 0, 0],
  [0x78, 4, 0, 0],
  // PCI Express.
  [EXPRESS, 0x3c, 0, 0],
  [EXPRESS, 2, 0, 0xff00],
  [DEVCTL, 2, 0xfdff, 0xf0e0],
  [EXPRESS + 0x28, 2, 0xffdf, 0],
  // A vendor's own.
  [0xc0, 2, 0, 0xff00],
  // Advanced features.
  [AF, 4, 0, 0xff00],
  [AF + 4, 2, 0x01, 0x01],
  // Extended ones.
  [0x100, 4, 0, 0xffff_ffff],
  [ERRORS, 0x2c, 0, 0],
  [ERRORS, 4, 0, 0xffff_ffff],
  ...[4, 8, 0x0c, 0x10, 0x14].map((at) => [ERRORS + at, 4, 0xffff_ffff, 0] as const),
  [ERRORS + 0x18, 4, 0x0140, 0],
  [0x180, 0x0c, 0, 0],
  [0x180, 4, 0, 0xffff_ffff],
  [0x1c0, 4, 0, 0xffff_ffff],
];

/** What BAR registers can hold, and the bits they always have. */
const barMasks: readonly (readonly [offset: number, mask: number, type: number])[] = [
  [0x10, 0xffff_c000, 0x0c],
  [0x14, 0xffff_ffff, 0],
  [0x18, 0xffff_ffc0, 1],
  [0x1c, 0xfffe_0000, 0],
  [0x20, 0, 0],
  [0x24, 0, 0],
  [0x30, 0xffff_f001, 0],
];

/** What a reset does not change for the user although it is the hardware's. */
const KEPT = [0x04, 0x05, 0x0c, 0x0d, DEVCTL, DEVCTL + 1, EXPRESS + 0x28, EXPRESS + 0x29];
const isAssigned = (at: number): boolean => (at >= 0x10 && at < 0x28) || (at >= 0x30 && at < 0x34) || at === 0x3c;

class Model {
  readonly hardware: Uint8Array;
  private readonly powerUp: Uint8Array;
  private readonly copy: Uint8Array;
  private readonly writable = new Uint8Array(BYTES).fill(0xff);
  private readonly virtual = new Uint8Array(BYTES);
  resets = 0;
  msiOrder = -1;

  /** @param masks what the hardware lets be written, and be cleared */
  constructor(
    initial: Uint8Array,
    private readonly masks: { readonly writable: Uint8Array; readonly cleared: Uint8Array },
  ) {
    this.powerUp = initial.slice();
    this.hardware = initial.slice();
    this.copy = initial.slice();
    for (const [offset, bytes, writable, virtual] of rules)
      for (let index = 0; index < bytes; index++) {
        this.writable[offset + index] = bytes > 4 ? writable : (writable >>> (8 * index)) & 0xff;
        this.virtual[offset + index] = bytes > 4 ? virtual : (virtual >>> (8 * index)) & 0xff;
      }
    // The lists without what is hidden; no PME.
    for (const [at, byte] of [
      ...([
        [0x34, 0x40],
        [0x41, MSI],
        [MSI + 1, 0x70],
        [0x71, EXPRESS],
        [EXPRESS + 1, 0xc0],
      ] as const),
      ...([
        [0xc1, AF],
        [AF + 1, 0],
        [0x43, initial[0x43]! & 0x07],
        [0x45, 0],
        [0x44, 0],
      ] as const),
    ])
      this.copy[at] = byte;
    this.copy.set(littleEndian(ERRORS * 2 ** 20, 4), 0x100);
    this.copy.set(littleEndian(0x0001_0001 + 0x180 * 2 ** 20, 4), ERRORS);
    this.copy.set(littleEndian(0x0001_0003 + 0x1c0 * 2 ** 20, 4), 0x180);
    // Opened: memory and I/O decoded, no mastering.
    this.hardware[0x04] = 0x03;
  }

  read(at: number): number {
    return (this.copy[at]! & this.virtual[at]!) | (this.hardware[at]! & ~this.virtual[at]!);
  }

  readAll(offset: number, length: number): number[] {
    const last = offset + length;
    if ((offset < 0x28 && last > 0x10) || (offset < 0x34 && last > 0x30)) this.maskBars();
    return Array.from({ length }, (_, index) => this.read(offset + index));
  }

  private maskBars(): void {
    const view = new DataView(this.copy.buffer);
    for (const [at, mask, type] of barMasks) view.setUint32(at, ((view.getUint32(at, true) & mask) | type) >>> 0, true);
  }

  write(offset: number, bytes: readonly number[]): void {
    for (let done = 0; done < bytes.length;) {
      const at = offset + done;
      let width = 4;
      while (at % width !== 0 || width > bytes.length - done || !isOneCapability(at, width)) width /= 2;
      this.writeChunk(at, bytes.slice(done, done + width));
      done += width;
    }
  }

  private writeChunk(offset: number, bytes: readonly number[]): void {
    const isIn = (at: number): boolean => at >= offset && at < offset + bytes.length;
    for (const [index, byte] of bytes.entries()) {
      const at = offset + index;
      const writable = this.writable[at]!;
      const virtual = this.virtual[at]!;
      this.copy[at] = (this.copy[at]! & ~(writable & virtual)) | (byte & writable & virtual);
      const reaches = writable & ~virtual;
      if (reaches !== 0) this.writeHardware(at, (this.hardware[at]! & ~reaches) | (byte & reaches));
    }
    if (isIn(MSI + 2)) this.settleMsi();
    if (isIn(DEVCTL + 1) && (this.copy[DEVCTL + 1]! & 0x80) !== 0) this.reset(DEVCTL + 1, 0x80);
    if (isIn(AF + 4) && (this.copy[AF + 4]! & 1) !== 0) this.reset(AF + 4, 1);
  }

  private writeHardware(at: number, byte: number): void {
    const { writable, cleared } = this.masks;
    const kept = this.hardware[at]! & ~writable[at]! & ~(byte & cleared[at]!);
    this.hardware[at] = kept | (byte & writable[at]!);
  }

  private settleMsi(): void {
    const control = this.copy[MSI + 2]!;
    const enable = this.msiOrder >= 0 ? control & 1 : 0;
    const order = Math.min((control >> 4) & 7, Math.max(this.msiOrder, 0));
    this.copy[MSI + 2] = (control & 0x8e) | enable | (order << 4);
    this.writeHardware(MSI + 2, this.copy[MSI + 2]!);
  }

  private reset(at: number, bit: number): void {
    this.copy[at] = this.copy[at]! & ~bit;
    this.resets++;
    for (let byte = 0; byte < BYTES; byte++)
      if (!isAssigned(byte) && !KEPT.includes(byte)) this.hardware[byte] = this.powerUp[byte]!;
  }
}

/** Where capabilities that are shown begin and end; everything else is the header's, or a gap. */
const spans: readonly (readonly [start: number, end: number])[] = [
  [0x40, 0x48],
  [MSI, MSI + 14],
  [0x70, 0x7c],
  [EXPRESS, EXPRESS + 0x3c],
  [0xc0, 0xcc],
  [AF, AF + 6],
  [ERRORS, ERRORS + 0x2c],
  [0x180, 0x18c],
  [0x1c0, 0x1d4],
];

function isOneCapability(at: number, width: number): boolean {
  const owner = (byte: number): number => spans.findIndex(([start, end]) => byte >= start && byte < end);
  return owner(at) === owner(at + width - 1);
}

/** Mostly where there is something. */
function somewhere(random: Random): number {
  const places = [0x00, 0x04, 0x0c, 0x10, 0x30, 0x3c, 0x40, MSI, 0x60, 0x70, DEVCTL, 0xa8, 0xc0, AF, 0xe0];
  const extended = [0x100, ERRORS, ERRORS + 0x14, 0x180, 0x190, 0x1c0, 0x300];
  if (random.chance(10)) return random.below(BYTES);
  return Math.min(random.pick([...places, ...extended]) + random.below(16), BYTES - 1);
}

test("what is read and what the hardware has is what the table of bits says, for any reads and writes", () => {
  const what = history({ seed: 20260504, steps: 6_000 });
  const random = new Random(what.seed);
  const real = hardware();
  const masks = real.masks();
  const config = new ViewedHardware(real);
  const model = new Model(masks.initial, masks);
  let writes = 0;
  runHistory(what, () => {
    const offset = somewhere(random);
    const length = random.chance(70) ? random.pick([1, 2, 4]) : random.below(24);
    if (random.chance(3)) config.msiOrder = model.msiOrder = random.below(4) - 1;
    if (offset + length > BYTES) {
      expect(config.view.read(offset, new Uint8Array(length))).toBe(false);
      expect(config.view.write(offset, new Uint8Array(length))).toBe(false);
    } else if (random.chance(40)) {
      expect(config.read(offset, length)).toEqual(model.readAll(offset, length));
    } else {
      const bytes = random.chance(20) ? ones(length) : [...random.bytes(length)];
      config.write(offset, bytes);
      model.write(offset, bytes);
      writes++;
    }
    expect(real.resets).toBe(model.resets);
    expect(Buffer.compare(real.values, model.hardware)).toBe(0);
  });
  expect(config.read(0, BYTES)).toEqual(model.readAll(0, BYTES));
  expect(writes).toBeGreaterThan(what.steps / 4);
});
