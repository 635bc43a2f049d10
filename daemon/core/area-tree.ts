/**
 * The ordered index of an IOAS's areas: a B+ tree over ranges that never overlap, each carrying the number of an area.
 *
 * Nodes are rows of one typed array, so a million areas cost tens of bytes each and a descent touches few cache lines.
 * Every entry of an inner node summarises its subtree: first start and last end. The widest gap between two neighbours,
 * which lets the search for free IOVA skip subtrees that have no room, is worked out when it is asked for. Invariants:
 * entries of a node ascend, an entry of an inner node equals the summary of the node that it refers to, and above a node
 * whose widest gap is unknown all are.
 */
import { U64 } from "../u64.js";

/** Entries in a node. 32 entries are ten cache lines; a million areas are four or five levels. */
const CAPACITY = 32;
/** A node with fewer entries is joined with a neighbour if the two fit in one with room to spare. */
const SPARSE = CAPACITY / 4;
const JOINED_MAX = (CAPACITY * 3) / 4;
/** Levels that a tree can have: sparse nodes hold a quarter, and 2^31 positions bound the number of leaves. */
const LEVELS_MAX = 16;
const WORD = 0x1_0000_0000;

/** The words of an entry: start and last address, and in a leaf the area, in an inner node the node below. */
const START_HIGH = 0;
const START_LOW = 1;
const END_HIGH = 2;
const END_LOW = 3;
const REFERENCE = 4;
const ENTRY_WORDS = 5;
const NODE_WORDS = CAPACITY * ENTRY_WORDS;

/** The widest gap of a node that has changed since it was last asked for. */
const UNKNOWN = -1;

/** No entry: what `seek` and `next` answer at the end. */
export const NONE = -1;

/**
 * What a tree consists of before its first insertion, shared by all: one leaf without entries, of which nobody changes anything. Most
 * IOASs of a program that has very many stay empty for long, and typed arrays cost time as well as memory.
 */
const EMPTY_WORDS = new Uint32Array(0);
const EMPTY_COUNT = new Int32Array(1);
const EMPTY_NEIGHBOUR = Int32Array.of(NONE);
const EMPTY_WIDEST = Float64Array.of(UNKNOWN);
/** The path to the only place in it. */
const EMPTY_PATH = new Int32Array(1);

/** A free range between areas, or before the first or after the last. */
export interface Gap {
  readonly start: U64;
  readonly last: U64;
}

function grown<T extends Uint32Array | Int32Array | Float64Array>(old: T, length: number): T {
  const array = new (old.constructor as new (length: number) => T)(length);
  array.set(old);
  return array;
}

export class AreaTree {
  /** Number of areas. */
  size = 0;

  /** Nodes that there is room for. */
  private nodes = 1;
  private words = EMPTY_WORDS;
  /** By node: entries in use; the leaf to the right and to the left; widest gap between two entries of the subtree. */
  private count = EMPTY_COUNT;
  private right = EMPTY_NEIGHBOUR;
  private left = EMPTY_NEIGHBOUR;
  private widest = EMPTY_WIDEST;
  private readonly freed: number[] = [];
  private used = 1;

  /** The root, and how many levels of inner nodes are above the leaves. */
  private root = 0;
  private height = 0;

  /** The nodes of the last descent and the entry taken in each, by level: 0 is the leaf. */
  private pathNode = EMPTY_PATH;
  private pathEntry = EMPTY_PATH;
  /** The address that it went to: whoever asks for a place usually changes it next. Undefined: the tree has changed. */
  private pathAddress: U64 | undefined;

  // ---- reading. A position is valid until the tree changes. ----------------------------------------------------------

  /** Position of the lowest area whose last address is at least `address`, or NONE. */
  seek(address: U64): number {
    this.descend(address);
    const leaf = this.pathNode[0]!;
    const entry = this.pathEntry[0]!;
    return entry === this.count[leaf] ? NONE : leaf * CAPACITY + entry;
  }

  /** Position of the lowest area, or NONE. */
  first(): number {
    return this.seek(U64.ZERO);
  }

  /** Position of the area after this one, or NONE. */
  next(position: number): number {
    const node = (position / CAPACITY) | 0;
    if (position + 1 < node * CAPACITY + this.count[node]!) return position + 1;
    const right = this.right[node]!;
    return right === NONE ? NONE : right * CAPACITY;
  }

  start(position: number): U64 {
    const at = position * ENTRY_WORDS;
    return U64.fromWords(this.words[at + START_HIGH]!, this.words[at + START_LOW]!);
  }

  last(position: number): U64 {
    const at = position * ENTRY_WORDS;
    return U64.fromWords(this.words[at + END_HIGH]!, this.words[at + END_LOW]!);
  }

  area(position: number): number {
    return this.words[position * ENTRY_WORDS + REFERENCE]!;
  }

  /** Whether some area intersects [start, last]. */
  intersects(start: U64, last: U64): boolean {
    const position = this.seek(start);
    return position !== NONE && this.start(position).atMost(last);
  }

  /**
   * The lowest gap that ends at `from` or above and, cut to start there, may hold `bytes` bytes.
   * @param bytes as a number, rounded to nearest: a gap that is exactly as long is never passed over
   */
  nextGap(from: U64, bytes: number): Gap | undefined {
    const position = this.seek(from);
    if (position === NONE) return { start: from, last: U64.MAX };
    const start = this.start(position);
    if (from.lessThan(start)) {
      const gap = { start: from, last: start.minus(U64.ONE) };
      if (this.width(start, from) >= bytes) return gap;
    }
    const before = this.nextWideGap(this.last(position), bytes);
    const gapStart = this.last(before).plus(U64.ONE);
    if (gapStart.isZero()) return undefined;
    const after = this.next(before);
    return { start: gapStart, last: after === NONE ? U64.MAX : this.start(after).minus(U64.ONE) };
  }

  // ---- changing -----------------------------------------------------------------------------------------------------

  /** Preconditions: no area intersects [start, last]. */
  insert(start: U64, last: U64, area: number): void {
    if (this.words === EMPTY_WORDS) this.begin();
    this.descend(start);
    const leaf = this.pathNode[0]!;
    const entry = this.pathEntry[0]!;
    this.size++;
    if (this.count[leaf] === CAPACITY) {
      this.split(0);
      this.insert(start, last, area);
      this.size--;
      return;
    }
    this.openEntry(leaf, entry);
    this.store(leaf * CAPACITY + entry, start, last, area);
    // The path leads to the new entry.
    this.refreshPath();
  }

  /** Makes the area at this position end earlier. Preconditions: start <= last < its present last. */
  shorten(position: number, last: U64): void {
    this.descendTo(position);
    const at = position * ENTRY_WORDS;
    this.words[at + END_HIGH] = last.high;
    this.words[at + END_LOW] = last.low;
    this.pathAddress = undefined;
    this.refreshPath();
  }

  /** Removes the area at this position. */
  remove(position: number): void {
    this.descendTo(position);
    this.pathAddress = undefined;
    this.size--;
    this.closeEntry(this.pathNode[0]!, this.pathEntry[0]!);
    this.refreshPath();
    this.joinSparse();
  }

  /** Checks every invariant; for tests. */
  assertConsistent(): void {
    const visit = (node: number, level: number): void => {
      const count = this.count[node]!;
      if (count === 0 && node !== this.root) throw new Error("empty node");
      const isKnown = this.widest[node] !== UNKNOWN;
      let widest = 0;
      for (let entry = 0; entry < count; entry++) {
        const at = node * CAPACITY + entry;
        if (entry > 0) {
          if (this.start(at).atMost(this.last(at - 1))) throw new Error("entries do not ascend");
          widest = Math.max(widest, this.width(this.start(at), this.last(at - 1).plus(U64.ONE)));
        }
        if (level === 0) continue;
        const below = this.area(at);
        if (isKnown && this.widest[below] === UNKNOWN) throw new Error("widest gap of a node known before its parts");
        visit(below, level - 1);
        const head = below * CAPACITY;
        if (!this.start(at).equals(this.start(head))) throw new Error("wrong summary of starts");
        if (!this.last(at).equals(this.last(head + this.count[below]! - 1))) throw new Error("wrong summary of ends");
        widest = Math.max(widest, this.widest[below]!);
      }
      if (isKnown && this.widest[node] !== widest) throw new Error("wrong widest gap");
    };
    visit(this.root, this.height);
  }

  // ---- descent ------------------------------------------------------------------------------------------------------

  /** Index of the first entry of a node whose end is at least `address`; the count if there is none. */
  private firstEndingAt(node: number, address: U64): number {
    const { words } = this;
    const high = address.high >>> 0;
    const low = address.low >>> 0;
    const base = node * NODE_WORDS;
    let from = 0;
    let to = this.count[node]!;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const at = base + middle * ENTRY_WORDS;
      const endHigh = words[at + END_HIGH]!;
      if (endHigh < high || (endHigh === high && words[at + END_LOW]! < low)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Records the path to where an area that ends at or begins at `address` is or belongs. */
  private descend(address: U64): void {
    if (this.pathAddress?.equals(address) === true) return;
    let node = this.root;
    for (let level = this.height; level > 0; level--) {
      const entry = Math.min(this.firstEndingAt(node, address), this.count[node]! - 1);
      this.pathNode[level] = node;
      this.pathEntry[level] = entry;
      node = this.area(node * CAPACITY + entry);
    }
    this.pathNode[0] = node;
    this.pathEntry[0] = this.firstEndingAt(node, address);
    this.pathAddress = address;
  }

  /** Records the path to a position. */
  private descendTo(position: number): void {
    const found = this.pathAddress === undefined ? NONE : this.pathNode[0]! * CAPACITY + this.pathEntry[0]!;
    if (found !== position) this.descend(this.last(position));
  }

  /** Position of the first area at or above the one ending at `end` behind which there may be `bytes` free bytes. */
  private nextWideGap(end: U64, bytes: number): number {
    this.descend(end);
    // Climb: at each level look at the entries to the right of the path; the gap behind the path's own entry first.
    for (let level = 0; level <= this.height; level++) {
      const node = this.pathNode[level]!;
      const entry = this.wideEntry(node, level, this.pathEntry[level]!, bytes, level > 0);
      if (entry !== NONE) return this.descendToWideGap(node, level, entry, bytes);
    }
    return this.lastPosition(this.root, this.height);
  }

  /**
   * First entry of a node from `entry` on that has a wide gap inside or between it and the next.
   * @param skipInside the first entry's inside has been searched
   */
  private wideEntry(node: number, level: number, entry: number, bytes: number, skipInside: boolean): number {
    const base = node * CAPACITY;
    const count = this.count[node]!;
    for (let index = entry; index < count; index++) {
      const inside = level > 0 && !(skipInside && index === entry);
      if (inside && this.widestOf(this.area(base + index), level - 1) >= bytes) return index;
      if (index + 1 < count && this.gapBehind(base + index) >= bytes) return index;
    }
    return NONE;
  }

  private descendToWideGap(node: number, level: number, entry: number, bytes: number): number {
    // On the path's own entry only the gap behind it is meant, because its inside was searched on the way up.
    let onPath = this.pathEntry[level] === entry && this.pathNode[level] === node;
    while (level > 0) {
      const below = this.area(node * CAPACITY + entry);
      if (onPath || this.widestOf(below, level - 1) < bytes) return this.lastPosition(below, level - 1);
      level--;
      node = below;
      onPath = false;
      entry = this.wideEntry(node, level, 0, bytes, false);
    }
    return node * CAPACITY + entry;
  }

  private lastPosition(node: number, level: number): number {
    for (; level > 0; level--) node = this.area(node * CAPACITY + this.count[node]! - 1);
    return node * CAPACITY + this.count[node]! - 1;
  }

  /** upper - lower, rounded to nearest. */
  private width(upper: U64, lower: U64): number {
    return upper.minus(lower).toNumber();
  }

  /** Free bytes between an entry and the next of the same node, rounded to nearest. */
  private gapBehind(position: number): number {
    const { words } = this;
    const at = position * ENTRY_WORDS;
    const next = at + ENTRY_WORDS;
    const high = words[next + START_HIGH]! - words[at + END_HIGH]!;
    return high * WORD + (words[next + START_LOW]! - words[at + END_LOW]! - 1);
  }

  /** The widest gap between two neighbours of a subtree, worked out if it is unknown. */
  private widestOf(node: number, level: number): number {
    const known = this.widest[node]!;
    if (known !== UNKNOWN) return known;
    const base = node * CAPACITY;
    const count = this.count[node]!;
    let widest = 0;
    for (let entry = 0; entry < count; entry++) {
      if (entry + 1 < count) widest = Math.max(widest, this.gapBehind(base + entry));
      if (level > 0) widest = Math.max(widest, this.widestOf(this.area(base + entry), level - 1));
    }
    this.widest[node] = widest;
    return widest;
  }

  // ---- nodes --------------------------------------------------------------------------------------------------------

  private store(position: number, start: U64, last: U64, reference: number): void {
    const { words } = this;
    const at = position * ENTRY_WORDS;
    words[at + START_HIGH] = start.high;
    words[at + START_LOW] = start.low;
    words[at + END_HIGH] = last.high;
    words[at + END_LOW] = last.low;
    words[at + REFERENCE] = reference;
  }

  private copyEntries(from: number, to: number, count: number): void {
    if (count === 0) return;
    const start = from * ENTRY_WORDS;
    this.words.copyWithin(to * ENTRY_WORDS, start, start + count * ENTRY_WORDS);
  }

  private openEntry(node: number, entry: number): void {
    const position = node * CAPACITY + entry;
    this.copyEntries(position, position + 1, this.count[node]! - entry);
    this.count[node]!++;
  }

  private closeEntry(node: number, entry: number): void {
    const position = node * CAPACITY + entry;
    this.copyEntries(position + 1, position, this.count[node]! - entry - 1);
    this.count[node]!--;
  }

  /** The arrays of this tree's own, with the same content. */
  private begin(): void {
    this.words = new Uint32Array(NODE_WORDS);
    this.count = Int32Array.from(EMPTY_COUNT);
    this.right = Int32Array.from(EMPTY_NEIGHBOUR);
    this.left = Int32Array.from(EMPTY_NEIGHBOUR);
    this.widest = Float64Array.from(EMPTY_WIDEST);
    this.pathNode = new Int32Array(LEVELS_MAX);
    this.pathEntry = new Int32Array(LEVELS_MAX);
  }

  private newNode(): number {
    const node = this.freed.pop() ?? this.used++;
    if (node === this.nodes) {
      this.nodes = Math.ceil(this.nodes * 1.5);
      this.words = grown(this.words, this.nodes * NODE_WORDS);
      this.count = grown(this.count, this.nodes);
      this.right = grown(this.right, this.nodes);
      this.left = grown(this.left, this.nodes);
      this.widest = grown(this.widest, this.nodes);
    }
    this.count[node] = 0;
    this.right[node] = NONE;
    this.left[node] = NONE;
    this.widest[node] = UNKNOWN;
    return node;
  }

  /** Makes an entry of an inner node the summary of the node below it. @returns whether it was not */
  private refreshEntry(position: number): boolean {
    const { words } = this;
    const at = position * ENTRY_WORDS;
    const below = words[at + REFERENCE]!;
    const head = below * NODE_WORDS;
    const tail = head + (this.count[below]! - 1) * ENTRY_WORDS;
    const isSame =
      words[at + END_LOW] === words[tail + END_LOW] &&
      words[at + END_HIGH] === words[tail + END_HIGH] &&
      words[at + START_LOW] === words[head + START_LOW] &&
      words[at + START_HIGH] === words[head + START_HIGH];
    if (isSame) return false;
    words[at + START_HIGH] = words[head + START_HIGH]!;
    words[at + START_LOW] = words[head + START_LOW]!;
    words[at + END_HIGH] = words[tail + END_HIGH]!;
    words[at + END_LOW] = words[tail + END_LOW]!;
    return true;
  }

  /** The path's leaf is about to change, or has changed. */
  private forgetWidest(): void {
    for (let level = 0; level <= this.height; level++) {
      const node = this.pathNode[level]!;
      if (this.widest[node] === UNKNOWN) return;
      this.widest[node] = UNKNOWN;
    }
  }

  /** Carries a change of the path's leaf upwards as far as it is seen; a node that became empty leaves its parent. */
  private refreshPath(): void {
    this.forgetWidest();
    for (let level = 1; level <= this.height; level++) {
      const node = this.pathNode[level]!;
      const entry = this.pathEntry[level]!;
      const below = this.pathNode[level - 1]!;
      if (this.count[below] === 0) {
        this.discard(below, level - 1);
        this.closeEntry(node, entry);
      } else if (!this.refreshEntry(node * CAPACITY + entry)) {
        break;
      }
    }
    while (this.height > 0 && this.count[this.root]! <= 1) this.lowerRoot();
  }

  private lowerRoot(): void {
    const old = this.root;
    if (this.count[old] === 0) {
      this.height = 0;
      this.root = this.newNode();
    } else {
      this.height--;
      this.root = this.area(old * CAPACITY);
    }
    this.freed.push(old);
  }

  private discard(node: number, level: number): void {
    if (level === 0) {
      const left = this.left[node]!;
      const right = this.right[node]!;
      if (left !== NONE) this.right[left] = right;
      if (right !== NONE) this.left[right] = left;
    }
    this.freed.push(node);
  }

  /** Splits the full node of the path at this level in two; the path is stale afterwards. */
  private split(level: number): void {
    this.pathAddress = undefined;
    this.forgetWidest();
    if (level === this.height) {
      const root = this.newNode();
      this.count[root] = 1;
      this.words[root * NODE_WORDS + REFERENCE] = this.root;
      this.refreshEntry(root * CAPACITY);
      this.height++;
      this.pathNode[this.height] = root;
      this.pathEntry[this.height] = 0;
      this.root = root;
    } else if (this.count[this.pathNode[level + 1]!] === CAPACITY) {
      this.split(level + 1);
      return; // The caller descends again and, finding the node still full, comes back with room above it.
    }
    const node = this.pathNode[level]!;
    const parent = this.pathNode[level + 1]!;
    const entry = this.pathEntry[level + 1]!;
    const fresh = this.newNode();
    // An insertion at the far right keeps the left node full, so that ascending maps fill nodes.
    const rightmost = this.pathEntry[level] === CAPACITY && this.right[node] === NONE;
    const kept = rightmost && level === 0 ? CAPACITY - 1 : CAPACITY / 2;
    this.copyEntries(node * CAPACITY + kept, fresh * CAPACITY, CAPACITY - kept);
    this.count[fresh] = CAPACITY - kept;
    this.count[node] = kept;
    if (level === 0) {
      const right = this.right[node]!;
      this.left[fresh] = node;
      this.right[fresh] = right;
      this.right[node] = fresh;
      if (right !== NONE) this.left[right] = fresh;
    }
    this.openEntry(parent, entry + 1);
    this.words[(parent * CAPACITY + entry + 1) * ENTRY_WORDS + REFERENCE] = fresh;
    this.refreshEntry(parent * CAPACITY + entry);
    this.refreshEntry(parent * CAPACITY + entry + 1);
  }

  /** Joins the path's leaf with a neighbour under the same parent when both are sparse, and so on upwards. */
  private joinSparse(): void {
    for (let level = 0; level < this.height; level++) {
      const parent = this.pathNode[level + 1]!;
      const node = this.pathNode[level]!;
      if (this.count[node] === 0 || this.count[node]! >= SPARSE || this.count[parent]! < 2) return;
      const entry = Math.min(this.pathEntry[level + 1]!, this.count[parent]! - 2);
      const at = parent * CAPACITY + entry;
      const into = this.area(at);
      const from = this.area(at + 1);
      if (this.count[into]! + this.count[from]! > JOINED_MAX) return;
      this.copyEntries(from * CAPACITY, into * CAPACITY + this.count[into]!, this.count[from]!);
      this.count[into]! += this.count[from]!;
      this.discard(from, level);
      this.closeEntry(parent, entry + 1);
      this.widest[into] = UNKNOWN;
      this.refreshEntry(at);
      this.pathNode[level] = into;
    }
    while (this.height > 0 && this.count[this.root]! <= 1) this.lowerRoot();
  }
}
