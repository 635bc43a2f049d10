/**
 * What calls cost, in counts that no machine changes: bytes allocated, tables visited, requests to hardware and to the
 * client's memory. No times: the benchmark has those.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { AccessObject } from "../../daemon/core/access.js";
import type { PfnRunSink } from "../../daemon/core/mm.js";
import { type Item, TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { CLIENT_PFN_FIRST } from "../../daemon/hw/interface.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { coreOperations } from "../../scripts/bench/core-operations.js";
import { IOVA_PAGE_FIRST, ScaleMachine } from "../../scripts/bench/scale-machine.js";
import * as api from "../../proto/uapi/iommufd.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { RING_SLOTS } from "../../daemon/wire/ring.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { FakeCaller, FakeIommu, FakeSpace, Machine } from "../support/machine.js";
import { ringSession } from "../support/rings.js";

// ---- allocations ----------------------------------------------------------------------------------------------------

/** Calls until the engine has compiled what they run, calls in a round, and rounds. */
const WARM_UP_CALLS = 30_000;
const CALLS = 200;
const ROUNDS = 31;
/** The engine compiles when it likes: a figure that is too high is taken again after another warm-up. */
const ATTEMPTS_MAX = 6;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;

interface Allocated {
  /** Bytes for a call. */
  readonly heap: number;
  readonly buffers: number;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Medians over rounds that each begin with an empty nursery and fit in it, so that nothing is collected meanwhile. */
function measured(call: () => void): Allocated {
  for (let done = 0; done < WARM_UP_CALLS; done++) call();
  const rounds = Array.from({ length: ROUNDS }, (): Allocated => {
    collect({ type: "minor" });
    const before = process.memoryUsage();
    for (let done = 0; done < CALLS; done++) call();
    const after = process.memoryUsage();
    return {
      heap: (after.heapUsed - before.heapUsed) / CALLS,
      buffers: (after.arrayBuffers - before.arrayBuffers) / CALLS,
    };
  });
  return { heap: median(rounds.map(({ heap }) => heap)), buffers: median(rounds.map(({ buffers }) => buffers)) };
}

function expectAllocates(call: () => void, most: Allocated): void {
  let found = measured(call);
  for (let attempt = 1; attempt < ATTEMPTS_MAX && (found.heap > most.heap || found.buffers > most.buffers); attempt++)
    found = measured(call);
  expect(found.heap).toBeLessThanOrEqual(most.heap);
  expect(found.buffers).toBeLessThanOrEqual(most.buffers);
}

/** A requester that pages from IOVA_PAGE_FIRST on are mapped for. */
function translating(pages: number, tables = new TableMemory(4096)): { readonly translate: (page: number) => void } {
  const machine = new ScaleMachine({ hugePages: false, tables });
  const { requesterId } = machine.addDomain();
  machine.prepareMap(0, pages)();
  const addresses = Array.from({ length: pages }, (_, page) => U64.fromPage(IOVA_PAGE_FIRST + page));
  return {
    translate: (page) => {
      const request = { requesterId, address: addresses[page]!, write: true, length: 8 };
      if (machine.iommu.translate(request).kind !== "translated") throw new Error("not translated");
    },
  };
}

describe("bytes allocated by", () => {
  test("the measurement itself are none, and an object is seen", () => {
    expectAllocates(() => undefined, { heap: 16, buffers: 0 });
    // Kept, so that nothing is given back while it is counted.
    const kept: Uint8Array[] = [];
    const seen = measured(() => {
      kept.push(new Uint8Array(1000));
    });
    expect(seen.heap).toBeGreaterThan(100);
    expect(seen.buffers).toBeGreaterThanOrEqual(1000);
  });

  test("MAP + UNMAP of a page: the pages object and a few numbers", () => {
    const machine = new ScaleMachine({ hugePages: true });
    for (let area = 0; area < 1000; area++) machine.prepareMap(2 * area, 1)();
    const map = machine.prepareMap(1001, 1);
    const unmap = machine.prepareUnmap(1001, 1);
    const call = (): void => {
      map();
      unmap();
    };
    expectAllocates(call, { heap: 1400, buffers: 0 });
  });

  test("a translation that hits: its request and its result", () => {
    const { translate } = translating(128);
    let page = 0;
    const call = (): void => {
      translate((page = (page + 37) % 128));
    };
    expectAllocates(call, { heap: 240, buffers: 0 });
  });

  test("an ioctl by a ring: its argument, and nothing for the socket", () => {
    const { client, side, poll } = ringSession();
    const struct = encodeStruct(api.iommu_destroy, { size: 8, id: 77 });
    for (let slot = 0; slot < RING_SLOTS; slot++) {
      side.submit(struct, { kind: 0x3b80, struct: struct.length, argument: 0x7fff_0000_1000n });
      poll();
      expect(side.completion()?.words[2]).toBe(-errno.ENOENT);
    }
    const call = (): void => {
      side.repeat();
      poll();
    };
    expectAllocates(call, { heap: 64, buffers: 0 });
    expect([client.writes, client.closed]).toEqual([0, false]);
  });

  const { copy, ranges, read, write, bitmap } = coreOperations();

  test("COPY + UNMAP of a page", () => {
    expectAllocates(copy, { heap: 1900, buffers: 0 });
  });

  test("IOVA_RANGES: one range, and no buffer", () => {
    expectAllocates(ranges, { heap: 600, buffers: 0 });
  });

  test("a read or write of 64 bytes by an in-kernel user: the bytes once, and no buffer", () => {
    expectAllocates(read, { heap: 1000, buffers: 0 });
    expectAllocates(write, { heap: 1000, buffers: 0 });
  });

  test("a dirty bitmap of a table that is clean: nothing for a page", () => {
    expectAllocates(bitmap, { heap: 1500, buffers: 0 });
  });
});

// ---- tables ---------------------------------------------------------------------------------------------------------

/** Counts what software and hardware look at. */
class CountingMemory extends TableMemory {
  /** Tables that were opened, and items that a walk loaded. */
  tables = 0;
  items = 0;

  override words(handle: number): Int32Array {
    this.tables++;
    return super.words(handle);
  }

  override loadItem(physical: number, into: Item): boolean {
    this.items++;
    return super.loadItem(physical, into);
  }

  /** What `run` adds. */
  during(run: () => void): { readonly tables: number; readonly items: number } {
    const { tables, items } = this;
    run();
    return { tables: this.tables - tables, items: this.items - items };
  }
}

const LEVELS = 4;
const ENTRIES = 512;

describe("tables", () => {
  test.each([1, ENTRIES, 16 * ENTRIES])(
    "of %d pages of 4 KiB are opened once for each way down, not once for each page",
    (pages) => {
      const memory = new CountingMemory(4096);
      const machine = new ScaleMachine({ hugePages: false, tables: memory });
      machine.addDomain();
      const leafTables = Math.ceil(pages / ENTRIES);
      const mapping = memory.during(machine.prepareMap(0, pages));
      expect(machine.domains[0]!.inspect()).toMatchObject({ tables: leafTables + LEVELS - 1, leaves: { "4K": pages } });
      // The tables above the leaf, and the leaf itself.
      expect(mapping).toEqual({ tables: leafTables * LEVELS, items: 0 });
      const unmapping = memory.during(machine.prepareUnmap(0, pages));
      // Each once, and once more when it is given back.
      expect(unmapping.tables).toBe(LEVELS + leafTables - 1 + (leafTables + LEVELS - 2));
    },
  );

  test("a dirty bitmap opens each table once", () => {
    const memory = new CountingMemory(4096);
    const machine = new ScaleMachine({ hugePages: false, tables: memory });
    const { hwptId } = machine.addDomain(true);
    machine.prepareMap(0, 16 * ENTRIES)();
    const bitmap = machine.prepareDirtyBitmap(hwptId, 16 * ENTRIES, new Uint8Array(2 * ENTRIES));
    expect(memory.during(bitmap)).toEqual({ tables: 16 + LEVELS - 1, items: 0 });
  });

  test("a large MAP writes an entry for each largest page", () => {
    const machine = new ScaleMachine({ hugePages: true });
    machine.addDomain();
    machine.prepareMap(0, 4 * ENTRIES * ENTRIES + 2 * ENTRIES + 3)();
    expect(machine.domains[0]!.inspect().leaves).toEqual({ "1G": 4, "2M": 2, "4K": 3 });
  });

  test("a walk loads an item at each level, a hit none", () => {
    const memory = new CountingMemory(4096);
    const { translate } = translating(2, memory);
    const page = (number: number) => () => {
      translate(number);
    };
    // Root and context entry (one quadword and two), PASID directory and entry (one and eight), then the walk.
    expect(memory.during(page(0)).items).toBeGreaterThan(LEVELS);
    expect(memory.during(page(1))).toEqual({ tables: 0, items: LEVELS });
    expect(memory.during(page(1))).toEqual({ tables: 0, items: 0 });
  });
});

// ---- what is asked of others ----------------------------------------------------------------------------------------

/** Counts the calls that cost a system call where memory is a process's. */
class CountingSpace extends FakeSpace {
  readonly calls = { pin: 0, unpin: 0, copyFrom: 0, copyTo: 0, lockedPages: 0 };

  override pin(first: number, count: number, _write: boolean, sink: PfnRunSink): Errno {
    this.calls.pin++;
    sink(CLIENT_PFN_FIRST + first, count);
    return errno.OK;
  }

  override unpin(): void {
    this.calls.unpin++;
  }

  override copyFrom(address: U64, into: Uint8Array): Errno {
    this.calls.copyFrom++;
    return super.copyFrom(address, into);
  }

  override copyTo(address: U64, from: Uint8Array): Errno {
    this.calls.copyTo++;
    return super.copyTo(address, from);
  }

  override lockedPages(): number {
    this.calls.lockedPages++;
    return super.lockedPages();
  }
}

describe("requests", () => {
  const PAGES = 64n;
  const LENGTH = PAGES * BigInt(PAGE_SIZE);

  function setUp(domains: number) {
    const machine = new Machine();
    const space = new CountingSpace(1);
    machine.caller = new FakeCaller(space);
    const iommu = new FakeIommu();
    const ioas = machine.ioas();
    for (let domain = 0; domain < domains; domain++)
      expect(typeof machine.bind(iommu, 0x20 + domain).attach(ioas)).not.toBe("number");
    return { machine, iommu, ioas, calls: space.calls };
  }

  const NONE = { pin: 0, unpin: 0, copyFrom: 0, copyTo: 0, lockedPages: 0 };

  test("without a domain MAP, COPY and UNMAP ask nothing of the client's memory", () => {
    const { machine, ioas, calls } = setUp(0);
    expect(machine.map(ioas, 0n, LENGTH, 0n).error).toBe(errno.OK);
    expect(machine.copy({ ioas, iova: 0n }, { ioas, iova: LENGTH }, LENGTH).error).toBe(errno.OK);
    expect(machine.unmap(ioas, 0n, 2n * LENGTH).error).toBe(errno.OK);
    expect(calls).toEqual(NONE);
  });

  test("with one MAP pins once and makes one request, COPY pins no more, and the last UNMAP unpins once", () => {
    const { machine, iommu, ioas, calls } = setUp(1);
    const [domain] = iommu.domains;
    expect(machine.map(ioas, 0n, LENGTH, 0n).error).toBe(errno.OK);
    expect([calls, domain!.requests.length]).toEqual([{ ...NONE, pin: 1 }, 1]);
    expect(machine.copy({ ioas, iova: 0n }, { ioas, iova: LENGTH }, LENGTH).error).toBe(errno.OK);
    expect([calls, domain!.requests.length]).toEqual([{ ...NONE, pin: 1 }, 2]);
    expect(machine.unmap(ioas, 0n, LENGTH).error).toBe(errno.OK);
    expect(calls).toEqual({ ...NONE, pin: 1 });
    expect(machine.unmap(ioas, LENGTH, LENGTH).error).toBe(errno.OK);
    expect(calls).toEqual({ ...NONE, pin: 1, unpin: 1 });
  });

  test("an in-kernel user's access is one copy, within a page and across pages", () => {
    const { machine, ioas, calls } = setUp(0);
    expect(machine.map(ioas, 0n, LENGTH, 0n).error).toBe(errno.OK);
    const access = AccessObject.create(machine.context, { pinsPages: false, unmap: () => undefined }, ioas);
    if (!(access instanceof AccessObject)) throw new Error(`no access: errno ${access}`);
    for (const [iova, length] of [
      [8, 64],
      [PAGE_SIZE - 32, 64],
    ] as const)
      for (const write of [false, true])
        expect(access.transfer(U64.fromNumber(iova), new Uint8Array(length), write, false, machine.caller)).toBe(0);
    expect(calls).toEqual({ ...NONE, copyFrom: 2, copyTo: 2 });
  });

  test("without huge pages a MAP is one request all the same", () => {
    const { machine, iommu, ioas, calls } = setUp(1);
    expect(machine.option(api.IOMMU_OPTION_HUGE_PAGES, api.IOMMU_OPTION_OP_SET, ioas, 0n).error).toBe(errno.OK);
    expect(machine.map(ioas, 0n, LENGTH, 0n).error).toBe(errno.OK);
    expect(calls).toEqual({ ...NONE, pin: 1 });
    expect(iommu.domains[0]!.requests).toEqual([{ iova: 0, count: Number(PAGES), pageLg2Max: 12 }]);
  });
});
