/**
 * How a uAPI struct is written down as data: types and builders, no behaviour.
 *
 * Invariant: a layout states every byte offset; nothing is computed from the order of the fields. A field's type is part
 * of its TypeScript type, so that reading a u64 field as a u32 does not compile.
 */

/** Little-endian integers: u is unsigned, s is signed. */
export type FieldType = "u8" | "u16" | "u32" | "s32" | "u64";

/** Who gives the value: the caller (in), the kernel (out), both (inout), nobody (reserved: zero where it is checked). */
export type Direction = "in" | "out" | "inout" | "reserved";

interface FieldBase<T extends FieldType> {
  /** As in the uAPI. */
  readonly name: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  readonly type: T;
  readonly direction: Direction;
  /** Meaning beyond the name, "" for none. */
  readonly note: string;
}

/** One integer. */
export interface Field<T extends FieldType = FieldType> extends FieldBase<T> {
  readonly array: false;
  readonly count: 1;
}

/** `count` integers in a row. */
export interface ArrayField<T extends FieldType = FieldType> extends FieldBase<T> {
  readonly array: true;
  readonly count: number;
}

export type AnyField = Field | ArrayField;

/** Fields by name, in ascending order of their offsets; two of the same offset and type are a union in the uAPI. */
export type Fields = Readonly<Record<string, AnyField>>;

export interface StructLayout<F extends Fields = Fields> {
  /** Without the keyword `struct`. */
  readonly name: string;
  /** The shortest form that is accepted, in bytes. */
  readonly minBytes: number;
  /** sizeof. */
  readonly bytes: number;
  readonly fields: F;
}

export const fieldBytes: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8 };

/** A field that waits for its name, which is its key in the list handed to `struct`. */
export type Unnamed<F extends AnyField> = Omit<F, "name">;

type Named<S extends Readonly<Record<string, Unnamed<AnyField>>>> = {
  readonly [K in keyof S]: S[K] extends Unnamed<Field<infer T>> ? Field<T> : ArrayField<S[K]["type"]>;
};

function scalar<T extends FieldType>(type: T, offset: number, direction: Direction, note: string): Unnamed<Field<T>> {
  return { offset, type, direction, note, array: false, count: 1 };
}

export const u8 = (offset: number, direction: Direction, note = "") => scalar("u8", offset, direction, note);
export const u16 = (offset: number, direction: Direction, note = "") => scalar("u16", offset, direction, note);
export const u32 = (offset: number, direction: Direction, note = "") => scalar("u32", offset, direction, note);
export const s32 = (offset: number, direction: Direction, note = "") => scalar("s32", offset, direction, note);
export const u64 = (offset: number, direction: Direction, note = "") => scalar("u64", offset, direction, note);

export function array<T extends FieldType>(
  type: T,
  count: number,
  offset: number,
  direction: Direction,
  note = "",
): Unnamed<ArrayField<T>> {
  return { offset, type, direction, note, array: true, count };
}

/** Sizes in bytes. */
export interface Sizes {
  readonly minBytes: number;
  readonly bytes: number;
}

/** A struct without a size of its own in front: data that a pointer names, an array's element, a record of a queue. */
export function record<const S extends Readonly<Record<string, Unnamed<AnyField>>>>(
  name: string,
  sizes: Sizes,
  fields: S,
): StructLayout<Named<S>> {
  const named = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, { name: key, ...field }]));
  return { name, ...sizes, fields: named as Named<S> };
}

/** An argument of an iommufd ioctl: a record that begins with the u32 `size`. */
export function struct<const S extends Readonly<Record<string, Unnamed<AnyField>>>>(
  name: string,
  sizes: Sizes,
  fields: S,
) {
  return record(name, sizes, { size: u32(0, "in", "bytes of this struct that the caller has"), ...fields });
}

/** A named number of the uAPI: a flag, a type, an operation. */
export interface NamedNumber {
  readonly name: string;
  readonly value: number;
}
