/**
 * A tree of entries on disk. Invariants: the tree appears whole, by one rename; after that each entry is replaced by a rename,
 * directories and files come before the links that lead to them and go after those; nothing is left at the end.
 *
 * A character device is a regular file with the sticky bit whose text is "c MAJOR MINOR MODE", from which the preload shim makes
 * what a program sees: making real ones takes privileges, and would open the wrong device.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { TreeEntries, TreeEntry } from "./entries.js";

const DIRECTORY_MODE = 0o755;
const STICKY = 0o1000;

/** What lies at the path is not to be replaced; the message is one line for the user. */
export class TreePathError extends Error {
  override readonly name = "TreePathError";
}

/** The tree of the daemon that listens on this socket. */
export function treePathOf(socketPath: string): string {
  return `${socketPath}.tree`;
}

export class TreeWriter {
  private current: TreeEntries = new Map();
  private scratchFiles = 0;

  /** @param root where the tree appears with the first `apply` */
  constructor(private readonly root: string) {}

  /**
   * Makes the tree on disk this one.
   * @throws TreePathError
   */
  apply(next: TreeEntries): void {
    if (this.current.size === 0) {
      this.clear();
      const staging = `${this.root}.${process.pid}`;
      rmSync(staging, { recursive: true, force: true });
      mkdirSync(staging, { mode: DIRECTORY_MODE });
      this.update(staging, next);
      renameSync(staging, this.root);
    } else {
      this.update(this.root, next);
    }
    this.current = next;
  }

  remove(): void {
    if (this.current.size === 0) return;
    try {
      this.update(this.root, new Map());
      rmdirSync(this.root);
    } catch {
      // Somebody else has added or removed something: whatever there is goes.
      rmSync(this.root, { recursive: true, force: true });
    }
    this.current = new Map();
  }

  /** Takes away what an earlier daemon left. */
  private clear(): void {
    const stat = lstatSync(this.root, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) throw new TreePathError(`${this.root} exists and is not a directory; it was left alone`);
    if (stat.uid !== process.getuid?.())
      throw new TreePathError(`${this.root} belongs to another user (uid ${stat.uid}); it was left alone`);
    rmSync(this.root, { recursive: true, force: true });
  }

  private update(root: string, next: TreeEntries): void {
    const { current } = this;
    const replaced = [...next].filter(([path, entry]) => !isSame(current.get(path), entry));
    const gone = [...current].filter(([path, { kind }]) => {
      const entry = next.get(path);
      return entry === undefined || (entry.kind === "directory") !== (kind === "directory");
    });
    const isLink = ([, { kind }]: readonly [string, TreeEntry]): boolean => kind === "link";
    for (const [path] of gone.filter(isLink)) unlinkSync(`${root}/${path}`);
    // Deepest first.
    for (const [path, { kind }] of gone
      .filter((entry) => !isLink(entry))
      .toSorted(byPath)
      .reverse())
      if (kind === "directory") rmdirSync(`${root}/${path}`);
      else unlinkSync(`${root}/${path}`);
    const made = replaced.toSorted(byPath);
    for (const [path, entry] of [...made.filter((entry) => !isLink(entry)), ...made.filter(isLink)])
      this.make(root, path, entry);
  }

  private make(root: string, path: string, entry: TreeEntry): void {
    const target = `${root}/${path}`;
    if (entry.kind === "directory") {
      if (this.current.get(path)?.kind === "directory") return;
      mkdirSync(target);
      chmodSync(target, DIRECTORY_MODE);
      return;
    }
    // In a tree that is seen, an entry appears whole: it is made beside the tree, where nobody lists it.
    const isSeen = root === this.root;
    const scratch = isSeen ? join(dirname(root), `.tree-${process.pid}-${++this.scratchFiles}`) : target;
    if (entry.kind === "link") {
      symlinkSync(entry.target, scratch);
    } else {
      const [content, mode] =
        entry.kind === "node" ? [nodeText(entry), entry.mode | STICKY] : [entry.content, entry.mode];
      writeFileSync(scratch, content, { mode: 0o600, flag: "wx" });
      chmodSync(scratch, mode);
    }
    if (isSeen) renameSync(scratch, target);
  }
}

function nodeText({ major, minor, mode }: { major: number; minor: number; mode: number }): string {
  return `c ${major} ${minor} 0${mode.toString(8)}\n`;
}

type PathEntry = readonly [string, TreeEntry];

function byPath([a]: PathEntry, [b]: PathEntry): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSame(a: TreeEntry | undefined, b: TreeEntry): boolean {
  if (a?.kind !== b.kind) return false;
  if (a.kind === "directory") return true;
  if (a.kind === "link" && b.kind === "link") return a.target === b.target;
  if (a.kind === "node" && b.kind === "node") return a.major === b.major && a.minor === b.minor && a.mode === b.mode;
  return a.kind === "file" && b.kind === "file" && a.mode === b.mode && Buffer.compare(a.content, b.content) === 0;
}
