/** Every provider of client memory keeps the same rules: pins, page frame numbers, bytes, faults, vanished clients. */
import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { constants, ftruncateSync, mkdtempSync, openSync, closeSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { PageSource } from "../../daemon/core/mm.js";
import { CLIENT_PFN_FIRST, TABLE_PFN_FIRST } from "../../daemon/hw/interface.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { CHUNK_PAGES, FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PeerRegistry, type Peer } from "../../daemon/memory/peer.js";
import { REGIONS_MAX } from "../../daemon/memory/regions.js";
import type { VmaMethod } from "../../daemon/memory/process-memory.js";
import type { RegionBacking } from "../../daemon/memory/regions.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MemoryClients,
  PROT_READ,
  type MemoryClient,
} from "../support/memory-client.js";
import { requirements } from "../support/requirements.js";

const GIB = CHUNK_PAGES * PAGE_SIZE;
/** The pages of a fixture lie on both sides of a border between chunks. */
const PAGES = 8;
const BEFORE_BORDER = 4;
/** An address that no program uses of itself: 4 pages below a multiple of 1 GiB. */
const ADDRESS = 0x2000_0000_0000 + GIB - BEFORE_BORDER * PAGE_SIZE;
const FILE_OFFSET = GIB - BEFORE_BORDER * PAGE_SIZE;
const FILE_BYTES = FILE_OFFSET + PAGES * PAGE_SIZE;

/** What becomes of a provider's memory when the client is killed or executes another program. */
interface AfterTheEnd {
  readonly pin: number;
  readonly read: number;
}

interface Fixture {
  readonly source: PageSource;
  /** The first of PAGES pages; the page after them cannot be pinned. */
  readonly first: number;
  /** Page of the object that `first` is. */
  readonly objectPage: number;
  readonly beyond: number;
  /** The same memory without the right to write; undefined where there is no such thing. */
  readonly readOnly?: { readonly source: PageSource; readonly first: number };
  store(offset: number, bytes: Uint8Array): Promise<void>;
  load(offset: number, length: number): Promise<Uint8Array>;
  readonly afterTheEnd: AfterTheEnd;
  close?(): void;
}

interface Provider {
  readonly name: string;
  readonly vmaMethod?: VmaMethod;
  open(client: MemoryClient, peer: Peer, directory: string): Promise<Fixture>;
}

const KEPT: AfterTheEnd = { pin: errno.OK, read: errno.OK };
const GONE: AfterTheEnd = { pin: errno.EFAULT, read: errno.EFAULT };
const PINNED_KEPT: AfterTheEnd = { pin: errno.EFAULT, read: errno.OK };

async function mappedFixture(
  client: MemoryClient,
  peer: Peer,
  map: { flags: number; fd?: number; offset?: number },
  objectPage: number,
  afterTheEnd: AfterTheEnd,
): Promise<Fixture> {
  await client.map(PAGES * PAGE_SIZE, { ...map, address: ADDRESS });
  const readOnly = await client.map(PAGES * PAGE_SIZE, { ...map, protection: PROT_READ });
  return {
    source: peer.mm,
    first: ADDRESS / PAGE_SIZE,
    objectPage,
    beyond: errno.EFAULT,
    readOnly: { source: peer.mm, first: readOnly / PAGE_SIZE },
    store: (offset, bytes) => client.poke(ADDRESS + offset, bytes),
    load: (offset, length) => client.peek(ADDRESS + offset, length),
    afterTheEnd,
  };
}

function makeFile(path: string): number {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  ftruncateSync(fd, FILE_BYTES);
  return fd;
}

function regionFixture(peer: Peer, backing: RegionBacking, own: number, afterTheEnd: AfterTheEnd): Fixture {
  const request = {
    address: U64.fromNumber(ADDRESS),
    length: U64.fromNumber(PAGES * PAGE_SIZE),
    offset: U64.fromNumber(FILE_OFFSET),
    writable: true,
    backing,
  };
  const readOnlyAddress = ADDRESS + 16 * GIB;
  expect(peer.addRegion(request)).toBeUndefined();
  const readOnly = { ...request, address: U64.fromNumber(readOnlyAddress), writable: false };
  expect(peer.addRegion(readOnly)).toBeUndefined();
  return {
    source: peer.mm,
    first: ADDRESS / PAGE_SIZE,
    objectPage: FILE_OFFSET / PAGE_SIZE,
    beyond: errno.EFAULT,
    readOnly: { source: peer.mm, first: readOnlyAddress / PAGE_SIZE },
    ...fileBytes(own),
    afterTheEnd,
  };
}

function fileBytes(fd: number): Pick<Fixture, "store" | "load" | "close"> {
  return {
    store: (offset, bytes) => {
      writeSync(fd, bytes, 0, bytes.length, FILE_OFFSET + offset);
      return Promise.resolve();
    },
    load: (offset, length) => {
      const bytes = Buffer.alloc(length);
      readSync(fd, bytes, 0, length, FILE_OFFSET + offset);
      return Promise.resolve(bytes);
    },
    close: () => {
      closeSync(fd);
    },
  };
}

const ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS;

const providers: Provider[] = [
  ...(["query", "text"] as const).map((vmaMethod) => ({
    name: `private memory of a process, VMAs by ${vmaMethod}`,
    vmaMethod,
    open: (client: MemoryClient, peer: Peer) =>
      mappedFixture(client, peer, { flags: ANONYMOUS }, ADDRESS / PAGE_SIZE, GONE),
  })),
  {
    name: "shared mapping of a memfd in a process",
    open: async (client, peer) => {
      const fd = await client.number({ op: "memfd", size: FILE_BYTES });
      const map = { flags: MAP_SHARED, fd, offset: FILE_OFFSET };
      return mappedFixture(client, peer, map, FILE_OFFSET / PAGE_SIZE, PINNED_KEPT);
    },
  },
  {
    name: "shared mapping of a shm file that its process has closed",
    open: async (client, peer, directory) => {
      const path = join(directory, "closed");
      closeSync(makeFile(path));
      const fd = await client.number({ op: "open", path, flags: constants.O_RDWR });
      const map = { flags: MAP_SHARED, fd, offset: FILE_OFFSET };
      const fixture = await mappedFixture(client, peer, map, FILE_OFFSET / PAGE_SIZE, PINNED_KEPT);
      await client.ask({ op: "close", fd });
      return fixture;
    },
  },
  {
    name: "memfd by MAP_FILE",
    open: async (client, peer) => {
      const fd = await client.number({ op: "memfd", size: FILE_BYTES });
      await client.map(PAGES * PAGE_SIZE, { flags: MAP_SHARED, fd, offset: FILE_OFFSET, address: ADDRESS });
      const source = peer.openFile(fd);
      if (typeof source === "number") throw new Error(`openFile: ${source}`);
      const first = FILE_OFFSET / PAGE_SIZE;
      return {
        source,
        first,
        objectPage: first,
        beyond: errno.EINVAL,
        store: (offset, bytes) => client.poke(ADDRESS + offset, bytes),
        load: (offset, length) => client.peek(ADDRESS + offset, length),
        afterTheEnd: KEPT,
        close: () => {
          source.release();
        },
      };
    },
  },
  {
    name: "region by path",
    open: (_client, peer, directory) => {
      const path = join(directory, "region");
      const own = makeFile(path);
      return Promise.resolve(regionFixture(peer, { path }, own, KEPT));
    },
  },
  {
    name: "region by descriptor",
    open: async (client, peer, directory) => {
      const path = join(directory, "region");
      const own = makeFile(path);
      const fd = await client.number({ op: "open", path, flags: constants.O_RDWR });
      return regionFixture(peer, { fd }, own, KEPT);
    },
  },
  {
    name: "region by callback",
    open: (_client, peer) => {
      const bytes = Buffer.alloc(PAGES * PAGE_SIZE);
      const at = (address: U64): number => (address.toNumber() - ADDRESS) % GIB;
      const callback = {
        read: (address: U64, length: number) =>
          Promise.resolve(Uint8Array.from(bytes.subarray(at(address), at(address) + length))),
        write: (address: U64, data: Uint8Array) => {
          bytes.set(data, at(address));
          return Promise.resolve(errno.OK);
        },
      };
      const fixture = regionFixture(peer, { callback }, -1, GONE);
      return Promise.resolve({
        ...fixture,
        objectPage: ADDRESS / PAGE_SIZE,
        store: (offset: number, data: Uint8Array) => {
          bytes.set(data, offset);
          return Promise.resolve();
        },
        load: (offset: number, length: number) =>
          Promise.resolve(Uint8Array.from(bytes.subarray(offset, offset + length))),
        close: () => undefined,
      });
    },
  },
];

const clients = new MemoryClients();
// The rules for shared files are about shmem; the temp directory may be on a disk.
const shmDirectory = mkdtempSync("/dev/shm/iommufd-emu-memory-");
afterAll(async () => {
  await clients.stop();
  rmSync(shmDirectory, { recursive: true, force: true });
});

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 0xff);

for (const provider of providers) {
  requirements("native").describe(provider.name, () => {
    let frames: FrameTable;
    let client: MemoryClient;
    let peer: Peer;
    let fixture: Fixture;
    let directory: string;

    beforeEach(async () => {
      frames = new FrameTable();
      const native = loadNative();
      let spaces = 0;
      const options = { native, frames, files: new FileTable(native), nextId: () => ++spaces, regionsMax: REGIONS_MAX };
      const { vmaMethod = "auto" } = provider;
      client = await clients.start();
      peer = new PeerRegistry({ ...options, vmaMethod }).identify(client.socketFd);
      directory = mkdtempSync(join(shmDirectory, "case-"));
      fixture = await provider.open(client, peer, directory);
    });

    afterEach(async () => {
      fixture.close?.();
      peer.close();
      await client.kill();
    });

    const pin = (first: number, count: number, write = true, source = fixture.source): number[] | number => {
      const pfns: number[] = [];
      const result = source.pin(first, count, write, (pfn, length) => {
        for (let n = 0; n < length; n++) pfns.push(pfn + n);
      });
      if (result !== errno.OK) expect(pfns).toEqual([]);
      return result === errno.OK ? pfns : result;
    };
    const pinAll = (): number[] => {
      const pfns = pin(fixture.first, PAGES);
      if (typeof pfns === "number") throw new Error(`pin: ${pfns}`);
      return pfns;
    };

    test("PFNs are in the client's part, contiguous over the chunk border, congruent to the page modulo 1 GiB", () => {
      const pfns = pinAll();
      const [first] = pfns;
      expect(pfns).toEqual(pfns.map((_, index) => first! + index));
      expect(first! % CHUNK_PAGES).toBe(fixture.objectPage % CHUNK_PAGES);
      expect(first).toBeGreaterThanOrEqual(CLIENT_PFN_FIRST);
      expect(pfns.at(-1)).toBeLessThan(TABLE_PFN_FIRST);
      fixture.source.unpin(first!, PAGES);
    });

    test("a pinned page keeps its PFN whoever pins it again, and every pin is given back, in parts too", () => {
      const pfns = pinAll();
      expect(pin(fixture.first + 2, 4)).toEqual(pfns.slice(2, 6));
      expect(frames.inspect().pinnedPages).toBe(PAGES + 4);
      fixture.source.unpin(pfns[0]!, PAGES);
      expect(pin(fixture.first + 5, 1)).toEqual([pfns[5]]);
      for (const index of [2, 3, 4, 5, 5]) fixture.source.unpin(pfns[index]!, 1);
      expect(frames.inspect()).toEqual({ chunks: 0, pinnedPages: 0, objects: {} });
    });

    test("a read over pages and the chunk border gives what the client stored", async () => {
      const pfns = pinAll();
      const bytes = pattern(PAGES * PAGE_SIZE, 1);
      await fixture.store(0, bytes);
      for (const [offset, length] of [
        [0, PAGES * PAGE_SIZE],
        [1, 1],
        [PAGE_SIZE - 3, 7],
        [BEFORE_BORDER * PAGE_SIZE - 5, 10],
      ] as const) {
        const into = new Uint8Array(length);
        expect(await frames.read(pfns[0]! * PAGE_SIZE + offset, into)).toBe(errno.OK);
        expect(Buffer.compare(into, bytes.subarray(offset, offset + length))).toBe(0);
      }
      fixture.source.unpin(pfns[0]!, PAGES);
    });

    test("a write over pages and the chunk border is what the client loads, and nothing beside it changes", async () => {
      const pfns = pinAll();
      const before = pattern(PAGES * PAGE_SIZE, 2);
      await fixture.store(0, before);
      for (const [offset, length] of [
        [PAGE_SIZE - 3, 7],
        [BEFORE_BORDER * PAGE_SIZE - 5000, 10000],
      ] as const) {
        const bytes = pattern(length, 3);
        expect(await frames.write(pfns[0]! * PAGE_SIZE + offset, bytes)).toBe(errno.OK);
        before.set(bytes, offset);
        expect(Buffer.compare(await fixture.load(0, before.length), before)).toBe(0);
      }
      fixture.source.unpin(pfns[0]!, PAGES);
    });

    test("a pin that reaches past the memory fails as a whole and leaves nothing pinned", () => {
      expect(pin(fixture.first + PAGES, 1)).toBe(fixture.beyond);
      expect(pin(fixture.first, PAGES + 1)).toBe(fixture.beyond);
      expect(frames.inspect().pinnedPages).toBe(0);
    });

    test("memory that is read-only can be pinned for reading only", () => {
      const { readOnly } = fixture;
      if (readOnly === undefined) return;
      expect(pin(readOnly.first, 2, true, readOnly.source)).toBe(errno.EFAULT);
      const pfns = pin(readOnly.first, 2, false, readOnly.source);
      expect(pfns).toHaveLength(2);
      readOnly.source.unpin((pfns as number[])[0]!, 2);
    });

    for (const [end, finish] of [
      ["is killed", () => client.kill()],
      ["executes another program", () => client.exec(false)],
    ] as const) {
      test(`after the client ${end}: pins and bytes are as the provider says`, async () => {
        const bytes = pattern(PAGE_SIZE, 4);
        await fixture.store(0, bytes);
        const pfns = pinAll();
        const { source } = fixture;
        await finish();
        peer.close();
        const into = new Uint8Array(PAGE_SIZE);
        const readable = await frames.read(pfns[0]! * PAGE_SIZE, into);
        expect(readable).toBe(fixture.afterTheEnd.read);
        if (readable === errno.OK) expect(Buffer.compare(into, bytes)).toBe(0);
        expect(await frames.write(pfns[0]! * PAGE_SIZE, bytes)).toBe(fixture.afterTheEnd.read);
        // The regions of a connection go with it, whatever becomes of the file.
        const expected = provider.name.startsWith("region") ? errno.EFAULT : fixture.afterTheEnd.pin;
        const again = pin(fixture.first, PAGES, true, source);
        expect(typeof again === "number" ? again : errno.OK).toBe(expected);
        if (typeof again !== "number") source.unpin(again[0]!, PAGES);
        source.unpin(pfns[0]!, PAGES);
        expect(frames.inspect().pinnedPages).toBe(0);
      });
    }
  });
}
