/** Registered regions: which are refused with which error, and who may remove them. */
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { PeerRegistry, type Peer } from "../../daemon/memory/peer.js";
import { CALLBACK_BYTES_MAX, REGIONS_MAX, RegionSet, type RegionRequest } from "../../daemon/memory/regions.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";

const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-regions-"));
const path = join(directory, "file");
writeFileSync(path, new Uint8Array(PAGE_SIZE + 10));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const callback = {
  read: (_address: U64, length: number): Promise<Uint8Array | Errno> => Promise.resolve(new Uint8Array(length)),
  write: (): Promise<Errno> => Promise.resolve(errno.OK),
};
const page = (number: number): U64 => U64.fromPage(number);
const request = (first: number, count: number, options: Partial<RegionRequest> = {}): RegionRequest => ({
  address: page(first),
  length: page(count),
  offset: U64.ZERO,
  writable: true,
  backing: { callback },
  ...options,
});

describe("regions of a peer whose process is not known", () => {
  let frames: FrameTable;
  let peer: Peer;

  beforeEach(() => {
    frames = new FrameTable();
    const registry = new PeerRegistry({
      native: undefined,
      frames,
      files: new FileTable(undefined),
      nextId: () => 1,
      regionsMax: REGIONS_MAX,
    });
    peer = registry.identify(undefined);
  });

  const pin = (first: number, count: number, write: boolean): [number, number][] | Errno => {
    const runs: [number, number][] = [];
    return peer.mm.pin(first, count, write, (...run) => runs.push(run)) || runs;
  };

  test("addresses, lengths and offsets that are not whole pages, and empty or wrapping ranges, are EINVAL", () => {
    for (const bad of [
      { address: U64.fromNumber(1) },
      { length: U64.fromNumber(PAGE_SIZE + 1) },
      { length: U64.ZERO },
      { offset: U64.fromNumber(8), backing: { path } },
      { offset: U64.MAX.minus(U64.fromNumber(PAGE_SIZE - 1)), backing: { path } },
      { address: U64.MAX.minus(U64.fromNumber(PAGE_SIZE - 1)), length: page(2) },
    ])
      expect([bad, peer.addRegion(request(10, 1, bad))?.error]).toEqual([bad, errno.EINVAL]);
  });

  test("a region that touches another is EEXIST, one beside it is not", () => {
    expect(peer.addRegion(request(10, 4))).toBeUndefined();
    for (const [first, count] of [
      [9, 2],
      [13, 1],
      [11, 1],
      [5, 20],
    ] as const)
      expect(peer.addRegion(request(first, count))?.error).toBe(errno.EEXIST);
    expect(peer.addRegion(request(14, 1))).toBeUndefined();
    expect(peer.addRegion(request(9, 1))).toBeUndefined();
    expect(peer.listRegions().map(({ start }) => start)).toEqual(["0x9000", "0xa000", "0xe000"]);
  });

  test(`the region after ${REGIONS_MAX} is ENOSPC`, () => {
    for (let n = 0; n < REGIONS_MAX; n++) expect(peer.addRegion(request(n, 1))).toBeUndefined();
    expect(peer.addRegion(request(REGIONS_MAX, 1))?.error).toBe(errno.ENOSPC);
  });

  test("a path must be absolute and lead to a regular file that is no symbolic link", () => {
    const link = join(directory, "link");
    const folder = join(directory, "folder");
    symlinkSync(path, link);
    mkdirSync(folder);
    for (const [wrong, error] of [
      ["file", errno.EINVAL],
      [link, errno.EINVAL],
      ["/dev/null", errno.EINVAL],
      [join(directory, "absent"), errno.ENOENT],
    ] as const)
      expect([wrong, peer.addRegion(request(10, 1, { backing: { path: wrong } }))?.error]).toEqual([wrong, error]);
    expect(peer.addRegion(request(10, 1, { backing: { path: folder }, writable: false }))?.error).toBe(errno.EINVAL);
    expect(peer.listRegions()).toEqual([]);
  });

  test("a descriptor of a process that is not known is EBADF", () => {
    expect(peer.addRegion(request(10, 1, { backing: { fd: 0 } }))?.error).toBe(errno.EBADF);
  });

  test("without the right to paths a path is EACCES", () => {
    const rights = { mayOpenPaths: false, copyDescriptor: () => -errno.EBADF, openFlags: () => 0 };
    const refusal = new RegionSet(new FileTable(undefined), REGIONS_MAX).add(
      peer,
      request(10, 1, { backing: { path } }),
      rights,
    );
    expect(refusal?.error).toBe(errno.EACCES);
  });

  test("a region longer than its file can be pinned up to the page of the file's end, which reads as zero behind it", async () => {
    expect(peer.addRegion(request(10, 4, { backing: { path } }))).toBeUndefined();
    expect(pin(12, 1, false)).toBe(errno.EFAULT);
    const [[pfn]] = pin(10, 2, true) as [[number, number]];
    const into = new Uint8Array(PAGE_SIZE).fill(1);
    expect(await frames.write((pfn + 1) * PAGE_SIZE, new Uint8Array(20).fill(7))).toBe(errno.OK);
    expect(await frames.read((pfn + 1) * PAGE_SIZE, into)).toBe(errno.OK);
    expect([...into.subarray(8, 12)]).toEqual([7, 7, 0, 0]);
    frames.unpin(pfn, 2);
  });

  test("only the owner removes a region, by its first address; its connection's end removes the rest", () => {
    expect(peer.addRegion(request(10, 4))).toBeUndefined();
    expect(peer.addRegion(request(20, 4))).toBeUndefined();
    expect(peer.removeRegion(page(11))?.error).toBe(errno.ENOENT);
    expect(peer.mm.regions.remove({}, page(10))?.error).toBe(errno.ENOENT);
    expect(peer.removeRegion(page(10))).toBeUndefined();
    expect(peer.removeRegion(page(10))?.error).toBe(errno.ENOENT);
    expect(pin(10, 1, false)).toBe(errno.EFAULT);
    peer.close();
    expect(pin(20, 1, false)).toBe(errno.EFAULT);
  });

  test("a pin over neighbouring regions of a file and of callbacks is whole; its callback part is EFAULT when removed", async () => {
    expect(peer.addRegion(request(10, 1, { backing: { path } }))).toBeUndefined();
    expect(peer.addRegion(request(11, 1))).toBeUndefined();
    const runs = pin(10, 2, true) as [number, number][];
    expect(runs.map(([, count]) => count)).toEqual([1, 1]);
    expect(peer.removeRegion(page(10))).toBeUndefined();
    expect(peer.removeRegion(page(11))).toBeUndefined();
    expect(await frames.read(runs[0]![0] * PAGE_SIZE, new Uint8Array(4))).toBe(errno.OK);
    expect(await frames.read(runs[1]![0] * PAGE_SIZE, new Uint8Array(4))).toBe(errno.EFAULT);
    for (const run of runs) frames.unpin(...run);
  });

  test("the copy of an ioctl uses regions on files and asks no client", () => {
    expect(peer.addRegion(request(10, 1, { backing: { path } }))).toBeUndefined();
    expect(peer.addRegion(request(11, 1))).toBeUndefined();
    expect(peer.mm.copyTo(page(10), Uint8Array.of(5))).toBe(errno.OK);
    const into = new Uint8Array(1);
    expect(peer.mm.copyFrom(page(10), into)).toBe(errno.OK);
    expect(into[0]).toBe(5);
    expect(peer.mm.copyFrom(page(11), into)).toBe(errno.EFAULT);
    expect(peer.mm.copyFrom(U64.MAX, new Uint8Array(2))).toBe(errno.EFAULT);
  });

  test("a callback is asked in parts of bounded size, and a short answer is EFAULT", async () => {
    const lengths: number[] = [];
    const read = (_address: U64, length: number): Promise<Uint8Array> => {
      lengths.push(length);
      return Promise.resolve(new Uint8Array(lengths.length > 2 ? length - 1 : length));
    };
    const pages = (2 * CALLBACK_BYTES_MAX) / PAGE_SIZE;
    expect(peer.addRegion(request(0, pages, { backing: { callback: { ...callback, read } } }))).toBeUndefined();
    const [[pfn]] = pin(0, pages, false) as [[number, number]];
    expect(await frames.read(pfn * PAGE_SIZE, new Uint8Array(2 * CALLBACK_BYTES_MAX))).toBe(errno.OK);
    expect(lengths).toEqual([CALLBACK_BYTES_MAX, CALLBACK_BYTES_MAX]);
    expect(await frames.read(pfn * PAGE_SIZE, new Uint8Array(4))).toBe(errno.EFAULT);
    frames.unpin(pfn, pages);
  });

  test("it counts as privileged, has no limits and no descriptors", () => {
    expect([peer.pid, peer.hasIpcLock(), peer.hasSysResource()]).toEqual([undefined, true, true]);
    expect([peer.memlockLimitPages(), peer.mm.lockedPages(), peer.openFile(0)]).toEqual([Infinity, 0, errno.EBADF]);
    expect(peer.mm.isGone()).toBe(false);
    peer.close();
    expect(peer.mm.isGone()).toBe(true);
  });
});
