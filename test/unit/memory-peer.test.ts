/** Who a peer is: its address space over connections and exec, its user, capabilities and limits at the moment of asking. */
import { afterAll, expect, test } from "@jest/globals";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PeerRegistry } from "../../daemon/memory/peer.js";
import { REGIONS_MAX } from "../../daemon/memory/regions.js";
import { PAGE_SIZE } from "../../daemon/u64.js";
import { MemoryClients } from "../support/memory-client.js";
import { requirements } from "../support/requirements.js";

const clients = new MemoryClients();
afterAll(() => clients.stop());

function makeRegistry(native = loadNative()): PeerRegistry {
  let spaces = 0;
  const nextId = (): number => ++spaces;
  return new PeerRegistry({
    native,
    frames: new FrameTable(),
    files: new FileTable(native),
    nextId,
    regionsMax: REGIONS_MAX,
  });
}

test("IOMMUFD_EMU_NO_NATIVE=1 is as if koffi were absent", () => {
  process.env["IOMMUFD_EMU_NO_NATIVE"] = "1";
  expect(loadNative()).toBeUndefined();
  delete process.env["IOMMUFD_EMU_NO_NATIVE"];
  expect(makeRegistry(undefined).providers()).toMatchObject({ region: "on" });
});

requirements("native").describe("a known peer", () => {
  const fdOf = (socket: Socket): number => (socket as unknown as { _handle: { fd: number } })._handle.fd;

  test("connections of one process have one address space, other processes other ones", async () => {
    const registry = makeRegistry();
    const server = createServer().listen(join(clients.directory, "own"));
    await once(server, "listening");
    const sockets: Socket[] = [];
    for (let n = 0; n < 2; n++) {
      const own = connect(join(clients.directory, "own"));
      const [accepted] = (await once(server, "connection")) as [Socket];
      sockets.push(own, accepted);
    }
    const [first, second] = [registry.identify(fdOf(sockets[1]!)), registry.identify(fdOf(sockets[3]!))];
    expect(first.mm).toBe(second.mm);
    expect(first.pid).toBe(process.pid);
    expect(first.name).toMatch(/\S/);
    first.close();
    second.close();
    const third = registry.identify(fdOf(sockets[3]!));
    expect(third.mm).toBe(second.mm);
    const client = await clients.start();
    const other = registry.identify(client.socketFd);
    expect(other.mm.id).not.toBe(third.mm.id);
    for (const peer of [third, other]) peer.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test("after an exec the peer of the same connection has another address space, and the old one is gone", async () => {
    const registry = makeRegistry();
    const client = await clients.start();
    const peer = registry.identify(client.socketFd);
    const before = peer.mm;
    expect(before.isGone()).toBe(false);
    expect(before.hasProcessMemory()).toBe(true);
    await client.exec(true);
    expect(before.isGone()).toBe(true);
    expect(peer.mm.id).not.toBe(before.id);
    expect(peer.mm.isGone()).toBe(false);
    expect(peer.mm.name).toBe(`pid ${client.pid} (sleep)`);
    await client.kill();
    expect(peer.mm.isGone()).toBe(true);
    peer.close();
  });

  test("the memory lock limit and the locked pages are those of now, and the last limit stays after the end", async () => {
    const peer = makeRegistry().identify((await clients.start()).socketFd);
    peer.close();
    const client = await clients.start();
    const known = makeRegistry().identify(client.socketFd);
    await client.ask({ op: "limit", soft: 5 * PAGE_SIZE + 100 });
    expect(known.memlockLimitPages()).toBe(5);
    const address = await client.map(3 * PAGE_SIZE);
    await client.ask({ op: "lock", address, length: 3 * PAGE_SIZE });
    expect(known.mm.lockedPages()).toBe(3);
    await client.kill();
    expect(known.mm.lockedPages()).toBe(0);
    expect(known.memlockLimitPages()).toBe(5);
    known.close();
  });

  requirements("root").describe("as root", () => {
    test("capabilities are those of now: lost when the process becomes another user", async () => {
      const client = await clients.start();
      const peer = makeRegistry().identify(client.socketFd);
      expect([peer.uid(), peer.hasIpcLock(), peer.hasSysResource()]).toEqual([0, true, true]);
      await client.ask({ op: "user", uid: 65534 });
      expect([peer.hasIpcLock(), peer.hasSysResource()]).toEqual([false, false]);
      peer.close();
    });
  });
});
