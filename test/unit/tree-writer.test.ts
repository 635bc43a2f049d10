/** The tree of files on disk: what is written, what a change touches, what is left. A model test compares it with the entries. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TreeEntries, TreeEntry } from "../../daemon/main/tree/entries.js";
import { VFIO_DRIVER } from "../../daemon/vfio/bus.js";
import { FileTree } from "../../daemon/main/tree/tree.js";
import { TreePathError, TreeWriter } from "../../daemon/main/tree/writer.js";
import { chosenSeed, Random } from "../support/random.js";
import { FakeBus, FakeFunction, treeIommu } from "../support/tree-machine.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = (text: string, mode = 0o444): TreeEntry => ({ kind: "file", content: bytes(text), mode });
const directory: TreeEntry = { kind: "directory" };
const link = (target: string): TreeEntry => ({ kind: "link", target });
const node = (minor: number): TreeEntry => ({ kind: "node", major: 253, minor, mode: 0o600 });

/** What is on disk, in the words of the entries. */
function read(root: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const visit = (path: string): void => {
    for (const name of readdirSync(join(root, path))) {
      const own = path === "" ? name : `${path}/${name}`;
      const stat = lstatSync(join(root, own));
      if (stat.isSymbolicLink()) found.set(own, readlinkSync(join(root, own)));
      else if (stat.isFile()) found.set(own, [readFileSync(join(root, own), "utf8"), stat.mode & 0o7777]);
      else found.set(own, "directory");
      if (stat.isDirectory()) visit(own);
    }
  };
  visit("");
  return found;
}

function asRead(entries: TreeEntries): Map<string, unknown> {
  const shown = (entry: TreeEntry): unknown => {
    if (entry.kind === "directory") return "directory";
    if (entry.kind === "link") return entry.target;
    if (entry.kind === "file") return [Buffer.from(entry.content).toString(), entry.mode];
    return [`c ${entry.major} ${entry.minor} 0${entry.mode.toString(8)}\n`, entry.mode | 0o1000];
  };
  return new Map([...entries].map(([path, entry]) => [path, shown(entry)]));
}

describe("a tree on disk", () => {
  let parent: string;
  let root: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "iommufd-emu-writer-"));
    root = join(parent, "socket.tree");
  });
  afterEach(() => {
    rmSync(parent, { recursive: true });
  });

  const first = new Map<string, TreeEntry>([
    ["a", directory],
    ["a/text", file("one\n")],
    ["a/bind", file("", 0o200)],
    ["a/node", node(7)],
    ["b", directory],
    ["b/to-a", link("../a")],
  ]);

  test("has directories, files with their permissions, links with their text, and devices as texts", () => {
    new TreeWriter(root).apply(first);
    expect(read(root)).toEqual(asRead(first));
  });

  test("permissions do not depend on the umask", () => {
    const before = process.umask(0o077);
    try {
      new TreeWriter(root).apply(first);
    } finally {
      process.umask(before);
    }
    expect(read(root)).toEqual(asRead(first));
  });

  test("a change replaces what differs and leaves the rest untouched", () => {
    const writer = new TreeWriter(root);
    writer.apply(first);
    const inode = (path: string): number => lstatSync(join(root, path)).ino;
    const before = [inode("a/bind"), inode("b/to-a"), inode("a")];
    const second = new Map(first).set("a/text", file("two\n")).set("c", directory).set("c/new", node(8));
    second.delete("a/node");
    writer.apply(second);
    expect(read(root)).toEqual(asRead(second));
    expect([inode("a/bind"), inode("b/to-a"), inode("a")]).toEqual(before);
  });

  test("a file that a program has open keeps what it was when it was opened", () => {
    const writer = new TreeWriter(root);
    writer.apply(first);
    const opened = openSync(join(root, "a/text"), "r");
    writer.apply(new Map(first).set("a/text", file("two\n")));
    expect([readFileSync(opened, "utf8"), readFileSync(join(root, "a/text"), "utf8")]).toEqual(["one\n", "two\n"]);
    closeSync(opened);
    expect(readdirSync(parent)).toEqual(["socket.tree"]);
  });

  test("one kind can take the place of another", () => {
    const writer = new TreeWriter(root);
    writer.apply(first);
    const second = new Map<string, TreeEntry>([
      ["a", link("b")],
      ["b", directory],
      ["b/to-a", directory],
      ["b/to-a/deep", file("x\n")],
    ]);
    writer.apply(second);
    expect(read(root)).toEqual(asRead(second));
  });

  test("removal leaves nothing, and follows no link out of the tree", () => {
    mkdirSync(join(parent, "outside"));
    writeFileSync(join(parent, "outside/file"), "kept");
    const writer = new TreeWriter(root);
    writer.apply(new Map(first).set("b/out", link(join(parent, "outside"))));
    writer.remove();
    writer.remove();
    expect(readdirSync(parent)).toEqual(["outside"]);
    expect(readFileSync(join(parent, "outside/file"), "utf8")).toBe("kept");
  });

  test("removal takes with it what somebody else has put there, and what he has taken away", () => {
    const writer = new TreeWriter(root);
    writer.apply(first);
    rmSync(join(root, "a/text"));
    writeFileSync(join(root, "a/other"), "");
    writer.remove();
    expect(readdirSync(parent)).toEqual([]);
  });

  test("what a daemon that was killed has left is replaced", () => {
    new TreeWriter(root).apply(first);
    const second = new Map<string, TreeEntry>([["z", directory]]);
    new TreeWriter(root).apply(second);
    expect(read(root)).toEqual(asRead(second));
  });

  test("what is no directory there is left alone", () => {
    symlinkSync("/sys", root);
    expect(() => {
      new TreeWriter(root).apply(first);
    }).toThrow(TreePathError);
    expect(readlinkSync(root)).toBe("/sys");
  });

  test("a random sequence of trees is on disk as it is in memory", () => {
    const seed = chosenSeed();
    const random = new Random(seed);
    const names = ["a", "b", "c"];
    const randomTree = (): Map<string, TreeEntry> => {
      const entries = new Map<string, TreeEntry>();
      const fill = (prefix: string, depth: number): void => {
        for (const name of names) {
          const path = `${prefix}${name}`;
          const kind = random.below(depth < 3 ? 6 : 5);
          if (kind === 0) entries.set(path, file(`${random.below(3)}\n`, random.pick([0o444, 0o644, 0o200])));
          else if (kind === 1) entries.set(path, link(random.pick(names)));
          else if (kind === 2) entries.set(path, node(random.below(3)));
          else if (kind === 5) {
            entries.set(path, directory);
            fill(`${path}/`, depth + 1);
          }
        }
      };
      entries.set("top", directory);
      fill("", 0);
      return entries;
    };
    const writer = new TreeWriter(root);
    for (let step = 0; step < 150; step++) {
      const entries = randomTree();
      writer.apply(entries);
      expect([`seed ${seed}, step ${step}`, read(root)]).toEqual([`seed ${seed}, step ${step}`, asRead(entries)]);
    }
  });

  describe("of a bus", () => {
    const ADDRESS = "0000:00:04.0";
    const device = `sys/bus/pci/devices/${ADDRESS}`;
    let bus: FakeBus;
    let tree: FileTree;
    beforeEach(() => {
      bus = new FakeBus();
      const host = { list: () => [], read: () => "" };
      tree = new FileTree({ path: root, mode: "instead", bus, iommus: () => [treeIommu], host });
    });
    const exists = (path: string): boolean => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
    const text = (path: string): string => readFileSync(join(root, path), "utf8");

    test("follows plugging, binding, opening, unbinding and removal at once", () => {
      expect([exists(device), exists("dev/vfio/devices")]).toEqual([false, true]);
      bus.add(new FakeFunction(ADDRESS), 7, undefined);
      expect([exists(device), exists("dev/vfio/7")]).toEqual([true, false]);
      bus.bind(ADDRESS, VFIO_DRIVER);
      expect([exists("dev/vfio/7"), exists(`${device}/vfio-dev/vfio0/dev`), text(`${device}/enable`)]).toEqual([
        true,
        true,
        "0\n",
      ]);
      bus.setOpened(ADDRESS, true);
      expect(text(`${device}/enable`)).toBe("1\n");
      bus.unbind(ADDRESS);
      expect([exists("dev/vfio/7"), exists(`${device}/driver`)]).toEqual([false, false]);
      bus.remove(ADDRESS);
      expect([exists(device), exists("sys/kernel/iommu_groups/7")]).toEqual([false, false]);
    });

    test("changes after the end make no tree", () => {
      tree.remove();
      bus.add(new FakeFunction(ADDRESS), 7, VFIO_DRIVER);
      expect(readdirSync(parent)).toEqual([]);
    });
  });
});
