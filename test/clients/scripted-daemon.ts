/**
 * A daemon of a few lines for tests of the SDK's side of the wire: it records the frames that come and answers what the
 * test says, when the test says it.
 */
import { FrameParser, frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { DuplexEvents, Transport } from "../../client/ts/index.js";

export type ClientFrame = iommufd_emu.v1.ClientFrame.$Properties;
type ServerFrame = iommufd_emu.v1.ServerFrame.$Properties;

export const hello = {
  version: 1,
  daemon: "scripted",
  limits: { frameBytesMax: 65536, segmentsMax: 8, batchIoctlsMax: 4, inFlightMax: 3, regionsMax: 4, dmaBytesMax: 4096 },
};

export class ScriptedDaemon {
  readonly frames: ClientFrame[] = [];
  /** How many frames came in each write of the client. */
  readonly framesPerWrite: number[] = [];
  closed = false;
  #events: DuplexEvents | undefined;

  /** @param answer The reply to a frame that is sent at once, or undefined to leave it to the test */
  constructor(
    readonly answer: (frame: ClientFrame) => ServerFrame | undefined = (frame) => (frame.hello ? { hello } : undefined),
  ) {}

  get transport(): Transport {
    return {
      name: "scripted",
      open: (events) => {
        this.#events = events;
        const parser = new FrameParser(
          2 ** 20,
          (bytes, start, end) => {
            this.#receive(bytes.subarray(start, end));
          },
          () => undefined,
        );
        return Promise.resolve({
          write: (bytes) => {
            const before = this.frames.length;
            parser.push(bytes);
            this.framesPerWrite.push(this.frames.length - before);
          },
          close: () => {
            if (this.closed) return;
            this.end();
          },
        });
      },
    };
  }

  send(frame: ServerFrame): void {
    this.sendBytes(frameOf(iommufd_emu.v1.ServerFrame.encode(frame).finish()));
  }

  sendBytes(bytes: Uint8Array): void {
    queueMicrotask(() => this.#events?.received(bytes));
  }

  end(reason?: Error): void {
    this.closed = true;
    queueMicrotask(() => this.#events?.ended(reason));
  }

  #receive(bytes: Uint8Array): void {
    const frame = iommufd_emu.v1.ClientFrame.decode(bytes);
    this.frames.push(frame);
    const reply = this.answer(frame);
    if (reply !== undefined) this.send({ ...reply, sequence: frame.sequence });
  }
}

/** Lets everything run that waits for nothing from outside. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
