/** The lines that trace.c prints, in words: the ioctl by its name, its fields by theirs, its result by its errno. */
import { decodeStruct } from "../../proto/uapi/codec.js";
import { errnoName } from "../../proto/uapi/errno.js";
import { iommu_test_cmd, testOperations } from "../../proto/uapi/iommufd-test.js";
import type { StructLayout } from "../../proto/uapi/layout.js";
import { hexadecimal } from "../../proto/uapi/listing.js";
import { rowOf } from "../../proto/uapi/table.js";

const LINE = /^trace ([0-9a-f]+) (-?\d+) (\d+) ([0-9a-f]*)$/;

export function isTraceLine(line: string): boolean {
  return LINE.test(line);
}

/** "IOMMU_DESTROY {id: 0x7} = -1 ENOENT"; a line that is no trace comes back as it is. */
export function describeTrace(line: string): string {
  const match = LINE.exec(line);
  if (match === null) return line;
  const request = parseInt(match[1]!, 16);
  const result = Number(match[2]);
  const bytes = Buffer.from(match[4]!, "hex");
  const row = rowOf("iommufd", request);
  const operation = testOperations.find(({ op }) => row?.struct === iommu_test_cmd && op === opOf(bytes));
  const name = operation?.name ?? row?.name ?? `ioctl ${hexadecimal(request)}`;
  const layout = operation?.struct ?? row?.struct;
  const end = result < 0 ? `${result} ${errnoName(Number(match[3]))}` : String(result);
  return `${name} {${layout === undefined ? match[4]! : fieldsText(layout, bytes)}} = ${end}`;
}

const opOf = (bytes: Buffer): number => (bytes.length >= 8 ? bytes.readUInt32LE(4) : 0);

/** Fields that are not 0; op is in the name. */
function fieldsText(layout: StructLayout, bytes: Buffer): string {
  if (layout.bytes === 0) return "";
  if (bytes.length < layout.minBytes) return `${bytes.length} bytes`;
  return Object.entries(decodeStruct(layout, bytes))
    .filter(([name, value]) => name !== "op" && (name !== "size" || value !== layout.bytes))
    .flatMap(([name, value]) => {
      if (typeof value === "object" || BigInt(value) === 0n) return [];
      return [`${name}: ${value < 0 ? String(value) : "0x" + value.toString(16)}`];
    })
    .join(", ");
}
