/** A connection to a daemon's socket that can send anything, whole frames or not, and shows everything that comes back. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameParser } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { type ClientMessage, frame, type ServerMessage } from "./daemon.js";

/** Far above any reply; what is longer is garbage. */
const REPLY_BYTES_MAX = 64 * 2 ** 20;

/** How long to wait for what must come. Under load a daemon may be busy with others for seconds. */
const PATIENCE_MS = 30_000;

export class RawClient {
  readonly received: ServerMessage[] = [];
  /** The daemon has ended the connection, or it broke. */
  over = false;
  /** Called for each frame, before those who wait for it. */
  onFrame: (message: ServerMessage) => void = () => undefined;
  private wake: () => void = () => undefined;

  private constructor(readonly socket: Socket) {
    const parser = new FrameParser(
      REPLY_BYTES_MAX,
      (bytes, start, end) => {
        const message = iommufd_emu.v1.ServerFrame.decode(bytes.subarray(start, end));
        this.received.push(message);
        this.onFrame(message);
      },
      (length) => {
        throw new Error(`the daemon announced a frame of ${length} bytes`);
      },
    );
    socket.on("data", (chunk) => {
      parser.push(chunk);
      this.wake();
    });
    // The daemon may close while this side writes: EPIPE and ECONNRESET are ends like others.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.over = true;
      this.wake();
    });
  }

  static async connect(path: string): Promise<RawClient> {
    const socket = connect(path);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** A connection that has said Hello. */
  static async hello(path: string): Promise<RawClient> {
    const client = await RawClient.connect(path);
    await client.ask({ hello: { version: 1, client: "test" } });
    return client;
  }

  /** A connection with a node open, and the token by which others join. */
  static async open(path: string, node = "/dev/iommu"): Promise<{ client: RawClient; token: Uint8Array }> {
    const client = await RawClient.hello(path);
    const { open } = await client.ask({ open: { node } });
    if (open?.error !== 0) throw new Error(`open ${node}: ${open?.error ?? "no reply"}`);
    return { client, token: Uint8Array.from(open.token ?? []) };
  }

  send(...messages: ClientMessage[]): void {
    this.sendBytes(Buffer.concat(messages.map(frame)));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a message and returns the next frame that comes. */
  async ask(message: ClientMessage): Promise<ServerMessage> {
    const at = this.received.length;
    this.send(message);
    await this.until(() => this.received.length > at, `an answer to ${JSON.stringify(Object.keys(message))}`);
    return this.received[at]!;
  }

  /** Waits until `condition` holds or the connection is over. @throws if neither comes */
  async until(condition: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!this.over && !condition()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`waited ${patienceMs} ms for ${what}`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  /** Waits until the daemon has ended the connection. @returns the code of the error that it sent last, if any */
  async end(): Promise<string | undefined> {
    await this.until(() => false, "the daemon to end the connection");
    return this.received.at(-1)?.error?.code ?? undefined;
  }

  /** Ends the connection at once, whatever is unread or half written. */
  destroy(): void {
    this.socket.destroy();
  }
}
