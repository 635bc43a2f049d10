/** A struct of the caller's that an ioctl of a device file names: copied in whole or in part, and what was filled copied back. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Field, StructLayout } from "../../proto/uapi/layout.js";
import { U64 } from "../u64.js";
import { readExactly, type UserMemory } from "./user-memory.js";

export class UserStruct {
  private readonly view: DataView;

  private constructor(
    private readonly memory: UserMemory,
    private readonly address: U64,
    private readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer);
  }

  /** @returns undefined: the caller answers EFAULT */
  static read(memory: UserMemory, address: U64, { minBytes }: StructLayout): UserStruct | undefined {
    const bytes = readExactly(memory, address, minBytes);
    return bytes && new UserStruct(memory, address, bytes);
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

  /** Copies back what was copied in: 0 or EFAULT. */
  respond(): Errno {
    return this.memory.write(this.address, this.bytes) ? errno.OK : errno.EFAULT;
  }
}
