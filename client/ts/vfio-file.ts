/** What the files of VFIO have in common on this side: a connection that speaks for them, ioctls, and their end. */
import { calls } from "./calls.js";
import { Connection } from "./connection.js";
import { IommufdError } from "./errors.js";
import type { Call, RawResult } from "./ioctl-call.js";
import { endOnFailure, openNode } from "./iommu-fd.js";
import type { Transport } from "./transport.js";

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

  /** Any ioctl as its bytes, as `IommuFd.ioctl`. */
  ioctl(...call: Parameters<typeof calls.ioctl>): Promise<RawResult> {
    return this.run(calls.ioctl(...call));
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
