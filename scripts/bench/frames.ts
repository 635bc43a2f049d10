/** Frames as the benchmark's C programs take them on their command line: in hexadecimal. */
import { toLong } from "../../client/ts/wire64.js";
import { PROTOCOL_VERSION } from "../../daemon/wire/session.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { iommu_destroy } from "../../proto/uapi/iommufd.js";
import { frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { requestOf } from "./requests.js";

/** No object of a new context has it. */
const MISSING_ID = 0x7fff_fff0;

/** Where a C program's stack may lie: how long an address is on the wire depends on how high it is. */
const STACK_ADDRESS = toLong(0x7ffc_1234_5670n, "address");

export type ClientFrame = Parameters<typeof iommufd_emu.v1.ClientFrame.encode>[0];

export const hexadecimal = (...frames: readonly ClientFrame[]): string =>
  frames.map((frame) => encodedFrame(frame).toString("hex")).join("");

function encodedFrame(frame: ClientFrame): Buffer {
  return Buffer.from(frameOf(iommufd_emu.v1.ClientFrame.encode(frame).finish()));
}

/**
 * An ioctl as the C library sends it: the struct goes along, and may be written back.
 * @param name as in the uAPI @param struct as `encodeStruct` makes it
 */
export function ioctlFrame(sequence: number, name: string, struct: Uint8Array): ClientFrame {
  return {
    sequence,
    ioctl: {
      request: requestOf(name),
      argument: STACK_ADDRESS,
      readable: [{ address: STACK_ADDRESS, data: struct }],
      writable: [{ address: STACK_ADDRESS, length: struct.length }],
    },
  };
}

const SETUP_FRAMES: readonly ClientFrame[] = [
  { sequence: 1, hello: { version: PROTOCOL_VERSION, client: "bench" } },
  { sequence: 2, open: { node: "/dev/iommu" } },
];

/** What makes a connection an open /dev/iommu, and perhaps more. */
export const setupWith = (...more: readonly ClientFrame[]): string => hexadecimal(...SETUP_FRAMES, ...more);

/** The least work that a daemon can have with an ioctl. */
export const DESTROY_MISSING = hexadecimal(
  ioctlFrame(SETUP_FRAMES.length + 1, "IOMMU_DESTROY", encodeStruct(iommu_destroy, { id: MISSING_ID })),
);
