/** The uAPI rows describe structs that a C compiler lays out the same way, and the documents made from them agree. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as api from "../../proto/uapi/iommufd.js";
import * as testApi from "../../proto/uapi/iommufd-test.js";
import { fieldBytes, type AnyField, type StructLayout } from "../../proto/uapi/layout.js";
import { ioctlListing, ioctlListingJson } from "../../proto/uapi/listing.js";
import { type IoctlRow, ioctlTable, rowOf } from "../../proto/uapi/table.js";
import * as vfio from "../../proto/uapi/vfio.js";
import * as vfioDevice from "../../proto/uapi/vfio-device.js";
import * as vfioFeature from "../../proto/uapi/vfio-feature.js";
import * as vfioInterrupts from "../../proto/uapi/vfio-interrupts.js";
import { renderings } from "../../scripts/render-uapi.js";

const modules: Record<string, unknown>[] = [
  ...[{ ...api }, { ...testApi }],
  { ...vfio, ...vfioDevice, ...vfioInterrupts, ...vfioFeature },
];
const [apiLayouts, testLayouts, vfioLayouts] = modules.map((module) =>
  Object.values(module).filter(
    (value): value is StructLayout => typeof value === "object" && value !== null && "fields" in value,
  ),
) as [StructLayout[], StructLayout[], StructLayout[]];
const layouts = [...apiLayouts, ...testLayouts, ...vfioLayouts];
const named = layouts.map((layout): [string, StructLayout] => [layout.name, layout]);

const fieldsOf = (layout: StructLayout) => Object.values(layout.fields);
const endOf = (field: AnyField) => field.offset + field.count * fieldBytes[field.type];
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit;

describe("layouts", () => {
  test.each(named)("%s: fields are naturally aligned, ascend and overlap only as a union", (_, layout) => {
    let previous: AnyField | undefined;
    for (const field of fieldsOf(layout)) {
      expect(field.offset % fieldBytes[field.type]).toBe(0);
      expect(layout.fields[field.name]).toBe(field);
      const union = previous?.offset === field.offset && previous.type === field.type && !field.array;
      if (previous && !union) expect(field.offset).toBeGreaterThanOrEqual(endOf(previous));
      previous = field;
    }
  });

  test.each(named)(
    "%s: its size is its end rounded up to its alignment, the short form ends with a field",
    (_, layout) => {
      const alignment = Math.max(...fieldsOf(layout).map((field) => fieldBytes[field.type]));
      const last = fieldsOf(layout).at(-1)!;
      const whole = layout.name.startsWith("iommu_test_cmd") ? 8 : alignment;
      expect(layout.bytes).toBe(roundUp(endOf(last), whole));
      expect(fieldsOf(layout).map(endOf)).toContain(layout.minBytes);
    },
  );

  test("every native struct begins with its u32 size", () => {
    for (const { family, struct } of ioctlTable)
      if (family !== "vfio") expect(struct.fields["size"]).toMatchObject({ offset: 0, type: "u32" });
  });

  test("no two structs have the same name", () => {
    expect(new Set(layouts.map(({ name }) => name)).size).toBe(layouts.length);
  });
});

describe("rows", () => {
  test("native numbers are dense from 0x80 to 0x94, and a request is 0x3b00 | nr", () => {
    const requests = ioctlTable.filter(({ family }) => family === "iommufd").map(({ request }) => request);
    expect(requests).toEqual(Array.from({ length: 0x15 }, (_, index) => 0x3b80 + index));
  });

  test("the sizes are those of the specification's table", () => {
    const sizes = Object.fromEntries(
      ioctlTable
        .filter(({ family }) => family !== "vfio")
        .map((row) => [row.request, [row.struct.minBytes, row.struct.bytes]]),
    );
    expect(Object.values(sizes)).toEqual([
      ...[
        [8, 8],
        [12, 12],
        [24, 24],
        [40, 40],
        [32, 32],
        [40, 40],
        [24, 24],
        [24, 24],
        [12, 12],
        [24, 48],
        [32, 40],
      ],
      ...[
        [16, 16],
        [48, 48],
        [32, 32],
        [16, 16],
        [40, 40],
        [24, 40],
        [24, 24],
        [8, 8],
        [28, 32],
        [40, 40],
        [68, 72],
      ],
    ]);
  });

  test("something is missing iff the support is not full", () => {
    for (const row of ioctlTable) expect([row.name, row.missing === ""]).toEqual([row.name, row.support === "full"]);
  });

  test("a request has one row for each kind of file that it is on", () => {
    for (const row of ioctlTable) expect(rowOf(row.file, row.request)).toBe(row);
  });

  test("an argument has a struct iff it is a pointer", () => {
    for (const row of ioctlTable) expect(row.struct.bytes > 0).toBe(row.argument === "pointer");
  });

  /** The struct of the one operation that a field belongs to. */
  const structOf = (row: (typeof ioctlTable)[number], operations: readonly number[] | undefined) =>
    operations === undefined || row.family !== "test"
      ? row.struct
      : testApi.testOperations.find(({ op }) => operations.length === 1 && op === operations[0])!.struct;

  test("memory is described with fields of the row's own struct, or of the operation that it belongs to", () => {
    for (const row of ioctlTable)
      for (const { pointer, extent, operations } of row.memory) {
        const parts = Object.values<unknown>({ ...extent });
        const fields = parts.filter((part): part is AnyField => typeof part === "object");
        for (const field of [pointer, ...fields]) expect(structOf(row, operations).fields[field.name]).toBe(field);
      }
  });

  test("descriptors are fields of the row's own struct or of their one operation's, and operations are those of its field for them", () => {
    for (const row of ioctlTable) {
      const { struct, operation, memory, descriptors, makesDescriptors, values } = row;
      for (const { field, count, operations } of descriptors) {
        if (count !== undefined) expect(struct.fields[count.name]).toBe(count);
        if (field.offset >= struct.bytes) {
          // Data behind the struct have no fields in it.
          expect(row.tail).toMatch(/in/);
          continue;
        }
        const holder = field.name in struct.fields ? struct : structOf(row, operations);
        expect(holder.fields[field.name]).toBe(field);
      }
      const sets = [...memory, ...descriptors, ...makesDescriptors];
      const operations = sets.flatMap((item) => item.operations ?? []);
      if (operation === undefined) expect(operations).toEqual([]);
      else expect(struct.fields[operation.name]).toBe(operation);
      const known = values.find(({ field }) => field === operation?.name)?.values.map(({ value }) => value) ?? [];
      const bits = row.flags.map(({ value }) => value);
      for (const value of operations) expect([...known, ...bits]).toContain(value);
      // A set of them is a u32.
      for (const value of known) expect(value).toBeLessThan(32);
    }
  });

  test("flags are distinct bits, and values are named for fields that exist", () => {
    for (const { name, struct, flags, values } of ioctlTable) {
      const bits = flags.map(({ value }) => value);
      for (const bit of bits) expect(bit & (bit - 1)).toBe(0);
      expect([name, new Set(bits).size]).toEqual([name, bits.length]);
      for (const { field } of values) expect(Object.keys(struct.fields)).toContain(field);
    }
  });

  test("test operations are dense from 1 to 23 and have the constants of their names", () => {
    expect(testApi.testOperations.map(({ op }) => op)).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
    const constants = modules[1]!;
    for (const { name, op } of testApi.testOperations) expect([name, constants[name]]).toEqual([name, op]);
  });
});

describe("listings", () => {
  test("the text has a line for every row, and no line ends in blanks", () => {
    const lines = ioctlListing().trimEnd().split("\n");
    expect(lines).toHaveLength(ioctlTable.length + 1);
    for (const [index, row] of ioctlTable.entries()) {
      expect(lines[index + 1]).toMatch(
        new RegExp(`^${row.name} +0x${row.request.toString(16)} .*\\b${row.support}\\b`),
      );
      expect(lines[index + 1]).toBe(lines[index + 1]!.trimEnd());
    }
  });

  test("the JSON has every row and field", () => {
    const rows = JSON.parse(ioctlListingJson()) as { name: string; struct?: { fields: { name: string }[] } }[];
    expect(rows.map(({ name }) => name)).toEqual(ioctlTable.map(({ name }) => name));
    for (const [index, row] of ioctlTable.entries())
      expect(rows[index]!.struct?.fields.map(({ name }) => name) ?? []).toEqual(Object.keys(row.struct.fields));
  });

  test("docs/ioctls.md has a section for every row and names every flag", () => {
    const docs = renderings().get("docs/ioctls.md")!;
    for (const row of ioctlTable) {
      expect(docs).toContain(`\n### ${row.name}\n`);
      for (const { name } of row.flags) expect(docs).toContain(`\`${name}\``);
    }
  });
});

const hasCompilers = ["gcc", "g++"].every((compiler) => spawnSync(compiler, ["--version"]).status === 0);
if (!hasCompilers) console.warn("no gcc and g++ here: the C header is not compiled");

(hasCompilers ? describe : describe.skip)("C", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "iommufd-emu-uapi-"));
    for (const [path, text] of renderings())
      if (path.endsWith(".h")) writeFileSync(join(directory, path.slice(path.lastIndexOf("/") + 1)), text);
    // What a system's header looks like to ours: its guard, and definitions of its own.
    mkdirSync(join(directory, "linux"));
    writeFileSync(
      join(directory, "linux/iommufd.h"),
      "#ifndef _IOMMUFD_H\n#define _IOMMUFD_H\nstruct iommu_destroy { unsigned size, id; };\nenum { IOMMU_OPTION_OP_SET };\n#endif\n",
    );
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** Compiles a program and runs it; compiler messages are in the error. */
  function run(compiler: "gcc" | "g++", source: string): void {
    const file = join(directory, compiler === "gcc" ? "check.c" : "check.cc");
    writeFileSync(file, source);
    const standard = compiler === "gcc" ? "-std=c99" : "-std=c++11";
    const output = join(directory, "check");
    execFileSync(compiler, [standard, "-Wall", "-Wextra", "-Werror", `-I${directory}`, "-o", output, file], {
      stdio: "pipe",
    });
    execFileSync(output);
  }

  /** Statements that fail to compile unless the struct's size and every field's place and size are the layout's. */
  function assertions(layout: StructLayout): string[] {
    const [type, member] = layout.name.split(".");
    const common = Object.keys(testApi.iommu_test_cmd.fields);
    const equal = (what: string, value: number) =>
      `typedef char check_${counter++}[(${what}) == ${value} ? 1 : -1] __attribute__((unused));`;
    return [
      equal(`sizeof(struct ${type})`, layout.bytes),
      ...fieldsOf(layout).flatMap((field) => {
        const path = member === undefined || common.includes(field.name) ? field.name : `${member}.${field.name}`;
        const size = `sizeof(((struct ${type} *)0)->${path})`;
        return [equal(`offsetof(struct ${type}, ${path})`, field.offset), equal(size, endOf(field) - field.offset)];
      }),
    ];
  }
  let counter = 0;

  const main = "int main(void) { return 0; }\n";
  const numbersOf = (of: typeof modules, rows: typeof ioctlTable) =>
    of
      .flatMap((module) => Object.entries(module))
      .filter((entry): entry is [string, number] => typeof entry[1] === "number" && /^[A-Z]/.test(entry[0]))
      .concat(rows.map(({ name, request }) => [name, request]))
      .map(([name, value]) => `typedef char number_${name}[(${name}) == ${value}u ? 1 : -1] __attribute__((unused));`);
  const isVfio = ({ family }: IoctlRow) => family === "vfio";

  test.each(["gcc", "g++"] as const)("%s lays every struct out as its row says, and has every number", (compiler) => {
    const checks = [...apiLayouts, ...testLayouts].flatMap(assertions);
    const rows = ioctlTable.filter((row) => !isVfio(row));
    const head = ["#include <stddef.h>", "#include <iommufd_emu_uapi.h>"];
    expect(() => {
      run(compiler, [...head, ...checks, ...numbersOf(modules.slice(0, 2), rows), main].join("\n"));
    }).not.toThrow();
  });

  test.each(["gcc", "g++"] as const)("%s finds the same of VFIO in its own header", (compiler) => {
    const numbers = numbersOf(modules.slice(2), ioctlTable.filter(isVfio));
    const head = ["#include <stddef.h>", "#include <iommufd_emu_vfio_uapi.h>"];
    expect(() => {
      run(compiler, [...head, ...vfioLayouts.flatMap(assertions), ...numbers, main].join("\n"));
    }).not.toThrow();
  });

  test("gcc refuses a check that does not hold", () => {
    const wrong = { ...api.iommu_ioas_map, bytes: api.iommu_ioas_map.bytes + 8 };
    expect(() => {
      run("gcc", ["#include <stddef.h>", "#include <iommufd_emu_uapi.h>", ...assertions(wrong), main].join("\n"));
    }).toThrow();
  });

  test("the VFIO structs are those of <linux/vfio.h>, as far as this system's has the fields", () => {
    // Older headers do not name padding, or leave it out, and lack whole structs.
    const header = readFileSync("/usr/include/linux/vfio.h", "utf8");
    const known = vfioLayouts.filter(({ name }) => header.includes(`struct ${name} {`));
    expect(known.length).toBeGreaterThan(12);
    const checks = known.map((layout) => {
      const body = new RegExp(`struct ${layout.name} \\{[^}]*`).exec(header)![0];
      const isThere = ({ name }: AnyField) => (name !== "pad" && name !== "reserved") || body.includes(`${name};`);
      const fields = fieldsOf(layout).filter(isThere);
      const alignment = Math.max(...fields.map((field) => fieldBytes[field.type]));
      const bytes = roundUp(Math.max(...fields.map(endOf)), alignment);
      return assertions({ ...layout, bytes, fields: Object.fromEntries(fields.map((field) => [field.name, field])) });
    });
    expect(() => {
      run("gcc", ["#include <stddef.h>", "#include <linux/vfio.h>", ...checks.flat(), main].join("\n"));
    }).not.toThrow();
  });

  test.each([
    ["gcc", "before"],
    ["gcc", "after"],
    ["g++", "before"],
    ["g++", "after"],
  ] as const)("%s takes the system's <linux/iommufd.h> %s this header", (compiler, order) => {
    const ours = "#include <iommufd_emu_uapi.h>";
    const system = "#include <linux/iommufd.h>";
    const use = "int main(void) { struct iommu_destroy d = { sizeof(d), IOMMU_OPTION_OP_SET }; return d.id; }\n";
    expect(() => {
      run(compiler, [...(order === "before" ? [system, ours] : [ours, system]), use].join("\n"));
    }).not.toThrow();
  });

  test.each(["gcc", "g++"] as const)("%s reads the ioctl table in ascending order", (compiler) => {
    const source = `#include <ioctl_table.h>
int main(void)
{
	for (unsigned i = 1; i < IOMMUFD_EMU_IOCTL_COUNT; i++)
		if (256ull * iommufd_emu_ioctl_table[i - 1].request + iommufd_emu_ioctl_table[i - 1].file >=
		    256ull * iommufd_emu_ioctl_table[i].request + iommufd_emu_ioctl_table[i].file)
			return 1;
	return IOMMUFD_EMU_IOCTL_COUNT == ${ioctlTable.length} ? 0 : 2;
}
`;
    expect(() => {
      run(compiler, source);
    }).not.toThrow();
  });
});
