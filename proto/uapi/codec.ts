/**
 * Structs to bytes and back for clients, from the same layouts that the daemon reads: little-endian, numbers up to 32
 * bits as number, u64 as bigint, arrays as arrays. Invariant: what does not fit is refused, never truncated.
 */
import { fieldBytes, type AnyField, type ArrayField, type Field, type Fields, type StructLayout } from "./layout.js";

/** What a field holds. */
export type FieldValue<F extends AnyField> =
  F extends Field<infer T>
    ? T extends "u64"
      ? bigint
      : number
    : F extends ArrayField<infer T>
      ? readonly (T extends "u64" ? bigint : number)[]
      : never;

/** What a struct holds, by field name. */
export type StructValues<F extends Fields> = { readonly [K in keyof F]: FieldValue<F[K]> };

type AnyValue = number | bigint | readonly (number | bigint)[];

function refuse(layout: StructLayout, field: AnyField, value: AnyValue | undefined): never {
  throw new RangeError(`${layout.name}.${field.name} is ${field.type}: ${String(value)} does not fit`);
}

const limits = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0n, 0xffff_ffff_ffff_ffffn],
} as const;

function fits(type: AnyField["type"], value: number | bigint): boolean {
  const [first, last] = limits[type];
  if (typeof value !== typeof first) return false;
  return value >= first && value <= last && (typeof value === "bigint" || Number.isInteger(value));
}

/** @param value of the field's type, in its range */
function write(view: DataView, type: AnyField["type"], offset: number, value: number | bigint): void {
  if (type === "u64") view.setBigUint64(offset, BigInt(value), true);
  else if (type === "u8") view.setUint8(offset, Number(value));
  else if (type === "u16") view.setUint16(offset, Number(value), true);
  else view.setUint32(offset, Number(value), true);
}

function read(view: DataView, type: AnyField["type"], offset: number): number | bigint {
  if (type === "u64") return view.getBigUint64(offset, true);
  if (type === "u8") return view.getUint8(offset);
  if (type === "u16") return view.getUint16(offset, true);
  return type === "s32" ? view.getInt32(offset, true) : view.getUint32(offset, true);
}

/** The field in front that says how many bytes of the struct the caller has, if the struct has one. */
function ownSize(layout: StructLayout): AnyField | undefined {
  return [layout.fields["size"], layout.fields["argsz"]].find((field) => field?.offset === 0);
}

/**
 * Bytes of a struct, `layout.bytes` of them.
 * @param values what is left out is 0, except the struct's own size (`size`, in VFIO structs `argsz`): `layout.bytes`
 * @throws RangeError for a value that its field cannot hold, naming both, and for a name that the struct does not have
 */
export function encodeStruct<F extends Fields>(layout: StructLayout<F>, values: Partial<StructValues<F>>): Uint8Array {
  const bytes = new Uint8Array(layout.bytes);
  const view = new DataView(bytes.buffer);
  const size = ownSize(layout);
  if (size) write(view, size.type, size.offset, layout.bytes);
  for (const [name, value] of Object.entries(values as Record<string, AnyValue | undefined>)) {
    const field: AnyField | undefined = Object.hasOwn(layout.fields, name) ? layout.fields[name] : undefined;
    if (field === undefined) throw new RangeError(`${layout.name} has no field ${name}`);
    if (value === undefined) continue;
    const items = typeof value === "object" ? value : [value];
    if (field.array !== (typeof value === "object") || items.length > field.count) refuse(layout, field, value);
    items.forEach((item, index) => {
      if (!fits(field.type, item)) refuse(layout, field, item);
      write(view, field.type, field.offset + index * fieldBytes[field.type], item);
    });
  }
  return bytes;
}

/**
 * The fields of a struct.
 * @param bytes at least `layout.minBytes`; what a short form leaves out reads as 0, what follows the struct is ignored
 * @throws RangeError for fewer bytes
 */
export function decodeStruct<F extends Fields>(layout: StructLayout<F>, bytes: Uint8Array): StructValues<F> {
  if (bytes.length < layout.minBytes)
    throw new RangeError(`${layout.name} has at least ${layout.minBytes} bytes: ${bytes.length} are too few`);
  const whole = new Uint8Array(layout.bytes);
  whole.set(bytes.subarray(0, layout.bytes));
  const view = new DataView(whole.buffer);
  const values = Object.values(layout.fields).map((field): [string, AnyValue] => {
    const at = (index: number) => read(view, field.type, field.offset + index * fieldBytes[field.type]);
    return [field.name, field.array ? Array.from({ length: field.count }, (_, index) => at(index)) : at(0)];
  });
  return Object.fromEntries(values) as StructValues<F>;
}
