/**
 * Hugetlb memory, however a client came by it: what the client writes is what an access reads, and the other way round, in
 * the same process and in another, after an unmap and after the client's end (specification 20, sections 2.3 to 3 and 8.6).
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { constants } from "node:fs";
import { reserveHugePages } from "../../scripts/selftest/huge-pages.js";
import { AccountMode, Accounts } from "../../daemon/core/accounting.js";
import { Ioas } from "../../daemon/core/ioas.js";
import type { BackingFile } from "../../daemon/core/mm.js";
import { Pages } from "../../daemon/core/pages.js";
import { PROT_READ, PROT_WRITE } from "../../daemon/hw/interface.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PeerRegistry, type Peer } from "../../daemon/memory/peer.js";
import type { VmaMethod } from "../../daemon/memory/process-memory.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  MAP_ANONYMOUS,
  MAP_HUGETLB,
  MAP_PRIVATE,
  MAP_SHARED,
  MemoryClients,
  type MemoryClient,
} from "../support/memory-client.js";
import { HUGE_PAGES_MAX, requirements } from "../support/requirements.js";

const HUGE_BYTES = 2 * 2 ** 20;
const BYTES = 2 * HUGE_BYTES;
const PAGES = BYTES / PAGE_SIZE;
/** An address that no program uses of itself. */
const ADDRESS = 0x2000_0000_0000;
const IOVA = 0x10_0000;

/** A place within one small page, and one on both sides of the border between the huge pages. */
const SHORT = { offset: 5 * PAGE_SIZE + 17, length: 100 };
const LONG = { offset: HUGE_BYTES - 5000, length: 10_000 };

interface Kind {
  readonly name: string;
  readonly vmaMethod?: VmaMethod;
  /** Flags of the client's mapping. */
  readonly flags: number;
  /** The mapping is one of a memfd. */
  readonly memfd: boolean;
  /** The memory is given by MAP_FILE instead of by its address. */
  readonly byFile?: boolean;
}

const ANONYMOUS = MAP_ANONYMOUS | MAP_HUGETLB;

const kinds: readonly Kind[] = [
  ...(["query", "text"] as const).flatMap((vmaMethod) => [
    {
      name: `private anonymous memory, VMAs by ${vmaMethod}`,
      vmaMethod,
      flags: MAP_PRIVATE | ANONYMOUS,
      memfd: false,
    },
    { name: `private mapping of a memfd, VMAs by ${vmaMethod}`, vmaMethod, flags: MAP_PRIVATE, memfd: true },
  ]),
  { name: "shared anonymous memory", flags: MAP_SHARED | ANONYMOUS, memfd: false },
  { name: "shared mapping of a memfd", flags: MAP_SHARED, memfd: true },
  { name: "memfd by MAP_FILE", flags: MAP_SHARED, memfd: true, byFile: true },
];

const clients = new MemoryClients();
afterAll(() => clients.stop());

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 0xff);

for (const kind of kinds) {
  requirements("native", "huge pages").describe(`hugetlb: ${kind.name}`, () => {
    const isShared = (kind.flags & MAP_SHARED) !== 0;
    let restoreHugePages = (): void => undefined;
    let frames: FrameTable;
    let registry: PeerRegistry;
    let accounts: Accounts;
    let ioas: Ioas;
    let client: MemoryClient;
    let peer: Peer;
    let otherClient: MemoryClient;
    let other: Peer;
    let fd: number;

    beforeAll(() => {
      restoreHugePages = reserveHugePages(HUGE_PAGES_MAX);
    });
    afterAll(() => {
      restoreHugePages();
    });

    beforeEach(async () => {
      frames = new FrameTable();
      const native = loadNative();
      let spaces = 0;
      const options = { native, frames, files: new FileTable(native), nextId: () => ++spaces, regionsMax: 1 };
      registry = new PeerRegistry({ ...options, vmaMethod: kind.vmaMethod ?? "auto" });
      [client, otherClient] = [await clients.start(), await clients.start()];
      [peer, other] = [registry.identify(client.socketFd), registry.identify(otherClient.socketFd)];
      fd = kind.memfd ? await client.number({ op: "memfd", size: BYTES, huge: true }) : -1;
      await client.map(BYTES, { flags: kind.flags, fd, address: ADDRESS });
      accounts = new Accounts();
      ioas = mapped(peer, kind.byFile === true ? fileOf(fd) : undefined);
    });

    afterEach(async () => {
      expect(ioas.unmapAll().error).toBe(errno.OK);
      expect(frames.inspect()).toEqual({ chunks: 0, pinnedPages: 0, objects: {} });
      for (const each of [peer, other]) each.close();
      for (const each of [client, otherClient]) await each.kill();
    });

    function fileOf(descriptor: number): BackingFile {
      const file = peer.openFile(descriptor);
      if (typeof file === "number") throw new Error(`openFile: ${file}`);
      return file;
    }

    /** An IOAS with the client's memory at IOVA. */
    function mapped({ mm }: Peer, file?: BackingFile): Ioas {
      const made = new Ioas(accounts);
      const owner = { mm, uid: 0, limits: { memlockLimitPages: () => Infinity } };
      const firstPage = file === undefined ? ADDRESS / PAGE_SIZE : 0;
      const pages = new Pages(owner, file, firstPage, PAGES, true, AccountMode.NONE);
      const slice = { pages, firstIndex: 0, offset: 0, length: U64.fromNumber(BYTES) };
      expect(made.place([slice], slice.length, PROT_READ | PROT_WRITE, U64.fromNumber(IOVA))).toBeInstanceOf(U64);
      pages.release();
      return made;
    }

    interface Access {
      readonly by: Peer;
      readonly slow: boolean;
    }
    const accesses = (): Access[] => [
      { by: peer, slow: false },
      { by: peer, slow: true },
      { by: other, slow: false },
      { by: other, slow: true },
    ];

    function transfer(bytes: Uint8Array, offset: number, write: boolean, { by, slow }: Access, of = ioas): Errno {
      const first = U64.fromNumber(IOVA + offset);
      const last = U64.fromNumber(IOVA + offset + bytes.length - 1);
      return of.transfer(first, last, bytes, write, slow, by.mm, frames);
    }

    function read(offset: number, length: number, access: Access, of = ioas): Uint8Array {
      const bytes = new Uint8Array(length);
      expect(transfer(bytes, offset, false, access, of)).toBe(errno.OK);
      return bytes;
    }

    /** Pins all of it. @returns the frames */
    function pin(of = ioas): number[] {
      const pfns: number[] = [];
      expect(of.pin(U64.fromNumber(IOVA), U64.fromNumber(IOVA + BYTES - 1), true, pfns)).toBe(errno.OK);
      return pfns;
    }

    function unpin(of = ioas): void {
      of.unpin(U64.fromNumber(IOVA), U64.fromNumber(IOVA + BYTES - 1));
    }

    test("a huge page has consecutive frames from a multiple of its size on, and is known for one", () => {
      const pfns = pin();
      const hugePages = HUGE_BYTES / PAGE_SIZE;
      expect(pfns).toEqual(Array.from({ length: PAGES }, (_, page) => pfns[0]! + page));
      expect(pfns[0]! % hugePages).toBe(0);
      for (const pfn of [pfns[0]!, pfns[1]!, pfns.at(-1)!]) expect(frames.physicalPages(pfn)).toBe(hugePages);
      unpin();
    });

    test("an access of any process reads what the client wrote, pinned or not", async () => {
      let seed = 0;
      for (const isPinned of [false, true]) {
        if (isPinned) pin();
        for (const access of accesses())
          for (const { offset, length } of [SHORT, LONG]) {
            const bytes = pattern(length, ++seed);
            await client.poke(ADDRESS + offset, bytes);
            expect(Buffer.compare(read(offset, length, access), bytes)).toBe(0);
          }
      }
      unpin();
    });

    test("the client reads what an access of any process wrote, and nothing beside it changed", async () => {
      const memory = Buffer.from(pattern(3 * PAGE_SIZE, 1));
      const from = HUGE_BYTES - 2 * PAGE_SIZE;
      await client.poke(ADDRESS + from, memory);
      let seed = 0;
      for (const isPinned of [false, true]) {
        if (isPinned) pin();
        for (const access of accesses())
          for (const length of [100, PAGE_SIZE + 1000]) {
            const bytes = pattern(length, ++seed + 100);
            expect(transfer(bytes, from + PAGE_SIZE + 10, true, access)).toBe(errno.OK);
            memory.set(bytes, PAGE_SIZE + 10);
            expect(Buffer.compare(await client.peek(ADDRESS + from, memory.length), memory)).toBe(0);
          }
      }
      unpin();
    });

    test("memory that nobody has written reads as zero", () => {
      for (const access of accesses())
        expect(read(LONG.offset, LONG.length, access).every((byte) => byte === 0)).toBe(true);
    });

    test("pinned pages outlive the mapping where something else than the process holds them", async () => {
      await client.poke(ADDRESS + LONG.offset, pattern(LONG.length, 3));
      pin();
      await client.ask({ op: "unmap", address: ADDRESS, length: BYTES });
      const slow = { by: other, slow: true };
      if (isShared) expect(Buffer.compare(read(LONG.offset, LONG.length, slow), pattern(LONG.length, 3))).toBe(0);
      else expect(transfer(new Uint8Array(LONG.length), LONG.offset, false, slow)).toBe(errno.EFAULT);
      unpin();
      // What is not pinned is what is there now.
      const again = transfer(new Uint8Array(LONG.length), LONG.offset, false, slow);
      expect(again).toBe(kind.byFile === true ? errno.OK : errno.EFAULT);
    });

    test.each([
      ["is killed", (gone: MemoryClient) => gone.kill()],
      ["executes another program", (gone: MemoryClient) => gone.exec(false)],
    ])("and the client, when it %s", async (_end, finish) => {
      await client.poke(ADDRESS + LONG.offset, pattern(LONG.length, 4));
      pin();
      await finish(client);
      const slow = { by: other, slow: true };
      if (isShared) {
        expect(Buffer.compare(read(LONG.offset, LONG.length, slow), pattern(LONG.length, 4))).toBe(0);
        expect(transfer(pattern(LONG.length, 5), LONG.offset, true, slow)).toBe(errno.OK);
        expect(Buffer.compare(read(LONG.offset, LONG.length, slow), pattern(LONG.length, 5))).toBe(0);
      } else expect(transfer(new Uint8Array(LONG.length), LONG.offset, false, slow)).toBe(errno.EFAULT);
      unpin();
      const again = transfer(new Uint8Array(LONG.length), LONG.offset, false, slow);
      expect(again).toBe(kind.byFile === true ? errno.OK : errno.EFAULT);
    });

    if (!isShared) return;

    test("another process that maps it has the same pages, with what either writes", async () => {
      const range = [ADDRESS, ADDRESS + BYTES].map((address) => address.toString(16)).join("-");
      const path = `/proc/${client.pid}/${kind.memfd ? `fd/${fd}` : `map_files/${range}`}`;
      const opened = await otherClient.number({ op: "open", path, flags: constants.O_RDWR });
      await otherClient.map(BYTES, { flags: MAP_SHARED, fd: opened, address: ADDRESS });
      const otherIoas = mapped(other);
      expect(pin(otherIoas)).toEqual(pin());
      let seed = 0;
      for (const writer of [client, otherClient])
        for (const [of, by] of [
          [ioas, peer],
          [otherIoas, other],
        ] as const) {
          const bytes = pattern(LONG.length, ++seed);
          await writer.poke(ADDRESS + LONG.offset, bytes);
          for (const slow of [false, true])
            expect(Buffer.compare(read(LONG.offset, LONG.length, { by, slow }, of), bytes)).toBe(0);
        }
      // The first mapping gone, the second process's is as good.
      unpin();
      await client.kill();
      expect(
        Buffer.compare(
          read(LONG.offset, LONG.length, { by: other, slow: false }, otherIoas),
          pattern(LONG.length, seed),
        ),
      ).toBe(0);
      unpin(otherIoas);
      expect(otherIoas.unmapAll().error).toBe(errno.OK);
    });
  });
}
