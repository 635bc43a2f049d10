/**
 * What of the real machine is in the tree: its entries in the directories that are shared, as links, and its lists of devices in
 * /proc with those of VFIO among them. Invariant: a name that the simulated machine has is the simulated machine's.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { TreeEntries, TreeEntry } from "./entries.js";
import { MISC_DEVICES } from "./layout.js";
import type { CharacterMajors } from "./machine.js";

/** The real file system. */
export interface HostFiles {
  /** Names in a directory, each with the text of its link if it is one; none if it cannot be read. */
  list(path: string): readonly HostEntry[];
  /** A text file, "" if it cannot be read. */
  read(path: string): string;
}

export interface HostEntry {
  readonly name: string;
  readonly link?: string;
}

export const realFiles: HostFiles = {
  list(path) {
    try {
      return readdirSync(path, { withFileTypes: true }).map((entry) =>
        entry.isSymbolicLink()
          ? { name: entry.name, link: readlinkSync(`${path}/${entry.name}`) }
          : { name: entry.name },
      );
    } catch {
      return [];
    }
  },
  read(path) {
    try {
      return readFileSync(path, "latin1");
    } catch {
      return "";
    }
  },
};

/** The tree with what the machine itself has. */
export function withHost(
  entries: TreeEntries,
  host: HostFiles,
  majors: CharacterMajors,
  instead: boolean,
): TreeEntries {
  const all = new Map<string, TreeEntry>(entries);
  for (const [path, entry] of entries) {
    if (entry.kind !== "directory" || entry.shares === undefined) continue;
    if (entry.shares === "beside" && instead) continue;
    for (const { name, link } of host.list(`/${path}`)) {
      const own = `${path}/${name}`;
      if (all.has(own) || entry.hides?.test(name)) continue;
      all.set(own, { kind: "link", target: linkText(link, own) });
    }
  }
  const encoder = new TextEncoder();
  const file = (text: string): TreeEntry => ({ kind: "file", content: encoder.encode(text), mode: 0o444 });
  all.set("proc", { kind: "directory" });
  all.set("proc/devices", file(listCharacterDevices(host.read("/proc/devices"), majors)));
  all.set("proc/misc", file(listMiscDevices(host.read("/proc/misc"))));
  return all;
}

/** A relative link stays as it is, since all that it can lead to is in the tree; anything else is reached where it is. */
function linkText(link: string | undefined, path: string): string {
  return link !== undefined && !link.startsWith("/") ? link : `/${path}`;
}

/** Dynamic majors are given out from here downwards. */
const DYNAMIC_MAJOR_LAST = 254;
const DYNAMIC_MAJOR_FIRST = 234;

/** Majors for VFIO that no other character device of the machine has. */
export function chooseMajors(host: HostFiles): CharacterMajors {
  const taken = new Set(characterDevices(host.read("/proc/devices")).map(({ number }) => number));
  const free: number[] = [];
  for (let major = DYNAMIC_MAJOR_LAST - 1; major >= DYNAMIC_MAJOR_FIRST && free.length < 2; major--)
    if (!taken.has(major)) free.push(major);
  return { vfio: free[0] ?? DYNAMIC_MAJOR_LAST - 1, vfioDev: free[1] ?? DYNAMIC_MAJOR_LAST - 2 };
}

interface Numbered {
  readonly number: number;
  readonly name: string;
}

function numbered(lines: readonly string[]): Numbered[] {
  return lines.flatMap((line) => {
    const [, number, name] = /^\s*(\d+) (.+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ number: Number(number), name }];
  });
}

const lineOf = ({ number, name }: Numbered): string => `${String(number).padStart(3)} ${name}\n`;

const CHARACTER_HEADING = "Character devices:";
const BLOCK_HEADING = "Block devices:";

function characterDevices(text: string): Numbered[] {
  const [before = ""] = text.split(BLOCK_HEADING);
  return numbered(before.split("\n")).filter(({ name }) => !/^vfio(-dev)?$/.test(name));
}

/** /proc/devices: by number, character devices first. */
function listCharacterDevices(real: string, { vfio, vfioDev }: CharacterMajors): string {
  const [, block = "\n"] = real.split(BLOCK_HEADING);
  const others = characterDevices(real);
  const misc = others.some(({ number }) => number === 10) ? [] : [{ number: 10, name: "misc" }];
  const all = [...others, ...misc, { number: vfio, name: "vfio" }, { number: vfioDev, name: "vfio-dev" }];
  const lines = all.toSorted((a, b) => a.number - b.number).map(lineOf);
  return `${CHARACTER_HEADING}\n${lines.join("")}\n${BLOCK_HEADING}${block}`;
}

/** /proc/misc: the newest first. */
function listMiscDevices(real: string): string {
  const own = MISC_DEVICES.map(({ name, minor }) => ({ number: minor, name }));
  const others = numbered(real.split("\n")).filter(
    ({ number, name }) => !own.some((device) => device.number === number || device.name === name),
  );
  return [...own, ...others].map(lineOf).join("");
}
