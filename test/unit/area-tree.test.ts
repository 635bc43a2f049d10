/** The B+ tree of areas against a sorted list. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { AreaTree, NONE } from "../../daemon/core/area-tree.js";
import { U64 } from "../../daemon/u64.js";
import { history, runDrawn } from "../support/model.js";

const u = (value: bigint): U64 => U64.fromBigInt(value);
const MAX = 2n ** 64n - 1n;

interface Range {
  start: bigint;
  last: bigint;
  area: number;
}

/** What the tree must do, on a plain sorted array. */
class Model {
  readonly ranges: Range[] = [];
  at(address: bigint): Range | undefined {
    return this.ranges.find((range) => range.last >= address);
  }
  insert(range: Range): void {
    this.ranges.push(range);
    this.ranges.sort((a, b) => (a.start < b.start ? -1 : 1));
  }
  firstGap(from: bigint, bytes: bigint): { start: bigint; last: bigint } | undefined {
    let start = from;
    for (const range of this.ranges) {
      if (range.last < from) continue;
      if (range.start > start && range.start - start >= bytes) return { start, last: range.start - 1n };
      start = range.last + 1n;
    }
    return start > MAX ? undefined : { start, last: MAX };
  }
}

function contents(tree: AreaTree): Range[] {
  const found: Range[] = [];
  for (let at = tree.first(); at !== NONE; at = tree.next(at))
    found.push({ start: tree.start(at).toBigInt(), last: tree.last(at).toBigInt(), area: tree.area(at) });
  return found;
}

type Step = { kind: "insert"; start: bigint; length: bigint } | { kind: "remove"; address: bigint };

/** Does the steps that it is given to a tree and to a model, and compares them thoroughly now and then. */
function runner(checkEvery: number): (step: Step) => void {
  const tree = new AreaTree();
  const model = new Model();
  let area = 0;
  let index = -1;
  return (step) => {
    index++;
    if (step.kind === "insert") {
      const last = step.start + step.length - 1n;
      const free = last <= MAX && !model.ranges.some((range) => range.start <= last && range.last >= step.start);
      expect(last > MAX || tree.intersects(u(step.start), u(last)) === !free).toBe(true);
      if (!free) return;
      tree.insert(u(step.start), u(last), ++area);
      model.insert({ start: step.start, last, area });
    } else {
      const expected = model.at(step.address);
      const position = tree.seek(u(step.address));
      expect(position === NONE ? undefined : tree.area(position)).toBe(expected?.area);
      if (!expected) return;
      tree.remove(position);
      model.ranges.splice(model.ranges.indexOf(expected), 1);
    }
    expect(tree.size).toBe(model.ranges.length);
    if (index % checkEvery !== 0) return;
    tree.assertConsistent();
    expect(contents(tree)).toEqual(model.ranges);
    for (const bytes of [1n, 5n, 64n, 4096n]) {
      const from = step.kind === "insert" ? step.start : step.address;
      const gap = tree.nextGap(u(from), Number(bytes));
      const expected = model.firstGap(from, bytes);
      expect(gap && { start: gap.start.toBigInt(), last: gap.last.toBigInt() }).toEqual(expected);
    }
  };
}

function steps(space: bigint, lengthMax: bigint): fc.Arbitrary<Step> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("insert" as const),
        start: fc.bigInt(0n, space),
        length: fc.bigInt(1n, lengthMax),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), address: fc.bigInt(0n, space) }) },
  );
}

describe("the area tree agrees with a sorted list", () => {
  test.each([
    ["a crowded small space", 3000n, 9n],
    ["a wide space", 1_000_000n, 64n],
    ["the top of the address space", MAX, 2n ** 60n],
  ])("in %s", (_name, space, lengthMax) => {
    fc.assert(
      fc.property(fc.array(steps(space, lengthMax), { minLength: 50, maxLength: 600 }), (list) => {
        list.forEach(runner(7));
      }),
      { numRuns: 40 },
    );
  });

  const long = history({ seed: 20, steps: 10_000 });

  test(`over ${long.steps} steps of seed ${long.seed}`, () => {
    runDrawn(steps(400_000n, 50n), long, runner(211));
  });
});

test("ascending insertion fills the nodes and descending removal empties the tree", () => {
  const tree = new AreaTree();
  for (let page = 0; page < 5000; page++) tree.insert(U64.fromPage(2 * page), U64.fromPage(2 * page, 4095), page);
  tree.assertConsistent();
  expect(tree.nextGap(U64.ZERO, 4096)?.start.toNumber()).toBe(4096);
  expect(tree.nextGap(U64.ZERO, 4097)?.start.page()).toBe(9999);
  for (let page = 4999; page >= 0; page--) tree.remove(tree.seek(U64.fromPage(2 * page)));
  expect(tree.size).toBe(0);
  expect(tree.first()).toBe(NONE);
});

test("an area may end at the last address, and then no gap follows it", () => {
  const tree = new AreaTree();
  tree.insert(U64.ZERO, U64.MAX, 1);
  expect(tree.nextGap(U64.ZERO, 1)).toBeUndefined();
  expect(tree.area(tree.seek(U64.MAX))).toBe(1);
});

test("a gap of more than 2^53 bytes is rounded the same way wherever it is computed", () => {
  const tree = new AreaTree();
  tree.insert(U64.ZERO, U64.ZERO, 1);
  // The gap lies halfway between two numbers, and one byte more would round up.
  const start = u(2n ** 60n + 129n);
  tree.insert(start, start, 2);
  tree.assertConsistent();
});
