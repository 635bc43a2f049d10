/**
 * `IommuFd`: an open file description of /dev/iommu.
 *
 * Its methods for the ioctls are `calls`, run at once; many can be under way, and they take effect in the order in which
 * they were made. Invariant: `close` resolves when the daemon has released what was open.
 */
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { type Calls, calls, type EventQueueArguments } from "./calls.js";
import { Connection, type DaemonInfo } from "./connection.js";
import { IommufdError } from "./errors.js";
import type { GuestMemory } from "./guest-memory.js";
import type { Call } from "./ioctl-call.js";
import { MadeFile } from "./made-file.js";
import { MappedMemory } from "./mapped-memory.js";
import { EventQueue, FaultQueue } from "./queues.js";
import { type CallbackRegionOptions, type MemoryRegionOptions, type Region, Regions } from "./regions.js";
import { defaultSocketPath } from "./socket-path.js";
import { statusBy, statusOf, type StatusTree } from "./status.js";
import { socketTransport, type Transport } from "./transport.js";
import { toLong, type Uint64 } from "./wire64.js";

/** How to reach the daemon. */
export interface ConnectOptions {
  /** Path of its socket. Default: `defaultSocketPath()`. */
  readonly socket?: string;
  /** Takes the place of a socket: the daemon in this process (`iommufd-emu/testing`), or a stream of one's own. */
  readonly transport?: Transport;
}

export interface OpenOptions extends ConnectOptions {
  /** Default "/dev/iommu". */
  readonly node?: string;
}

export interface JoinOptions extends ConnectOptions {
  /** true (the default): keeps the description open, like dup(2); false: loses it when its other holders close it. */
  readonly hold?: boolean;
}

export function transportOf(options: ConnectOptions): Transport {
  return options.transport ?? socketTransport(options.socket ?? defaultSocketPath());
}

/** Asks a daemon what it holds, without opening anything there. @throws ProtocolError */
export function status(options: ConnectOptions = {}): Promise<StatusTree> {
  return statusBy(transportOf(options));
}

/** Opens a node on a connection that has said Hello. @returns the token by which others join */
export async function openNode(connection: Connection, node: string): Promise<Uint8Array> {
  const reply = await connection.request({ open: { node } }, "open");
  if (reply.error) throw new IommufdError(`open ${node}`, reply.error);
  return Uint8Array.from(reply.token ?? []);
}

/** The value of each call of a batch, or its error. */
export type BatchResults<T extends readonly Call<unknown>[]> = {
  -readonly [K in keyof T]: (T[K] extends Call<infer V> ? V : never) | IommufdError;
};

/** The same where what follows a failure is left out: undefined. */
export type StoppedBatchResults<T extends readonly Call<unknown>[]> = {
  -readonly [K in keyof T]: BatchResults<T>[K] | undefined;
};

/** The methods that run `calls`. */
type RunningCalls = {
  readonly [K in keyof Calls]: Calls[K] extends (...values: infer A) => Call<infer T>
    ? (...values: A) => Promise<T>
    : never;
};

abstract class CallRunner {
  abstract run<T>(call: Call<T>): Promise<T>;
}
for (const [name, make] of Object.entries(calls))
  Object.defineProperty(CallRunner.prototype, name, {
    value(this: CallRunner, ...values: never[]) {
      const anyCall: (...values: never[]) => Call<unknown> = make;
      return this.run(anyCall(...values));
    },
  });

const RunsCalls = CallRunner as abstract new () => CallRunner & RunningCalls;

export class IommuFd extends RunsCalls {
  readonly #regions: Regions;
  #closing: Promise<void> | undefined;

  private constructor(
    readonly connection: Connection,
    /** By it others join this open file description: whoever has it, has the descriptor. */
    readonly token: Uint8Array,
    private readonly transport: Transport,
  ) {
    super();
    this.#regions = new Regions(connection);
  }

  /**
   * Opens /dev/iommu.
   * @throws ProtocolError No daemon, or it refuses; IommufdError ENOENT: it has no such node
   */
  static async open(options: OpenOptions = {}): Promise<IommuFd> {
    const transport = transportOf(options);
    const connection = await Connection.open(transport);
    return await endOnFailure(connection, async () => {
      return new IommuFd(connection, await openNode(connection, options.node ?? "/dev/iommu"), transport);
    });
  }

  /**
   * Takes part in an open file description of this or another process.
   * @param token Of the other's `IommuFd`
   * @throws ProtocolError; IommufdError EBADF: nothing open has this token
   */
  static async join(token: Uint8Array, options: JoinOptions = {}): Promise<IommuFd> {
    const transport = transportOf(options);
    const connection = await Connection.open(transport);
    return await endOnFailure(connection, async () => {
      const reply = await connection.request({ join: { token, hold: options.hold ?? true } }, "join");
      if (reply.error) throw new IommufdError("join", reply.error);
      return new IommuFd(connection, Uint8Array.from(token), transport);
    });
  }

  /** What the daemon said of itself. */
  get daemon(): DaemonInfo {
    return this.connection.info;
  }

  /** Runs a call that `calls` made. @throws IommufdError, ProtocolError */
  override async run<T>(call: Call<T>): Promise<T> {
    for (let current = call; ;) {
      const reply = await this.connection.request({ ioctl: current.message }, "ioctl");
      try {
        return current.finish(reply);
      } catch (error) {
        const again = error instanceof IommufdError ? current.again?.(error.errno) : undefined;
        if (again === undefined) throw error;
        current = again;
      }
    }
  }

  /**
   * Runs many calls in one frame, in order, also after one that fails.
   *
   * @example const [id, iova] = await fd.batch((b) => [b.ioasAlloc(), b.map({ ioasId: 1, userVa, length: 4096 })]);
   * @param build Returns the calls
   * @returns for each its value or its error
   * @throws ProtocolError; RangeError: more calls than the daemon takes in one frame
   */
  batch<const T extends readonly Call<unknown>[]>(build: (calls: Calls) => T): Promise<BatchResults<T>>;
  batch<const T extends readonly Call<unknown>[]>(
    build: (calls: Calls) => T,
    options: { readonly stopOnError: boolean },
  ): Promise<StoppedBatchResults<T>>;
  async batch(build: (calls: Calls) => readonly Call<unknown>[], options = { stopOnError: false }): Promise<unknown[]> {
    const list = build(calls);
    const max = this.connection.info.limits.batchIoctlsMax;
    if (list.length > max) throw new RangeError(`a batch of ${list.length} calls: the daemon takes ${max}`);
    const batch = { ioctls: list.map((call) => call.message), stopOnError: options.stopOnError };
    const reply = await this.connection.request({ batch }, "batch");
    const replies = reply.replies ?? [];
    return list.map((call, index) => {
      const own = replies[index];
      return own === undefined ? undefined : valueOrError(call, own);
    });
  }

  /**
   * Opens what a call made. Until then the `IommuFd` of the call holds it.
   * @param token Of the call's result
   * @throws ProtocolError; IommufdError EBADF: nothing open has this token
   */
  openMade(token: Uint8Array): Promise<MadeFile> {
    return MadeFile.join(this.transport, token, { notify: false });
  }

  /** Makes a queue of page requests and opens it. IOMMU_FAULT_QUEUE_ALLOC. @throws as `calls.faultQueueAlloc` */
  async faultQueue(): Promise<FaultQueue> {
    const { id, token } = await this.run(calls.faultQueueAlloc());
    return new FaultQueue(id, await MadeFile.join(this.transport, token, { notify: true }));
  }

  /** Makes a queue of a virtual IOMMU's events and opens it. IOMMU_VEVENTQ_ALLOC. @throws as `calls.veventqAlloc` */
  async eventQueue(queue: EventQueueArguments): Promise<EventQueue> {
    const { id, token } = await this.run(calls.veventqAlloc(queue));
    return new EventQueue(id, await MadeFile.join(this.transport, token, { notify: true }), queue.type);
  }

  /**
   * mmap(2): memory that a virtual IOMMU offers, at the offset that IOMMU_VIOMMU_ALLOC told in the driver's struct.
   * @param length In bytes, a multiple of 4096
   * @throws IommufdError ENXIO: not exactly what is offered; EACCES, ENOENT: this process may not open the daemon's file
   */
  async mapMemory(offset: Uint64, length: number): Promise<MappedMemory> {
    const map = { offset: toLong(offset, "offset"), length: toLong(length, "length") };
    const { error, path, token } = await this.connection.request({ map }, "map");
    if (error) throw new IommufdError("mmap", error);
    return MappedMemory.open(path ?? "", length, await this.openMade(token ?? new Uint8Array()));
  }

  /**
   * Registers shared memory as a range of this client's address space, so that `map` finds it there.
   * @throws IommufdError EEXIST, EINVAL, EACCES, ... as the daemon finds; RangeError
   */
  registerMemory(memory: GuestMemory, options: MemoryRegionOptions = {}): Promise<Region> {
    return this.#regions.addMemory(memory, options);
  }

  /** Registers a range of this client's address space that this process serves itself. @throws as registerMemory */
  registerCallback(options: CallbackRegionOptions): Promise<Region> {
    return this.#regions.addCallback(options);
  }

  /** What the daemon holds, as a tree. */
  status(): Promise<StatusTree> {
    return statusOf(this.connection);
  }

  /** Gives up this part in the open file description. Resolves when the release, if it was the last, has finished. */
  close(): Promise<void> {
    this.#closing ??= this.connection.release();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function valueOrError(call: Call<unknown>, reply: iommufd_emu.v1.IoctlReply.$Properties): unknown {
  try {
    return call.finish(reply);
  } catch (error) {
    if (error instanceof IommufdError) return error;
    throw error;
  }
}

/** @returns what `make` makes; where it fails, nothing is left open */
export async function endOnFailure<T>(connection: Connection, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    await connection.end();
    throw error;
  }
}
