/**
 * A daemon of a few lines behind a Unix socket, for clients of descriptors that ioctls make and name: it has accesses
 * that move bytes, and knows them only by the tokens that a call brings. It reaches no client's memory, so what a call
 * copies has to come and go with it.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import { IOMMUFD_TYPE, iommu_ioas_alloc } from "../../proto/uapi/iommufd.js";
import * as api from "../../proto/uapi/iommufd-test.js";
import { FrameParser, frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { fromLong, toLong } from "../../client/ts/wire64.js";
import { hello } from "./scripted-daemon.js";

type Ioctl = iommufd_emu.v1.Ioctl.$Properties;
type IoctlReply = iommufd_emu.v1.IoctlReply.$Properties;
type ServerFrame = iommufd_emu.v1.ServerFrame.$Properties;

const IOAS_ALLOC = (IOMMUFD_TYPE << 8) | 0x81;
const TEST_COMMAND = (IOMMUFD_TYPE << 8) | 0xa0;
const IOAS_ID = 1;

/** As long as the daemon's own. */
const TOKEN_BYTES = 32;

/** After this, ends of connections that the clients closed before have been seen. */
const SETTLE_MS = 20;

interface Description {
  readonly key: string;
  holders: number;
  /** What was written through it; undefined: it is an iommufd. */
  readonly memory: Buffer | undefined;
  /** Who made it by a call and holds it until it is joined. */
  maker: Session | undefined;
}

const keyOf = (token: Uint8Array | null | undefined): string => Buffer.from(token ?? []).toString("hex");

export class AccessDaemon {
  private readonly open = new Map<string, Description>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly directory = mkdtempSync(join(tmpdir(), "iommufd-emu-access-"));
  readonly socket = join(this.directory, "socket");
  /** How many accesses calls have made. */
  made = 0;

  private constructor() {
    this.server = createServer((socket) => {
      this.serve(socket);
    });
  }

  static async start(): Promise<AccessDaemon> {
    const daemon = new AccessDaemon();
    await new Promise<void>((resolve) => daemon.server.listen(daemon.socket, resolve));
    return daemon;
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
    const session = new Session(this.open, () => this.made++);
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
class Session {
  private file: Description | undefined;
  private readonly held: Description[] = [];

  constructor(
    private readonly open: Map<string, Description>,
    private readonly onMade: () => void,
  ) {}

  answer(frame: iommufd_emu.v1.ClientFrame.$Properties): ServerFrame {
    if (frame.hello) return { hello };
    if (frame.open) {
      const asked = frame.open.token ?? new Uint8Array();
      const token = asked.length > 0 ? asked : randomBytes(TOKEN_BYTES);
      this.file = this.make(token, undefined);
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
    if (frame.ioctl) return { ioctl: this.ioctl(frame.ioctl) };
    if (frame.close) {
      const released = this.end();
      return { close: { released } };
    }
    return { error: { code: "UNEXPECTED", message: frame.body ?? "" } };
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
  private passOn(description: Description): void {
    description.maker = undefined;
    description.holders--;
    this.held.splice(this.held.indexOf(description), 1);
  }

  private hold(description: Description): void {
    description.holders++;
    this.held.push(description);
  }

  private make(token: Uint8Array, memory: Buffer | undefined): Description {
    const description: Description = { key: keyOf(token), holders: 0, memory, maker: undefined };
    this.open.set(description.key, description);
    this.hold(description);
    return description;
  }

  private ioctl(ioctl: Ioctl): IoctlReply {
    const argument = fromLong(ioctl.argument);
    const bytes = readable(ioctl, argument, 0);
    if (bytes === undefined) return failed(errno.EFAULT);
    if (ioctl.request === IOAS_ALLOC) {
      const data = encodeStruct(iommu_ioas_alloc, { out_ioas_id: IOAS_ID });
      return { written: [{ address: toLong(argument, "argument"), data }] };
    }
    if (ioctl.request !== TEST_COMMAND) return {};
    const { op, id } = decodeStruct(api.iommu_test_cmd, bytes);
    if (op === api.IOMMU_TEST_OP_CREATE_ACCESS) return this.createAccess(argument, bytes, id);
    return this.transfer(ioctl, bytes, id);
  }

  private createAccess(argument: bigint, bytes: Uint8Array, ioasId: number): IoctlReply {
    if (ioasId !== IOAS_ID) return failed(errno.ENOENT);
    const token = randomBytes(TOKEN_BYTES);
    this.make(token, Buffer.alloc(4096)).maker = this;
    this.onMade();
    const address = argument + BigInt(api.iommu_test_create_access.fields.out_access_fd.offset);
    return {
      written: [{ address: toLong(argument, "argument"), data: bytes }],
      descriptors: [{ token, address: toLong(address, "address") }],
    };
  }

  private transfer(ioctl: Ioctl, bytes: Uint8Array, id: number): IoctlReply {
    const named = (ioctl.descriptors ?? []).find(({ fd }) => fd === id);
    const memory = this.open.get(keyOf(named?.token))?.memory;
    if (memory === undefined) return failed(errno.EBADFD);
    const { length, uptr, flags } = decodeStruct(api.iommu_test_access_rw, bytes);
    const count = Number(length);
    if (flags & api.MOCK_ACCESS_RW_WRITE) {
      const data = readable(ioctl, uptr, count);
      if (data === undefined) return failed(errno.EFAULT);
      memory.set(data.subarray(0, count));
      return {};
    }
    const offered = (ioctl.writable ?? []).some(
      (window) => fromLong(window.address) === uptr && (window.length ?? 0) >= count,
    );
    if (!offered) return failed(errno.EFAULT);
    return { written: [{ address: toLong(uptr, "uptr"), data: memory.subarray(0, count) }] };
  }
}

/** What came of memory at an address, if it is `length` bytes or more. */
function readable(ioctl: Ioctl, address: bigint, length: number): Uint8Array | undefined {
  const segment = (ioctl.readable ?? []).find((candidate) => fromLong(candidate.address) === address);
  const data = segment?.data;
  return data && data.length >= length ? data : undefined;
}

function failed(error: number): IoctlReply {
  return { result: -error };
}
