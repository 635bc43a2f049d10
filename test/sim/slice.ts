/**
 * A range of IOVAs that one lane alone uses, with a model of it: whatever the others do elsewhere, every result here is
 * exact. Each operation is one call, checked against the model (specification 10, section 5).
 */
import type { DmaResult, Endpoint, GuestMemory, IommuFd } from "../../client/ts/index.js";
import { IommufdError } from "../../client/ts/index.js";
import type { Random } from "../support/random.js";

export const PAGE = 4096;
export const SLICE_PAGES = 32;
const AREA_PAGES_MAX = 4;

/** "OK" and the value, or the errno's name. */
export type Outcome<T> = readonly ["OK", T] | readonly [string];

export async function outcome<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return ["OK", await call];
  } catch (error) {
    if (error instanceof IommufdError) return [error.code];
    throw error;
  }
}

/** @throws naming `what`, if the two differ */
export function mustEqual(what: string, actual: unknown, expected: unknown): void {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_name, each: unknown) => (typeof each === "bigint" ? `${each}n` : each));
  if (text(actual) !== text(expected)) throw new Error(`${what}: expected ${text(expected)}, got ${text(actual)}`);
}

interface Area {
  readonly start: number;
  readonly count: number;
  /** Of the memory, at `start`. */
  readonly memoryPage: number;
}

export interface SliceParts {
  readonly name: string;
  readonly fd: IommuFd;
  readonly ioasId: number;
  /** First IOVA. */
  readonly base: bigint;
  /** Attached to the IOAS. */
  readonly device: Endpoint;
  readonly memory: GuestMemory;
  /** Where the memory is registered. */
  readonly userVa: bigint;
  /** Pages of the memory that this slice maps: [0, memoryPages). */
  readonly memoryPages: number;
}

export class Slice {
  /** By page of the slice. */
  private readonly areas: (Area | undefined)[] = new Array<Area | undefined>(SLICE_PAGES).fill(undefined);

  constructor(
    readonly parts: SliceParts,
    private readonly random: Random,
  ) {}

  step(): Promise<void> {
    const { random } = this;
    const roll = random.below(100);
    if (roll < 30) return this.map();
    if (roll < 50) return this.unmap();
    if (roll < 62) return this.copy();
    return roll < 82 ? this.read() : this.write();
  }

  /** The whole range, in one call: what the model has is what goes. */
  async clear(): Promise<void> {
    const { fd, ioasId, base, name } = this.parts;
    const bytes = this.areas.filter((area) => area !== undefined).length * PAGE;
    const result = await outcome(fd.unmap({ ioasId, iova: base, length: SLICE_PAGES * PAGE }));
    mustEqual(`${name}: unmap of everything`, result, bytes === 0 ? ["ENOENT"] : ["OK", BigInt(bytes)]);
    this.areas.fill(undefined);
  }

  private iova(page: number): bigint {
    return this.parts.base + BigInt(page * PAGE);
  }

  private range(): { start: number; count: number } {
    const count = 1 + this.random.below(AREA_PAGES_MAX);
    return { start: this.random.below(SLICE_PAGES - count + 1), count };
  }

  private isFree(start: number, count: number): boolean {
    return this.areas.slice(start, start + count).every((area) => area === undefined);
  }

  private place(area: Area): void {
    this.areas.fill(area, area.start, area.start + area.count);
  }

  /** Page of the memory behind a page of the slice. */
  private memoryPage(page: number): number | undefined {
    const area = this.areas[page];
    return area && area.memoryPage + page - area.start;
  }

  private async map(): Promise<void> {
    const { fd, ioasId, memoryPages, userVa, name } = this.parts;
    const { start, count } = this.range();
    const memoryPage = this.random.below(memoryPages - count + 1);
    const from = userVa + BigInt(memoryPage * PAGE);
    const free = this.isFree(start, count);
    if (free) this.place({ start, count, memoryPage });
    const result = await outcome(fd.map({ ioasId, userVa: from, length: count * PAGE, iova: this.iova(start) }));
    mustEqual(`${name}: map of ${count} at ${start}`, result, free ? ["OK", this.iova(start)] : ["EEXIST"]);
  }

  /** Whole areas go in ascending order; one that lies in the range in part ends it. */
  private async unmap(): Promise<void> {
    const { fd, ioasId, name } = this.parts;
    const { start, count } = this.range();
    let removed = 0;
    let partial = false;
    for (const area of new Set(this.areas.slice(start, start + count))) {
      if (area === undefined) continue;
      partial = area.start < start || area.start + area.count > start + count;
      if (partial) break;
      this.areas.fill(undefined, area.start, area.start + area.count);
      removed += area.count;
    }
    const result = await outcome(fd.unmap({ ioasId, iova: this.iova(start), length: count * PAGE }));
    const expected = partial || removed === 0 ? ["ENOENT"] : ["OK", BigInt(removed * PAGE)];
    mustEqual(`${name}: unmap of ${count} at ${start}`, result, expected);
  }

  private async copy(): Promise<void> {
    const { fd, ioasId, name } = this.parts;
    const source = this.range();
    const start = this.random.below(SLICE_PAGES - source.count + 1);
    const covered = this.areas.slice(source.start, source.start + source.count).every((area) => area !== undefined);
    const free = this.isFree(start, source.count);
    if (covered && free)
      for (let page = 0; page < source.count;) {
        const from = source.start + page;
        const area = this.areas[from]!;
        const count = Math.min(area.start + area.count, source.start + source.count) - from;
        this.place({ start: start + page, count, memoryPage: this.memoryPage(from)! });
        page += count;
      }
    const ranges = { sourceIoasId: ioasId, destinationIoasId: ioasId, length: source.count * PAGE };
    const iova = this.iova(start);
    const result = await outcome(fd.copy({ ...ranges, sourceIova: this.iova(source.start), iova }));
    const expected = !covered ? ["ENOENT"] : free ? ["OK", iova] : ["EEXIST"];
    mustEqual(`${name}: copy of ${source.count} from ${source.start} to ${start}`, result, expected);
  }

  // ---- DMA ----------------------------------------------------------------------------------------------------------

  /** A range of bytes that begins in the slice; behind its end nothing is mapped. */
  private byteRange(): { offset: number; length: number } {
    return { offset: this.random.below(SLICE_PAGES * PAGE), length: 1 + this.random.below(3 * PAGE) };
  }

  /** Pieces of the memory behind the bytes, as far as they are mapped without a gap. */
  private pieces(offset: number, length: number): { pieces: { at: number; bytes: number }[]; total: number } {
    const pieces: { at: number; bytes: number }[] = [];
    let total = 0;
    while (total < length) {
      const at = offset + total;
      const page = this.memoryPage(Math.floor(at / PAGE));
      if (page === undefined) break;
      const bytes = Math.min(length - total, PAGE - (at % PAGE));
      pieces.push({ at: page * PAGE + (at % PAGE), bytes });
      total += bytes;
    }
    return { pieces, total };
  }

  private async read(): Promise<void> {
    const { device, memory } = this.parts;
    const { offset, length } = this.byteRange();
    const { pieces, total } = this.pieces(offset, length);
    const expected = Buffer.concat(pieces.map(({ at, bytes }) => memory.read(at, bytes)));
    const result = await device.read(this.parts.base + BigInt(offset), length);
    this.checkDma("read", offset, length, total, false, result);
    if (!expected.equals(result.data)) throw new Error(`${this.parts.name}: DMA read wrong bytes at ${offset}`);
  }

  private async write(): Promise<void> {
    const { device, memory } = this.parts;
    const { offset, length } = this.byteRange();
    const { pieces, total } = this.pieces(offset, length);
    const data = this.random.bytes(length);
    const result = await device.write(this.parts.base + BigInt(offset), data);
    this.checkDma("write", offset, length, total, true, result);
    // The same memory may be behind several pages of the range: the last byte written counts.
    const written = new Map<number, number>();
    let done = 0;
    for (const { at, bytes } of pieces) for (let byte = 0; byte < bytes; byte++) written.set(at + byte, data[done++]!);
    const found = memory.read(0, memory.bytes);
    for (const [at, byte] of written)
      if (found[at] !== byte) throw new Error(`${this.parts.name}: DMA wrote wrong bytes at ${offset}`);
  }

  private checkDma(
    what: string,
    offset: number,
    length: number,
    total: number,
    write: boolean,
    { code, transferred, fault }: DmaResult,
  ): void {
    const stop = this.parts.base + BigInt(offset + total);
    mustEqual(
      `${this.parts.name}: DMA ${what} of ${length} at ${offset}`,
      [code, transferred, fault?.address, fault?.write],
      total === length ? ["OK", BigInt(length), undefined, undefined] : ["EIO", BigInt(total), stop, write],
    );
  }
}
