/** mmap(2) of an open file: what is mapped keeps what it is of, as long as some part of the mapping exists. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Context } from "../core/context.js";
import type { OfferedMemory } from "../core/mappable-memory.js";
import type { FileMapping } from "../uapi/descriptors.js";
import type { U64 } from "../u64.js";
import { IommufdFile, TargetFile, type OpenFile } from "./open-file.js";

/** Memory that a vIOMMU offers: mapped, it keeps the vIOMMU and the context. */
class OfferMapping implements FileMapping {
  readonly node = "mapping";

  constructor(
    private readonly context: Context,
    private readonly memory: OfferedMemory,
  ) {
    context.hold();
    memory.owner.users++;
  }

  path(): string | Errno {
    return this.memory.shared.path();
  }

  release(): void {
    this.memory.owner.users--;
    this.context.release();
  }
}

/** @param length in bytes, a multiple of 4096 @returns ENODEV, ENXIO, EINVAL */
export function mapFile(file: OpenFile, offset: U64, length: U64): FileMapping | Errno {
  if (file instanceof TargetFile) return file.target.map?.(offset, length) ?? errno.ENODEV;
  if (!(file instanceof IommufdFile)) return errno.ENODEV;
  const memory = file.context.mappable.find(offset, length);
  return typeof memory === "number" ? memory : new OfferMapping(file.context, memory);
}
