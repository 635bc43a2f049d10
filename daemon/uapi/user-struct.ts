/** A struct of the caller's that an ioctl of a device file names: copied in whole or in part, and what was filled copied back. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Field, StructLayout } from "../../proto/uapi/layout.js";
import { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

export class UserStruct {
  private readonly view: DataView;

  private constructor(
    private readonly memory: UserMemory,
    private readonly address: U64,
    private readonly bytes: Uint8Array,
    private readonly copied: number,
  ) {
    this.view = new DataView(bytes.buffer);
  }

  /**
   * @param length how much of the struct is copied in; the rest reads as 0
   * @returns undefined: the caller answers EFAULT
   */
  static read(
    memory: UserMemory,
    address: U64,
    layout: StructLayout,
    length = layout.minBytes,
  ): UserStruct | undefined {
    const bytes = new Uint8Array(layout.bytes);
    if (memory.read(address, bytes, length) !== length) return undefined;
    return new UserStruct(memory, address, bytes, length);
  }

  u32(field: Field<"u32">): number {
    return this.view.getUint32(field.offset, true);
  }

  s32(field: Field<"s32">): number {
    return this.view.getInt32(field.offset, true);
  }

  u64(field: Field<"u64">): U64 {
    return U64.fromWords(this.view.getInt32(field.offset + 4, true), this.view.getInt32(field.offset, true));
  }

  setU32(field: Field<"u32">, value: number): void {
    this.view.setUint32(field.offset, value, true);
  }

  setU64(field: Field<"u64">, value: U64): void {
    this.view.setInt32(field.offset, value.low, true);
    this.view.setInt32(field.offset + 4, value.high, true);
  }

  /** Copies back the first `length` bytes, or what was copied in: 0 or EFAULT. */
  respond(length = this.copied): Errno {
    return this.memory.write(this.address, this.bytes.slice(0, length)) ? errno.OK : errno.EFAULT;
  }

  /** Copies back one field: 0 or EFAULT. */
  respondField({ offset }: Field<"u32">): Errno {
    const stored = this.memory.write(this.address.plusNumber(offset), this.bytes.slice(offset, offset + 4));
    return stored ? errno.OK : errno.EFAULT;
  }
}
