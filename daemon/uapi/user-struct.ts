/** A struct of the caller's that an ioctl of a device file names: copied in whole or in part, and what was filled copied back. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Field, Fields, StructLayout } from "../../proto/uapi/layout.js";
import type { U64 } from "../u64.js";
import { StructFields } from "./struct-fields.js";
import type { UserMemory } from "./user-memory.js";

/** Of a struct of VFIO, which begins with the bytes that the caller has. */
type SizedLayout = StructLayout<Fields & { readonly argsz: Field<"u32"> }>;

export class UserStruct extends StructFields {
  private constructor(
    private readonly memory: UserMemory,
    private readonly address: U64,
    bytes: Uint8Array<ArrayBuffer>,
    private readonly copied: number,
  ) {
    super(bytes);
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

  /**
   * A struct of VFIO, as far as the ioctl needs it.
   * @returns EFAULT, or EINVAL: argsz is below that
   */
  static readSized(memory: UserMemory, address: U64, layout: SizedLayout): UserStruct | Errno {
    const request = UserStruct.read(memory, address, layout);
    if (request === undefined) return errno.EFAULT;
    return request.u32(layout.fields.argsz) < layout.minBytes ? errno.EINVAL : request;
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
