/**
 * A process of hostile clients: several connections at once, each a loop of bursts of frames that are valid, damaged,
 * cut anywhere or broken off. It checks every answer, and that each frame is answered or ends its session.
 *
 * It is a process of its own because of what a daemon may do to its clients' memory and descriptors if they ask for it.
 */
import { calls } from "../../client/ts/index.js";
import { frameOf } from "../../proto/wire/framing.js";
import type { FileKind } from "../../proto/uapi/table.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { type ClientMessage, frame, type ServerMessage } from "../support/daemon.js";
import { Random } from "../support/random.js";
import { RawClient } from "../support/raw-client.js";
import { complaint, endComplaint, type Expectation, expectationOf, mayWait } from "./expectation.js";
import { Messages, type World } from "./messages.js";
import { bodyMutations, streamMutations } from "./mutations.js";

export interface Orders {
  readonly socket: string;
  readonly seed: number;
  /** Frames to send, over all connections. */
  readonly frames: number;
  readonly connections: number;
  readonly paths: readonly string[];
  /** PCI devices by their addresses, with their groups, and addresses where others may be plugged in. */
  readonly devices: readonly string[];
  readonly groups: readonly number[];
  readonly slots: readonly string[];
}

export interface Findings {
  readonly frames: number;
  /** Frames that were answered, or ended their session. */
  readonly handled: number;
  readonly sessions: number;
  /** Code of the error that ended a session, to how often. */
  readonly codes: Readonly<Record<string, number>>;
  /** Ioctls that succeeded, to see that hostility gets far. */
  readonly succeeded: number;
  /** The first thing that was wrong. */
  readonly failure?: string;
}

const BURST_FRAMES_MAX = 40;
const SESSION_BURSTS_MAX = 6;
const TOKENS_MAX = 12;
/** Comes after every burst: its answer shows that everything before it was handled. */
const SENTINEL_SEQUENCE = 0x7777_7777;
const NODES = [
  "eventfd",
  "/dev/iommu",
  "/dev/iommu",
  "/dev/vfio/vfio",
  "endpoint/dma0",
  "endpoint/dma1",
  "endpoint/dma2",
  "endpoint/dma3",
];

class Shared {
  frames = 0;
  handled = 0;
  sessions = 0;
  succeeded = 0;
  readonly codes: Record<string, number> = {};
  readonly tokens: Uint8Array[] = [];
  readonly world: World;
  readonly nodes: readonly string[];
  private stopped = false;

  constructor(
    readonly orders: Orders,
    anchor: Uint8Array,
  ) {
    const fds = [-1, 0, 1, 2, 3, 4, 5, 9, 15, 20, 21, 22, 23, 24, 25, 1000];
    const { devices, groups, paths, slots } = orders;
    this.nodes = [
      ...NODES,
      ...groups.map((group) => `/dev/vfio/${group}`),
      ...devices.map((_, index) => `/dev/vfio/devices/vfio${index}`),
    ];
    const odd = ["endpoint/none", "/dev/null", "/dev/vfio/4711", "/dev/vfio/devices/vfio99", "/sys/bus/pci/rescan", ""];
    this.world = { paths, fds, tokens: this.tokens, nodes: [...this.nodes, ...odd], devices, slots, anchor };
  }

  get done(): boolean {
    return this.stopped || this.frames >= this.orders.frames;
  }

  stop(): void {
    this.stopped = true;
  }

  addToken(token: Uint8Array): void {
    this.tokens.push(Uint8Array.from(token));
    if (this.tokens.length > TOKENS_MAX) this.tokens.shift();
  }
}

/** One connection after the other. */
class Lane {
  private readonly messages: Messages;
  private client!: RawClient;
  /** What has not been answered. It must be in order, but for DMAs, which may wait for a page that nobody maps. */
  private expected: Expectation[] = [];
  private failure: string | undefined;

  constructor(
    private readonly shared: Shared,
    private readonly random: Random,
  ) {
    this.messages = new Messages(random.fork(), shared.world);
  }

  async run(): Promise<void> {
    while (!this.shared.done) await this.session();
  }

  private async session(): Promise<void> {
    const { random, shared } = this;
    shared.sessions++;
    this.client = await RawClient.connect(shared.orders.socket);
    this.expected = [];
    this.client.onFrame = (message) => {
      this.receive(message);
    };
    if (random.chance(97)) this.sendFrames([iommufd_emu.v1.ClientFrame.encode(HELLO).finish()]);
    if (random.chance(92)) this.begin();
    let usable = true;
    for (let bursts = 1 + random.below(SESSION_BURSTS_MAX); bursts > 0 && usable && !shared.done; bursts--) {
      if (random.chance(12)) {
        await this.lastBurst();
        return;
      }
      usable = await this.burst();
    }
    if (random.chance(50)) this.client.socket.end();
    else this.client.destroy();
    await this.client.until(() => false, "the end of a connection that this side ended");
    this.complain();
  }

  /** Opens a node, or joins what somebody has open. */
  private begin(): void {
    const { messages, random, shared } = this;
    const { tokens } = shared;
    let first: ClientMessage[];
    if (random.chance(25) && tokens.length > 0) {
      messages.file = random.pick(["iommufd", "device"]);
      first = [
        { sequence: 2, join: { token: random.pick(tokens), hold: random.chance(50), notify: random.chance(30) } },
      ];
    } else {
      const node = random.pick(shared.nodes);
      messages.file = fileOf(node);
      const prelude = node === "/dev/iommu" ? messages.prelude() : messages.vfioPrelude();
      first = [{ sequence: 2, open: { node } }, ...prelude];
    }
    this.sendFrames(first.map((message) => iommufd_emu.v1.ClientFrame.encode(message).finish()));
  }

  /**
   * Frames whose lengths are right: each is answered, or the session ends with a stable code.
   * @returns whether the session goes on
   */
  private async burst(): Promise<boolean> {
    const { random } = this;
    const bodies: Uint8Array[] = [];
    for (let count = 1 + random.below(BURST_FRAMES_MAX); count > 0; count--) bodies.push(this.body());
    if (random.chance(30)) {
      const mutate = random.pick(Object.values(bodyMutations));
      bodies.push(mutate(random, this.body()));
    }
    const sentinel = { sequence: SENTINEL_SEQUENCE, sync: {} };
    bodies.push(iommufd_emu.v1.ClientFrame.encode(sentinel).finish());
    this.sendFrames(bodies);
    const answered = (): boolean => this.expected.every(mayWait);
    await this.client.until(answered, "the answers to a burst of frames");
    this.complain();
    if (answered()) return true;
    // The session is over: for a reason, and by a frame that was sent.
    const problem = endComplaint(this.client.received.at(-1));
    if (problem !== undefined) throw new Error(problem);
    const code = this.client.received.at(-1)!.error!.code!;
    this.shared.codes[code] = (this.shared.codes[code] ?? 0) + 1;
    this.shared.handled++;
    return false;
  }

  /** Bytes that are no frames, or the end in the middle of one: whatever is answered, the connection ends. */
  private async lastBurst(): Promise<void> {
    const { random } = this;
    const body = this.body();
    this.sendFrames([body]);
    // From here on answers cannot be foretold.
    this.client.onFrame = () => undefined;
    if (random.chance(20)) this.client.sendBytes(Buffer.concat([frame({ close: {} }), frame(this.rawOpen())]));
    this.client.sendBytes(random.pick(Object.values(streamMutations))(random, this.body()));
    this.shared.frames++;
    if (random.chance(30)) this.client.destroy();
    else this.client.socket.end();
    await this.client.until(() => false, "the end of a connection that was broken off in a frame");
    this.shared.handled++;
  }

  /** An attribute that takes text, or what takes none. */
  private rawOpen(): ClientMessage {
    const { random, shared } = this;
    const [device] = shared.orders.devices;
    const attributes = [`devices/${device!}/reset`, `devices/${device!}/driver_override`, "drivers/vfio-pci/new_id"];
    const nodes = [
      ...attributes.map((path) => `/sys/bus/pci/${path}`),
      "eventfd",
      "/dev/iommu",
      "/dev/vfio/devices/vfio0",
    ];
    return { sequence: 3, open: { node: random.pick(nodes), raw: true } };
  }

  private body(): Uint8Array {
    return iommufd_emu.v1.ClientFrame.encode(this.messages.next()).finish();
  }

  /** Sends frames in chunks cut anywhere. */
  private sendFrames(bodies: readonly Uint8Array[]): void {
    const { random, shared } = this;
    const expectations = bodies.map(expectationOf);
    this.expected.push(...expectations.filter(({ kinds }) => !(kinds.length === 1 && kinds[0] === "none")));
    shared.frames += bodies.length;
    const stream = Buffer.concat(bodies.map(frameOf));
    if (random.chance(60)) {
      this.client.sendBytes(stream);
      return;
    }
    for (let at = 0; at < stream.length;) {
      const end = Math.min(stream.length, at + 1 + random.below(random.pick([3, 200, 3000])));
      this.client.sendBytes(stream.subarray(at, end));
      at = end;
    }
  }

  private receive(reply: ServerMessage): void {
    const { shared } = this;
    if (reply.memoryRequest) {
      this.serveMemory(reply.memoryRequest);
      return;
    }
    if (reply.error || reply.readable) return;
    const at = this.expected.findIndex((each) => !mayWait(each) || complaint(each, reply) === undefined);
    const [expected] = at < 0 ? [] : this.expected.splice(at, 1);
    if (expected === undefined) {
      this.failure ??= `a reply came that nothing asked for: ${JSON.stringify(Object.keys(reply))}`;
      return;
    }
    this.failure ??= complaint(expected, reply);
    shared.handled++;
    if (reply.open?.error === 0) shared.addToken(reply.open.token!);
    if (reply.map?.error === 0) shared.addToken(reply.map.token!);
    for (const { result, descriptors } of reply.ioctl ? [reply.ioctl] : (reply.batch?.replies ?? [])) {
      if (!result) shared.succeeded++;
      for (const { token } of descriptors ?? []) shared.addToken(token!);
    }
  }

  /** Answers for a callback region: mostly right, sometimes with what ends the session. */
  private serveMemory({ id, length }: NonNullable<ServerMessage["memoryRequest"]>): void {
    const { random } = this;
    const wanted = length ?? 0;
    const right = { id: id!, data: new Uint8Array(wanted) };
    const memoryResult = random.chance(90)
      ? right
      : random.pick([
          { id: id!, error: 14 },
          { id: id!, data: new Uint8Array(wanted + 1) },
          { id: id! + 1, data: new Uint8Array(wanted) },
        ]);
    if (!this.client.over) this.client.sendBytes(frame({ memoryResult }));
  }

  private complain(): void {
    if (this.failure !== undefined) throw new Error(this.failure);
  }
}

function fileOf(node: string): FileKind {
  if (node.startsWith("/dev/vfio/devices/")) return "device";
  return /^\/dev\/vfio\/\d/.test(node) ? "group" : "iommufd";
}

const HELLO = { sequence: 1, hello: { version: 1, client: "hostile" } };

async function run(orders: Orders): Promise<Findings> {
  const anchor = await RawClient.open(orders.socket);
  await anchor.client.ask({ ioctl: calls.ioasAlloc().message });
  const shared = new Shared(orders, anchor.token);
  const random = new Random(orders.seed);
  const lanes = Array.from({ length: orders.connections }, () => new Lane(shared, random.fork()));
  let failure: string | undefined;
  await Promise.all(
    lanes.map(async (lane) => {
      try {
        await lane.run();
      } catch (error) {
        failure ??= String((error as Error).stack);
        shared.stop();
      }
    }),
  );
  const { frames, handled, sessions, codes, succeeded } = shared;
  return { frames, handled, sessions, codes, succeeded, ...(failure === undefined ? {} : { failure }) };
}

process.once("message", (orders) => {
  void run(orders as Orders).then((findings) => {
    process.send!(findings, () => {
      process.exit();
    });
  });
});

// The parent is gone: nobody wants to know any more.
process.once("disconnect", () => process.exit());
