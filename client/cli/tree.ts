/**
 * A tree of names and values as text for people: what `iommufd-emu status` prints.
 *
 * It knows nothing of what the tree says, so the daemon can describe itself anew without a change here.
 */
import type { StatusTree, StatusValue } from "../ts/status.js";

/** Values on one line beyond this many characters are given a line each. */
const LINE_CHARACTERS_MAX = 120;

/** By what an item of a list is named, the first that it has. */
const LABELS = ["name", "id", "pid", "node"] as const;

/** Lines that each end with a newline. */
export function renderTree(tree: StatusTree): string {
  return Object.entries(tree)
    .map(([name, value]) => top(name, value))
    .join("");
}

function top(name: string, value: StatusValue): string {
  const inline = inlineText(value);
  if (inline !== undefined) return `${name}: ${inline}\n`;
  return `${name}${countText(value)}\n` + children(value, "");
}

function children(value: StatusValue, indent: string): string {
  const entries = entriesOf(value);
  return entries
    .map(([name, child], index) => {
      const last = index === entries.length - 1;
      const branch = `${indent}${last ? "└─ " : "├─ "}`;
      const inline = inlineText(child);
      if (inline !== undefined) return `${branch}${name === "" ? "" : `${name}: `}${inline}\n`;
      return `${branch}${name}${countText(child)}\n` + children(child, `${indent}${last ? "   " : "│  "}`);
    })
    .join("");
}

/** Names and values of what a value holds; an item of a list is named by what it says of itself. */
function entriesOf(value: StatusValue): [string, StatusValue][] {
  if (isList(value)) return value.map(listEntry);
  return isTree(value) ? Object.entries(value) : [];
}

function listEntry(item: StatusValue, index: number): [string, StatusValue] {
  if (!isTree(item) || inlineText(item) !== undefined) return ["", item];
  for (const label of LABELS) {
    const { [label]: named, ...rest } = item;
    if (named !== undefined && isScalar(named)) return [`${label} ${scalarText(named)}`, rest];
  }
  return [`#${index}`, item];
}

/** The whole value where it fits on a line, else undefined. */
function inlineText(value: StatusValue): string | undefined {
  if (isScalar(value)) return scalarText(value);
  const entries = isList(value) ? value.map((item) => ["", item] as const) : Object.entries(value);
  if (entries.length === 0) return "none";
  const texts: string[] = [];
  for (const [name, held] of entries) {
    // A list of one, among the values of a group, reads as its item.
    const item = isList(held) && held.length <= 1 ? (held[0] ?? "none") : held;
    if (!isScalar(item)) return undefined;
    texts.push((name === "" ? "" : `${name} `) + scalarText(item));
  }
  const text = texts.join(", ");
  return text.length <= LINE_CHARACTERS_MAX ? text : undefined;
}

function countText(value: StatusValue): string {
  return isList(value) ? ` (${value.length})` : "";
}

type Scalar = string | number | boolean | null;

function scalarText(value: Scalar): string {
  if (value === null || value === "") return "-";
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

function isScalar(value: StatusValue): value is Scalar {
  return value === null || typeof value !== "object";
}

function isList(value: StatusValue): value is readonly StatusValue[] {
  return Array.isArray(value);
}

function isTree(value: StatusValue): value is StatusTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
