/** What the files of VFIO have in common on this side: a connection that speaks for them, ioctls, and their end. */
import { Connection } from "./connection.js";
import { IommufdError, ProtocolError } from "./errors.js";
import type { Call } from "./ioctl-call.js";
import { endOnFailure, openNode } from "./iommu-fd.js";
import type { Transport } from "./transport.js";
import { fromLong, toBigInt, toLong, type Uint64 } from "./wire64.js";

/** Where the buffer of a read or write is said to lie. */
const BUFFER_ADDRESS = 0x1_0000n;

export class VfioFile {
  #closing: Promise<void> | undefined;

  protected constructor(
    readonly connection: Connection,
    /** By it others join this open file description, and calls name it. */
    readonly token: Uint8Array,
    protected readonly transport: Transport,
  ) {}

  protected static async openNode<T>(
    transport: Transport,
    node: string,
    make: (connection: Connection, token: Uint8Array) => T,
  ): Promise<T> {
    const connection = await Connection.open(transport);
    return await endOnFailure(connection, async () => make(connection, await openNode(connection, node)));
  }

  protected static async join<T>(
    transport: Transport,
    token: Uint8Array,
    make: (connection: Connection, token: Uint8Array) => T,
  ): Promise<T> {
    const connection = await Connection.open(transport);
    return await endOnFailure(connection, async () => {
      const reply = await connection.request({ join: { token, hold: true } }, "join");
      if (reply.error) throw new IommufdError("join", reply.error);
      return make(connection, Uint8Array.from(token));
    });
  }

  /** Runs a call of `vfioGroupCalls` or `vfioDeviceCalls`. @throws IommufdError, ProtocolError */
  async run<T>(call: Call<T>): Promise<T> {
    return call.finish(await this.connection.request({ ioctl: call.message }, "ioctl"));
  }

  /** pread(2). @returns the bytes read: fewer than `count` at the end @throws IommufdError */
  protected async readAt(offset: Uint64, count: number): Promise<Uint8Array> {
    const address = toLong(BUFFER_ADDRESS, "address");
    const read = { address, count: toLong(count, "count"), writable: [{ address, length: count }] };
    const reply = await this.connection.request({ read: { ...read, offset: toLong(offset, "offset") } }, "file");
    const result = reply.result ?? 0;
    if (result < 0) throw new IommufdError("pread", -result);
    const data = new Uint8Array(result);
    for (const segment of reply.written ?? []) {
      const at = fromLong(segment.address) - BUFFER_ADDRESS;
      const bytes = segment.data ?? new Uint8Array();
      if (at < 0n || at + BigInt(bytes.length) > BigInt(result))
        throw ProtocolError.local("BAD_REPLY", "the daemon wrote outside the buffer");
      data.set(bytes, Number(at));
    }
    return data;
  }

  /** pwrite(2). @returns the bytes taken @throws IommufdError */
  protected async writeAt(offset: Uint64, data: Uint8Array): Promise<number> {
    const address = toLong(BUFFER_ADDRESS, "address");
    const write = { address, count: toLong(data.length, "count"), readable: [{ address, data }] };
    const reply = await this.connection.request({ write: { ...write, offset: toLong(offset, "offset") } }, "file");
    const result = reply.result ?? 0;
    if (result < 0) throw new IommufdError("pwrite", -result);
    return result;
  }

  /** Where a byte of a region lies in the device file. */
  protected regionOffset(region: number, offset: Uint64): bigint {
    return (BigInt(region) << 40n) + toBigInt(offset, "offset");
  }

  /** close(2). Resolves when the release, if this was the last holder, has finished. */
  close(): Promise<void> {
    this.#closing ??= this.connection.release();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
