/** A connection that keeps a process's memory: when the daemon takes it, and when it lets go of it. */
import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PeerRegistry, type Peer } from "../../daemon/memory/peer.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { TestDaemon } from "../support/daemon.js";
import { MemoryClients, type MemoryClient } from "../support/memory-client.js";
import { requirements } from "../support/requirements.js";

/** Where no program maps anything of itself. */
const ADDRESS = 0x2000_0000_0000;
const MARK = Uint8Array.from({ length: 32 }, (_, index) => 200 - 3 * index);
const MARK_AT = ADDRESS + 17;
const MEMORY = ADDRESS + 16 * PAGE_SIZE;

const clients = new MemoryClients();
afterAll(() => clients.stop());

requirements("native").describe("a kept memory", () => {
  let frames: FrameTable;
  let registry: PeerRegistry;
  let client: MemoryClient;
  /** The program's connection, and that of its keeper. */
  let peer: Peer;
  let keeper: Peer;
  let dismissals: number;

  beforeEach(async () => {
    const native = loadNative();
    frames = new FrameTable();
    let spaces = 0;
    const nextId = (): number => ++spaces;
    registry = new PeerRegistry({ native, frames, files: new FileTable(native), nextId, regionsMax: 1 });
    client = await clients.start();
    [peer, keeper] = [registry.identify(client.socketFd), registry.identify(client.socketFd)];
    await client.map(PAGE_SIZE, { address: ADDRESS });
    await client.map(2 * PAGE_SIZE, { address: MEMORY });
    await client.poke(MARK_AT, MARK);
    dismissals = 0;
  });

  afterEach(async () => {
    await client.kill();
    peer.close();
    keeper.close();
  });

  const keep = (who = keeper): number =>
    who.keep(U64.fromNumber(MARK_AT), MARK, () => {
      dismissals++;
      who.close();
    });

  const pin = (page: number, count = 1): number | undefined => {
    let pfn: number | undefined;
    peer.mm.pin(page, count, true, (first) => (pfn = first));
    return pfn;
  };

  test("the mark has to lie where it is said to be", async () => {
    await client.poke(MARK_AT, Uint8Array.of(1));
    expect(keep()).toBe(errno.EFAULT);
    expect(keeper.keep(U64.fromNumber(MEMORY - PAGE_SIZE), MARK, () => undefined)).toBe(errno.EFAULT);
    expect(keeper.keep(U64.fromPage(2 ** 41), MARK, () => undefined)).toBe(errno.EFAULT);
    await client.poke(MARK_AT, MARK);
    expect(keep()).toBe(errno.OK);
  });

  test("a process that is gone has none to keep, and an unknown one neither", async () => {
    await client.kill();
    expect(keep()).toBe(errno.ESRCH);
    expect(registry.identify(undefined).keep(U64.fromNumber(MARK_AT), MARK, () => undefined)).toBe(errno.ESRCH);
  });

  test("it is kept as long as the process has it, pinned or not", () => {
    expect(keep()).toBe(errno.OK);
    keeper.reviewKeeper();
    frames.unpin(pin(MEMORY / PAGE_SIZE)!, 1);
    expect(peer.mm.isGone()).toBe(false);
    expect(dismissals).toBe(0);
  });

  const ends: [string, () => Promise<void>][] = [
    ["exits", () => client.kill()],
    ["calls exec", () => client.exec(false)],
  ];

  test.each(ends)("a process that %s is seen to be gone, and what is not pinned cannot be", async (_end, finish) => {
    expect(keep()).toBe(errno.OK);
    const { mm } = peer;
    await finish();
    expect(mm.isGone()).toBe(true);
    expect(mm.pin(MEMORY / PAGE_SIZE, 1, false, () => undefined)).toBe(errno.EFAULT);
    expect(mm.copyFrom(U64.fromNumber(MEMORY), new Uint8Array(1))).toBe(errno.EFAULT);
    expect(mm.copyTo(U64.fromNumber(MEMORY), new Uint8Array(1))).toBe(errno.EFAULT);
    keeper.reviewKeeper();
    expect(dismissals).toBe(1);
  });

  test.each(ends)("the end of a connection tells that a process %s", async (_end, finish) => {
    expect(keep()).toBe(errno.OK);
    await finish();
    peer.close();
    expect(dismissals).toBe(1);
  });

  test.each(ends)("after a process %s the last unpin lets go of it, and no earlier one", async (_end, finish) => {
    expect(keep()).toBe(errno.OK);
    const pfn = pin(MEMORY / PAGE_SIZE, 2)!;
    const { mm } = peer;
    await finish();
    peer.close();
    keeper.reviewKeeper();
    expect(mm.isGone()).toBe(true);
    frames.unpin(pfn, 1);
    expect(dismissals).toBe(0);
    frames.unpin(pfn + 1, 1);
    expect(dismissals).toBe(1);
    expect(frames.inspect().pinnedPages).toBe(0);
  });

  test("a second keeper takes the place of the first", () => {
    expect(keep()).toBe(errno.OK);
    const second = registry.identify(client.socketFd);
    expect(keep(second)).toBe(errno.OK);
    expect(dismissals).toBe(1);
    second.close();
    expect(dismissals).toBe(1);
    expect(peer.mm.isGone()).toBe(false);
  });

  test("without the keeper it ends with the process, as without one from the start", async () => {
    expect(keep()).toBe(errno.OK);
    const pfn = pin(MEMORY / PAGE_SIZE)!;
    keeper.close();
    await client.kill();
    expect(peer.mm.isGone()).toBe(true);
    expect(await frames.read(pfn * PAGE_SIZE, new Uint8Array(1))).toBe(errno.EFAULT);
    frames.unpin(pfn, 1);
    expect(dismissals).toBe(0);
  });
});

test("Keep of a client that the daemon does not know is ESRCH; a mark is as long as a token", () => {
  const client = new TestDaemon().hello();
  const keep = (mark: Uint8Array): iommufd_emu.v1.Keep.$Properties => ({ mark });
  expect(client.ask({ keep: keep(MARK) }).result!.error).toBe(errno.ESRCH);
  expect(client.ask({ keep: keep(MARK.subarray(0, 15)) }).error!.code).toBe("TOKEN_INVALID");
  expect(client.closed).toBe(true);
});
