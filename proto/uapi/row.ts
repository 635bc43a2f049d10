/**
 * What a row of the table of ioctls says (table.ts): types, and what the files with rows have in common. No behaviour.
 */
import { errnoName, type Errno } from "./errno.js";
import type { Field, NamedNumber, StructLayout } from "./layout.js";

/** How many bytes of user memory a pointer names. */
export type MemoryExtent =
  /** That many, whatever the struct says. */
  | { readonly form: "fixed"; readonly bytes: number }
  /** `count` elements of a fixed size. */
  | { readonly form: "array"; readonly count: Field<"u32">; readonly elementBytes: number }
  /** `length` bytes. */
  | { readonly form: "bytes"; readonly length: Field<"u32"> | Field<"u64"> }
  /** `count` elements of `elementLength` bytes. */
  | { readonly form: "table"; readonly count: Field<"u32">; readonly elementLength: Field<"u32"> }
  /** One bit for every g bytes of `length`, rounded up to bytes, where g is the lowest bit set in `pageSize`. */
  | { readonly form: "bitmap"; readonly length: Field<"u64">; readonly pageSize: Field<"u64"> };

/** User memory that the ioctl itself reads or writes; memory that it only maps is none. */
export interface MemoryRow {
  readonly pointer: Field<"u64">;
  readonly direction: "in" | "out" | "inout";
  readonly extent: MemoryExtent;
  /**
   * Those values of the row's `operation` with which it does; absent: always. Such memory travels with the call only
   * where the daemon cannot reach the client's: finding out whether it can be written would touch its pages.
   */
  readonly operations?: readonly number[];
}

/** A field that holds the number of a file descriptor in the caller's table, or the first s32 of an array of them. */
export interface DescriptorRow {
  /** Its name; of data behind the struct, which has no fields, what it is called in the uAPI. */
  readonly field: Field<"u32"> | Field<"s32">;
  /** How many there are; absent: one. */
  readonly count?: Field<"u32">;
  /** Those values of the row's `operation` with which it does; absent: always. */
  readonly operations?: readonly number[];
}

/** That a call which succeeds opens a file and gives the caller a descriptor of it. */
export interface MadeDescriptorRow {
  /** What is opened: an access to an IOAS, a queue of page requests or of events, a piece of kernel memory, a device. */
  readonly kind: "access" | "fault" | "veventq" | "dmabuf" | "device";
  /** Those values of the row's `operation` with which it does; absent: always. */
  readonly operations?: readonly number[];
  /** The errno when no number is free; absent: that of opening a file, EMFILE or ENFILE. */
  readonly noneFree?: Errno;
  /** Holds O_ACCMODE, O_NONBLOCK and O_CLOEXEC of the new file; absent: O_RDWR | O_CLOEXEC. */
  readonly openFlags?: Field<"u32">;
}

/** Names for the values of one field that are not flags. */
export interface ValueRow {
  readonly field: string;
  readonly values: readonly NamedNumber[];
}

export interface ErrorRow {
  /** "EINVAL" */
  readonly name: string;
  readonly meaning: string;
}

/** An iommufd or VFIO container, a VFIO group, a VFIO device. */
export type FileKind = "iommufd" | "group" | "device";

export type Support = "full" | "partial" | "absent";

export interface IoctlRow {
  readonly name: string;
  /** The full ioctl number: 0x3b00 | nr. */
  readonly request: number;
  readonly family: "iommufd" | "test" | "vfio";
  /** What it is an ioctl of: with VFIO the same number means different things on different files. */
  readonly file: FileKind;
  /**
   * What the third argument of ioctl(2) is: a pointer to `struct`, a number, something never looked at, or a pointer to the
   * s32 number of a file descriptor, or to a text that a zero ends.
   */
  readonly argument: "pointer" | "value" | "ignored" | "descriptor" | "text";
  /** Of no bytes unless the argument is a pointer. */
  readonly struct: StructLayout;
  /** What the ioctl does with the bytes behind the struct, as many as its argsz says; absent: nothing. */
  readonly tail?: "in" | "out" | "inout";
  /** The Linux version that introduced it. */
  readonly since: string;
  readonly flags: readonly NamedNumber[];
  readonly values: readonly ValueRow[];
  readonly support: Support;
  /** What is not supported, a sentence; "" iff support is full. */
  readonly missing: string;
  /** Errnos of its own, apart from those of every ioctl (EFAULT, EINVAL and E2BIG for the struct, ENOTTY). */
  readonly errors: readonly ErrorRow[];
  readonly memory: readonly MemoryRow[];
  /** The field that chooses among several operations, each with a value below 32; absent: there is only one. */
  readonly operation?: Field<"u32">;
  /** The bits of `operation` that choose; absent: all. */
  readonly operationMask?: number;
  readonly descriptors: readonly DescriptorRow[];
  /** At the most one applies to a call. */
  readonly makesDescriptors: readonly MadeDescriptorRow[];
}

export type NumberNameOf<Module> = { [K in keyof Module]: Module[K] extends number ? K : never }[keyof Module] & string;

export function pick<Module extends object>(
  module: Module,
  names: readonly NumberNameOf<Module>[],
): readonly NamedNumber[] {
  return names.map((name) => ({ name, value: module[name] as number }));
}

export function errorRows(errors: readonly (readonly [Errno, string])[]): readonly ErrorRow[] {
  return errors.map(([number, meaning]) => ({ name: errnoName(number), meaning }));
}
