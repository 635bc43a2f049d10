/**
 * One connection: frames in, replies out, in order. All frames that arrive in one read are handled and answered in one write.
 * A request is one atomic step; one that has to wait (for client memory that the client serves itself) parks, and what follows
 * it on this connection waits behind it. A DMA that waits for a page lets what follows overtake it, since that may be what ends
 * the wait. A violation of the protocol ends this session, with a stable code, and no other.
 */
import { errno } from "../../proto/uapi/errno.js";
import { FrameParser } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { Cancellation } from "../devices/cancellation.js";
import type { Peer } from "../memory/peer.js";
import { U64 } from "../u64.js";
import type { FileCall } from "../uapi/descriptors.js";
import { CallbackMemory } from "./callback-memory.js";
import { addDevice, attachDevice, bindDevice, detachDevice, endpointOf, removeDevice } from "./device-requests.js";
import { deviceDma, deviceFaults, deviceWalk } from "./endpoint-requests.js";
import { checkSegments, FileRequests, segmentOf } from "./file-requests.js";
import { IoctlRequest, decodeIoctlFrame } from "./ioctl-request.js";
import type { Log } from "./log.js";
import { TargetFile, type Notified, type OpenFile } from "./open-file.js";
import { Output } from "./output.js";
import { ProtocolViolation } from "./protocol-error.js";
import { SegmentMemory } from "./segment-memory.js";
import { SessionDescriptors } from "./session-descriptors.js";
import { SessionRing } from "./session-ring.js";
import type { Server } from "./server.js";
import { checkToken, tokenKey } from "./token.js";
import type { Connection } from "./transport.js";
import { fromWire, numberToWire, toWire } from "./wire64.js";

type IClientFrame = iommufd_emu.v1.ClientFrame.$Properties;
type IServerFrame = iommufd_emu.v1.ServerFrame.$Properties;
type IIoctl = iommufd_emu.v1.Ioctl.$Properties;
type IIoctlReply = iommufd_emu.v1.IoctlReply.$Properties;
type IRegionAdd = iommufd_emu.v1.RegionAdd.$Properties;
type IResult = iommufd_emu.v1.Result.$Properties;
type Reply = Omit<IServerFrame, "sequence">;

/** The place of a request in the order of replies. */
interface Turn {
  /** It has given it up: it is answered when it is done. */
  yielded: boolean;
  /** Resolves when it has been answered. */
  answered?: Promise<void>;
}

export const PROTOCOL_VERSION = 1;
const NO_BYTES = new Uint8Array(0);
/** Bytes of replies that are gathered before they are sent: with those of one more request, what a client can make wait. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

export class Session implements Notified {
  private readonly parser: FrameParser;
  /** Doorbells come over the socket in the middle of what the ring carries. */
  private ringParser: FrameParser | undefined;
  private readonly memory: SegmentMemory;
  private readonly descriptors: SessionDescriptors;
  /** Who makes this client's ioctls. */
  private readonly call: FileCall;
  private readonly callbacks: CallbackMemory;
  private client: string | undefined;
  private file: OpenFile | undefined;
  /** Whether this connection is a holder of `file` or only speaks for it. */
  private holds = false;
  /** The client's end is held by a task that keeps the memory of its process. */
  private keeps = false;
  /** The turn of the request that the others wait for. */
  private parked: Turn | undefined;
  /** Requests that others overtake. */
  private readonly overtaken = new Set<Turn>();
  /** Of the DMAs of this session, when it gives its file up. */
  private cancellation = new Cancellation();
  private idleListeners: (() => void)[] = [];
  private readonly waiting: IClientFrame[] = [];
  private readonly request = new IoctlRequest();
  private readonly files: FileRequests;
  private readonly output = new Output();
  private readonly ring: SessionRing;
  /** What comes is no frames but text that is written to `file`. */
  private raw = false;
  /** The client does not read its replies as fast as they are made: its requests wait. */
  private blocked = false;
  private receiving = false;
  private ended = false;
  private requests = 0;
  /** Of the ioctl that has just run: how many more steps it would have taken to the one that fails. */
  private failNthLeft = 0;

  constructor(
    readonly id: number,
    private readonly server: Server,
    readonly peer: Peer,
    private readonly connection: Pick<Connection, "write" | "close">,
    private readonly log: Log,
  ) {
    const direct = {
      // Asked for anew each time: after an exec the process has another address space.
      copyFrom: (address: U64, into: Uint8Array) => peer.mm.copyFrom(address, into),
      copyTo: (address: U64, from: Uint8Array) => peer.mm.copyTo(address, from),
    };
    this.memory = new SegmentMemory(this.request, direct, server.points);
    this.descriptors = new SessionDescriptors(server, this.request, peer);
    this.files = new FileRequests(server, this.request, this.memory, this.descriptors);
    this.call = { caller: peer, memory: this.memory, descriptors: this.descriptors };
    this.parser = this.makeParser();
    this.ring = new SessionRing(server.rings, {
      step: (action) => {
        this.step(action);
      },
      request: this.request,
      frames: (bytes, length) => {
        (this.ringParser ??= this.makeParser()).push(bytes, length);
        this.flush();
      },
      ioctl: () => {
        this.ringIoctl();
      },
      used: () => {
        peer.stay();
      },
      drained: () => {
        this.drained();
      },
      ring: (doorbell) => {
        connection.write(doorbell);
      },
    });
    this.callbacks = new CallbackMemory((request) => {
      this.send(0, { memoryRequest: request });
    });
  }

  private makeParser(): FrameParser {
    const { frameBytesMax } = this.server.limits;
    return new FrameParser(
      frameBytesMax,
      (bytes, start, end) => {
        this.frame(bytes, start, end);
      },
      (length) => {
        throw new ProtocolViolation("FRAME_TOO_LONG", `${length} bytes, at most ${frameBytesMax}`);
      },
    );
  }

  /** Bytes from the client, cut anywhere. */
  receive(chunk: Uint8Array): void {
    this.step(this.take, chunk);
  }

  private readonly take = (chunk: Uint8Array): void => {
    if (this.raw) this.files.writeRaw(this.file, chunk);
    else this.parser.push(chunk);
  };

  /** The connection is over. Returns when everything that it held has been released. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.waiting.length = 0;
    this.cancellation.cancel();
    this.callbacks.abandon();
    this.ring.end();
    this.leave();
    this.descriptors.end();
    this.reportIdle();
    this.peer.close();
    this.server.forget(this);
  }

  inspect(): Record<string, unknown> {
    return {
      id: this.id,
      client: this.client ?? null,
      peer: this.peer.mm.name,
      requests: this.requests,
      file: this.file?.node ?? null,
      holds: this.holds,
      keeps: this.keeps,
      parked: this.parked !== undefined,
      overtaken: this.overtaken.size,
      ring: this.ring.isUsed,
      regions: this.peer.listRegions(),
    };
  }

  get openFile(): OpenFile | undefined {
    return this.file;
  }

  // ---- frames -------------------------------------------------------------------------------------------------------

  /** Runs what handles input or finishes a parked request, then sends what it produced in one write. */
  private step(action: () => void): void;
  private step<Argument>(action: (argument: Argument) => void, argument: Argument): void;
  private step<Argument>(action: (argument?: Argument) => void, argument?: Argument): void {
    if (this.ended) return;
    this.receiving = true;
    try {
      action(argument);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.refuse(error);
    } finally {
      this.receiving = false;
    }
    this.flush();
  }

  private refuse(violation: ProtocolViolation): void {
    this.log.warn({ event: "session_refused", session: this.id, code: violation.code, reason: violation.message });
    this.ring.end();
    this.send(0, { error: { code: violation.code, message: violation.message } });
    this.flush();
    this.end();
    this.connection.close();
  }

  /** Says why, and ends the session, at the daemon's wish. */
  dismiss(violation: ProtocolViolation): void {
    if (!this.ended) this.refuse(violation);
  }

  private frame(bytes: Uint8Array, start: number, end: number): void {
    // A frame earlier in the same chunk may have ended the session.
    if (this.ended) return;
    const { request } = this;
    if (!this.isBusy() && this.client !== undefined && decodeIoctlFrame(bytes, start, end, request)) {
      this.requests++;
      checkSegments(request.segmentCount, this.server.limits);
      this.answerIoctl(request.sequence, this.ioctl());
      if (this.output.bytes > OUTPUT_BYTES_MAX) this.flush();
      return;
    }
    // What came by a ring is written again.
    const frame = decodeFrame(this.ring.isUsed ? bytes.slice(start, end) : bytes.subarray(start, end));
    if (frame.doorbell && this.ring.wake()) return;
    this.takeFrame(frame);
  }

  private takeFrame(frame: IClientFrame): void {
    if (frame.memoryResult && this.client !== undefined) {
      this.callbacks.resolve(frame.memoryResult);
    } else if (this.isBusy()) {
      if (this.waiting.length >= this.server.limits.inFlightMax) throw new ProtocolViolation("TOO_MANY_IN_FLIGHT");
      this.waiting.push(frame);
    } else {
      this.answer(frame);
    }
  }

  private answerIoctl(sequence: number, result: number): void {
    if (this.isPlain()) this.output.ioctlReply(sequence, result, this.memory.places, this.memory.writtenCount);
    else this.output.frame(sequence, { ioctl: this.replyOf(result) });
  }

  /** An ioctl has come by the ring and is in `request`. */
  private ringIoctl(): void {
    if (this.ringParser?.isAtBoundary === false) throw new ProtocolViolation("RING_CORRUPT", "an ioctl in a frame");
    if (this.isBusy()) {
      this.takeFrame(this.request.toFrame());
      return;
    }
    this.requests++;
    checkSegments(this.request.segmentCount, this.server.limits);
    const { argument, sequence } = this.request;
    const result = this.ioctl();
    const { places, writtenCount } = this.memory;
    // Nothing overtakes what waits to be sent.
    const isSlot = this.isPlain() && this.output.bytes === 0;
    if (isSlot && this.ring.answer(sequence, result, argument, places, writtenCount)) return;
    this.answerIoctl(sequence, result);
    this.flush();
  }

  /** The ioctl that has just run has a result and memory that it wrote, nothing else. */
  private isPlain(): boolean {
    return this.descriptors.made === undefined && this.server.emptied.length === 0 && this.failNthLeft === 0;
  }

  private answer(frame: IClientFrame): void {
    this.requests++;
    const sequence = frame.sequence ?? 0;
    const turn: Turn = { yielded: false };
    const reply = this.handle(frame, turn);
    if (!(reply instanceof Promise)) {
      this.send(sequence, reply);
      return;
    }
    if (!turn.yielded) this.parked = turn;
    turn.answered = reply.then((late) => {
      this.step(() => {
        if (!this.overtaken.delete(turn)) this.parked = undefined;
        this.send(sequence, late);
        this.answerWaiting();
      });
      if (!this.isBusy()) this.reportIdle();
    });
  }

  /** A request lets the others overtake it. */
  private yieldTurn(turn: Turn): void {
    if (turn.yielded || this.ended) return;
    turn.yielded = true;
    this.overtaken.add(turn);
    if (this.parked !== turn) return;
    this.step(() => {
      this.parked = undefined;
      this.answerWaiting();
    });
    if (!this.isBusy()) this.reportIdle();
  }

  /** The client has read what it was sent. */
  drained(): void {
    this.step(() => {
      this.blocked = false;
      this.answerWaiting();
    });
    if (!this.isBusy()) this.reportIdle();
  }

  private answerWaiting(): void {
    while (!this.isBusy() && this.waiting.length > 0) this.answer(this.waiting.shift()!);
  }

  /** Resolves when no request is parked or waits; one that is overtaken may take for ever. */
  idle(): Promise<void> {
    if (this.parked === undefined && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private reportIdle(): void {
    for (const listener of this.idleListeners) listener();
    this.idleListeners = [];
  }

  private isBusy(): boolean {
    return this.parked !== undefined || this.blocked;
  }

  private send(sequence: number, reply: Reply): void {
    if (this.ended) return;
    this.output.frame(sequence, reply);
    if (!this.receiving || this.output.bytes > OUTPUT_BYTES_MAX) this.flush();
  }

  private flush(): void {
    if (this.output.bytes > 0 && !this.output.take(this.carry)) this.blocked = true;
  }

  private readonly carry = (bytes: Uint8Array, length: number): boolean =>
    this.ring.isUsed ? this.ring.write(bytes, length) : this.connection.write(Buffer.from(bytes.subarray(0, length)));

  // ---- requests -----------------------------------------------------------------------------------------------------

  private handle(frame: IClientFrame, turn: Turn): Reply | Promise<Reply> {
    if (this.client === undefined) {
      if (!frame.hello) throw new ProtocolViolation("HELLO_EXPECTED");
      return this.hello(frame.hello);
    }
    if (frame.ioctl) {
      checkSegments(segmentCountOf(frame.ioctl), this.server.limits);
      return { ioctl: this.ioctlMessage(frame.ioctl) };
    }
    if (frame.read) return { file: this.files.read(this.file, frame.read) };
    if (frame.write) return { file: this.files.write(this.file, frame.write) };
    if (frame.map) return { map: this.files.map(this.file, frame.map) };
    if (frame.ring) return { ring: this.ring.open() };
    if (frame.access) return { access: this.files.access(this.file, frame.access) };
    if (frame.batch) return { batch: { replies: this.batch(frame.batch) } };
    if (frame.deviceDma) return this.dma(frame.deviceDma, turn);
    if (frame.open) return this.open(frame.open);
    if (frame.join) return this.join(frame.join);
    if (frame.close) return this.close();
    if (frame.sync) return this.sync(frame.sync);
    if (frame.regionAdd) return { result: this.addRegion(frame.regionAdd) };
    if (frame.regionRemove) return { result: this.peer.removeRegion(fromWire(frame.regionRemove.address)) ?? {} };
    if (frame.keep) return { result: this.keep(frame.keep) };
    if (frame.deviceBind) return { result: bindDevice(this.file, frame.deviceBind, this.server) };
    if (frame.deviceAttach) return { result: attachDevice(this.file, frame.deviceAttach) };
    if (frame.deviceDetach) return { result: detachDevice(this.file, frame.deviceDetach) };
    if (frame.deviceFaults) return { faults: deviceFaults(endpointOf(this.file), frame.deviceFaults) };
    if (frame.deviceWalk) return { walk: deviceWalk(endpointOf(this.file), frame.deviceWalk) };
    if (frame.deviceAdd) return { result: addDevice(frame.deviceAdd, this.server) };
    if (frame.deviceRemove) return { result: removeDevice(frame.deviceRemove, this.server) };
    if (frame.status) return { status: { json: JSON.stringify(this.server.inspect()) } };
    if (frame.hello) throw new ProtocolViolation("HELLO_REPEATED");
    throw new ProtocolViolation("FRAME_EMPTY");
  }

  private hello(hello: iommufd_emu.v1.Hello.$Properties): Reply {
    const version = hello.version ?? 0;
    if (version !== PROTOCOL_VERSION)
      throw new ProtocolViolation("VERSION_UNSUPPORTED", `${version}; this daemon speaks ${PROTOCOL_VERSION}`);
    const { features, limits } = this.server;
    const unknown = (hello.required ?? []).filter((feature) => !features.includes(feature));
    if (unknown.length > 0) throw new ProtocolViolation("FEATURE_UNSUPPORTED", unknown.join(", "));
    this.client = hello.client ?? "";
    this.log.debug({ event: "session_hello", session: this.id, client: this.client, peer: this.peer.mm.name });
    return {
      hello: {
        version: PROTOCOL_VERSION,
        features: [...features],
        limits: { ...limits, dmaMoveBytesMax: numberToWire(limits.dmaMoveBytesMax) },
        daemon: this.server.name,
        peerKnown: this.peer.pid !== undefined,
        processMemory: this.peer.mm.hasProcessMemory(),
      },
    };
  }

  private open(open: iommufd_emu.v1.Open.$Properties): Reply {
    if (this.file !== undefined) throw new ProtocolViolation("OPEN_REPEATED");
    const asked = open.token ?? NO_BYTES;
    if (asked.length > 0) checkToken(asked);
    const file = this.server.open(open.node ?? "", asked.length > 0 ? tokenKey(asked) : undefined);
    if (typeof file === "number") return { open: { error: file } };
    this.file = file;
    this.holds = true;
    this.raw = open.raw ?? false;
    return { open: { token: Buffer.from(file.token, "hex") } };
  }

  private join(join: iommufd_emu.v1.Join.$Properties): Reply {
    if (this.file !== undefined) throw new ProtocolViolation("OPEN_REPEATED");
    const token = join.token ?? NO_BYTES;
    checkToken(token);
    const file = this.server.find(tokenKey(token));
    if (file === undefined) return { join: { error: errno.EBADF } };
    const error = join.notify === true && file instanceof TargetFile ? file.notify(this) : errno.OK;
    if (error !== errno.OK) return { join: { error } };
    this.file = file;
    this.holds = join.hold ?? false;
    if (this.holds) file.hold();
    const size = file instanceof TargetFile ? file.target.size : undefined;
    return { join: size === undefined ? {} : { size: numberToWire(size) } };
  }

  /** There is something to read in the file of this connection. */
  readable(): void {
    this.send(0, { readable: {} });
  }

  /** DMAs of this connection that wait for pages end with it: refused by the release, else abandoned. They are answered first. */
  private close(): Reply | Promise<Reply> {
    const reply = { close: { released: this.leave() } };
    this.cancellation.cancel();
    this.cancellation = new Cancellation();
    if (this.overtaken.size === 0) return reply;
    return Promise.all([...this.overtaken].flatMap(({ answered }) => answered ?? [])).then(() => reply);
  }

  /** Gives up the open file description. @returns whether that released it */
  private leave(): boolean {
    const { file, holds } = this;
    this.file = undefined;
    this.holds = false;
    if (file instanceof TargetFile) file.forget(this);
    return file !== undefined && holds && file.drop();
  }

  private async sync(sync: iommufd_emu.v1.Sync.$Properties): Promise<Reply> {
    await this.server.settle();
    return { sync: { open: this.server.find(tokenKey(sync.token ?? NO_BYTES)) !== undefined } };
  }

  private batch(batch: iommufd_emu.v1.Batch.$Properties): IIoctlReply[] {
    const ioctls = batch.ioctls ?? [];
    if (ioctls.length > this.server.limits.batchIoctlsMax)
      throw new ProtocolViolation("TOO_MANY_IOCTLS", `${ioctls.length}, at most ${this.server.limits.batchIoctlsMax}`);
    for (const ioctl of ioctls) checkSegments(segmentCountOf(ioctl), this.server.limits);
    const replies: IIoctlReply[] = [];
    for (const ioctl of ioctls) {
      const reply = this.ioctlMessage(ioctl);
      replies.push(reply);
      if (batch.stopOnError && reply.result! < 0) break;
    }
    return replies;
  }

  private ioctlMessage(ioctl: IIoctl): IIoctlReply {
    this.request.load(ioctl);
    return this.replyOf(this.ioctl());
  }

  /** The reply to the ioctl that has just run. */
  private replyOf(result: number): IIoctlReply {
    const reply: IIoctlReply = { result };
    if (this.failNthLeft > 0) reply.failNth = this.failNthLeft;
    const { written } = this.memory;
    const { made } = this.descriptors;
    const { emptied } = this.server;
    if (emptied.length > 0) reply.emptied = emptied.map(({ token }) => Buffer.from(token, "hex"));
    // The struct is filled anew by the next ioctl, which in a batch comes before this reply is sent.
    reply.written = written.map(({ address, data }) => segmentOf({ address, data: data.slice() }));
    if (made !== undefined)
      reply.descriptors = made.map(({ address, token }) => ({
        address: toWire(address),
        token: Buffer.from(token, "hex"),
      }));
    return reply;
  }

  /** Runs the ioctl in `request`. @returns what ioctl(2) returns, or a negative errno */
  private ioctl(): number {
    const { file, request, server } = this;
    this.memory.begin();
    this.descriptors.begin();
    if (server.emptied.length > 0) server.emptied.length = 0;
    this.failNthLeft = request.failNth;
    if (file === undefined || file.released) return -errno.EBADF;
    const { points } = server;
    points.arm(request.failNth, request.failOrdinary);
    const result = file.ioctl(this.call, request.request, request.argument);
    this.failNthLeft = points.disarm();
    return result;
  }

  // ---- regions and DMA -----------------------------------------------------------------------------------------------

  private addRegion(region: IRegionAdd): IResult {
    const backing =
      region.path != null
        ? { path: region.path }
        : region.fd != null
          ? { fd: region.fd }
          : region.callback
            ? { callback: this.callbacks }
            : undefined;
    if (backing === undefined) return { error: errno.EINVAL, message: "a region needs a path, an fd or callback" };
    const refusal = this.peer.addRegion({
      address: fromWire(region.address),
      length: fromWire(region.length),
      offset: fromWire(region.offset),
      writable: region.writable ?? false,
      backing,
    });
    return refusal ?? {};
  }

  private keep(keep: iommufd_emu.v1.Keep.$Properties): IResult {
    if (this.keeps) {
      this.peer.reviewKeeper();
      return {};
    }
    const mark = keep.mark ?? NO_BYTES;
    checkToken(mark);
    const error = this.peer.keep(fromWire(keep.address), Uint8Array.from(mark), () => {
      this.dismissKeeper();
    });
    this.keeps = error === errno.OK;
    return { error };
  }

  private dismissKeeper(): void {
    if (this.ended) return;
    this.end();
    this.connection.close();
  }

  private dma(dma: iommufd_emu.v1.DeviceDma.$Properties, turn: Turn): Reply | Promise<Reply> {
    const { limits } = this.server;
    if (this.overtaken.size >= limits.inFlightMax) throw new ProtocolViolation("TOO_MANY_IN_FLIGHT");
    const reply = deviceDma(endpointOf(this.file), dma, limits, {
      cancellation: this.cancellation,
      onPageWait: () => {
        this.yieldTurn(turn);
      },
    });
    return reply instanceof Promise ? reply.then((late) => ({ dma: late })) : { dma: reply };
  }
}

function decodeFrame(message: Uint8Array): IClientFrame {
  try {
    return iommufd_emu.v1.ClientFrame.decode(message);
  } catch (error) {
    throw new ProtocolViolation("FRAME_MALFORMED", error instanceof Error ? error.message : String(error));
  }
}

function segmentCountOf({ readable, writable }: IIoctl): number {
  return (readable?.length ?? 0) + (writable?.length ?? 0);
}
