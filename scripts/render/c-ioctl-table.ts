/**
 * Renders what a client in C must know of each ioctl to send it: how long the struct is and which memory its pointers
 * name. For the C library and the preload shim.
 */
import { fieldBytes, type Field } from "../../proto/uapi/layout.js";
import { hexadecimal } from "../../proto/uapi/listing.js";
import { ioctlTable, type IoctlRow, type MemoryExtent, type MemoryRow } from "../../proto/uapi/table.js";
import { GENERATED_BY } from "./shared.js";

const prefix = "IOMMUFD_EMU";

const directions: Readonly<Record<MemoryRow["direction"], string>> = {
  in: `${prefix}_READ`,
  out: `${prefix}_WRITTEN`,
  inout: `${prefix}_READ | ${prefix}_WRITTEN`,
};

function place(field: Field): string {
  return `{ ${field.offset}, ${fieldBytes[field.type]} }`;
}

/** The initialisers of `extent`, `amount`, `unit` and `unit_bytes`. */
function extent(row: MemoryExtent): string {
  const nowhere = "{ 0, 0 }";
  switch (row.form) {
    case "array":
      return `${prefix}_ARRAY, ${place(row.count)}, ${nowhere}, ${row.elementBytes}`;
    case "bytes":
      return `${prefix}_BYTES, ${place(row.length)}, ${nowhere}, 1`;
    case "table":
      return `${prefix}_TABLE, ${place(row.count)}, ${place(row.elementLength)}, 0`;
    case "bitmap":
      return `${prefix}_BITMAP, ${place(row.length)}, ${place(row.pageSize)}, 0`;
  }
}

/** Whether a call may store into its struct; the operations of the test command differ in that. */
function isWritten({ family, struct }: IoctlRow): boolean {
  return family === "test" || Object.values(struct.fields).some(({ direction }) => direction.includes("out"));
}

function entry(row: IoctlRow): string {
  const memory = row.memory
    .map((item) => `{ ${item.pointer.offset}, ${directions[item.direction]}, ${extent(item.extent)} }`)
    .join(", ");
  const { minBytes, bytes } = row.struct;
  const fixed = `${hexadecimal(row.request)}, ${prefix}_${row.argument.toUpperCase()}, ${minBytes}, ${bytes}, ${Number(isWritten(row))}`;
  return `\t/* ${row.name} */\n\t{ ${fixed}, ${row.memory.length}, { ${memory || "{ 0, 0, 0, { 0, 0 }, { 0, 0 }, 0 }"} } },`;
}

export function cIoctlTable(): string {
  const rows = ioctlTable.toSorted((a, b) => a.request - b.request);
  const memoryMax = Math.max(...ioctlTable.map((row) => row.memory.length));
  return `/* SPDX-License-Identifier: MIT */
/* ${GENERATED_BY} */
/*
 * Per ioctl: how long its struct is and which user memory its pointers name. Offsets are bytes from the start of the
 * struct; fields are little-endian.
 */
#ifndef ${prefix}_IOCTL_TABLE_H
#define ${prefix}_IOCTL_TABLE_H

#include <stdint.h>

/* What the third argument of ioctl(2) is. */
enum iommufd_emu_argument {
	${prefix}_POINTER, /* to a struct */
	${prefix}_VALUE,
	${prefix}_IGNORED,
};

/* How many bytes a pointer names. */
enum iommufd_emu_extent {
	${prefix}_ARRAY, /* amount elements of unit_bytes */
	${prefix}_BYTES, /* amount bytes */
	${prefix}_TABLE, /* amount elements of as many bytes as unit says */
	${prefix}_BITMAP, /* a bit for each g bytes of amount, rounded up to bytes; g: lowest bit set in unit */
};

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
};

#define ${prefix}_MEMORY_MAX ${memoryMax}

struct iommufd_emu_ioctl_row {
	uint32_t request;
	uint8_t argument; /* enum iommufd_emu_argument */
	uint8_t min_bytes;
	uint8_t bytes;
	uint8_t written; /* whether the struct may be stored into */
	uint8_t memory_count;
	struct iommufd_emu_memory memory[${prefix}_MEMORY_MAX];
};

/* In ascending order of request. */
static const struct iommufd_emu_ioctl_row iommufd_emu_ioctl_table[] = {
${rows.map(entry).join("\n")}
};

#define ${prefix}_IOCTL_COUNT (sizeof(iommufd_emu_ioctl_table) / sizeof(iommufd_emu_ioctl_table[0]))

#endif /* ${prefix}_IOCTL_TABLE_H */
`;
}
