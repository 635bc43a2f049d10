/** The B+ tree of pinned runs against a sorted list, and what a change of it costs. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RunList, RunTree } from "../../daemon/core/run-tree.js";
import { history, runDrawn } from "../support/model.js";

/** First and last page, users, page frame of the first page. */
type Run = readonly [number, number, number, number];

function listOf(runs: readonly Run[]): RunList {
  const list = new RunList();
  for (const run of runs) list.push(...run);
  return list;
}

function runsIn(tree: RunTree, first = 0, last = Infinity): Run[] {
  const found: Run[] = [];
  tree.visit(first, last, (...run) => found.push(run));
  return found;
}

/** So far apart that no two runs are one. */
const pfnOf = (page: number): number => 2 ** 33 + 3 * page;

const onePage = (page: number): Run => [page, page, 1, pfnOf(page)];

/** A tree of `count` runs of a page each, on every page. */
function scattered(count: number): RunTree {
  const tree = new RunTree();
  tree.replace(0, count - 1, listOf(Array.from({ length: count }, (_, page) => onePage(page))));
  return tree;
}

interface Step {
  readonly first: number;
  readonly length: number;
  /** What is put in, from the start of the range on, as far as the range goes. */
  readonly pieces: readonly { readonly gap: number; readonly length: number; readonly users: number }[];
}

/** Does the steps that it is given to a tree and to a sorted list, and compares them now and then. */
function runner(checkEvery: number): (step: Step) => void {
  const tree = new RunTree();
  let model: Run[] = [];
  let index = -1;
  return ({ first, length, pieces }) => {
    index++;
    const last = first + length - 1;
    const fresh: Run[] = [];
    let page = first;
    for (const piece of pieces) {
      const from = page + piece.gap;
      page = from + piece.length;
      if (page > last + 1) break;
      fresh.push([from, page - 1, piece.users, pfnOf(from)]);
    }
    const touched = model.filter((run) => run[0] <= last && run[1] >= first);
    expect(runsIn(tree, first, last)).toEqual(touched);
    tree.replace(first, last, listOf(fresh));
    model = [...model.filter((run) => run[1] < first), ...fresh, ...model.filter((run) => run[0] > last)];
    if (index % checkEvery !== 0) return;
    tree.assertConsistent();
    expect(runsIn(tree)).toEqual(model);
  };
}

function steps(pages: number, lengthMax: number, piecesMax: number): fc.Arbitrary<Step> {
  const piece = fc.record({
    gap: fc.nat({ max: 2 }),
    length: fc.integer({ min: 1, max: 3 }),
    users: fc.integer({ min: 1, max: 3 }),
  });
  return fc.record({
    first: fc.nat({ max: pages }),
    length: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: lengthMax }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 * lengthMax }) },
    ),
    pieces: fc.array(piece, { maxLength: piecesMax, size: "max" }),
  });
}

describe("the tree of runs agrees with a sorted list", () => {
  test.each([
    ["single runs", 300, 4, 1],
    ["a crowded small space", 3000, 60, 40],
    ["a wide space", 30_000, 600, 300],
  ])("in %s", (_name, pages, lengthMax, piecesMax) => {
    fc.assert(
      fc.property(fc.array(steps(pages, lengthMax, piecesMax), { minLength: 20, maxLength: 120 }), (list) => {
        list.forEach(runner(3));
      }),
      { numRuns: 20 },
    );
  });

  const long = history({ seed: 21, steps: 10_000 });

  test(`over ${long.steps} steps of seed ${long.seed}`, () => {
    runDrawn(steps(8000, 12, 6), long, runner(101));
  });
});

describe("a list of runs", () => {
  test("has one run for neighbours that have consecutive pages, consecutive frames and equally many users", () => {
    const list = listOf([
      [0, 1, 1, 70],
      [2, 2, 1, 72],
    ]);
    expect(list.numbers).toEqual([0, 2, 1, 70]);
    for (const other of [
      [4, 4, 1, 74],
      [3, 3, 2, 73],
      [3, 3, 1, 74],
    ] as const)
      expect(listOf([[0, 2, 1, 70], other]).numbers).toHaveLength(8);
  });

  test("takes no run without a page", () => {
    expect(listOf([[5, 4, 1, 9]]).numbers).toEqual([]);
  });
});

test("ascending insertion and removal from either end leave a consistent tree, and an empty one", () => {
  const tree = new RunTree();
  for (let page = 0; page < 5000; page++) tree.replace(page, page, listOf([onePage(page)]));
  tree.assertConsistent();
  expect(runsIn(tree)).toHaveLength(5000);
  for (let page = 0; page < 2500; page++) {
    tree.replace(page, page, new RunList());
    tree.replace(4999 - page, 4999 - page, new RunList());
    if (page % 100 === 0) tree.assertConsistent();
  }
  expect(runsIn(tree)).toEqual([]);
  expect([...tree.nodes().values()]).toEqual([0]);
});

describe("a change writes the nodes on one way down, however many runs there are", () => {
  const COUNTS = [1000, 10_000, 100_000];

  /** @returns entries in the nodes that the change made */
  function written(tree: RunTree, change: () => void): number {
    const before = tree.nodes();
    change();
    let entries = 0;
    for (const [node, size] of tree.nodes()) if (!before.has(node)) entries += size;
    return entries;
  }

  /** Two nodes of 32 entries for each level, of which a node that is a quarter full has the fewest. */
  const writtenMax = (runs: number): number => 64 * (1 + Math.ceil(Math.log(runs) / Math.log(8)));

  test.each<[string, (page: number) => [number, number, Run[]]]>([
    ["a run goes", (page) => [page, page, []]],
    ["three runs go", (page) => [page - 1, page + 1, []]],
    ["a page has one more user", (page) => [page, page, [[page, page, 2, pfnOf(page)]]]],
  ])("%s", (_name, change) => {
    for (const count of COUNTS) {
      const tree = scattered(count);
      for (let step = 1; step <= 100; step++) {
        // Far apart at first, then in one place until its nodes are sparse.
        const page = step <= 50 ? Math.floor((step * count) / 51) : 3 * step + 1;
        const [first, last, runs] = change(page);
        const entries = written(tree, () => {
          tree.replace(first, last, listOf(runs));
        });
        // Where a page comes a second time, there is nothing to write any more.
        if (step <= 50) expect(entries).toBeGreaterThan(0);
        expect(entries).toBeLessThanOrEqual(writtenMax(count));
      }
      tree.assertConsistent();
    }
  });

  test("runs are put into a gap", () => {
    for (const count of COUNTS) {
      const tree = scattered(count);
      const middle = Math.floor(count / 2);
      tree.replace(middle, middle + 99, new RunList());
      for (let page = middle; page < middle + 100; page++) {
        const entries = written(tree, () => {
          tree.replace(page, page, listOf([onePage(page)]));
        });
        expect(entries).toBeLessThanOrEqual(writtenMax(count));
      }
      tree.assertConsistent();
    }
  });

  test("and what lies in the midst of a range that is emptied goes unwritten", () => {
    const tree = scattered(100_000);
    const entries = written(tree, () => {
      tree.replace(10, 99_989, new RunList());
    });
    tree.assertConsistent();
    expect(runsIn(tree)).toHaveLength(20);
    expect(entries).toBeLessThanOrEqual(writtenMax(100_000));
  });
});
