/** The rows of table.ts for people and for scripts: what `iommufd-emu ioctls` prints. */
import { ioctlTable, type IoctlRow } from "./table.js";

/** "0x3b80" */
export function hexadecimal(number: number): string {
  return "0x" + number.toString(16);
}

/** Of the argument, in bytes: "24", "24 to 48" where a shorter form is accepted; "value", "descriptor", "text" or "-" where it is no struct. */
export function sizeText({ argument, struct }: IoctlRow): string {
  if (argument === "pointer")
    return struct.minBytes === struct.bytes ? String(struct.bytes) : `${struct.minBytes} to ${struct.bytes}`;
  return argument === "ignored" ? "-" : argument;
}

const heads = ["NAME", "REQUEST", "FILE", "BYTES", "SINCE", "SUPPORT", "MISSING"] as const;

/** A table with one line per ioctl; every line ends with a newline. */
export function ioctlListing(): string {
  const lines = [
    heads,
    ...ioctlTable.map((row) => [
      row.name,
      hexadecimal(row.request),
      row.file,
      sizeText(row),
      row.since,
      row.support,
      row.missing,
    ]),
  ];
  const widths = heads.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  return lines
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  "))
    .map((line) => line.trimEnd() + "\n")
    .join("");
}

/** The rows as JSON, with the fields of each struct: an array, one object per ioctl, and a newline. */
export function ioctlListingJson(): string {
  const rows = ioctlTable.map((row) => ({
    name: row.name,
    request: row.request,
    family: row.family,
    file: row.file,
    since: row.since,
    support: row.support,
    missing: row.missing,
    argument: row.argument,
    ...(row.argument === "pointer" && {
      struct: {
        name: row.struct.name,
        minBytes: row.struct.minBytes,
        bytes: row.struct.bytes,
        fields: Object.values(row.struct.fields).map(({ name, offset, type, count, direction, note }) => ({
          ...{ name, offset, type, count, direction, note },
        })),
      },
    }),
    flags: row.flags,
    values: row.values,
    errors: row.errors,
  }));
  return JSON.stringify(rows, undefined, 2) + "\n";
}
