/** A daemon in this process, and raw connections to it: frames in, frames out, with what was written when. */
import { pino } from "pino";
import { FrameTable } from "../../daemon/memory/frames.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { PeerRegistry } from "../../daemon/memory/peer.js";
import { Daemon, type DaemonDependencies } from "../../daemon/main/daemon.js";
import { defaultLimits, type Limits } from "../../daemon/main/limits.js";
import { buildTopology, loadTopology } from "../../daemon/main/topology.js";
import type { Session } from "../../daemon/wire/session.js";
import { FrameParser, frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";

export type ClientMessage = iommufd_emu.v1.ClientFrame.$Properties;
export type ServerMessage = iommufd_emu.v1.ServerFrame;

export function frame(message: ClientMessage): Uint8Array {
  return frameOf(iommufd_emu.v1.ClientFrame.encode(message).finish());
}

export class TestDaemon {
  readonly daemon: Daemon;
  private readonly peers: PeerRegistry;

  constructor(limits: Partial<Limits> = {}, more: Partial<DaemonDependencies> = {}) {
    const all = { ...defaultLimits, ...limits };
    const frames = new FrameTable();
    let ids = 0;
    let tokens = 0;
    this.peers = new PeerRegistry({
      native: undefined,
      frames,
      files: new FileTable(undefined),
      nextId: () => ++ids,
      regionsMax: all.regionsMax,
    });
    this.daemon = new Daemon(
      { limits: all, selftest: true, kernelFixes: false },
      {
        log: pino({ level: "silent" }),
        topology: buildTopology(loadTopology(undefined), frames, { ...all, kernelFixes: false }),
        frames,
        randomBytes: (length) => new Uint8Array(length).fill(++tokens),
        settle: () => new Promise((resolve) => setImmediate(resolve)),
        providers: { region: "on" },
        ...more,
        ...more,
      },
    );
  }

  connect(): TestClient {
    return new TestClient(this.daemon, this.peers);
  }

  /** A connection that has said Hello. */
  hello(): TestClient {
    const client = this.connect();
    client.send({ hello: { version: 1, client: "test" } });
    client.replies.length = 0;
    client.writes = 0;
    return client;
  }

  /** A connection with an open iommufd. */
  open(token = Buffer.from("0123456789abcdef")): TestClient {
    const client = this.hello();
    client.send({ open: { node: "/dev/iommu", token } });
    client.replies.length = 0;
    client.writes = 0;
    return client;
  }
}

export class TestClient {
  readonly replies: ServerMessage[] = [];
  writes = 0;
  closed = false;
  readonly session: Session;
  private sequence = 0;

  constructor(daemon: Daemon, peers: PeerRegistry) {
    const parser = new FrameParser(
      2 ** 30,
      (bytes, start, end) => this.replies.push(iommufd_emu.v1.ServerFrame.decode(bytes.subarray(start, end))),
      () => {
        throw new Error("too long");
      },
    );
    this.session = daemon.connect(peers.identify(undefined), {
      write: (bytes) => {
        this.writes++;
        parser.push(bytes);
        return true;
      },
      close: () => {
        this.closed = true;
      },
    });
  }

  /** Sends messages in one chunk, each with the next sequence number. */
  send(...messages: ClientMessage[]): void {
    this.session.receive(Buffer.concat(messages.map((message) => frame({ sequence: ++this.sequence, ...message }))));
  }

  /** Sends one message and takes the one reply that it must have. */
  ask(message: ClientMessage): ServerMessage {
    this.replies.length = 0;
    this.send(message);
    if (this.replies.length !== 1) throw new Error(`${this.replies.length} replies`);
    return this.replies[0]!;
  }
}
