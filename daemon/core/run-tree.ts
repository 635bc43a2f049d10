/**
 * The pinned runs of one pages object, ordered by page: a B+ tree over ranges that never overlap, in which a change costs
 * O(log n + the runs that it takes out and puts in) (specification 20, section 1.2).
 *
 * Most pages objects have one run and there may be a million of them, so a leaf is a bare array of numbers, 32 bytes a run,
 * and a tree of few runs is one leaf. Invariant: all leaves are equally deep, and no node but the root has less than a
 * quarter of the entries that it may have.
 */

/** Entries in a node. A million runs are four levels. */
const CAPACITY = 32;
/** A node with fewer entries is joined with a neighbour. */
const SPARSE = CAPACITY / 4;

/** Numbers of a run: first and last page, users, page frame of the first page. */
const STRIDE = 4;
const LAST = 1;
const USERS = 2;
const PFN = 3;

/** Pages first to last, at page frames pfn, pfn + 1, ..., are in use by `users`. */
export type RunVisitor = (first: number, last: number, users: number, pfn: number) => void;

/** Runs in ascending order. Invariant: neighbours that could be one run are one. */
export class RunList {
  readonly numbers: number[] = [];

  /** Appends a run, if it has a page. Preconditions: it lies behind those before it. */
  push(first: number, last: number, users: number, pfn: number): void {
    if (first > last) return;
    const { numbers } = this;
    const tail = numbers.length - STRIDE;
    if (
      tail >= 0 &&
      numbers[tail + LAST]! + 1 === first &&
      numbers[tail + USERS] === users &&
      numbers[tail + PFN]! + (first - numbers[tail]!) === pfn
    )
      numbers[tail + LAST] = last;
    else numbers.push(first, last, users, pfn);
  }
}

/** Runs, STRIDE numbers each. */
type Leaf = number[];
type Node = Leaf | Inner;

class Inner {
  /** Last page of each child. */
  readonly lasts: number[];

  constructor(readonly children: Node[]) {
    this.lasts = children.map(lastPage);
  }
}

export class RunTree {
  private root: Node = [];

  /** Visits the runs that have pages in [first, last], ascending. */
  visit(first: number, last: number, visitor: RunVisitor): void {
    visitNode(this.root, first, last, visitor);
  }

  /**
   * Puts `list` in the place of the runs that have pages in [first, last].
   * Preconditions: neither another run nor a second one of the list has a page of a run in it.
   */
  replace(first: number, last: number, list: RunList): void {
    let nodes = replaceIn(this.root, first, last, list.numbers);
    while (nodes.length > 1) nodes = cutChildren(nodes);
    let root: Node = nodes[0] ?? [];
    while (root instanceof Inner && root.children.length === 1) root = root.children[0]!;
    this.root = root;
  }

  /**
   * Every node with its number of entries; for tests. One that a change leaves alone, or in which it sets one entry, stays
   * the same object.
   */
  nodes(): Map<object, number> {
    const found = new Map<object, number>();
    const collect = (node: Node): void => {
      found.set(node, sizeOf(node));
      if (node instanceof Inner) node.children.forEach(collect);
    };
    collect(this.root);
    return found;
  }

  /** Checks every invariant; for tests. */
  assertConsistent(): void {
    const depths = new Set<number>();
    let page = -1;
    const check = (node: Node, depth: number): void => {
      const size = sizeOf(node);
      if (size > CAPACITY) throw new Error("overfull node");
      if (node !== this.root && size < SPARSE) throw new Error("sparse node");
      if (node instanceof Inner) {
        if (size < 2) throw new Error("needless node");
        for (const [index, child] of node.children.entries()) {
          check(child, depth + 1);
          if (node.lasts[index] !== page) throw new Error("wrong summary of a child");
        }
        return;
      }
      depths.add(depth);
      for (let at = 0; at < node.length; at += STRIDE) {
        if (node[at]! <= page || node[at + LAST]! < node[at]!) throw new Error("runs do not ascend");
        page = node[at + LAST]!;
      }
    };
    check(this.root, 0);
    if (depths.size !== 1) throw new Error("leaves are not equally deep");
  }
}

// ---- reading --------------------------------------------------------------------------------------------------------

function sizeOf(node: Node): number {
  return node instanceof Inner ? node.children.length : node.length / STRIDE;
}

/** Preconditions: the node is not empty. */
function lastPage(node: Node): number {
  return node instanceof Inner ? node.lasts[node.lasts.length - 1]! : node[node.length - STRIDE + LAST]!;
}

/** Index of the first child that ends at `page` or behind it; the number of children if there is none. */
function childReaching({ lasts }: Inner, page: number): number {
  let from = 0;
  for (let to = lasts.length; from < to;) {
    const middle = (from + to) >>> 1;
    if (lasts[middle]! < page) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Index in a leaf of the first run that ends at `page` or behind it; the leaf's length if there is none. */
function runReaching(leaf: Leaf, page: number): number {
  let from = 0;
  for (let to = leaf.length / STRIDE; from < to;) {
    const middle = (from + to) >>> 1;
    if (leaf[middle * STRIDE + LAST]! < page) from = middle + 1;
    else to = middle;
  }
  return from * STRIDE;
}

function visitNode(node: Node, first: number, last: number, visitor: RunVisitor): void {
  if (node instanceof Inner) {
    for (let index = childReaching(node, first); index < node.children.length; index++) {
      visitNode(node.children[index]!, first, last, visitor);
      if (node.lasts[index]! >= last) return;
    }
    return;
  }
  for (let at = runReaching(node, first); at < node.length && node[at]! <= last; at += STRIDE)
    visitor(node[at]!, node[at + LAST]!, node[at + USERS]!, node[at + PFN]!);
}

// ---- changing -------------------------------------------------------------------------------------------------------

/** @returns the nodes, of the same level, that take the place of this one: none if it became empty */
function replaceIn(node: Node, first: number, last: number, runs: readonly number[]): Node[] {
  if (!(node instanceof Inner)) {
    const from = runReaching(node, first);
    let to = from;
    while (to < node.length && node[to]! <= last) to += STRIDE;
    if (to - from === node.length) return cutRuns(runs);
    if (from === to && runs.length === 0) return [node];
    return cutRuns(node.slice(0, from).concat(runs, node.slice(to)));
  }
  const { children, lasts } = node;
  // What lies behind all children belongs to the last; those between the two ends of the range go as a whole.
  const from = Math.min(childReaching(node, first), children.length - 1);
  let to = from;
  while (to < children.length - 1 && lasts[to]! < last) to++;
  let changed = replaceIn(children[from]!, first, last, runs);
  if (to > from) changed = changed.concat(replaceIn(children[to]!, first, last, []));
  const [only] = changed;
  if (from === to && only !== undefined && changed.length === 1 && sizeOf(only) >= SPARSE) {
    children[from] = only;
    lasts[from] = lastPage(only);
    return [node];
  }
  return cutChildren(joined(children.slice(0, from).concat(changed, children.slice(to + 1))));
}

/** Joins nodes with few entries to a neighbour, until there is none or only one node is left. */
function joined(nodes: readonly Node[]): Node[] {
  const done: Node[] = [];
  for (const node of nodes) {
    let last = node;
    while (done.length > 0 && (sizeOf(last) < SPARSE || sizeOf(done.at(-1)!) < SPARSE)) {
      const [low, high] = combined(done.pop()!, last);
      if (high !== undefined) done.push(low!);
      last = high ?? low!;
    }
    done.push(last);
  }
  return done;
}

/** The entries of two neighbours of one level in one node, or evenly in two. */
function combined(low: Node, high: Node): Node[] {
  if (low instanceof Inner && high instanceof Inner) return cutChildren(joined(low.children.concat(high.children)));
  return cutRuns((low as Leaf).concat(high as Leaf));
}

function cutRuns(runs: readonly number[]): Leaf[] {
  return pieces(runs.length / STRIDE, (from, to) => runs.slice(from * STRIDE, to * STRIDE));
}

function cutChildren(children: readonly Node[]): Inner[] {
  return pieces(children.length, (from, to) => new Inner(children.slice(from, to)));
}

/** As few nodes as hold so many entries, filled evenly. */
function pieces<N extends Node>(entries: number, make: (from: number, to: number) => N): N[] {
  const count = Math.ceil(entries / CAPACITY);
  const nodes: N[] = [];
  for (let from = 0; nodes.length < count;) {
    const to = Math.floor((entries * (nodes.length + 1)) / count);
    nodes.push(make(from, to));
    from = to;
  }
  return nodes;
}
