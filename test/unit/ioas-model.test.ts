/**
 * IOASes, domains and accesses against a plain model: after every step each domain holds exactly what its IOAS maps, a
 * page is pinned once for every MAP of it that a domain's area or the pin of an access covers, and accounts agree.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { errno } from "../../proto/uapi/errno.js";
import type { DeviceObject } from "../../daemon/core/device.js";
import { FakeIommu, Machine, MAX, SPACE_PFNS } from "../support/machine.js";
import { history, runDrawn } from "../support/model.js";
import { PinUser, type Pin } from "../support/pin-user.js";

const PAGE = 4096n;
const IOASES = 3;
const ACCESSES = 2;
/** Small spaces, so that steps meet. */
const IOVA_PAGES = 40;
const VA_PAGES = 24;
const LIMIT_PAGES = 60;
/** The page of memory that is not there. */
const HOLE = 7;

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

/** A pin of an access, in pages, and what it covers. */
interface Item {
  readonly start: number;
  readonly pages: number;
  readonly slices: readonly Area[];
}

interface AccessState {
  readonly user: PinUser;
  /** Index of the IOAS that it is attached to. */
  ioas: number;
  items: Item[];
}

type Step =
  | { kind: "map"; ioas: number; iova: number; va: number; pages: number }
  | { kind: "copy"; from: number; to: number; at: number; iova: number; pages: number }
  | { kind: "unmap"; ioas: number; iova: number; pages: number }
  | { kind: "unmapAll"; ioas: number }
  | { kind: "toggle"; ioas: number }
  | { kind: "pin"; access: number; iova: number; pages: number }
  | { kind: "unpin"; access: number; which: number }
  | { kind: "read"; access: number; iova: number; pages: number }
  | { kind: "replace"; access: number; ioas: number };

const ioas = fc.integer({ min: 0, max: IOASES - 1 });
const iova = fc.integer({ min: 0, max: IOVA_PAGES - 1 });
const pages = fc.integer({ min: 1, max: 6 });
const va = fc.integer({ min: 0, max: VA_PAGES - 1 });
const access = fc.integer({ min: 0, max: ACCESSES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("map" as const), ioas, iova, va, pages }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("copy" as const), from: ioas, to: ioas, at: iova, iova, pages }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("unmap" as const), ioas, iova, pages }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unmapAll" as const), ioas }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("toggle" as const), ioas }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("pin" as const), access, iova, pages }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("unpin" as const), access, which: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("read" as const), access, iova, pages }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replace" as const), access, ioas }) },
);

class Model {
  readonly machine = new Machine();
  readonly states: State[] = [];
  readonly accesses: AccessState[] = [];
  private backings = 0;
  /** What accesses are to be told in the step that runs. */
  private readonly expectedCalls: [PinUser, Pin][] = [];

  constructor() {
    const { caller } = this.machine;
    caller.ipcLock = false;
    caller.limitPages = LIMIT_PAGES;
    caller.mm.holes.add(HOLE);
    for (let index = 0; index < IOASES; index++) {
      expect(this.machine.ioas()).toBe(index + 1);
      const iommu = new FakeIommu();
      this.states.push({ areas: [], iommu, attached: false, device: undefined as unknown as DeviceObject });
    }
    this.states.forEach((state, index) => (state.device = this.machine.bind(state.iommu, 0x20 + index)));
    for (let index = 0; index < ACCESSES; index++)
      this.accesses.push({ user: PinUser.attached(this.machine, index + 1), ioas: index, items: [] });
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
        for (const area of areas) this.tellOfUnmap(step.ioas, area);
        expect(this.machine.unmap(step.ioas + 1, 0n, MAX)).toEqual({ error: errno.OK, length: bytes });
        areas.length = 0;
        break;
      }
      case "toggle":
        this.toggle(this.states[step.ioas]!, step.ioas + 1);
        break;
      case "pin":
        this.pin(this.accesses[step.access]!, step.iova, step.pages);
        break;
      case "unpin": {
        const { user, items } = this.accesses[step.access]!;
        if (items.length === 0) break;
        items.splice(step.which % items.length, 1);
        user.unpin(step.which % user.pins.length);
        break;
      }
      case "read": {
        const { user, ioas } = this.accesses[step.access]!;
        const { parts, complete } = this.walk(ioas, step.iova, step.pages);
        const pinned = this.pinned();
        const hole = parts.some((part) => this.meetsHole(part, pinned));
        const result = user.read(BigInt(step.iova) * PAGE, step.pages * Number(PAGE), true);
        // What is one page of an area goes by its address, whatever is pinned.
        const absent = parts.some((part) => part.pages === 1 && part.firstVa === HOLE);
        const expected = hole || absent ? errno.EFAULT : complete ? errno.OK : errno.ENOENT;
        expect(typeof result === "number" ? result : errno.OK).toBe(expected);
        break;
      }
      case "replace": {
        const moved = this.accesses[step.access]!;
        expect(moved.user.access.replace(step.ioas + 1)).toBe(errno.OK);
        if (moved.ioas !== step.ioas) {
          expect(moved.user.told.splice(0)).toEqual([{ iova: 0n, length: MAX }]);
          moved.ioas = step.ioas;
          moved.items = [];
        }
        break;
      }
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
      if (this.meetsHole(area, before)) return errno.EFAULT;
      for (const page of vaPages(area)) before.add(`${area.backing}:${page}`);
      if (before.size > LIMIT_PAGES) return errno.ENOMEM;
    }
    return errno.OK;
  }

  /** Memory that is not there can be had only where it was pinned before. */
  private meetsHole(area: Area, pinned: ReadonlySet<string>): boolean {
    return vaPages(area).includes(HOLE) && !pinned.has(`${area.backing}:${HOLE}`);
  }

  /** What an access does: area after area, up to the first gap. */
  private pin(access: AccessState, start: number, pages: number): void {
    const { user, ioas, items } = access;
    const { parts, complete } = this.walk(ioas, start, pages);
    const failure = this.pinError(parts);
    const expected = failure === errno.OK && !complete ? errno.ENOENT : failure;
    const frames: number[] = [];
    expect(user.pin(BigInt(start) * PAGE, BigInt(pages) * PAGE, true, frames)).toBe(expected);
    if (expected !== errno.OK) return;
    expect(frames).toEqual(parts.flatMap((part) => vaPages(part).map((page) => SPACE_PFNS + page)));
    items.push({ start, pages, slices: parts });
  }

  /** If somebody has pins in an area that goes, all accesses of the IOAS are told, and let go of what meets it. */
  private tellOfUnmap(ioas: number, area: Area): void {
    const attached = this.accesses.filter((access) => access.ioas === ioas);
    const meets = (item: Item): boolean => item.start < area.start + area.pages && area.start < item.start + item.pages;
    if (!attached.some(({ items }) => items.some(meets))) return;
    for (const access of attached) {
      this.expectedCalls.push([access.user, { iova: BigInt(area.start) * PAGE, length: BigInt(area.pages) * PAGE }]);
      access.items = access.items.filter((item) => !meets(item));
    }
  }

  /** "backing:page" for every page that a domain or an access needs. */
  private pinned(except: readonly Area[] = []): Set<string> {
    const set = new Set<string>();
    for (const { areas, attached } of this.states)
      if (attached)
        for (const area of areas)
          if (!except.includes(area)) for (const page of vaPages(area)) set.add(`${area.backing}:${page}`);
    for (const { items } of this.accesses)
      for (const area of items.flatMap(({ slices }) => slices))
        for (const page of vaPages(area)) set.add(`${area.backing}:${page}`);
    return set;
  }

  private slices(index: number, at: number, count: number): Area[] | undefined {
    const { parts, complete } = this.walk(index, at, count);
    return complete ? parts : undefined;
  }

  /** What areas have of a range, up to the first gap. */
  private walk(index: number, at: number, count: number): { parts: Area[]; complete: boolean } {
    const found: Area[] = [];
    let next = at;
    for (const area of this.states[index]!.areas) {
      const from = Math.max(at, area.start);
      const to = Math.min(at + count, area.start + area.pages);
      if (from !== next || from >= to) continue;
      found.push({ start: from, pages: to - from, backing: area.backing, firstVa: area.firstVa + from - area.start });
      next = to;
    }
    return { parts: found, complete: next === at + count };
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
      this.tellOfUnmap(index, area);
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
          vaPages(area).forEach((page, offset) => expected.set(area.start + offset, mm.id * SPACE_PFNS + page));
      const table = attached ? iommu.domains.at(-1)!.table : new Map<number, number>();
      expect(new Map([...table].sort(([a], [b]) => a - b))).toEqual(expected);
    }
    for (const { user, items } of this.accesses) {
      const calls = this.expectedCalls.filter(([told]) => told === user).map(([, call]) => call);
      expect(user.told.splice(0)).toEqual(calls);
      const inBytes = ({ start, pages }: Item): Pin => ({ iova: BigInt(start) * PAGE, length: BigInt(pages) * PAGE });
      expect(user.pins).toEqual(items.map(inBytes));
    }
    this.expectedCalls.length = 0;
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

test("a random history of maps, copies, unmaps, attaches, detaches, pins and replacements", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const model = new Model();
      for (const one of steps) model.run(one);
    }),
    { numRuns: 100 },
  );
});

const long = history({ seed: 7, steps: 10_000 });

test(`${long.steps} steps of seed ${long.seed}`, () => {
  const model = new Model();
  runDrawn(step, long, (drawn) => {
    model.run(drawn);
  });
});
