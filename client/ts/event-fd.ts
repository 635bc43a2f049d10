/**
 * `EventFd`: a counter that a device signals, as eventfd(2) with EFD_NONBLOCK. It is the daemon's, since Node has none of its
 * own.
 */
import { errno } from "../../proto/uapi/errno.js";
import { Connection } from "./connection.js";
import { IommufdError } from "./errors.js";
import { type ConnectOptions, openNode, transportOf } from "./iommu-fd.js";
import { MadeFile } from "./made-file.js";
import { toBigInt, type Uint64 } from "./wire64.js";

const COUNTER_BYTES = 8;

export class EventFd {
  private constructor(private readonly file: MadeFile) {}

  /** @throws ProtocolError */
  static async create(options: ConnectOptions = {}): Promise<EventFd> {
    const transport = transportOf(options);
    const opener = await Connection.open(transport);
    try {
      const token = await openNode(opener, "eventfd");
      return new EventFd(await MadeFile.join(transport, token, { notify: true }));
    } finally {
      await opener.end();
    }
  }

  /** For calls that take an event. */
  get token(): Uint8Array {
    return this.file.token;
  }

  /** read(2): takes the counter to 0. @returns what it was; 0 where a read would have to wait */
  async read(): Promise<bigint> {
    try {
      const bytes = await this.file.read(COUNTER_BYTES);
      return new DataView(bytes.buffer).getBigUint64(0, true);
    } catch (error) {
      if (error instanceof IommufdError && error.errno === errno.EAGAIN) return 0n;
      throw error;
    }
  }

  /** write(2): adds to the counter. @param value 0 to 2^64 - 2 @throws IommufdError EAGAIN: it would be more than that; EINVAL */
  async write(value: Uint64): Promise<void> {
    const bytes = new Uint8Array(COUNTER_BYTES);
    new DataView(bytes.buffer).setBigUint64(0, toBigInt(value, "value"), true);
    await this.file.write(bytes);
  }

  /** Waits until there is something to read, and takes it. @throws ProtocolError: the connection ended */
  async wait(): Promise<bigint> {
    for (;;) {
      await this.file.untilReadable();
      const value = await this.read();
      if (value > 0n) return value;
    }
  }

  /** Devices that signal it go on into nothing. */
  close(): Promise<void> {
    return this.file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
