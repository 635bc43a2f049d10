/**
 * IOASes, domains and pins against a plain model: after every step each domain holds exactly what its IOAS maps, each
 * page is pinned once for every MAP whose pages a domain needs, and accounts agree.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { errno } from "../../proto/uapi/errno.js";
import type { DeviceObject } from "../../daemon/core/device.js";
import { FakeIommu, Machine, MAX } from "../support/machine.js";

const PAGE = 4096n;
const IOASES = 3;
/** Small spaces, so that steps meet. */
const IOVA_PAGES = 40;
const VA_PAGES = 24;
const LIMIT_PAGES = 60;

interface Area {
  start: number;
  pages: number;
  /** Which MAP made the memory known. */
  backing: number;
  firstVa: number;
}

interface State {
  areas: Area[];
  device: DeviceObject;
  iommu: FakeIommu;
  attached: boolean;
}

type Step =
  | { kind: "map"; ioas: number; iova: number; va: number; pages: number }
  | { kind: "copy"; from: number; to: number; at: number; iova: number; pages: number }
  | { kind: "unmap"; ioas: number; iova: number; pages: number }
  | { kind: "unmapAll"; ioas: number }
  | { kind: "toggle"; ioas: number };

const ioas = fc.integer({ min: 0, max: IOASES - 1 });
const iova = fc.integer({ min: 0, max: IOVA_PAGES - 1 });
const pages = fc.integer({ min: 1, max: 6 });
const va = fc.integer({ min: 0, max: VA_PAGES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("map" as const), ioas, iova, va, pages }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("copy" as const), from: ioas, to: ioas, at: iova, iova, pages }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("unmap" as const), ioas, iova, pages }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unmapAll" as const), ioas }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("toggle" as const), ioas }) },
);

class Model {
  readonly machine = new Machine();
  readonly states: State[] = [];
  private backings = 0;

  constructor() {
    const { caller } = this.machine;
    caller.ipcLock = false;
    caller.limitPages = LIMIT_PAGES;
    caller.mm.holes.add(7);
    for (let index = 0; index < IOASES; index++) {
      expect(this.machine.ioas()).toBe(index + 1);
      const iommu = new FakeIommu();
      this.states.push({ areas: [], iommu, attached: false, device: undefined as unknown as DeviceObject });
    }
    this.states.forEach((state, index) => (state.device = this.machine.bind(state.iommu, 0x20 + index)));
  }

  run(step: Step): void {
    switch (step.kind) {
      case "map": {
        const area = { start: step.iova, pages: step.pages, backing: ++this.backings, firstVa: step.va };
        const expected = this.expectPlaced(step.ioas, [area]);
        const iova = BigInt(step.iova) * PAGE;
        const { error } = this.machine.map(step.ioas + 1, BigInt(step.va) * PAGE, BigInt(step.pages) * PAGE, iova);
        expect(error).toBe(expected);
        break;
      }
      case "copy": {
        const slices = this.slices(step.from, step.at, step.pages);
        let start = step.iova;
        const areas = slices?.map((slice) => {
          const area = { ...slice, start };
          start += slice.pages;
          return area;
        });
        const expected = areas === undefined ? errno.ENOENT : this.expectPlaced(step.to, areas);
        const { error } = this.machine.copy(
          { ioas: step.from + 1, iova: BigInt(step.at) * PAGE },
          { ioas: step.to + 1, iova: BigInt(step.iova) * PAGE },
          BigInt(step.pages) * PAGE,
        );
        expect(error).toBe(expected);
        break;
      }
      case "unmap":
        this.unmap(step.ioas, step.iova, step.iova + step.pages - 1);
        break;
      case "unmapAll": {
        const { areas } = this.states[step.ioas]!;
        const bytes = BigInt(areas.reduce((sum, area) => sum + area.pages, 0)) * PAGE;
        expect(this.machine.unmap(step.ioas + 1, 0n, MAX)).toEqual({ error: errno.OK, length: bytes });
        areas.length = 0;
        break;
      }
      case "toggle":
        this.toggle(this.states[step.ioas]!, step.ioas + 1);
        break;
    }
    this.check();
  }

  /** What a placement answers; if it succeeds the model has it. */
  private expectPlaced(index: number, areas: Area[]): number {
    const state = this.states[index]!;
    const clash = areas.some((area) =>
      state.areas.some((other) => area.start < other.start + other.pages && other.start < area.start + area.pages),
    );
    if (clash) return errno.EEXIST;
    state.areas.push(...areas);
    state.areas.sort((a, b) => a.start - b.start);
    const error = state.attached ? this.pinError(areas) : errno.OK;
    if (error !== errno.OK) state.areas = state.areas.filter((area) => !areas.includes(area));
    return error;
  }

  /** Pinning one area after the other: EFAULT at a hole that nobody has pinned, ENOMEM over the limit. */
  private pinError(adding: Area[]): number {
    const before = this.pinned(adding);
    for (const area of adding) {
      for (const page of vaPages(area)) if (page === 7 && !before.has(`${area.backing}:${page}`)) return errno.EFAULT;
      for (const page of vaPages(area)) before.add(`${area.backing}:${page}`);
      if (before.size > LIMIT_PAGES) return errno.ENOMEM;
    }
    return errno.OK;
  }

  /** "backing:page" for every page that a domain needs. */
  private pinned(except: readonly Area[] = []): Set<string> {
    const set = new Set<string>();
    for (const { areas, attached } of this.states)
      if (attached)
        for (const area of areas)
          if (!except.includes(area)) for (const page of vaPages(area)) set.add(`${area.backing}:${page}`);
    return set;
  }

  private slices(index: number, at: number, count: number): Area[] | undefined {
    const found: Area[] = [];
    for (const area of this.states[index]!.areas) {
      const from = Math.max(at, area.start);
      const to = Math.min(at + count, area.start + area.pages);
      if (from < to)
        found.push({ start: from, pages: to - from, backing: area.backing, firstVa: area.firstVa + from - area.start });
    }
    return found.reduce((sum, area) => sum + area.pages, 0) === count ? found : undefined;
  }

  private unmap(index: number, first: number, last: number): void {
    const state = this.states[index]!;
    let removed = 0;
    let error: number = errno.OK;
    for (const area of [...state.areas]) {
      if (area.start > last || area.start + area.pages - 1 < first) continue;
      if (area.start < first || area.start + area.pages - 1 > last) {
        error = errno.ENOENT;
        break;
      }
      state.areas.splice(state.areas.indexOf(area), 1);
      removed += area.pages;
    }
    if (removed === 0) error = errno.ENOENT;
    const length = BigInt(last - first + 1) * PAGE;
    expect(this.machine.unmap(index + 1, BigInt(first) * PAGE, length)).toEqual({
      error,
      length: error === errno.OK ? BigInt(removed) * PAGE : length,
    });
  }

  private toggle(state: State, id: number): void {
    if (state.attached) {
      state.device.detach();
      state.attached = false;
      return;
    }
    const expected = this.pinError(state.areas);
    const hwpt = state.device.attach(id);
    expect(typeof hwpt === "number" ? hwpt : errno.OK).toBe(expected);
    state.attached = typeof hwpt !== "number";
  }

  check(): void {
    const { mm } = this.machine.caller;
    for (const { areas, attached, iommu } of this.states) {
      const expected = new Map<number, number>();
      if (attached)
        for (const area of areas)
          vaPages(area).forEach((page, offset) => expected.set(area.start + offset, mm.id * 2 ** 30 + page));
      const table = attached ? iommu.domains.at(-1)!.table : new Map<number, number>();
      expect(new Map([...table].sort(([a], [b]) => a - b))).toEqual(expected);
    }
    const pinned = this.pinned();
    const counts = new Map<number, number>();
    for (const key of pinned) {
      const page = Number(key.split(":")[1]);
      counts.set(page, (counts.get(page) ?? 0) + 1);
    }
    expect(new Map([...mm.pinned].sort(([a], [b]) => a - b))).toEqual(new Map([...counts].sort(([a], [b]) => a - b)));
    expect(this.machine.accounts.inspect().users).toEqual(pinned.size === 0 ? {} : { "1000": pinned.size });
  }
}

function vaPages(area: Area): number[] {
  return Array.from({ length: area.pages }, (_, index) => area.firstVa + index);
}

test("a random history of maps, copies, unmaps, attaches and detaches", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const model = new Model();
      for (const one of steps) model.run(one);
    }),
    { numRuns: 100 },
  );
});

test("ten thousand steps of one seed", () => {
  const model = new Model();
  for (const one of fc.sample(step, { numRuns: 10_000, seed: 7 })) model.run(one);
});
