/** The physical address space of client memory: which PFNs an object's pages get, when they are given back, whose bytes they are. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CLIENT_PFN_FIRST } from "../../daemon/hw/interface.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { CHUNK_PAGES, FrameTable, MemoryObject } from "../../daemon/memory/frames.js";
import { PAGE_SIZE } from "../../daemon/u64.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";

/** Records what is asked of it. A byte reads as the low byte of its position. */
class FakeObject extends MemoryObject {
  closed = 0;
  readonly accesses: [page: number, offset: number, length: number][] = [];

  constructor(
    readonly name: string,
    private readonly late = false,
  ) {
    super();
  }

  read(page: number, offset: number, into: Uint8Array): Errno | Promise<Errno> {
    this.accesses.push([page, offset, into.length]);
    for (let n = 0; n < into.length; n++) into[n] = offset + n;
    return this.late ? Promise.resolve(errno.OK) : errno.OK;
  }

  write(page: number, offset: number, from: Uint8Array): Errno | Promise<Errno> {
    this.accesses.push([page, offset, from.length]);
    return this.late ? Promise.resolve(errno.OK) : errno.OK;
  }

  protected close(): void {
    this.closed++;
  }
}

type Run = [pfn: number, count: number];

function pin(frames: FrameTable, object: MemoryObject, page: number, count: number): Run[] {
  const runs: Run[] = [];
  expect(frames.pin([{ object, page, count }], (pfn, length) => runs.push([pfn, length]))).toBe(errno.OK);
  return runs;
}

describe("FrameTable", () => {
  test("the first chunk gets the lowest slot, and a slot given back is the next to be taken", () => {
    const frames = new FrameTable();
    const [a, b, c] = ["a", "b", "c"].map((name) => new FakeObject(name)) as [FakeObject, FakeObject, FakeObject];
    expect(pin(frames, a, 7, 1)).toEqual([[CLIENT_PFN_FIRST + 7, 1]]);
    expect(pin(frames, b, 7, 1)).toEqual([[CLIENT_PFN_FIRST + CHUNK_PAGES + 7, 1]]);
    frames.unpin(CLIENT_PFN_FIRST + 7, 1);
    expect(pin(frames, c, 9, 1)).toEqual([[CLIENT_PFN_FIRST + 9, 1]]);
  });

  test("a chunk next to a pinned one of its object lies next to it when that slot is free", () => {
    const frames = new FrameTable();
    const object = new FakeObject("a");
    const [[, spacer]] = [pin(frames, new FakeObject("spacer"), 0, 1)] as [Run[]];
    expect(spacer).toBeUndefined();
    const [[middle]] = pin(frames, object, 5 * CHUNK_PAGES, 1) as [Run];
    frames.unpin(CLIENT_PFN_FIRST, 1);
    expect(pin(frames, object, 6 * CHUNK_PAGES, 1)).toEqual([[middle + CHUNK_PAGES, 1]]);
    expect(pin(frames, object, 5 * CHUNK_PAGES - 1, 1)).toEqual([[middle - 1, 1]]);
  });

  test("pages over several chunks are one run even if a lower slot alone is free", () => {
    const frames = new FrameTable();
    const other = new FakeObject("other");
    const [low] = pin(frames, new FakeObject("low"), 0, 1) as [Run];
    pin(frames, other, 0, 1);
    frames.unpin(...low);
    const runs = pin(frames, new FakeObject("long"), 3 * CHUNK_PAGES - 2, CHUNK_PAGES + 4);
    expect(runs).toEqual([[CLIENT_PFN_FIRST + 3 * CHUNK_PAGES - 2, CHUNK_PAGES + 4]]);
  });

  test("without a free slot a pin is ENOMEM, reports nothing and leaves nothing pinned", () => {
    const frames = new FrameTable(3);
    const object = new FakeObject("a");
    const reported: number[] = [];
    const pieces = [{ object, page: CHUNK_PAGES - 1, count: CHUNK_PAGES + 2 }];
    expect(frames.pin(pieces, (pfn) => reported.push(pfn))).toBe(errno.ENOMEM);
    expect(reported).toEqual([]);
    expect(frames.inspect().pinnedPages).toBe(0);
    expect(pin(frames, object, CHUNK_PAGES - 1, 2)).toEqual([[CLIENT_PFN_FIRST + CHUNK_PAGES - 1, 2]]);
  });

  test("an object closes when it is neither held nor pinned, and not before", () => {
    const frames = new FrameTable();
    const object = new FakeObject("a");
    object.hold();
    const [run] = pin(frames, object, 0, 2) as [Run];
    object.drop();
    frames.unpin(run[0], 1);
    expect(object.closed).toBe(0);
    frames.unpin(run[0] + 1, 1);
    expect(object.closed).toBe(1);
  });

  test("unpinning what is not pinned is a broken invariant", () => {
    const frames = new FrameTable();
    const [run] = pin(frames, new FakeObject("a"), 0, 1) as [Run];
    expect(() => {
      frames.unpin(run[0], 2);
    }).toThrow(/never pinned/);
    expect(() => {
      frames.unpin(run[0] + CHUNK_PAGES, 1);
    }).toThrow(/never pinned/);
  });

  test.each([false, true])("an access is cut at chunk borders only; served late: %s", async (late) => {
    const frames = new FrameTable();
    const object = new FakeObject("a", late);
    const [[pfn]] = pin(frames, object, CHUNK_PAGES - 2, 4) as [Run];
    const into = new Uint8Array(4 * PAGE_SIZE - 20);
    expect(await frames.read(pfn * PAGE_SIZE + 10, into)).toBe(errno.OK);
    expect(object.accesses).toEqual([
      [CHUNK_PAGES - 2, 10, 2 * PAGE_SIZE - 10],
      [CHUNK_PAGES, 0, 2 * PAGE_SIZE - 10],
    ]);
    expect([into[0], into[2 * PAGE_SIZE - 10]]).toEqual([10, 0]);
  });

  test("an access where nothing is pinned is EFAULT", () => {
    expect(new FrameTable().read(CLIENT_PFN_FIRST * PAGE_SIZE, new Uint8Array(1))).toBe(errno.EFAULT);
  });

  test("whatever is pinned and unpinned: PFNs are stable, congruent, of one page only, and all come back", () => {
    const step = fc.record({
      object: fc.nat(2),
      page: fc.nat(5 * CHUNK_PAGES),
      count: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: CHUNK_PAGES - 2, max: 2 * CHUNK_PAGES })),
      release: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const frames = new FrameTable();
        const objects = ["a", "b", "c"].map((name) => new FakeObject(name));
        let pins: { object: number; page: number; runs: Run[] }[] = [];
        const slotOf = (each: (typeof pins)[number]): Map<number, string> => {
          const slots = new Map<number, string>();
          let { page } = each;
          for (const [pfn, count] of each.runs) {
            expect(pfn % CHUNK_PAGES).toBe(page % CHUNK_PAGES);
            for (let at = pfn; at < pfn + count; at += CHUNK_PAGES - (at % CHUNK_PAGES))
              slots.set(Math.floor(at / CHUNK_PAGES), `${each.object}:${Math.floor((page + at - pfn) / CHUNK_PAGES)}`);
            page += count;
          }
          return slots;
        };
        for (const { object, page, count, release } of steps) {
          pins.push({ object, page, runs: pin(frames, objects[object]!, page, count) });
          const owners = new Map<number, string>();
          for (const each of pins)
            for (const [slot, owner] of slotOf(each)) {
              expect(owners.get(slot) ?? owner).toBe(owner);
              owners.set(slot, owner);
            }
          expect(new Set(owners.values()).size).toBe(owners.size);
          if (release < pins.length) {
            for (const run of pins[release]!.runs) frames.unpin(...run);
            pins = pins.filter((_, index) => index !== release);
          }
        }
        for (const { runs } of pins) for (const run of runs) frames.unpin(...run);
        expect(frames.inspect()).toEqual({ chunks: 0, pinnedPages: 0, objects: {} });
      }),
    );
  });
});

describe("a file without a descriptor", () => {
  const released: MemoryObject[] = [];

  const memory = (bytes: Uint8Array, gone = false) => ({
    isLost: () => gone,
    released: (object: MemoryObject) => released.push(object),
    read(page: number, offset: number, into: Uint8Array) {
      if (gone) return errno.EFAULT;
      into.set(bytes.subarray(page * PAGE_SIZE + offset, page * PAGE_SIZE + offset + into.length));
      return errno.OK;
    },
    write(page: number, offset: number, from: Uint8Array) {
      bytes.set(from, page * PAGE_SIZE + offset);
      return errno.OK;
    },
  });

  test("is reached through the mappings of the processes that pinned it, of another if the first is gone", () => {
    const object = new FileTable(undefined).withoutDescriptor({
      key: "0:1:2",
      name: "/memfd:x (deleted)",
      kind: "shmem",
      physicalPages: 1,
    });
    const first = Uint8Array.from({ length: 4 * PAGE_SIZE }, (_, n) => n >> 12);
    object.addMapping(memory(first, true), 10, 0, 4);
    object.addMapping(memory(first), 10, 0, 2);
    object.addMapping(memory(first), 12, 2, 2);
    const into = new Uint8Array(2);
    expect(object.read(11, PAGE_SIZE - 1, into)).toBe(errno.OK);
    expect([...into]).toEqual([1, 2]);
    expect(object.write(13, 5, Uint8Array.of(9))).toBe(errno.OK);
    expect(first[3 * PAGE_SIZE + 5]).toBe(9);
    expect(object.read(13, PAGE_SIZE - 1, into)).toBe(errno.EFAULT);
    expect(object.read(9, 0, into)).toBe(errno.EFAULT);
    object.closeIfUnused();
    // Each of them is told that it is not needed any more.
    expect(released).toEqual([object, object, object]);
  });
});
