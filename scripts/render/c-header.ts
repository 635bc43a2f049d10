/**
 * Renders the uAPI layouts as a C99 and C++ header with the uAPI's own names. Where the system's <linux/iommufd.h> was
 * included before, its definitions stand and these step aside; the guards that this header sets keep it out afterwards.
 */
import * as api from "../../proto/uapi/iommufd.js";
import * as test from "../../proto/uapi/iommufd-test.js";
import type { AnyField, FieldType, NamedNumber, StructLayout } from "../../proto/uapi/layout.js";
import { hexadecimal } from "../../proto/uapi/listing.js";
import { ioctlTable, type IoctlRow } from "../../proto/uapi/table.js";
import * as container from "../../proto/uapi/vfio.js";
import * as devices from "../../proto/uapi/vfio-device.js";
import * as features from "../../proto/uapi/vfio-feature.js";
import * as interrupts from "../../proto/uapi/vfio-interrupts.js";
import { GENERATED_BY, layouts, records } from "./shared.js";

const cTypes: Readonly<Record<FieldType, string>> = {
  u8: "__u8",
  u16: "__u16",
  u32: "__u32",
  s32: "__s32",
  // 64-bit fields are 64-bit aligned in the uAPI, also in programs for 32-bit processors.
  u64: "__aligned_u64",
};

function declaration(field: AnyField, indent: string): string {
  const suffix = field.array ? `[${field.count}]` : "";
  const comment = field.direction === "reserved" ? field.note : `[${field.direction}] ${field.note}`.trimEnd();
  return `${indent}${cTypes[field.type]} ${field.name}${suffix};${comment && ` /* ${comment} */`}`;
}

/** Fields of the same offset become an unnamed union. */
function declarations(fields: readonly AnyField[], indent = "\t"): string[] {
  return fields.flatMap((field, index) => {
    const shared = fields.filter(({ offset }) => offset === field.offset);
    if (shared.length === 1) return declaration(field, indent);
    if (fields[index - 1]?.offset === field.offset) return [];
    const members = shared.map((member) => declaration(member, indent + "\t"));
    return [`${indent}__extension__ union {`, ...members, `${indent}};`];
  });
}

function structLines(layout: StructLayout): string[] {
  const short = layout.minBytes === layout.bytes ? "" : `, or its first ${layout.minBytes}`;
  return [
    `/* ${layout.bytes} bytes${short} */`,
    `struct ${layout.name} {`,
    ...headerLines(layout),
    ...declarations(Object.values(layout.fields)),
    "};",
    "",
  ];
}

/** What a capability of VFIO begins with, before its own fields. */
function headerLines({ fields }: StructLayout): string[] {
  const begins = Object.values(fields).some(({ offset }) => offset === 0);
  return begins ? [] : [`\tstruct ${container.vfio_info_cap_header.name} header;`];
}

/** The head and the tail of the test command around a union with a member per operation. */
function testCommandLines(): string[] {
  const command = test.iommu_test_cmd;
  const own = Object.values(command.fields);
  const head = own.filter(({ offset }) => offset < test.unionOffset);
  const tail = own.filter(({ offset }) => offset >= test.unionOffset);
  const common = new Set(own.map(({ name }) => name));
  const members = test.testOperations.flatMap(({ struct, member }) => [
    "\t\tstruct {",
    ...declarations(
      Object.values(struct.fields).filter(({ name }) => !common.has(name)),
      "\t\t\t",
    ),
    `\t\t} ${member};`,
  ]);
  return [
    `/* ${command.bytes} bytes, or its first ${command.minBytes} */`,
    `struct ${command.name} {`,
    ...declarations(head),
    "\t__extension__ union {",
    ...members,
    "\t};",
    ...declarations(tail),
    "};",
    "",
  ];
}

const define = ({ name, value }: NamedNumber) => `#define ${name} ${value > 9 ? hexadecimal(value) : value}`;

/** The uAPI's named numbers in a module that `known` does not have yet. */
function furtherNumbers(module: object, known: ReadonlySet<string>): NamedNumber[] {
  return Object.entries(module as Record<string, unknown>)
    .filter((entry): entry is [string, number] => typeof entry[1] === "number")
    .filter(([name]) => /^[A-Z]/.test(name) && !known.has(name))
    .map(([name, value]) => ({ name, value }));
}

function numbersOf(rows: readonly IoctlRow[]): NamedNumber[] {
  const all = rows.flatMap((row) => [...row.flags, ...row.values.flatMap(({ values }) => values)]);
  return [...new Map(all.map((number) => [number.name, number])).values()];
}

/** Structs, numbers and requests of one module and the rows that belong to it. */
function part(module: object, rows: readonly IoctlRow[], structs: readonly string[]): string[] {
  const fromRows = numbersOf(rows);
  const rest = furtherNumbers(module, new Set(fromRows.map(({ name }) => name)));
  return [
    ...rows.map((row) => define({ name: row.name, value: row.request })),
    "",
    ...fromRows.map(define),
    "",
    ...rest.map(define),
    "",
    ...structs,
    ...records(module).flatMap(structLines),
  ];
}

const rowsOf = (family: IoctlRow["family"]) => ioctlTable.filter((row) => row.family === family);

/** A header of its own: a program may have the system's <linux/vfio.h> instead, which older systems have without cdevs. */
export function cVfioHeader(): string {
  const modules = [container, devices, interrupts, features];
  return [
    "/* SPDX-License-Identifier: MIT */",
    `/* ${GENERATED_BY} */`,
    "/*",
    " * The ioctls of VFIO: numbers, structs and flags under their Linux names, for C99 and C++. It may be included before or",
    " * after the system's <linux/vfio.h>: whichever comes first defines everything.",
    " */",
    "#ifndef IOMMUFD_EMU_VFIO_UAPI_H",
    "#define IOMMUFD_EMU_VFIO_UAPI_H",
    "",
    "#include <linux/types.h>",
    "",
    "#if !defined(VFIO_H) && !defined(_UAPIVFIO_H)",
    "#define VFIO_H",
    "#define _UAPIVFIO_H",
    "",
    ...rowsOf("vfio").map((row) => define({ name: row.name, value: row.request })),
    "",
    ...modules.flatMap((module) => [
      ...furtherNumbers(module, new Set()).map(define),
      "",
      ...layouts(module).flatMap(structLines),
    ]),
    "#endif /* the system's <linux/vfio.h> */",
    "",
    "#endif /* IOMMUFD_EMU_VFIO_UAPI_H */",
    "",
  ]
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
}

export function cHeader(): string {
  // MAP, MAP_FILE and COPY share flags, but no two rows share a struct.
  const structs = rowsOf("iommufd").flatMap((row) => structLines(row.struct));
  return [
    "/* SPDX-License-Identifier: MIT */",
    `/* ${GENERATED_BY} */`,
    "/*",
    " * The ioctls of /dev/iommu: numbers, structs and flags under their Linux names, for C99 and C++. It may be included",
    " * before or after the system's <linux/iommufd.h>: whichever comes first defines everything. VFIO's are in",
    " * iommufd_emu_vfio_uapi.h.",
    " */",
    "#ifndef IOMMUFD_EMU_UAPI_H",
    "#define IOMMUFD_EMU_UAPI_H",
    "",
    "#include <linux/types.h>",
    "",
    "#if !defined(_IOMMUFD_H) && !defined(_UAPI_IOMMUFD_H)",
    "#define _IOMMUFD_H",
    "#define _UAPI_IOMMUFD_H",
    "",
    ...part(api, rowsOf("iommufd"), structs),
    "#endif /* the system's <linux/iommufd.h> */",
    "",
    "/* The selftest's ioctl: in no installed header of Linux. */",
    "#ifndef _UAPI_IOMMUFD_TEST_H",
    "#define _UAPI_IOMMUFD_TEST_H",
    "",
    ...part(test, rowsOf("test"), testCommandLines()),
    "#endif /* the kernel's own iommufd_test.h */",
    "",
    "#endif /* IOMMUFD_EMU_UAPI_H */",
    "",
  ]
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
}
