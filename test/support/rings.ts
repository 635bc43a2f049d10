/** What tests of rings share. */
import { IoctlRequest } from "../../daemon/wire/ioctl-request.js";
import type { Ring, RingReceiver } from "../../daemon/wire/ring.js";

/** Takes parts of the stream of frames, and no ioctls. */
export function receiveFrames(receive: (bytes: Uint8Array) => void = () => undefined): RingReceiver {
  return {
    request: new IoctlRequest(),
    frames: (bytes, length) => {
      if (length > bytes.length) throw new Error(`${length} bytes of ${bytes.length}`);
      receive(bytes.slice(0, length));
    },
    ioctl: () => {
      throw new Error("an ioctl that nobody sent");
    },
  };
}

/** As the daemon polls a ring. */
export const poll = (ring: Ring, receiver: RingReceiver): boolean => ring.hasWork() && ring.poll(receiver);
