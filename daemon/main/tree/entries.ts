/**
 * The entries of a tree of files, by path, and how they are put together. Paths are relative to the root of the tree, without a slash
 * at either end. Links are relative as sysfs makes them: from the link's directory to the parent of the target, then its name.
 */
import { basename, dirname, relative } from "node:path/posix";

export type TreeEntry = DirectoryEntry | FileEntry | LinkEntry | NodeEntry;

/**
 * Which of the machine's own entries a directory shows too: "always" what it has, "beside" only where the simulated devices stand
 * beside the real ones. Absent: none.
 */
export interface DirectoryEntry {
  readonly kind: "directory";
  readonly shares?: "always" | "beside" | undefined;
  /** Names of the machine's that are left out although the directory is shared. */
  readonly hides?: RegExp | undefined;
}

/** A file with its content now; one with write bits is an attribute that can be written. */
export interface FileEntry {
  readonly kind: "file";
  readonly content: Uint8Array;
  /** Permissions. */
  readonly mode: number;
}

export interface LinkEntry {
  readonly kind: "link";
  readonly target: string;
}

/** A character device. */
export interface NodeEntry {
  readonly kind: "node";
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
}

export type TreeEntries = ReadonlyMap<string, TreeEntry>;

/** Permissions of attributes. */
export const READ_ONLY = 0o444;
export const WRITE_ONLY = 0o200;
export const READ_WRITE = 0o644;
/** Readable and writable by the owner alone. */
export const PRIVATE = 0o600;

const encoder = new TextEncoder();

/** Collects the entries of a tree. */
export class TreeBuilder {
  readonly entries = new Map<string, TreeEntry>();

  /** With those above it that are missing. */
  directory(path: string, options: Omit<DirectoryEntry, "kind"> = {}): void {
    if (this.entries.has(path)) return;
    const parent = dirname(path);
    if (parent !== ".") this.directory(parent);
    this.entries.set(path, { kind: "directory", ...options });
  }

  /** @param content bytes; a text is an attribute and ends in a newline, which is added unless it is empty */
  file(path: string, content: string | Uint8Array, mode = READ_ONLY): void {
    this.directory(dirname(path));
    const text = typeof content === "string" && content !== "" ? `${content}\n` : content;
    this.entries.set(path, { kind: "file", content: typeof text === "string" ? encoder.encode(text) : text, mode });
  }

  /** @param target a path in the tree */
  link(path: string, target: string): void {
    this.directory(dirname(path));
    const up = relative(dirname(path), dirname(target));
    const text = up === "" ? basename(target) : `${up}/${basename(target)}`;
    this.entries.set(path, { kind: "link", target: text });
  }

  node(path: string, major: number, minor: number, mode: number): void {
    this.directory(dirname(path));
    this.entries.set(path, { kind: "node", major, minor, mode });
  }
}
