/**
 * Every order of teardown: random graphs of all kinds of objects over several processes come apart by DESTROY, by close and
 * by kill, with calls and page requests under way; ids, counts and memory end as if nothing had ever been there. A failure
 * names the seed and the graph: IOMMUFD_EMU_MODEL_SEED and IOMMUFD_EMU_MODEL_STEPS repeat it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { Endpoint, IommufdError, ProtocolError, type StatusTree } from "../../client/ts/index.js";
import { createTestIommu, type TestIommu } from "../../client/ts/testing.js";
import { errno } from "../../proto/uapi/errno.js";
import { DaemonProcess } from "../support/daemon-process.js";
import { differences, leftBehind, takeInventory } from "../support/inventory.js";
import { history } from "../support/model.js";
import { drawCall, PASIDS } from "../support/random-calls.js";
import { RandomClient } from "../support/random-client.js";
import { chosenSeed, Random } from "../support/random.js";

const GRAPHS = 10_000;
/** One daemon has so many of them, one after the other. */
const GRAPHS_OF_A_DAEMON = 200;
const CLIENTS_MAX = 3;
const CALLS_MAX = 20;
const UNDER_WAY_MAX = 4;
const KILLED_ROUNDS = 12;
const PROCESSES = 3;
/** From the moment when a process has something to the next kill, at most. */
const ALIVE_MS_MAX = 40;
const PAGE = 4096;
/** IOVAs of DMAs lie below. */
const DMA_PAGES = 64;
const ENDPOINTS = ["dma0", "dma1", "dma2", "dma3"];
const RUN_MS_MAX = 600_000;

interface ObjectStatus {
  readonly id: number;
  readonly type: string;
  readonly users: number;
  /** Of a mock device, the object that it was bound as. */
  readonly device?: number;
}

class Graph {
  private readonly clients: RandomClient[] = [];
  private readonly endpoints: Endpoint[] = [];
  /** DMAs that have not been waited for. */
  private readonly moves: Promise<unknown>[] = [];

  constructor(
    private readonly iommu: TestIommu,
    private readonly random: Random,
  ) {}

  async grow(): Promise<void> {
    const { random } = this;
    for (let count = 1 + random.below(CLIENTS_MAX); count > 0; count--) {
      const other = this.clients.length > 0 && random.chance(60) ? random.pick(this.clients) : undefined;
      const client = await RandomClient.start(this.iommu, other);
      this.clients.push(client);
      if (other === undefined || random.chance(20)) await client.settleIn(random);
    }
    if (random.chance(30)) await this.bindEndpoint();
    for (let count = random.below(CALLS_MAX); count > 0; count--) await this.step();
  }

  /** One call of one client, or a read of one of its queues. */
  private async step(): Promise<void> {
    const client = this.random.pick(this.clients);
    if (this.random.chance(10)) await client.readQueue(this.random);
    else await client.run(drawCall(this.random, client));
  }

  private async bindEndpoint(): Promise<void> {
    const endpoint = await Endpoint.open({ name: this.random.pick(ENDPOINTS), transport: this.iommu.transport });
    this.endpoints.push(endpoint);
    const client = this.random.pick(this.clients);
    await tried(endpoint.bind(client.fd).then((id) => client.ids.device.push(id)));
    const { ioas, table, pasidTable } = client.ids;
    await tried(endpoint.attach(this.random.pick([1, ...ioas, ...table])));
    const pasid = this.random.chance(50) ? { pasid: 1 + this.random.below(PASIDS) } : {};
    await tried(endpoint.attach(this.random.pick([1, ...ioas, ...pasidTable]), pasid));
    // It waits where a page is missing and the table has a fault queue.
    if (this.random.chance(50)) this.moves.push(tried(endpoint.read(this.random.below(DMA_PAGES) * PAGE, PAGE, pasid)));
  }

  /** In random order, until nobody has anything left. */
  async comeApart(): Promise<void> {
    const { random } = this;
    if (random.chance(30)) await this.destroyEverything();
    while (this.clients.length + this.endpoints.length > 0) {
      const kind = random.below(10);
      if (kind < 3 && this.clients.length > 0) await this.destroySomething();
      else if (kind < 5 && this.clients.length > 0) await random.pick(this.clients).closeFile(random);
      else if (kind < 6 && this.clients.length > 0) await this.step();
      else if (kind < 7 && this.endpoints.length > 0) await this.endEndpoint();
      else if (this.clients.length > 0) await this.endClient();
    }
    await Promise.all(this.moves);
  }

  private async endEndpoint(): Promise<void> {
    const [endpoint] = this.endpoints.splice(this.random.below(this.endpoints.length), 1);
    if (this.random.chance(50)) await endpoint!.connection.end();
    else await endpoint!.close();
  }

  private async endClient(): Promise<void> {
    const { random } = this;
    const [client] = this.clients.splice(random.below(this.clients.length), 1);
    const underWay = Array.from({ length: random.below(UNDER_WAY_MAX) }, () => drawCall(random, client!));
    if (random.chance(50)) await client!.close(random);
    else await client!.kill(random, underWay);
  }

  /** IOMMU_DESTROY of any id gives what the object's users say. */
  private async destroySomething(): Promise<void> {
    const client = this.random.pick(this.clients);
    const objects = await this.objects();
    // Which of several contexts is this client's, the status does not tell.
    if (objects === undefined) return;
    const id = this.random.chance(80) && objects.length > 0 ? this.random.pick(objects).id : 1 + this.random.below(40);
    const users = objects.find((object) => object.id === id)?.users;
    const expected = users === undefined ? errno.ENOENT : users === 1 ? errno.OK : errno.EBUSY;
    expect([id, users, await tried(client.fd.destroy(id))]).toEqual([id, users, expected]);
  }

  /** Without descriptors of what was made, DESTROY alone takes everything apart. */
  private async destroyEverything(): Promise<void> {
    for (const client of this.clients) while (client.files.length > 0) await client.closeFile(this.random);
    while (this.endpoints.length > 0) await this.endEndpoint();
    for (const client of this.clients) for (const device of client.ids.pasidDevice) await client.detachPasids(device);
    let objects = await this.objects();
    if (objects === undefined) return;
    // A mock device that goes while a PASID of it is attached leaves its device behind until the last close.
    const mockDevices = objects.filter(({ type }) => type === "selftest").map(({ device }) => device);
    if (objects.some(({ id, type }) => type === "device" && !mockDevices.includes(id))) return;
    for (let before = Infinity; objects.length < before;) {
      before = objects.length;
      for (const { id } of objects) await tried(this.clients[0]!.fd.destroy(id));
      objects = (await this.objects())!;
    }
    expect(objects).toEqual([]);
  }

  /** Of the context, if there is only one. */
  private async objects(): Promise<ObjectStatus[] | undefined> {
    const contexts = (await this.iommu.status())["contexts"] as StatusTree[];
    return contexts.length === 1 ? (contexts[0]!["objects"] as unknown as ObjectStatus[]) : undefined;
  }
}

const tablePages = async (iommu: TestIommu): Promise<unknown> =>
  ((await iommu.status())["memory"] as StatusTree)["tablePages"];

/** The IOMMU keeps a device's own tables, once it has made them. */
async function attachAll(iommu: TestIommu): Promise<void> {
  const fd = await iommu.open();
  const ioas = await fd.ioasAlloc();
  for (const name of ENDPOINTS) {
    const endpoint = await iommu.endpoint(name);
    await endpoint.bind(fd);
    await endpoint.attach(ioas);
    await endpoint.close();
  }
  await fd.close();
}

/** @returns the errno, 0 for success */
async function tried(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return errno.OK;
  } catch (error) {
    if (error instanceof IommufdError) return error.errno;
    // Of a connection that was ended with calls under way.
    if (error instanceof ProtocolError && error.code === "CONNECTION_CLOSED") return errno.EPIPE;
    throw error;
  }
}

test(
  "graphs of objects come apart in every order and leave nothing behind",
  async () => {
    const { seed, steps: graphs } = history({ seed: chosenSeed(), steps: GRAPHS });
    const random = new Random(seed);
    for (let first = 0; first < graphs; first += GRAPHS_OF_A_DAEMON) {
      const iommu = createTestIommu();
      await attachAll(iommu);
      const empty = await takeInventory(iommu);
      const tables = await tablePages(iommu);
      for (let graph = first; graph < Math.min(first + GRAPHS_OF_A_DAEMON, graphs); graph++) {
        try {
          const one = new Graph(iommu, random.fork());
          await one.grow();
          await one.comeApart();
          expect(differences(empty, await takeInventory(iommu))).toEqual([]);
          expect(await tablePages(iommu)).toEqual(tables);
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          throw new Error(`seed ${seed}, graph ${graph}: ${message}`, { cause: error });
        }
      }
      await iommu.close();
    }
  },
  RUN_MS_MAX,
);

const program = fileURLToPath(new URL("graph-process.js", import.meta.url));

/** Starts a process, and waits until it has something. @returns it and the token of its iommufd */
async function startProcess(socket: string, seed: number, token?: string): Promise<[ChildProcess, string]> {
  const args = [program, socket, String(seed), ...(token === undefined ? [] : [token])];
  const env = { ...process.env, NODE_OPTIONS: "" };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the process ended with ${String(code)}`);
    }),
  ])) as [Buffer];
  return [child, line.toString().trim()];
}

test(
  "processes that are killed in the middle of their calls leave nothing behind",
  async () => {
    const { seed } = history({ seed: chosenSeed(), steps: KILLED_ROUNDS });
    const random = new Random(seed);
    await using daemon = await DaemonProcess.start();
    const empty = await takeInventory(daemon);
    for (let round = 0; round < KILLED_ROUNDS; round++) {
      const children: ChildProcess[] = [];
      try {
        const [first, token] = await startProcess(daemon.socket, random.u32());
        children.push(first);
        for (let count = 1; count < PROCESSES; count++) {
          const joined = random.chance(70) ? token : undefined;
          children.push((await startProcess(daemon.socket, random.u32(), joined))[0]);
        }
        while (children.length > 0) {
          await new Promise((resolve) => setTimeout(resolve, random.below(ALIVE_MS_MAX)));
          const [child] = children.splice(random.below(children.length), 1);
          child!.kill("SIGKILL");
          await once(child!, "exit");
        }
        expect({ seed, round, left: await leftBehind(daemon, empty) }).toEqual({ seed, round, left: [] });
      } finally {
        for (const child of children) child.kill("SIGKILL");
      }
    }
    expect((await daemon.stop()).stderr).toBe("");
  },
  RUN_MS_MAX,
);
