/**
 * Renders what a client in C must know of each ioctl to send it: how long the struct is, which memory its pointers and
 * which file descriptors its fields name, and whether it makes one. For the C library and the preload shim.
 */
import { fieldBytes, type Field } from "../../proto/uapi/layout.js";
import { hexadecimal } from "../../proto/uapi/listing.js";
import {
  type DescriptorRow,
  ioctlTable,
  type IoctlRow,
  type MadeDescriptorRow,
  type MemoryExtent,
  type MemoryRow,
} from "../../proto/uapi/table.js";
import { GENERATED_BY } from "./shared.js";

const fileKinds = ["iommufd", "group", "device"] as const;

const prefix = "IOMMUFD_EMU";

const directions: Readonly<Record<MemoryRow["direction"], string>> = {
  in: `${prefix}_READ`,
  out: `${prefix}_WRITTEN`,
  inout: `${prefix}_READ | ${prefix}_WRITTEN`,
};

function place(field: Field): string {
  return `{ ${field.offset}, ${fieldBytes[field.type]} }`;
}

/** Of a place or of a field that there is not. */
const NOWHERE = "{ 0, 0 }";

/** The initialisers of `extent`, `amount`, `unit` and `unit_bytes`. */
function extent(row: MemoryExtent): string {
  switch (row.form) {
    case "fixed":
      return `${prefix}_FIXED, ${NOWHERE}, ${NOWHERE}, ${row.bytes}`;
    case "array":
      return `${prefix}_ARRAY, ${place(row.count)}, ${NOWHERE}, ${row.elementBytes}`;
    case "bytes":
      return `${prefix}_BYTES, ${place(row.length)}, ${NOWHERE}, 1`;
    case "table":
      return `${prefix}_TABLE, ${place(row.count)}, ${place(row.elementLength)}, 0`;
    case "bitmap":
      return `${prefix}_BITMAP, ${place(row.length)}, ${place(row.pageSize)}, 0`;
  }
}

/** A bit for each operation; all of them where none is named. */
function operationSet(operations: readonly number[] | undefined): string {
  if (operations === undefined) return `${prefix}_ALWAYS`;
  const bits = operations.reduce((set, operation) => (set | (1 << operation)) >>> 0, 0);
  return hexadecimal(bits);
}

function memoryEntry(item: MemoryRow): string {
  const { pointer, direction, operations } = item;
  return `{ ${pointer.offset}, ${directions[direction]}, ${extent(item.extent)}, ${operationSet(operations)} }`;
}

function descriptorEntry({ field, count, operations }: DescriptorRow): string {
  return `{ ${field.offset}, ${count === undefined ? NOWHERE : place(count)}, ${operationSet(operations)} }`;
}

function madeEntry({ kind, noneFree, openFlags, operations }: MadeDescriptorRow): string {
  const made = `${prefix}_MAKES_${kind.toUpperCase()}`;
  return `{ ${made}, ${noneFree ?? 0}, ${openFlags?.offset ?? 0}, ${operationSet(operations)} }`;
}

/** The initialisers of a count and of an array, which holds one empty element if there is none. */
function list(items: readonly string[], empty: string): string {
  return `${items.length}, { ${items.join(", ") || empty} }`;
}

/** Whether a call may store into its struct; the operations of the test command differ in that. */
function isWritten({ family, struct, tail }: IoctlRow): boolean {
  if (family === "test" || tail?.includes("out")) return true;
  return Object.values(struct.fields).some(({ direction }) => direction.includes("out"));
}

function entry(row: IoctlRow): string {
  const { minBytes, bytes } = row.struct;
  const parts = [
    ...[hexadecimal(row.request), `${prefix}_ON_${row.file.toUpperCase()}`, `${prefix}_${row.argument.toUpperCase()}`],
    ...[minBytes, bytes, Number(isWritten(row)), Number(row.tail !== undefined)],
    ...[row.operation?.offset ?? 0, hexadecimal(row.operationMask ?? 0xffff_ffff)],
    list(row.memory.map(memoryEntry), `{ 0, 0, 0, ${NOWHERE}, ${NOWHERE}, 0, 0 }`),
    list(row.descriptors.map(descriptorEntry), `{ 0, ${NOWHERE}, 0 }`),
    list(row.makesDescriptors.map(madeEntry), `{ ${prefix}_MAKES_NONE, 0, 0, 0 }`),
  ];
  return `\t/* ${row.name} */\n\t{ ${parts.join(", ")} },`;
}

export function cIoctlTable(): string {
  const rows = ioctlTable.toSorted(
    (a, b) => a.request - b.request || fileKinds.indexOf(a.file) - fileKinds.indexOf(b.file),
  );
  const memoryMax = Math.max(...ioctlTable.map((row) => row.memory.length));
  const descriptorsMax = Math.max(...ioctlTable.map((row) => row.descriptors.length));
  const madeMax = Math.max(...ioctlTable.map((row) => row.makesDescriptors.length));
  return `/* SPDX-License-Identifier: MIT */
/* ${GENERATED_BY} */
/*
 * Per ioctl: how long its struct is, which user memory its pointers and which file descriptors its fields name, and
 * whether it makes one. Offsets are bytes from the start of the struct or argument; fields are little-endian. A set of operations
 * has bit n for the operation n.
 */
#ifndef ${prefix}_IOCTL_TABLE_H
#define ${prefix}_IOCTL_TABLE_H

#include <stdint.h>

/* What is open: the same number means different things on different files. */
enum iommufd_emu_file {
${fileKinds.map((kind) => `\t${prefix}_ON_${kind.toUpperCase()},`).join("\n")}
};

/* What the third argument of ioctl(2) is. */
enum iommufd_emu_argument {
	${prefix}_POINTER, /* to a struct */
	${prefix}_VALUE,
	${prefix}_IGNORED,
	${prefix}_DESCRIPTOR, /* to the s32 number of one */
	${prefix}_TEXT, /* to characters that a zero ends */
};

/* How many bytes a pointer names. */
enum iommufd_emu_extent {
	${prefix}_FIXED, /* unit_bytes */
	${prefix}_ARRAY, /* amount elements of unit_bytes */
	${prefix}_BYTES, /* amount bytes */
	${prefix}_TABLE, /* amount elements of as many bytes as unit says */
	${prefix}_BITMAP, /* a bit for each g bytes of amount, rounded up to bytes; g: lowest bit set in unit */
};

/* What a call that succeeds makes a descriptor of. */
enum iommufd_emu_makes {
	${prefix}_MAKES_NONE,
	${prefix}_MAKES_ACCESS, /* to an IOAS */
	${prefix}_MAKES_FAULT, /* a queue of page requests */
	${prefix}_MAKES_VEVENTQ, /* a queue of a vIOMMU's events */
	${prefix}_MAKES_DMABUF, /* kernel memory */
	${prefix}_MAKES_DEVICE, /* of VFIO */
};

/* A set of operations: also of an ioctl that has only one. */
#define ${prefix}_ALWAYS UINT32_MAX

#define ${prefix}_READ 1
#define ${prefix}_WRITTEN 2

struct iommufd_emu_place {
	uint8_t offset;
	uint8_t bytes; /* 4 or 8; 0: there is no such field */
};

struct iommufd_emu_memory {
	uint8_t pointer; /* offset of the u64 that holds the address */
	uint8_t direction; /* ${prefix}_READ, ${prefix}_WRITTEN */
	uint8_t extent; /* enum iommufd_emu_extent */
	struct iommufd_emu_place amount;
	struct iommufd_emu_place unit;
	uint16_t unit_bytes;
	/* Unless it is ${prefix}_ALWAYS, the memory travels only where the daemon cannot reach the process's. */
	uint32_t operations;
};

struct iommufd_emu_descriptor_field {
	uint8_t field; /* offset of the u32 or s32 that holds the number */
	struct iommufd_emu_place amount; /* how many follow each other there; none: it is one */
	uint32_t operations;
};

struct iommufd_emu_made_descriptor {
	uint8_t kind; /* enum iommufd_emu_makes */
	uint8_t none_free; /* errno when no number is free; 0: that of opening a file */
	uint8_t open_flags; /* offset of the u32 with flags of open(2) for it; 0: O_RDWR | O_CLOEXEC */
	uint32_t operations;
};

#define ${prefix}_MEMORY_MAX ${memoryMax}
#define ${prefix}_DESCRIPTORS_MAX ${descriptorsMax}
#define ${prefix}_MADE_MAX ${madeMax}

struct iommufd_emu_ioctl_row {
	uint32_t request;
	uint8_t file; /* enum iommufd_emu_file */
	uint8_t argument; /* enum iommufd_emu_argument */
	uint8_t min_bytes;
	uint8_t bytes;
	uint8_t written; /* whether the struct may be stored into */
	uint8_t tail; /* whether what lies behind the struct, as its first u32 says, belongs to the call */
	uint8_t operation; /* offset of the u32 that chooses one; 0: there is only one */
	uint32_t operation_mask; /* the bits of it that do */
	uint8_t memory_count;
	struct iommufd_emu_memory memory[${prefix}_MEMORY_MAX];
	uint8_t descriptor_count;
	struct iommufd_emu_descriptor_field descriptors[${prefix}_DESCRIPTORS_MAX];
	uint8_t made_count;
	struct iommufd_emu_made_descriptor made[${prefix}_MADE_MAX];
};

/* In ascending order of request and file. */
static const struct iommufd_emu_ioctl_row iommufd_emu_ioctl_table[] = {
${rows.map(entry).join("\n")}
};

#define ${prefix}_IOCTL_COUNT (sizeof(iommufd_emu_ioctl_table) / sizeof(iommufd_emu_ioctl_table[0]))

#endif /* ${prefix}_IOCTL_TABLE_H */
`;
}
