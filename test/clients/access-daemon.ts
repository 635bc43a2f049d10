/**
 * A daemon of a few lines behind a Unix socket, for clients of descriptors that ioctls make and name: it has accesses
 * that move bytes, and knows them only by the tokens that a call brings. It reaches no client's memory, so what a call
 * copies has to come and go with it.
 */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import { IOMMUFD_TYPE, iommu_ioas_alloc } from "../../proto/uapi/iommufd.js";
import * as api from "../../proto/uapi/iommufd-test.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { fromLong, toLong } from "../../client/ts/wire64.js";
import { DescriptionDaemon, type Session } from "./description-daemon.js";

type Ioctl = iommufd_emu.v1.Ioctl.$Properties;
type IoctlReply = iommufd_emu.v1.IoctlReply.$Properties;

const IOAS_ALLOC = (IOMMUFD_TYPE << 8) | 0x81;
const TEST_COMMAND = (IOMMUFD_TYPE << 8) | 0xa0;
const IOAS_ID = 1;

/** What was written through an access; undefined: it is an iommufd. */
type Content = Buffer | undefined;

export class AccessDaemon extends DescriptionDaemon<Content> {
  /** How many accesses calls have made. */
  made = 0;

  private constructor() {
    super({
      open: () => undefined,
      answer: (frame, session) =>
        frame.ioctl
          ? { ioctl: this.ioctl(frame.ioctl, session) }
          : { error: { code: "UNEXPECTED", message: frame.body ?? "" } },
    });
  }

  static start(): Promise<AccessDaemon> {
    return new AccessDaemon().listen();
  }

  private ioctl(ioctl: Ioctl, session: Session<Content>): IoctlReply {
    const argument = fromLong(ioctl.argument);
    const bytes = readable(ioctl, argument, 0);
    if (bytes === undefined) return failed(errno.EFAULT);
    if (ioctl.request === IOAS_ALLOC) {
      const data = encodeStruct(iommu_ioas_alloc, { out_ioas_id: IOAS_ID });
      return { written: [{ address: toLong(argument, "argument"), data }] };
    }
    if (ioctl.request !== TEST_COMMAND) return {};
    const { op, id } = decodeStruct(api.iommu_test_cmd, bytes);
    if (op === api.IOMMU_TEST_OP_CREATE_ACCESS) return this.createAccess(session, argument, bytes, id);
    return transfer(session, ioctl, bytes, id);
  }

  private createAccess(session: Session<Content>, argument: bigint, bytes: Uint8Array, ioasId: number): IoctlReply {
    if (ioasId !== IOAS_ID) return failed(errno.ENOENT);
    const token = session.adopt(Buffer.alloc(4096));
    this.made++;
    const address = argument + BigInt(api.iommu_test_create_access.fields.out_access_fd.offset);
    return {
      written: [{ address: toLong(argument, "argument"), data: bytes }],
      descriptors: [{ token, address: toLong(address, "address") }],
    };
  }
}

function transfer(session: Session<Content>, ioctl: Ioctl, bytes: Uint8Array, id: number): IoctlReply {
  const named = (ioctl.descriptors ?? []).find(({ fd }) => fd === id);
  const memory = session.find(named?.token);
  if (memory === undefined) return failed(errno.EBADFD);
  const { length, uptr, flags } = decodeStruct(api.iommu_test_access_rw, bytes);
  const count = Number(length);
  if (flags & api.MOCK_ACCESS_RW_WRITE) {
    const data = readable(ioctl, uptr, count);
    if (data === undefined) return failed(errno.EFAULT);
    memory.set(data.subarray(0, count));
    return {};
  }
  const offered = (ioctl.writable ?? []).some(
    (window) => fromLong(window.address) === uptr && (window.length ?? 0) >= count,
  );
  if (!offered) return failed(errno.EFAULT);
  return { written: [{ address: toLong(uptr, "uptr"), data: memory.subarray(0, count) }] };
}

/** What came of memory at an address, if it is `length` bytes or more. */
function readable(ioctl: Ioctl, address: bigint, length: number): Uint8Array | undefined {
  const segment = (ioctl.readable ?? []).find((candidate) => fromLong(candidate.address) === address);
  const data = segment?.data;
  return data && data.length >= length ? data : undefined;
}

function failed(error: number): IoctlReply {
  return { result: -error };
}
