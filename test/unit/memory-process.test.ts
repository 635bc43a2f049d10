/** What of a process's memory can be pinned and copied, and which page is the same page: the rules beyond the providers'. */
import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PageSource } from "../../daemon/core/mm.js";
import { FileTable, fileKindAt } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PeerRegistry, type Peer } from "../../daemon/memory/peer.js";
import { REGIONS_MAX } from "../../daemon/memory/regions.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MemoryClients,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
  type MemoryClient,
} from "../support/memory-client.js";
import { counted } from "../support/memfd.js";
import { requirements } from "../support/requirements.js";

/** Where no program maps anything of itself. */
const ADDRESS = 0x2000_0000_0000;

const clients = new MemoryClients();
const shmDirectory = mkdtempSync("/dev/shm/iommufd-emu-memory-");
afterAll(async () => {
  await clients.stop();
  rmSync(shmDirectory, { recursive: true, force: true });
});

requirements("native").describe("memory of a process", () => {
  let frames: FrameTable;
  let registry: PeerRegistry;
  let client: MemoryClient;
  let peer: Peer;
  const calls: string[] = [];

  beforeEach(async () => {
    const native = counted(loadNative()!, calls);
    frames = new FrameTable();
    let spaces = 0;
    const nextId = (): number => ++spaces;
    registry = new PeerRegistry({ native, frames, files: new FileTable(native), nextId, regionsMax: REGIONS_MAX });
    client = await clients.start();
    peer = registry.identify(client.socketFd);
  });

  afterEach(async () => {
    peer.close();
    await client.kill();
  });

  const pinOne = (who: PageSource, page: number, write: boolean): number => {
    let pfn = 0;
    const result = who.pin(page, 1, write, (first) => (pfn = first));
    return result === errno.OK ? pfn : -result;
  };

  test("two processes, a MAP_FILE and a region have one PFN for a page of one file", async () => {
    const path = join(mkdtempSync(join(shmDirectory, "case-")), "file");
    writeFileSync(path, new Uint8Array(8 * PAGE_SIZE));
    const other = await clients.start();
    const otherPeer = registry.identify(other.socketFd);
    const addresses: number[] = [];
    for (const each of [client, other]) {
      const fd = await each.number({ op: "open", path, flags: constants.O_RDWR });
      addresses.push(await each.map(PAGE_SIZE, { flags: MAP_SHARED, fd, offset: 5 * PAGE_SIZE }));
    }
    const fd = await client.number({ op: "open", path, flags: constants.O_RDONLY });
    const file = peer.openFile(fd);
    if (typeof file === "number") throw new Error(`openFile: ${file}`);
    const region = { address: U64.fromNumber(ADDRESS), length: U64.fromNumber(PAGE_SIZE), writable: false };
    expect(peer.addRegion({ ...region, backing: { path }, offset: U64.fromNumber(5 * PAGE_SIZE) })).toBeUndefined();
    const pfns = [
      pinOne(peer.mm, addresses[0]! / PAGE_SIZE, true),
      pinOne(otherPeer.mm, addresses[1]! / PAGE_SIZE, true),
      pinOne(file, 5, true),
      pinOne(peer.mm, ADDRESS / PAGE_SIZE, false),
    ];
    expect(new Set(pfns).size).toBe(1);
    expect(pfns[0]).toBeGreaterThan(0);
    for (const pfn of pfns) frames.unpin(pfn, 1);
    file.release();
    otherPeer.close();
  });

  test("a MiB of pinned private memory is read by one call and a look at the process, also where a page was protected", async () => {
    const pages = 256;
    const address = await client.map(pages * PAGE_SIZE);
    const bytes = Uint8Array.from({ length: pages * PAGE_SIZE }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
    await client.poke(address, bytes);
    let pfn = 0;
    expect(peer.mm.pin(address / PAGE_SIZE, pages, true, (first) => (pfn = first))).toBe(errno.OK);
    const into = new Uint8Array(bytes.length);
    calls.length = 0;
    expect(frames.read(pfn * PAGE_SIZE, into)).toBe(errno.OK);
    expect(calls).toEqual(["processRead", "fileRead"]);
    expect(Buffer.compare(into, bytes)).toBe(0);

    await client.ask({ op: "protect", address: address + PAGE_SIZE, length: PAGE_SIZE, protection: PROT_NONE });
    into.fill(0);
    expect(frames.read(pfn * PAGE_SIZE, into)).toBe(errno.OK);
    expect(Buffer.compare(into, bytes)).toBe(0);

    await client.exec(true);
    calls.length = 0;
    expect(frames.read(pfn * PAGE_SIZE, into)).toBe(errno.EFAULT);
    expect(frames.read(pfn * PAGE_SIZE, into)).toBe(errno.EFAULT);
    frames.unpin(pfn, pages);
  });

  test("shared anonymous memory is one object however often it is mapped, private memory one per process", async () => {
    const shared = await client.map(PAGE_SIZE, { flags: MAP_SHARED | MAP_ANONYMOUS });
    const other = await clients.start();
    const otherPeer = registry.identify(other.socketFd);
    await client.map(PAGE_SIZE, { address: ADDRESS });
    await other.map(PAGE_SIZE, { address: ADDRESS });
    const mine = pinOne(peer.mm, ADDRESS / PAGE_SIZE, true);
    const theirs = pinOne(otherPeer.mm, ADDRESS / PAGE_SIZE, true);
    expect(mine).not.toBe(theirs);
    await client.poke(shared, Uint8Array.of(42));
    const pfn = pinOne(peer.mm, shared / PAGE_SIZE, true);
    const into = new Uint8Array(1);
    expect(await frames.read(pfn * PAGE_SIZE, into)).toBe(errno.OK);
    expect(into[0]).toBe(42);
    for (const each of [mine, theirs, pfn]) frames.unpin(each, 1);
    otherPeer.close();
  });

  test("a pin over private memory, a region and a shared mapping side by side is one pin", async () => {
    const fd = await client.number({ op: "memfd", size: PAGE_SIZE });
    await client.map(PAGE_SIZE, { address: ADDRESS });
    await client.map(PAGE_SIZE, { address: ADDRESS + 2 * PAGE_SIZE, flags: MAP_SHARED, fd });
    const address = U64.fromNumber(ADDRESS + PAGE_SIZE);
    const request = { address, length: U64.fromNumber(PAGE_SIZE), writable: true, backing: { fd }, offset: U64.ZERO };
    expect(peer.addRegion(request)).toBeUndefined();
    const runs: [number, number][] = [];
    expect(peer.mm.pin(ADDRESS / PAGE_SIZE, 3, true, (pfn, count) => runs.push([pfn, count]))).toBe(errno.OK);
    // The second and the third page are the one page of the memfd.
    expect(runs).toEqual([
      [expect.any(Number), 1],
      [runs[1]![0], 1],
      [runs[1]![0], 1],
    ]);
    for (const [pfn, count] of runs) peer.mm.unpin(pfn, count);
  });

  test("the process is not asked about addresses that a region covers", async () => {
    await client.map(PAGE_SIZE, { address: ADDRESS });
    const callback = { read: () => Promise.resolve(errno.EFAULT), write: () => Promise.resolve(errno.EFAULT) };
    const request = { address: U64.fromNumber(ADDRESS), length: U64.fromNumber(PAGE_SIZE), offset: U64.ZERO };
    expect(peer.addRegion({ ...request, writable: true, backing: { callback } })).toBeUndefined();
    const pfn = pinOne(peer.mm, ADDRESS / PAGE_SIZE, true);
    expect(await frames.read(pfn * PAGE_SIZE, new Uint8Array(1))).toBe(errno.EFAULT);
    expect(peer.mm.copyFrom(U64.fromNumber(ADDRESS), new Uint8Array(1))).toBe(errno.EFAULT);
    frames.unpin(pfn, 1);
  });

  test("write-only memory can be pinned for writing, not for reading; memory without access not at all", async () => {
    const writeOnly = (await client.map(PAGE_SIZE, { protection: PROT_WRITE })) / PAGE_SIZE;
    const none = (await client.map(PAGE_SIZE, { protection: PROT_NONE })) / PAGE_SIZE;
    expect(pinOne(peer.mm, writeOnly, false)).toBe(-errno.EFAULT);
    frames.unpin(pinOne(peer.mm, writeOnly, true), 1);
    expect(pinOne(peer.mm, none, false)).toBe(-errno.EFAULT);
    expect(pinOne(peer.mm, none, true)).toBe(-errno.EFAULT);
  });

  test("a hole between two areas makes the whole pin fail", async () => {
    await client.map(3 * PAGE_SIZE, { address: ADDRESS });
    await client.ask({ op: "unmap", address: ADDRESS + PAGE_SIZE, length: PAGE_SIZE });
    expect(peer.mm.pin(ADDRESS / PAGE_SIZE, 3, false, () => undefined)).toBe(errno.EFAULT);
    expect(frames.inspect().pinnedPages).toBe(0);
  });

  test("pages of a mapping behind the end of its file are EFAULT", async () => {
    const fd = await client.number({ op: "memfd", size: PAGE_SIZE + 1 });
    for (const flags of [MAP_SHARED, MAP_PRIVATE]) {
      const first = (await client.map(3 * PAGE_SIZE, { flags, fd })) / PAGE_SIZE;
      frames.unpin(pinOne(peer.mm, first + 1, true), 1);
      expect(pinOne(peer.mm, first + 2, true)).toBe(-errno.EFAULT);
      expect(peer.mm.pin(first, 3, true, () => undefined)).toBe(errno.EFAULT);
    }
  });

  test("a shared mapping of a file on disk can be pinned for reading, not for writing", async () => {
    const path = join(clients.directory, `disk-${client.pid}`);
    writeFileSync(path, new Uint8Array(8 * PAGE_SIZE));
    const fd = await client.number({ op: "open", path, flags: constants.O_RDWR });
    const page = (await client.map(PAGE_SIZE, { flags: MAP_SHARED, fd })) / PAGE_SIZE;
    if (fileKindAt(path) === "other") expect(pinOne(peer.mm, page, true)).toBe(-errno.EFAULT);
    frames.unpin(pinOne(peer.mm, page, false), 1);
  });

  test("pages that end at or beyond 2^64 bytes are EOVERFLOW", () => {
    expect(peer.mm.pin(2 ** 52 - 1, 1, false, () => undefined)).toBe(errno.EOVERFLOW);
    expect(peer.mm.pin(2 ** 52 - 1, 2, false, () => undefined)).toBe(errno.EOVERFLOW);
    expect(peer.mm.pin(2 ** 52 - 2, 1, false, () => undefined)).toBe(errno.EFAULT);
  });

  test("a pinned page is written though the client has made it read-only since; a copy of an ioctl is refused", async () => {
    await client.map(PAGE_SIZE, { address: ADDRESS });
    const pfn = pinOne(peer.mm, ADDRESS / PAGE_SIZE, true);
    await client.ask({ op: "protect", address: ADDRESS, length: PAGE_SIZE, protection: PROT_READ });
    expect(await frames.write(pfn * PAGE_SIZE, Uint8Array.of(7))).toBe(errno.OK);
    expect(await client.peek(ADDRESS, 1)).toEqual(Buffer.of(7));
    expect(peer.mm.copyTo(U64.fromNumber(ADDRESS), Uint8Array.of(8))).toBe(errno.EFAULT);
    frames.unpin(pfn, 1);
  });

  test("a copy to two pages of which the second is read-only stores nothing", async () => {
    await client.map(2 * PAGE_SIZE, { address: ADDRESS });
    await client.ask({ op: "protect", address: ADDRESS + PAGE_SIZE, length: PAGE_SIZE, protection: PROT_READ });
    const address = U64.fromNumber(ADDRESS + PAGE_SIZE - 2);
    expect(peer.mm.copyTo(address, Uint8Array.of(1, 2, 3, 4))).toBe(errno.EFAULT);
    expect(await client.peek(ADDRESS + PAGE_SIZE - 2, 2)).toEqual(Buffer.of(0, 0));
    const into = new Uint8Array(4);
    expect(peer.mm.copyFrom(address, into)).toBe(errno.OK);
  });

  test("the bytes of a page that its file has lost by truncation are EFAULT", async () => {
    const fd = await client.number({ op: "memfd", size: 2 * PAGE_SIZE });
    const page = (await client.map(2 * PAGE_SIZE, { flags: MAP_SHARED, fd })) / PAGE_SIZE;
    const pfn = pinOne(peer.mm, page + 1, true);
    await client.ask({ op: "resize", fd, size: PAGE_SIZE });
    expect(await frames.read(pfn * PAGE_SIZE, new Uint8Array(8))).toBe(errno.EFAULT);
    expect(await frames.write(pfn * PAGE_SIZE, new Uint8Array(8))).toBe(errno.EFAULT);
    frames.unpin(pfn, 1);
  });

  test("a file behind MAP_FILE is EBADF if not open or opened with O_PATH, and any other kind is EINVAL when pinned", async () => {
    const path = join(clients.directory, `disk-${client.pid}`);
    writeFileSync(path, new Uint8Array(PAGE_SIZE));
    const O_PATH = 0o10000000;
    expect(peer.openFile(1000)).toBe(errno.EBADF);
    expect(peer.openFile(-1)).toBe(errno.EBADF);
    expect(peer.openFile(await client.number({ op: "open", path, flags: O_PATH }))).toBe(errno.EBADF);
    for (const name of ["/dev/null", "/dev/shm", ...(fileKindAt(path) === "other" ? [path] : [])]) {
      const file = peer.openFile(await client.number({ op: "open", path: name, flags: constants.O_RDONLY }));
      if (typeof file === "number") throw new Error(`${name}: ${file}`);
      expect(file.pin(0, 1, false, () => undefined)).toBe(errno.EINVAL);
      file.release();
    }
  });

  test("a file can be pinned up to the last page that lies wholly inside it", async () => {
    const fd = await client.number({ op: "memfd", size: 5000 });
    const file = peer.openFile(fd);
    if (typeof file === "number") throw new Error(`openFile: ${file}`);
    expect(file.pin(0, 2, false, () => undefined)).toBe(errno.EINVAL);
    expect(file.pin(1, 1, false, () => undefined)).toBe(errno.EINVAL);
    expect(file.pin(2 ** 51, 1, false, () => undefined)).toBe(errno.EINVAL);
    frames.unpin(pinOne(file, 0, true), 1);
    file.release();
  });

  test("the daemon has as many descriptors after a client as before", async () => {
    const descriptors = (): number => readdirSync("/proc/self/fd").length;
    const before = descriptors();
    const other = await clients.start();
    const otherPeer = registry.identify(other.socketFd);
    const fd = await other.number({ op: "memfd", size: PAGE_SIZE });
    const page = (await other.map(PAGE_SIZE, { flags: MAP_SHARED, fd })) / PAGE_SIZE;
    const opened = [otherPeer.openFile(fd), otherPeer.openFile(fd)];
    const pfn = pinOne(otherPeer.mm, page, true);
    expect(descriptors()).toBeGreaterThan(before);
    for (const file of opened) if (typeof file !== "number") file.release();
    frames.unpin(pfn, 1);
    await other.kill();
    otherPeer.close();
    expect(descriptors()).toBe(before);
  });
});
