/**
 * An archive that the kernel unpacks as its first root file system. Follows the kernel's documentation
 * driver-api/early-userspace/buffer-format ("newc"). Invariant: a directory comes before what is in it.
 */

export interface ArchiveEntry {
  /** Without a slash at either end. */
  readonly path: string;
  /** File type and permissions, as in stat. */
  readonly mode: number;
  /** Empty for a directory. */
  readonly content: Uint8Array;
}

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const TRAILER = "TRAILER!!!";

export const directory = (path: string): ArchiveEntry => ({ path, mode: S_IFDIR | 0o755, content: new Uint8Array() });

export const executable = (path: string, content: Uint8Array): ArchiveEntry => ({
  path,
  mode: S_IFREG | 0o755,
  content,
});

/** Headers and contents begin at multiples of 4 bytes. */
const padding = (length: number): Buffer => Buffer.alloc(-length & 3);

function encode({ path, mode, content }: ArchiveEntry, inode: number): Buffer {
  const name = Buffer.from(path + "\0");
  // inode, mode, uid, gid, nlink, mtime, file size, device (major, minor), rdev (major, minor), name size, check
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from("070701" + fields.map((field) => field.toString(16).padStart(8, "0")).join(""));
  return Buffer.concat([header, name, padding(header.length + name.length), content, padding(content.length)]);
}

export function archive(entries: readonly ArchiveEntry[]): Buffer {
  const encoded = entries.map((entry, index) => encode(entry, index + 1));
  return Buffer.concat([...encoded, encode({ path: TRAILER, mode: 0, content: new Uint8Array() }, 0)]);
}
