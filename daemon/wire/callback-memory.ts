/**
 * Client memory that the client serves itself: a MemoryRequest goes out, a MemoryResult comes back, outside the order of
 * replies. When the connection ends, what is open answers EFAULT.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { RegionCallback } from "../memory/regions.js";
import type { U64 } from "../u64.js";
import { ProtocolViolation } from "./protocol-error.js";
import { toWire } from "./wire64.js";

type IMemoryRequest = iommufd_emu.v1.MemoryRequest.$Properties;
type IMemoryResult = iommufd_emu.v1.MemoryResult.$Properties;

interface Pending {
  /** Bytes that the answer must have. */
  readonly length: number;
  readonly resolve: (result: Uint8Array | Errno) => void;
}

export class CallbackMemory implements RegionCallback {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private gone = false;

  constructor(private readonly send: (request: IMemoryRequest) => void) {}

  read(address: U64, length: number): Promise<Uint8Array | Errno> {
    return this.request({ address: toWire(address), length }, length);
  }

  async write(address: U64, data: Uint8Array): Promise<Errno> {
    const result = await this.request({ address: toWire(address), data }, 0);
    return typeof result === "number" ? result : errno.OK;
  }

  private request(request: IMemoryRequest, length: number): Promise<Uint8Array | Errno> {
    if (this.gone) return Promise.resolve(errno.EFAULT);
    return new Promise((resolve) => {
      const id = this.nextId;
      this.nextId = (this.nextId + 1) >>> 0 || 1;
      this.pending.set(id, { length, resolve });
      this.send({ ...request, id });
    });
  }

  /** The client's answer. @throws ProtocolViolation */
  resolve(result: IMemoryResult): void {
    const id = result.id ?? 0;
    const pending = this.pending.get(id);
    if (pending === undefined) throw new ProtocolViolation("MEMORY_RESULT_UNKNOWN", `id ${id}`);
    const data = result.data ?? new Uint8Array(0);
    const failed = (result.error ?? 0) !== 0;
    if (!failed && data.length !== pending.length)
      throw new ProtocolViolation("MEMORY_RESULT_LENGTH", `${data.length} bytes, not ${pending.length}`);
    this.pending.delete(id);
    pending.resolve(failed ? errno.EFAULT : data);
  }

  /** The connection ended. */
  abandon(): void {
    this.gone = true;
    for (const { resolve } of this.pending.values()) resolve(errno.EFAULT);
    this.pending.clear();
  }
}
