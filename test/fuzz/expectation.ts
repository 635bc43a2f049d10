/**
 * What the protocol says must follow a frame: which reply, or the end of the session. Judged by decoding the frame's bytes
 * as the daemon has to, so damaged frames have exact expectations too.
 */
import { fromLong } from "../../client/ts/wire64.js";
import { protocolErrors } from "../../daemon/wire/protocol-error.js";
import { errnoName } from "../../proto/uapi/errno.js";
import { requestOf } from "../../proto/uapi/table.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { ClientMessage, ServerMessage } from "../support/daemon.js";

/** Request to reply; "none" is not answered by a reply of its own. */
const replyKinds: Readonly<Record<string, string>> = {
  hello: "hello",
  open: "open",
  join: "join",
  ioctl: "ioctl",
  batch: "batch",
  close: "close",
  sync: "sync",
  regionAdd: "result",
  regionRemove: "result",
  memoryResult: "none",
  deviceBind: "result",
  deviceAttach: "result",
  deviceDetach: "result",
  deviceDma: "dma",
  deviceFaults: "faults",
  deviceWalk: "walk",
  status: "status",
  read: "file",
  write: "file",
  map: "map",
  keep: "result",
  access: "access",
  deviceAdd: "result",
  deviceRemove: "result",
};

export interface Expectation {
  readonly sequence: number;
  /** Undefined: a frame that can only end the session. */
  readonly message: ClientMessage | undefined;
  /** The replies that may come; "none" is no reply. */
  readonly kinds: readonly string[];
}

export function expectationOf(bytes: Uint8Array): Expectation {
  let message: ClientMessage;
  try {
    message = iommufd_emu.v1.ClientFrame.decode(bytes);
  } catch {
    return { sequence: 0, message: undefined, kinds: [] };
  }
  // A damaged frame may have several members of the oneof; which one counts is left to the daemon.
  const kinds = Object.keys(replyKinds).filter((kind) => message[kind as keyof ClientMessage] != null);
  return { sequence: message.sequence ?? 0, message, kinds: kinds.map((kind) => replyKinds[kind]!) };
}

/** A DMA may wait for a page, and what follows it may overtake it. */
export function mayWait({ kinds }: Expectation): boolean {
  return kinds.includes("dma");
}

/** @returns what is wrong with a reply, or undefined */
export function complaint(expected: Expectation, reply: ServerMessage): string | undefined {
  if (reply.sequence !== expected.sequence) return `sequence ${reply.sequence} answers ${expected.sequence}`;
  // protobufjs says undefined for a frame without a member, which its types do not.
  const kind = (reply.body as string | undefined) ?? "nothing";
  if (!expected.kinds.includes(kind)) return `"${kind}" answers a request that wants ${expected.kinds.join(" or ")}`;
  const { ioctl, batch } = expected.message ?? {};
  if (reply.ioctl && ioctl) return ioctlComplaint(ioctl, reply.ioctl);
  const replies = reply.batch?.replies ?? [];
  if (replies.length > (batch?.ioctls?.length ?? 0)) return "a batch has more replies than ioctls";
  return replies.map((each, at) => ioctlComplaint(batch!.ioctls![at]!, each)).find((text) => text !== undefined);
}

/** Ioctls that may return more than 0. */
const COUNTING: ReadonlySet<number> = new Set(["VFIO_CHECK_EXTENSION", "VFIO_DEVICE_SET_IRQS"].map(requestOf));

function ioctlComplaint(
  ioctl: NonNullable<ClientMessage["ioctl"]>,
  reply: NonNullable<ServerMessage["ioctl"]>,
): string | undefined {
  const result = reply.result ?? 0;
  if ((result > 0 && !COUNTING.has(ioctl.request ?? 0)) || (result < 0 && !/^E[A-Z0-9]+$/.test(errnoName(-result))))
    return `ioctl returned ${result}`;
  for (const { address, data } of reply.written ?? []) {
    const start = fromLong(address);
    const end = start + BigInt(data?.length ?? 0);
    const inside = (ioctl.writable ?? []).some((window) => {
      const first = fromLong(window.address);
      return first <= start && end <= first + BigInt(window.length ?? 0);
    });
    if (!inside) return `${data?.length ?? 0} bytes at 0x${start.toString(16)} were written outside every window`;
  }
  return undefined;
}

/** @returns what is wrong with the last frame of a session that the daemon ended, or undefined */
export function endComplaint(last: ServerMessage | undefined): string | undefined {
  const code = last?.error?.code;
  if (code == null) return "the daemon ended the session without an error";
  return code in protocolErrors ? undefined : `the daemon ended the session with the unknown code ${code}`;
}
