/** A struct of the caller's, copied in: its fields by their layout, little endian. */
import type { ArrayField, Field } from "../../proto/uapi/layout.js";
import { U64 } from "../u64.js";

export class StructFields {
  protected readonly view: DataView;

  constructor(protected readonly bytes: Uint8Array<ArrayBuffer>) {
    this.view = new DataView(bytes.buffer);
  }

  u8(field: Field<"u8"> | ArrayField<"u8">, index = 0): number {
    return this.bytes[field.offset + index]!;
  }

  u16(field: Field<"u16">): number {
    return this.view.getUint16(field.offset, true);
  }

  u32(field: Field<"u32">): number {
    return this.view.getUint32(field.offset, true);
  }

  s32(field: Field<"s32">): number {
    return this.view.getInt32(field.offset, true);
  }

  u64(field: Field<"u64">): U64 {
    return U64.readFrom(this.view, field.offset);
  }

  setU8(field: Field<"u8">, value: number): void {
    this.bytes[field.offset] = value;
  }

  setU32(field: Field<"u32">, value: number): void {
    this.view.setUint32(field.offset, value, true);
  }

  setU64(field: Field<"u64">, value: U64): void {
    value.writeTo(this.view, field.offset);
  }
}
