/**
 * The part of a scripted daemon that knows open file descriptions: a Unix socket, sessions that open, join and close, and
 * what calls made. What the descriptions are is the daemon's on top of it.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errno } from "../../proto/uapi/errno.js";
import { FrameParser, frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { hello } from "./scripted-daemon.js";

export type ClientFrame = iommufd_emu.v1.ClientFrame.$Properties;
export type ServerFrame = iommufd_emu.v1.ServerFrame.$Properties;

/** As long as the daemon's own. */
const TOKEN_BYTES = 32;

/** After this, ends of connections that the clients closed before have been seen. */
const SETTLE_MS = 20;

interface Description<Content> {
  readonly key: string;
  holders: number;
  readonly content: Content;
  /** Who made it by a call and holds it until it is joined. */
  maker: Session<Content> | undefined;
}

const keyOf = (token: Uint8Array | null | undefined): string => Buffer.from(token ?? []).toString("hex");

/** What a daemon makes of the frames that are about what is open. */
export interface Script<Content> {
  /** @returns what is open, or a positive errno */
  open(node: string): Content | number;
  /** Answers a frame that is neither about the session nor about descriptions. */
  answer(frame: ClientFrame, session: Session<Content>): ServerFrame;
}

export class DescriptionDaemon<Content> {
  private readonly open = new Map<string, Description<Content>>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly directory = mkdtempSync(join(tmpdir(), "iommufd-emu-scripted-"));
  readonly socket = join(this.directory, "socket");

  protected constructor(private readonly script: Script<Content>) {
    this.server = createServer((socket) => {
      this.serve(socket);
    });
  }

  protected async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve));
    return this;
  }

  /** How many open file descriptions there are. */
  get descriptions(): number {
    return this.open.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.directory, { recursive: true });
  }

  private serve(socket: Socket): void {
    const session = new Session(this.open, this.script);
    this.sockets.add(socket);
    const parser = new FrameParser(
      2 ** 20,
      (bytes, start, end) => {
        const frame = iommufd_emu.v1.ClientFrame.decode(bytes.subarray(start, end));
        const send = (reply: ServerFrame): void => {
          const { sequence } = frame;
          if (!socket.destroyed)
            socket.write(frameOf(iommufd_emu.v1.ServerFrame.encode({ ...reply, sequence }).finish()));
        };
        if (frame.sync == null) send(session.answer(frame));
        else {
          const { token } = frame.sync;
          setTimeout(() => {
            send({ sync: { open: this.open.has(keyOf(token)) } });
          }, SETTLE_MS);
        }
      },
      () => socket.destroy(),
    );
    socket.on("data", (bytes) => {
      parser.push(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.sockets.delete(socket);
      session.end();
    });
  }
}

/** What one connection holds. */
export class Session<Content> {
  private file: Description<Content> | undefined;
  private readonly held: Description<Content>[] = [];

  constructor(
    private readonly open: Map<string, Description<Content>>,
    private readonly script: Script<Content>,
  ) {}

  /** What the connection speaks for. */
  get content(): Content | undefined {
    return this.file?.content;
  }

  /** What is open under a token. */
  find(token: Uint8Array | null | undefined): Content | undefined {
    return this.open.get(keyOf(token))?.content;
  }

  answer(frame: ClientFrame): ServerFrame {
    if (frame.hello) return { hello };
    if (frame.open) {
      const content = this.script.open(frame.open.node ?? "");
      if (typeof content === "number") return { open: { error: content } };
      const asked = frame.open.token ?? new Uint8Array();
      const token = asked.length > 0 ? asked : randomBytes(TOKEN_BYTES);
      this.file = this.make(token, content);
      return { open: { token } };
    }
    if (frame.join) {
      this.file = this.open.get(keyOf(frame.join.token));
      if (this.file === undefined) return { join: { error: errno.EBADF } };
      if (frame.join.hold) {
        this.hold(this.file);
        this.file.maker?.passOn(this.file);
      }
      return { join: {} };
    }
    if (frame.close) {
      const released = this.end();
      return { close: { released } };
    }
    return this.script.answer(frame, this);
  }

  /** What a call made, held until it is joined. @returns its token */
  adopt(content: Content): Uint8Array {
    const token = randomBytes(TOKEN_BYTES);
    this.make(token, content).maker = this;
    return token;
  }

  /** @returns whether that released what it held last */
  end(): boolean {
    let released = false;
    for (const description of this.held.splice(0)) {
      released = --description.holders === 0;
      if (released) this.open.delete(description.key);
    }
    return released;
  }

  /** Another holds what this connection made. */
  private passOn(description: Description<Content>): void {
    description.maker = undefined;
    description.holders--;
    this.held.splice(this.held.indexOf(description), 1);
  }

  private hold(description: Description<Content>): void {
    description.holders++;
    this.held.push(description);
  }

  private make(token: Uint8Array, content: Content): Description<Content> {
    const description: Description<Content> = { key: keyOf(token), holders: 0, content, maker: undefined };
    this.open.set(description.key, description);
    this.hold(description);
    return description;
  }
}
