/**
 * One connection to the daemon: Hello, requests and their replies, the daemon's requests for callback memory and
 * its notices.
 *
 * Follows proto/wire/iommufd_emu.proto. Invariants: replies are matched to requests in order and by sequence number;
 * never more requests are under way than the daemon allows, the rest wait here; what is sent in one turn of the event
 * loop is one write; nothing is under way or sent while a ring is asked for, which then takes the stream's place.
 */
import { FRAME_HEADER_BYTES, FrameParser, frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { VERSION } from "../../daemon/main/version.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { ProtocolError } from "./errors.js";
import { Fifo } from "./fifo.js";
import { ringMapper, type RingMapper } from "./native-mapping.js";
import { RingCarrier } from "./ring-carrier.js";
import type { Duplex, Transport } from "./transport.js";
import { fromLong } from "./wire64.js";

const { ClientFrame, ServerFrame } = iommufd_emu.v1;
type ServerFrame = iommufd_emu.v1.ServerFrame.$Properties;

/** A request without its sequence number; exactly one member. */
export type Request = Omit<iommufd_emu.v1.ClientFrame.$Properties, "sequence" | "body" | "$unknowns">;

type ReplyKind = Exclude<NonNullable<ServerFrame["body"]>, "error" | "memoryRequest" | "readable" | "doorbell">;
export type Reply<Kind extends ReplyKind> = NonNullable<ServerFrame[Kind]>;

/** The version of the protocol that this client speaks. */
const PROTOCOL_VERSION = 1;

/** The longest frame taken from the daemon: guards against garbage in place of a length, far above what is sent. */
const REPLY_BYTES_MAX = 256 * 1024 * 1024;

/** Environment variable: 0 has everything go by the socket. */
const RING_VARIABLE = "IOMMUFD_EMU_RING";
/** A connection that has made so many requests is worth a ring. */
const REQUESTS_BEFORE_RING = 16;

/** Sequence numbers are u32 and skip 0, which answers nothing. */
const SEQUENCE_MAX = 0xffff_ffff;

/** What the daemon said in its Hello. */
export interface DaemonInfo {
  /** Name and version of the daemon. */
  readonly daemon: string;
  readonly version: number;
  readonly features: readonly string[];
  /** The daemon knows this process from the socket: descriptors can be named to it. */
  readonly peerKnown: boolean;
  /** The daemon can read and write this process's memory. */
  readonly processMemory: boolean;
  readonly limits: {
    readonly frameBytesMax: number;
    readonly segmentsMax: number;
    readonly batchIoctlsMax: number;
    readonly inFlightMax: number;
    readonly regionsMax: number;
    readonly dmaBytesMax: number;
  };
}

/** Serves the daemon's accesses to callback memory. */
export interface MemoryServer {
  /** @returns `length` bytes, or EFAULT */
  read(address: bigint, length: number): Promise<Uint8Array | Errno>;
  /** @returns 0 or EFAULT */
  write(address: bigint, data: Uint8Array): Promise<Errno>;
}

interface Pending {
  readonly sequence: number;
  readonly expected: ReplyKind;
  readonly frame: Uint8Array;
  resolve(reply: ServerFrame): void;
  reject(error: Error): void;
}

export class Connection {
  /** Set while callback regions are registered. */
  memoryServer: MemoryServer | undefined;
  /** Called for each notice of an arrival, of a connection that joined with `notify`. */
  onReadable: () => void = () => undefined;
  /** Called when the connection is over. */
  onOver: () => void = () => undefined;

  #duplex: Duplex | undefined;
  /** Takes the duplex' place for all but doorbells and the error that ends the connection. */
  #carrier: RingCarrier | undefined;
  #requests = 0;
  #askedForRing = false;
  /** A ring is being asked for: what is to be sent waits. */
  #held = false;
  readonly #sent = new Fifo<Pending>();
  readonly #waiting = new Fifo<Pending>();
  /** Until the daemon has told its limits, only Hello may be under way. */
  #inFlightMax = 1;
  #frameBytesMax = Infinity;
  #sequence = 0;
  #outgoing: Uint8Array[] = [];
  #failure: Error | undefined;
  #info: DaemonInfo | undefined;
  readonly #over: Promise<void>;
  #signalOver: () => void = () => undefined;

  private constructor() {
    this.#over = new Promise((resolve) => {
      this.#signalOver = resolve;
    });
  }

  /** Connects and says Hello. @throws ProtocolError CONNECT_FAILED, or the daemon's refusal */
  static async open(transport: Transport): Promise<Connection> {
    const connection = new Connection();
    connection.#duplex = await transport.open({
      received: connection.#createParser(),
      ended: (reason) => {
        connection.#ended(reason);
      },
    });
    const client = `iommufd-emu-sdk ${VERSION}`;
    const hello = await connection.request({ hello: { version: PROTOCOL_VERSION, required: [], client } }, "hello");
    connection.#info = daemonInfo(hello);
    connection.#inFlightMax = Math.max(1, connection.#info.limits.inFlightMax);
    connection.#frameBytesMax = connection.#info.limits.frameBytesMax;
    connection.#sendWaiting();
    return connection;
  }

  get info(): DaemonInfo {
    if (this.#info === undefined) throw new Error("the connection is not open yet");
    return this.#info;
  }

  get closed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Sends a request; many can be under way.
   * @throws ProtocolError The connection is over, or ended before the reply came
   * @throws RangeError The request is longer than the daemon takes; nothing was sent
   */
  request<Kind extends ReplyKind>(request: Request, expected: Kind): Promise<Reply<Kind>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      if (this.#isRingDue()) this.#askForRing();
      const sequence = this.#sequence === SEQUENCE_MAX ? 1 : this.#sequence + 1;
      const frame = frameOf(ClientFrame.encode({ ...request, sequence }).finish());
      if (frame.length - FRAME_HEADER_BYTES > this.#frameBytesMax) {
        reject(new RangeError(`the request has ${frame.length} bytes, the daemon takes ${this.#frameBytesMax}`));
        return;
      }
      this.#sequence = sequence;
      this.#waiting.push({
        ...{ sequence, expected, frame, reject },
        resolve: (reply) => {
          resolve(reply[expected] as Reply<Kind>);
        },
      });
      this.#sendWaiting();
    });
  }

  /** Gives up what this connection has open, waits until the daemon has released it, and ends the connection. */
  async release(): Promise<void> {
    if (this.closed) return;
    try {
      await this.request({ close: {} }, "close");
    } finally {
      await this.end();
    }
  }

  /** Ends the connection, and with it this side's part in its open file description. Resolves when it is over. */
  async end(): Promise<void> {
    this.#letGo();
    this.#fail(ProtocolError.local("CONNECTION_CLOSED", "the connection has been closed"));
    await this.#over;
  }

  // ---- the ring -----------------------------------------------------------------------------------------------------

  /** With nothing unanswered, once. */
  #isRingDue(): boolean {
    if (this.#askedForRing || this.#requests++ < REQUESTS_BEFORE_RING) return false;
    return this.#sent.length === 0 && this.#waiting.length === 0;
  }

  #askForRing(): void {
    this.#askedForRing = true;
    const descriptor = this.#duplex?.descriptor;
    if (descriptor === undefined || !this.info.features.includes("rings") || process.env[RING_VARIABLE] === "0") return;
    const mapper = ringMapper(descriptor);
    if (mapper === undefined) return;
    const reply = this.request({ ring: {} }, "ring");
    this.#flush();
    this.#held = true;
    void reply
      .then(
        (ring) => {
          this.#useRing(ring, mapper);
        },
        () => undefined,
      )
      .finally(() => {
        this.#letGo();
      });
  }

  #useRing(reply: Reply<"ring">, mapper: RingMapper): void {
    if (reply.error || this.#failure !== undefined || this.#duplex === undefined) return;
    const shape = { slots: reply.slots ?? 0, slotBytes: reply.slotBytes ?? 0, pieceBytes: reply.pieceBytes ?? 0 };
    const mapping = mapper.map(reply.path ?? "", shape);
    if (mapping === undefined) return;
    this.#carrier = new RingCarrier(mapping, shape, this.#duplex, {
      received: this.#createParser(),
      corrupt: (error) => {
        this.#fail(error);
      },
      isAwaiting: () => this.#sent.length > 0,
    });
  }

  /** Sends what waited for the ring, by the ring if there is one. */
  #letGo(): void {
    this.#held = false;
    if (this.#failure === undefined) this.#sendWaiting();
    this.#flush();
  }

  // ---- frames -------------------------------------------------------------------------------------------------------

  /** @returns what takes the bytes of a stream of frames, cut anywhere */
  #createParser(): (bytes: Uint8Array) => void {
    const parser = new FrameParser(
      REPLY_BYTES_MAX,
      (bytes, start, end) => {
        this.#receive(bytes.subarray(start, end));
      },
      (length) => {
        this.#fail(ProtocolError.local("BAD_REPLY", `the daemon announced a frame of ${length} bytes`));
      },
    );
    return (bytes) => {
      if (this.#failure === undefined) parser.push(bytes);
    };
  }

  #sendWaiting(): void {
    if (this.#held) return;
    while (this.#sent.length < this.#inFlightMax) {
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      this.#sent.push(pending);
      this.#write(pending.frame);
    }
  }

  /** What follows in this turn of the event loop, continuations of promises included, goes with the same write. */
  #write(frame: Uint8Array): void {
    if (this.#outgoing.push(frame) > 1) return;
    process.nextTick(() => {
      this.#flush();
    });
  }

  #flush(): void {
    const frames = this.#outgoing;
    if (frames.length === 0 || this.#held) return;
    this.#outgoing = [];
    const stream = this.#carrier ?? this.#duplex;
    stream?.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }

  #receive(message: Uint8Array): void {
    if (this.#failure !== undefined) return;
    let frame: ServerFrame;
    try {
      frame = ServerFrame.decode(message);
    } catch (cause) {
      this.#fail(ProtocolError.local("BAD_REPLY", "the daemon sent a message that cannot be decoded", { cause }));
      return;
    }
    if (frame.error != null) {
      // What is in the ring was said before.
      this.#carrier?.drain();
      this.#fail(new ProtocolError(frame.error.code ?? "", frame.error.message ?? ""));
    } else if (frame.memoryRequest != null) {
      void this.#serveMemory(frame.memoryRequest);
    } else if (frame.readable != null) {
      this.onReadable();
    } else if (frame.doorbell != null && this.#carrier !== undefined) {
      this.#carrier.doorbell();
    } else {
      this.#answer(frame);
    }
  }

  #answer(frame: ServerFrame): void {
    // A DMA that waits for a page is answered when it is done, so others may come before it.
    const pending =
      this.#sent.takeFirst(
        ({ sequence }) => sequence === frame.sequence,
        ({ expected }) => expected === "dma",
      ) ?? this.#sent.shift();
    if (pending === undefined) {
      this.#fail(ProtocolError.local("BAD_REPLY", "a reply came that nothing asked for"));
    } else if (frame.sequence !== pending.sequence || frame.body !== pending.expected) {
      const text = `reply ${frame.sequence ?? 0} is "${frame.body ?? ""}"; awaited: ${pending.sequence}, "${pending.expected}"`;
      const error = ProtocolError.local("BAD_REPLY", text);
      pending.reject(error);
      this.#fail(error);
    } else {
      pending.resolve(frame);
      this.#sendWaiting();
    }
  }

  async #serveMemory(request: iommufd_emu.v1.MemoryRequest.$Properties): Promise<void> {
    const id = request.id ?? 0;
    const address = fromLong(request.address);
    const length = request.length ?? 0;
    // A copy: the message's bytes are gone by the time a callback that waits looks at them.
    const data = Uint8Array.from(request.data ?? []);
    const server = this.memoryServer;
    let result: Uint8Array | Errno = errno.EFAULT;
    if (server !== undefined)
      result = await (length > 0 ? server.read(address, length) : server.write(address, data)).catch(
        () => errno.EFAULT,
      );
    if (this.#failure !== undefined) return;
    const memoryResult = typeof result === "number" ? { id, error: result } : { id, data: result };
    this.#write(frameOf(ClientFrame.encode({ memoryResult }).finish()));
  }

  #ended(reason: Error | undefined): void {
    this.#carrier?.drain();
    const why = reason === undefined ? "the daemon ended the connection" : `the connection broke: ${reason.message}`;
    this.#fail(ProtocolError.local("CONNECTION_CLOSED", why, { cause: reason }));
    this.#carrier?.end();
    this.#signalOver();
  }

  /** The first failure counts; whatever waits for a reply learns of it. */
  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const queue of [this.#sent, this.#waiting])
      for (let pending = queue.shift(); pending !== undefined; pending = queue.shift()) pending.reject(error);
    const stream = this.#carrier ?? this.#duplex;
    stream?.close();
    this.onOver();
  }
}

function daemonInfo(hello: Reply<"hello">): DaemonInfo {
  const limits = hello.limits ?? {};
  return {
    daemon: hello.daemon ?? "",
    version: hello.version ?? 0,
    features: hello.features ?? [],
    peerKnown: hello.peerKnown ?? false,
    processMemory: hello.processMemory ?? false,
    limits: {
      frameBytesMax: limits.frameBytesMax ?? 0,
      segmentsMax: limits.segmentsMax ?? 0,
      batchIoctlsMax: limits.batchIoctlsMax ?? 0,
      inFlightMax: limits.inFlightMax ?? 0,
      regionsMax: limits.regionsMax ?? 0,
      dmaBytesMax: limits.dmaBytesMax ?? 0,
    },
  };
}
