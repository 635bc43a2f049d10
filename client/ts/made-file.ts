/**
 * `MadeFile`: what an ioctl made, held as a file descriptor holds it: a queue of page requests or of events, an access, a
 * dma-buf.
 *
 * Follows `Join` and `Readable` of proto/wire/iommufd_emu.proto. Nothing of it waits but `untilReadable`.
 */
import { Connection } from "./connection.js";
import { IommufdError } from "./errors.js";
import { readFile, writeFile } from "./file-transfer.js";
import type { Transport } from "./transport.js";
import { fromLong } from "./wire64.js";

export class MadeFile {
  /** Arrivals that were announced and not taken back: there is something to read while there are any. */
  #notices = 0;
  #waiting: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  private constructor(
    readonly connection: Connection,
    /** By it others join, and calls name it. */
    readonly token: Uint8Array,
    /** In bytes, of what has a size: a dma-buf. Else 0. */
    readonly size: bigint,
  ) {
    connection.onReadable = () => {
      this.#notices++;
      this.#wake();
    };
    connection.onOver = () => {
      this.#wake();
    };
  }

  /**
   * Takes part in what a call made: the first who joins holds it in place of the `IommuFd` of the call.
   * @param options.notify Learn of arrivals, which one connection at a time can
   * @throws ProtocolError; IommufdError EBADF: nothing open has this token; EBUSY: another one is notified
   */
  static async join(transport: Transport, token: Uint8Array, options: { readonly notify: boolean }): Promise<MadeFile> {
    const connection = await Connection.open(transport);
    try {
      const { notify } = options;
      // Arrivals may be announced before the reply is taken.
      let early = 0;
      connection.onReadable = () => early++;
      const reply = await connection.request({ join: { token, hold: true, notify } }, "join");
      if (reply.error) throw new IommufdError("join", reply.error);
      const file = new MadeFile(connection, Uint8Array.from(token), fromLong(reply.size));
      file.#notices += early;
      return file;
    } catch (error) {
      await connection.end();
      throw error;
    }
  }

  /**
   * read(2), which never waits. @param count In bytes
   * @returns what was read; nothing, if there is nothing
   * @throws IommufdError EINVAL: it cannot be read, or less than a record was asked for; ESPIPE
   */
  read(count: number): Promise<Uint8Array> {
    return readFile(this.connection, count, { onWithdrawn: this.#withdraw });
  }

  /** write(2). @returns the bytes taken @throws IommufdError EINVAL: it cannot be written, or not so */
  write(data: Uint8Array): Promise<number> {
    return writeFile(this.connection, data, { onWithdrawn: this.#withdraw });
  }

  /** Whether a read would give something: poll(2) with POLLIN. Only of what was joined with `notify`. */
  get readable(): boolean {
    return this.#notices > 0;
  }

  /** Resolves as soon as it is readable, or over. */
  async untilReadable(): Promise<void> {
    while (!this.readable && !this.connection.closed)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
  }

  /** Gives it up. Resolves when the release, if this was the last holder, has finished. */
  close(): Promise<void> {
    this.#closing ??= this.connection.release();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #withdraw = (count: number): void => {
    this.#notices -= count;
  };

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
