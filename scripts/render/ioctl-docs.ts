/** Renders docs/ioctls.md: the table of ioctls, then each one's struct, flags, memory and errors. */
import * as api from "../../proto/uapi/iommufd.js";
import * as test from "../../proto/uapi/iommufd-test.js";
import * as vfio from "../../proto/uapi/vfio.js";
import * as vfioDevice from "../../proto/uapi/vfio-device.js";
import * as vfioFeature from "../../proto/uapi/vfio-feature.js";
import * as vfioInterrupts from "../../proto/uapi/vfio-interrupts.js";
import type { AnyField, NamedNumber, StructLayout } from "../../proto/uapi/layout.js";
import { hexadecimal, sizeText } from "../../proto/uapi/listing.js";
import { errnoName } from "../../proto/uapi/errno.js";
import {
  type DescriptorRow,
  ioctlTable,
  type IoctlRow,
  type MadeDescriptorRow,
  type MemoryExtent,
  type MemoryRow,
} from "../../proto/uapi/table.js";
import { GENERATED_BY, records } from "./shared.js";

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line), ""];
}

const code = (text: string) => `\`${text}\``;
const anchor = (name: string) => `[${code(name)}](#${name.toLowerCase()})`;

function typeOf(field: AnyField): string {
  return field.array ? `${field.type}[${field.count}]` : field.type;
}

function fieldTable(fields: readonly AnyField[]): string[] {
  return table(
    ["Offset", "Type", "Field", "Direction", ""],
    fields.map((field) => [String(field.offset), typeOf(field), code(field.name), field.direction, field.note]),
  );
}

function structSection(layout: StructLayout): string[] {
  const short = layout.minBytes === layout.bytes ? "" : `; ${layout.minBytes} are enough`;
  return [
    `${code(`struct ${layout.name}`)}, ${layout.bytes} bytes${short}:`,
    "",
    ...fieldTable(Object.values(layout.fields)),
  ];
}

const numberList = (numbers: readonly NamedNumber[]) =>
  numbers.map(({ name, value }) => `${code(name)} ${value > 9 ? hexadecimal(value) : value}`).join(", ");

function extentText(extent: MemoryExtent): string {
  switch (extent.form) {
    case "fixed":
      return `${extent.bytes} bytes`;
    case "array":
      return `${code(extent.count.name)} elements of ${extent.elementBytes} bytes`;
    case "bytes":
      return `${code(extent.length.name)} bytes`;
    case "table":
      return `${code(extent.count.name)} elements of ${code(extent.elementLength.name)} bytes`;
    case "bitmap":
      return (
        `a bitmap with one bit for each g bytes of ${code(extent.length.name)}, where g is the lowest bit set in ` +
        code(extent.pageSize.name)
      );
  }
}

const verbs = { in: "reads", out: "writes", inout: "reads and writes" } as const;

/** Names of an ioctl's operations, which are the selftest's, values of a field or flags. */
function operationNames(row: IoctlRow, operations: readonly number[]): string[] {
  if (row.family === "test")
    return test.testOperations.filter(({ op }) => operations.includes(op)).map(({ member }) => member.toUpperCase());
  const named = row.values.find(({ field }) => field === row.operation?.name)?.values ?? row.flags;
  return named.filter(({ value }) => operations.includes(value)).map(({ name }) => name);
}

/** Before a sentence about some operations of an ioctl only. */
function condition(row: IoctlRow, operations: readonly number[] | undefined): string {
  return operations === undefined ? "" : `With ${operationNames(row, operations).map(code).join(", ")}: `;
}

function memoryText(row: IoctlRow, { pointer, direction, extent, operations }: MemoryRow): string {
  const where = operations === undefined ? "Where" : "where";
  return `${condition(row, operations)}${where} ${code(pointer.name)} points it ${verbs[direction]} ${extentText(extent)}.`;
}

function descriptorText(row: IoctlRow, { field, count, operations }: DescriptorRow): string {
  const what = count === undefined ? "is a file descriptor" : `has ${code(count.name)} file descriptors`;
  return `${condition(row, operations)}${code(field.name)} ${what} of the caller.`;
}

const openedText: Readonly<Record<MadeDescriptorRow["kind"], string>> = {
  access: "an access",
  fault: "a fault queue",
  veventq: "an event queue",
  dmabuf: "a dma-buf",
  device: "a VFIO device",
};

function madeText(row: IoctlRow, { kind, operations, noneFree }: MadeDescriptorRow): string {
  const otherwise = noneFree === undefined ? "`EMFILE` or `ENFILE`" : code(errnoName(noneFree));
  return `${condition(row, operations)}makes a file descriptor, of ${openedText[kind]}; ${otherwise} if no number is free.`;
}

const fileText: Readonly<Record<IoctlRow["file"], string>> = {
  iommufd: "an iommufd",
  group: "a VFIO group",
  device: "a VFIO device",
};

const tailVerbs = { in: "reads", out: "may write", inout: "reads or writes" } as const;

function section(row: IoctlRow): string[] {
  const support = { full: "Supported.", partial: "Supported in part.", absent: "Not supported." }[row.support];
  const lines = [
    `### ${row.name}`,
    "",
    `${code(hexadecimal(row.request))} on ${fileText[row.file]}, since Linux ${row.since}.`,
  ];
  lines.push([support, row.missing].filter((text) => text !== "").join(" "), "");
  if (row.argument === "value") lines.push("The argument is a number, not a pointer.", "");
  if (row.argument === "ignored") lines.push("The argument is not looked at.", "");
  if (row.argument === "descriptor") lines.push("The argument points to the s32 number of a file descriptor.", "");
  if (row.argument === "text") lines.push("The argument points to a text that a zero ends.", "");
  if (row.argument === "pointer") lines.push(...structSection(row.struct));
  if (row.tail !== undefined)
    lines.push(`It ${tailVerbs[row.tail]} what follows the struct, up to \`argsz\` bytes.`, "");
  if (row.flags.length > 0) lines.push(`Flags: ${numberList(row.flags)}.`, "");
  for (const { field, values } of row.values) lines.push(`Values of ${code(field)}: ${numberList(values)}.`, "");
  for (const memory of row.memory) lines.push(memoryText(row, memory), "");
  for (const descriptor of row.descriptors) lines.push(descriptorText(row, descriptor), "");
  for (const made of row.makesDescriptors) lines.push(madeText(row, made), "");
  if (row.errors.length > 0)
    lines.push(
      ...table(
        ["Error", "When"],
        row.errors.map(({ name, meaning }) => [code(name), meaning]),
      ),
    );
  return lines;
}

function testOperations(): string[] {
  const common = new Set(Object.keys(test.iommu_test_cmd.fields));
  const fieldsOf = (layout: StructLayout) =>
    Object.values(layout.fields)
      .filter(({ name }) => !common.has(name))
      .map((field) => `${field.offset} ${typeOf(field)} ${code(field.name)} ${field.direction}`)
      .join("; ");
  return [
    "Fields of the operations, by their offset in the struct:",
    "",
    ...table(
      ["op", "Name", "Fields"],
      test.testOperations.map(({ op, name, struct }) => [String(op), code(name), fieldsOf(struct)]),
    ),
  ];
}

export function ioctlDocs(): string {
  return [
    "# Ioctls",
    "",
    "This page lists every ioctl of `/dev/iommu` and of VFIO with its number, its struct and how far this daemon supports it.",
    "`iommufd-emu ioctls` prints the same table.",
    "",
    `<!-- ${GENERATED_BY} -->`,
    "",
    ...table(
      ["Name", "Number", "File", "Bytes", "Since Linux", "Support", "What is missing"],
      ioctlTable.map((row) => [
        anchor(row.name),
        code(hexadecimal(row.request)),
        row.file,
        sizeText(row),
        row.since,
        row.support,
        row.missing,
      ]),
    ),
    "A struct may be shorter than the size given here, down to the first number where there are two: what it leaves out",
    "reads as 0. It may be longer if the rest is 0, else `E2BIG`. Too short is `EINVAL`, memory that cannot be read or",
    "written is `EFAULT`, a number that is not in the table is `ENOTTY`. Reserved fields are 0 unless they are not checked.",
    "VFIO structs follow their own rule: the first field, `argsz`, says how long they are.",
    "",
    "## Each ioctl",
    "",
    ...ioctlTable.flatMap((row) => [...section(row), ...(row.family === "test" ? testOperations() : [])]),
    "## Data structs",
    "",
    "What pointers in the structs above name, and what the descriptors of fault and event queues read and write.",
    "",
    ...[api, test, vfio, vfioDevice, vfioInterrupts, vfioFeature]
      .flatMap(records)
      .flatMap((layout) => [`### ${layout.name}`, "", ...structSection(layout)]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
