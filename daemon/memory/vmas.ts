/**
 * The virtual memory areas (VMAs) of a process: what is mapped at a page, with which permissions, from which file.
 *
 * Two ways to the same answer: the ioctl PROCMAP_QUERY (Linux 6.11), a microsecond a VMA, and the text of /proc/PID/maps
 * (proc(5)). Both go through one open descriptor of /proc/PID/maps, which belongs to the address space that the process
 * had at the open: after an exec or the exit both answer "gone", never with the successor's areas.
 */
import { readSync } from "node:fs";
import { errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE, U64 } from "../u64.js";
import type { Native } from "./native.js";

export interface Vma {
  /** First and last page number. */
  readonly start: number;
  readonly last: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly shared: boolean;
  /** Page of the file at `start`; for memory without a file, meaningless. */
  readonly filePage: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** 0: no file. */
  readonly inode: bigint;
  /** Bytes of a page of the area, which are more in hugetlb memory; undefined where the source does not tell. */
  readonly pageBytes: number | undefined;
  /** Path, or a name in brackets, or empty. A deleted file's ends in " (deleted)". */
  readonly name: string;
}

/** "none": nothing is mapped there. "gone": the address space has no users left. */
export type VmaAnswer = Vma | "none" | "gone";

export interface VmaSource {
  /** The answers of one look-up are from one moment as far as the source can tell. */
  lookup(): (page: number) => VmaAnswer;
}

/**
 * Pages from here on are never a client's: byte addresses below stay exact as numbers, and no architecture's default
 * user space is larger. The vsyscall page, which the text lists and the ioctl does not, lies above.
 */
export const USER_PAGES = 2 ** (53 - 12);

/** struct procmap_query of the uAPI: offsets in bytes. */
const query = {
  LENGTH: 104,
  size: 0,
  address: 16,
  vmaStart: 24,
  vmaEnd: 32,
  vmaFlags: 40,
  vmaPageSize: 48,
  vmaOffset: 56,
  inode: 64,
  deviceMajor: 72,
  deviceMinor: 76,
  nameSize: 80,
  nameAddress: 88,
} as const;
/** _IOWR('f', 17, struct procmap_query) */
const PROCMAP_QUERY = 0xc0686611;
const PROCMAP_QUERY_VMA_READABLE = 1;
const PROCMAP_QUERY_VMA_WRITABLE = 2;
const PROCMAP_QUERY_VMA_SHARED = 8;
/** PATH_MAX: the kernel offers no longer name. */
const NAME_BYTES_MAX = 4096;

/** By ioctl. One query at a time runs, so all share one argument. */
export class QueriedVmas implements VmaSource {
  private readonly argument = new Uint8Array(query.LENGTH);
  private readonly view = new DataView(this.argument.buffer);
  private readonly nameBytes = Buffer.alloc(NAME_BYTES_MAX);
  private readonly nameAddress: bigint;

  constructor(
    private readonly native: Native,
    private readonly mapsFd: number,
  ) {
    this.nameAddress = native.addressOf(this.nameBytes);
  }

  /** Whether the running kernel has the query. */
  static supported(native: Native, mapsFd: number): boolean {
    const vmas = new QueriedVmas(native, mapsFd);
    const result = vmas.call(0);
    return result === 0 || result === -errno.ENOENT || result === -errno.ESRCH;
  }

  lookup(): (page: number) => VmaAnswer {
    return this.at;
  }

  private readonly at = (page: number): VmaAnswer => {
    if (page >= USER_PAGES) return "none";
    const result = this.call(page);
    if (result < 0) return result === -errno.ESRCH ? "gone" : "none";
    const { view } = this;
    const flags = view.getUint32(query.vmaFlags, true);
    const start = this.pages(query.vmaStart);
    return {
      start,
      last: this.pages(query.vmaEnd) - 1,
      readable: (flags & PROCMAP_QUERY_VMA_READABLE) !== 0,
      writable: (flags & PROCMAP_QUERY_VMA_WRITABLE) !== 0,
      shared: (flags & PROCMAP_QUERY_VMA_SHARED) !== 0,
      filePage: this.pages(query.vmaOffset),
      deviceMajor: view.getUint32(query.deviceMajor, true),
      deviceMinor: view.getUint32(query.deviceMinor, true),
      inode: view.getBigUint64(query.inode, true),
      pageBytes: this.pages(query.vmaPageSize) * PAGE_SIZE,
      // The size that comes back counts the final NUL; 0 means no name.
      name: this.nameBytes.toString("utf8", 0, Math.max(0, view.getUint32(query.nameSize, true) - 1)),
    };
  };

  private call(page: number): number {
    const { view } = this;
    const address = U64.fromPage(page);
    this.argument.fill(0);
    view.setUint32(query.size, query.LENGTH, true);
    address.writeTo(view, query.address);
    view.setUint32(query.nameSize, NAME_BYTES_MAX, true);
    view.setBigUint64(query.nameAddress, this.nameAddress, true);
    return this.native.ioctl(this.mapsFd, PROCMAP_QUERY, this.argument);
  }

  /** A u64 of bytes as pages. */
  private pages(offset: number): number {
    return U64.readFrom(this.view, offset).page();
  }
}

/** By the text, read once for each look-up. */
export class ParsedVmas implements VmaSource {
  constructor(private readonly mapsFd: number) {}

  lookup(): (page: number) => VmaAnswer {
    const vmas = parseMaps(readWhole(this.mapsFd));
    return (page) => {
      if (vmas.length === 0) return "gone";
      let low = 0;
      let high = vmas.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (vmas[middle]!.last < page) low = middle + 1;
        else high = middle;
      }
      const vma = vmas[low];
      return vma !== undefined && vma.start <= page ? vma : "none";
    };
  }
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) (r|-)(w|-)(?:x|-)(s|p) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *(.*)$/;

/** The VMAs of the text of a /proc/PID/maps, ascending, without the vsyscall page. */
export function parseMaps(text: string): Vma[] {
  const vmas: Vma[] = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, start, end, read, write, sharing, offset, major, minor, inode, name] = match;
    const first = pageOf(start!);
    if (first >= USER_PAGES) continue;
    vmas.push({
      start: first,
      last: pageOf(end!) - 1,
      readable: read === "r",
      writable: write === "w",
      shared: sharing === "s",
      filePage: pageOf(offset!),
      deviceMajor: parseInt(major!, 16),
      deviceMinor: parseInt(minor!, 16),
      inode: BigInt(inode!),
      pageBytes: undefined,
      // The text escapes a newline, which would end the line; the ioctl does not.
      name: name!.replaceAll("\\012", "\n"),
    });
  }
  return vmas;
}

function pageOf(hexadecimal: string): number {
  return U64.fromBigInt(BigInt(`0x${hexadecimal}`)).page();
}

/** What a descriptor of a /proc file gives from its start; empty on an error. */
export function readWhole(fd: number): string {
  const parts: Buffer[] = [];
  let position = 0;
  try {
    for (;;) {
      const part = Buffer.alloc(16 * PAGE_SIZE);
      const length = readSync(fd, part, 0, part.length, position);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
      position += length;
    }
  } catch {
    return "";
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Names of areas that hold no pages of memory, or none that may be pinned: VM_IO or VM_PFNMAP, and secret memory. */
const UNPINNABLE_NAMES: ReadonlySet<string> = new Set(["[vvar]", "[vvar_vclock]", "/secretmem (deleted)"]);

/** Files under these are devices' or generated, so that a mapping of one may be of anything. */
const DOUBTFUL = /^(?:\/dev\/(?!shm\/|zero(?: \(deleted\))?$)|\/sys\/|\/proc\/|\/dmabuf|anon_inode:)/;

/**
 * Whether the area is known not to hold memory that can be pinned, by its name; "doubtful" when only the kernel's flags
 * (VmFlags in /proc/PID/smaps) tell.
 */
export function judgeByName(vma: Vma): "memory" | "unpinnable" | "doubtful" {
  if (UNPINNABLE_NAMES.has(vma.name)) return "unpinnable";
  return DOUBTFUL.test(vma.name) ? "doubtful" : "memory";
}

/**
 * Whether the VmFlags of the area that starts at this page are free of "io" and "pf", in the text of /proc/PID/smaps.
 * @returns false also when the text does not have the area
 */
export function isMemoryBySmaps(text: string, startPage: number): boolean {
  const flags = smapsField(text, startPage, "VmFlags:");
  return flags !== undefined && !flags.split(" ").some((flag) => flag === "io" || flag === "pf");
}

/** Bytes of a page of the area that starts at this page, or undefined when the text does not have the area. */
export function pageBytesBySmaps(text: string, startPage: number): number | undefined {
  const size = smapsField(text, startPage, "KernelPageSize:");
  return size === undefined ? undefined : 1024 * parseInt(size);
}

function smapsField(text: string, startPage: number, name: string): string | undefined {
  const address = (startPage * PAGE_SIZE).toString(16).padStart(8, "0");
  const lines = text.split("\n");
  const header = lines.findIndex((line) => line.startsWith(`${address}-`));
  if (header < 0) return undefined;
  for (let n = header + 1; n < lines.length; n++) {
    const line = lines[n]!;
    if (line.startsWith(name)) return line.slice(name.length).trim();
    if (LINE.test(line)) return undefined;
  }
  return undefined;
}
