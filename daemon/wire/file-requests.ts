/**
 * The messages that read, write and map what a connection has open, and that load and store what it has mapped.
 *
 * Follows read(2), pread(2), write(2), pwrite(2) and mmap(2): a file that lacks an operation answers as such a file does.
 */
import { errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { U64 } from "../u64.js";
import type { DescriptorTarget, FileMapping } from "../uapi/descriptors.js";
import type { IoctlRequest } from "./ioctl-request.js";
import type { WireLimits } from "./limits.js";
import { mapFile } from "./mapping.js";
import { TargetFile, type OpenFile } from "./open-file.js";
import type { Written } from "./output.js";
import { ProtocolViolation } from "./protocol-error.js";
import type { SegmentMemory } from "./segment-memory.js";
import type { Server } from "./server.js";
import type { SessionDescriptors } from "./session-descriptors.js";
import { fromWire, numberToWire, toWire, type WireUint64 } from "./wire64.js";

type IFileReply = iommufd_emu.v1.FileReply.$Properties;
type IMapReply = iommufd_emu.v1.MapReply.$Properties;
type IAccessReply = iommufd_emu.v1.AccessReply.$Properties;

/** Of one Access: the widest that an instruction makes. */
const ACCESS_BYTES_MAX = 64;
/** MAX_RW_COUNT: read(2) and write(2) take no more at a time. */
const TRANSFER_BYTES_MAX = 0x7fff_f000;

/** The requests of one connection, which share what its ioctls use: one request is served at a time. */
export class FileRequests {
  constructor(
    private readonly server: Pick<Server, "emptied" | "limits">,
    private readonly request: IoctlRequest,
    private readonly memory: SegmentMemory,
    private readonly descriptors: SessionDescriptors,
  ) {}

  read(file: OpenFile | undefined, { address, count, writable, offset }: iommufd_emu.v1.Read.$Properties): IFileReply {
    this.request.load({ writable: writable ?? [] });
    return this.transfer(file, count, offset, (target, bytes, at) =>
      at === undefined
        ? target.read?.(this.memory, fromWire(address), bytes)
        : (target.readAt?.(this.memory, fromWire(address), bytes, at) ?? -errno.ESPIPE),
    );
  }

  write(
    file: OpenFile | undefined,
    { address, count, readable, offset }: iommufd_emu.v1.Write.$Properties,
  ): IFileReply {
    this.request.load({ readable: readable ?? [] });
    const failure = file instanceof TargetFile ? file.takeFailure() : errno.OK;
    if (failure !== errno.OK) return { result: -failure };
    return this.transfer(file, count, offset, (target, bytes, at) =>
      at === undefined
        ? target.write?.(this.memory, fromWire(address), bytes)
        : (target.writeAt?.(this.memory, fromWire(address), bytes, at) ?? -errno.ESPIPE),
    );
  }

  /** A write that nobody hears the answer of. */
  writeRaw(file: OpenFile | undefined, data: Uint8Array): void {
    const address = toWire(U64.ZERO);
    const { result } = this.write(file, { address, count: numberToWire(data.length), readable: [{ address, data }] });
    if (file instanceof TargetFile && result! < 0) file.fail(-result!);
  }

  /** @param run undefined: the file has no such operation */
  private transfer(
    file: OpenFile | undefined,
    count: WireUint64 | null | undefined,
    offset: WireUint64 | null | undefined,
    run: (target: DescriptorTarget, count: number, offset: U64 | undefined) => number | undefined,
  ): IFileReply {
    const { memory, request, server } = this;
    checkSegments(request.segmentCount, server.limits);
    memory.begin();
    server.emptied.length = 0;
    if (file === undefined || file.released) return { result: -errno.EBADF };
    const at = offset == null ? undefined : fromWire(offset);
    if (!(file instanceof TargetFile)) return { result: at === undefined ? -errno.EINVAL : -errno.ESPIPE };
    const bytes = fromWire(count);
    // A count and an offset are signed numbers.
    const signed = bytes.high >= 0 && (at === undefined || at.high >= 0);
    const result = signed ? run(file.target, Math.min(bytes.toNumber(), TRANSFER_BYTES_MAX), at) : undefined;
    const written = memory.written.map(segmentOf);
    return { result: result ?? -errno.EINVAL, written, withdrawn: file.withdraw() };
  }

  map(file: OpenFile | undefined, { offset, length }: iommufd_emu.v1.Map.$Properties): IMapReply {
    if (file === undefined || file.released) return { error: errno.EBADF };
    const mapping = mapFile(file, fromWire(offset), fromWire(length));
    if (typeof mapping === "number") return { error: mapping };
    const path = mapping.path?.() ?? "";
    if (typeof path === "number") {
      mapping.release();
      return { error: path };
    }
    const pieces = (mapping.pieces ?? []).map((piece) => ({
      offset: numberToWire(piece.offset),
      length: numberToWire(piece.length),
      registers: piece.registers,
      fileOffset: numberToWire(piece.fileOffset),
    }));
    return { path, pieces, token: Buffer.from(this.descriptors.adopt(mapping), "hex") };
  }

  /** A load or store of mapped registers. */
  access(file: OpenFile | undefined, { offset, length, data }: iommufd_emu.v1.Access.$Properties): IAccessReply {
    const stores = data != null && data.length > 0;
    const count = stores ? data.length : (length ?? 0);
    if (count === 0 || count > ACCESS_BYTES_MAX) return { error: errno.EINVAL };
    const bytes = stores ? data : new Uint8Array(count);
    const at = fromWire(offset).toNumber();
    const mapping = file instanceof TargetFile && !file.released ? (file.target as Partial<FileMapping>) : {};
    const error = (stores ? mapping.store?.(at, bytes) : mapping.load?.(at, bytes)) ?? errno.EBADF;
    return stores || error !== errno.OK ? { error } : { data: bytes };
  }
}

/** @throws ProtocolViolation */
export function checkSegments(count: number, { segmentsMax }: WireLimits): void {
  if (count > segmentsMax) throw new ProtocolViolation("TOO_MANY_SEGMENTS", `${count}, at most ${segmentsMax}`);
}

export function segmentOf({ address, data }: Written): iommufd_emu.v1.Segment.$Properties {
  return { address: toWire(address), data };
}
