/**
 * What a program sees of VFIO, rule by rule: vfio_conformance, which runs on a real machine as well, under `iommufd-emu run` with
 * several sets of devices. Each of its lines is a test here, named from the sources, so that a line that is missing fails.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirements } from "../support/requirements.js";
import { repositoryRoot } from "../support/repository.js";

const directory = join(repositoryRoot, "test/conformance/vfio");
const sources = readdirSync(directory)
  .filter((name) => name.endsWith(".c"))
  .sort();
const compilerFlags = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2"];

/** Many times what it takes on a machine with nothing else to do. */
const RUN_MS_MAX = 300_000;

const modes = ["vfio_type1_iommu", "vfio_type1v2_iommu", "iommufd_compat_type1", "iommufd_compat_type1v2", "iommufd"];

/** What the program appends to a test's name, by the macro that defines it. */
function variantsOf(macro: string, devices: readonly string[]): string[] {
  const each = (variants: readonly string[]): string[] =>
    devices.flatMap((device) => variants.map((variant) => `/${device}${variant}`));
  switch (macro) {
    case "TEST":
      return [""];
    case "TEST_CONTAINERS":
      return ["/iommu", "/vfio"];
    case "TEST_DEVICES":
      return each([""]);
    case "TEST_ROUTES":
      return each(["/group", "/cdev"]);
    case "TEST_MODES":
      return each(modes.map((mode) => `/${mode}`));
    default:
      throw new Error(`${macro} defines no test`);
  }
}

const definitions = sources.flatMap((name) => {
  const text = readFileSync(join(directory, name), "utf8");
  return [...text.matchAll(/^(TEST\w*)\((\w+),\s+((?:"(?:[^"\\]|\\.)*"\s*)+)\)$/gm)].map(
    ([, macro, test, literals]) => ({
      macro: macro!,
      test: test!,
      rule: literals!.replaceAll(/"\s*"/g, "").slice(1, -1),
    }),
  );
});

/** Tests that are skipped: which, by their whole name, and what they say. */
type Skips = readonly (readonly [RegExp, string])[];

interface Run {
  readonly name: string;
  /** By address: what is in front of and behind it in `--device`. */
  readonly devices: Readonly<Record<string, readonly [model: string, settings: string]>>;
  /** Those whose device the program is not told of. */
  readonly hidden?: readonly string[];
  /** Only tests whose name begins so; absent: all. */
  readonly filters?: readonly string[];
  readonly skips: Skips;
}

const ioat = "0000:00:04.0";
const testdev = "0000:00:05.0";

const runs: readonly Run[] = [
  {
    name: "a DMA engine and a device with one of everything",
    devices: { [ioat]: ["ioat", ""], [testdev]: ["testdev", ""] },
    skips: [
      [/^ioat_.*00:05\.0/, "the device is no IOAT"],
      [/^testdev_.*00:04\.0/, "the device is no testdev"],
      [/^access_rom.*00:04\.0/, "the device has no ROM"],
      [/^config_extended_list.*00:04\.0/, "the device has no extended capabilities"],
      [/^config_msi_.*00:04\.0/, "the device has no MSI"],
      [/^intx_.*00:04\.0/, "the device has no INTX"],
      [/^messages_(start|more_vectors).*00:04\.0/, "neither MSI nor MSI-X has 2 vectors"],
      [/^messages_bad_slot.*00:04\.0/, "neither MSI nor MSI-X has 4 vectors"],
      [/^dma_map_partial_bar.*00:05\.0/, "the BAR is one page"],
      [/^dma_map_unmap_1g/, "no huge page of 0x40000000 bytes can be had"],
      [/^hot_reset_(groups|info|not_owned|owned)\//, "the device is on a root bus"],
      [/^not_viable_/, "no device of the group is bound to another driver"],
      [/^shared_/, "no two of the devices given share a group"],
    ],
  },
  {
    name: "two devices of one group behind a port",
    devices: { "0000:01:00.0": ["ioat", ",group=9"], "0000:01:00.1": ["testdev", ",group=9"] },
    filters: ["hot_reset_", "shared_"],
    skips: [
      [/^hot_reset_root_bus/, "the device is behind a port"],
      [/^hot_reset_not_owned/, "the caller owns every device that the reset concerns"],
    ],
  },
  {
    name: "two devices of two groups behind a port",
    devices: { "0000:01:00.0": ["ioat", ""], "0000:01:00.1": ["testdev", ""] },
    filters: ["hot_reset_"],
    skips: [
      [/^hot_reset_root_bus/, "the device is behind a port"],
      [/^hot_reset_groups/, "the reset would concern devices that others may use"],
    ],
  },
  {
    name: "a device whose group an ordinary driver uses",
    devices: { "0000:02:00.0": ["ioat", ",group=9"], "0000:02:00.1": ["testdev", ",group=9,driver=ioatdma"] },
    hidden: ["0000:02:00.1"],
    filters: ["not_viable_"],
    skips: [],
  },
];

/** A free huge page is there on some machines only. */
const MAY_BE_SKIPPED: Skips = [[/^dma_map_unmap_2m/, "no huge page of 0x200000 bytes can be had"]];

/** What the kernel's own /proc says of a descriptor under the shim: that it is a socket. */
const FAILS = /^(cdev_fdinfo|device_fd_link)\//;

interface Result {
  readonly rule: string;
  readonly passed: boolean;
  readonly skipped: string | undefined;
  /** What the program says of a failure. */
  readonly comments: string[];
}

/** The lines of TAP, by the name that each begins with. */
function resultsOf(output: string): Map<string, Result> {
  const results = new Map<string, Result>();
  let last: Result | undefined;
  for (const line of output.split("\n")) {
    const found = /^(not )?ok \d+ - (\S+): (.*?)(?: # SKIP (.*))?$/.exec(line);
    if (found) {
      last = { rule: found[3]!, passed: found[1] === undefined, skipped: found[4], comments: [] };
      results.set(found[2]!, last);
    } else if (line.startsWith("# ")) {
      last?.comments.push(line.slice(2));
    }
  }
  return results;
}

const reasonOf = (skips: Skips, id: string): string | undefined => skips.find(([which]) => which.test(id))?.[1];

test("the lines of the program are read with their rules, skips and comments", () => {
  const results = resultsOf(
    "1..3\nok 1 - a/b: one: two\nnot ok 2 - c: three\n# why\nok 3 - d: four # SKIP there is none\n",
  );
  const common = { passed: true, skipped: undefined, comments: [] };
  expect(Object.fromEntries(results)).toEqual({
    "a/b": { ...common, rule: "one: two" },
    c: { ...common, rule: "three", passed: false, comments: ["why"] },
    d: { ...common, rule: "four", skipped: "there is none" },
  });
});

requirements("compiler", "native", "shim").describe("conformance of VFIO", () => {
  let scratch: string;
  let program: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-vfio-"));
    program = join(scratch, "vfio_conformance");
    execFileSync("cc", [...compilerFlags, ...sources.map((name) => join(directory, name)), "-o", program]);
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });

  describe.each(runs)("with $name", ({ devices, hidden = [], filters, skips }) => {
    const shown = Object.keys(devices).filter((address) => !hidden.includes(address));
    const rules = definitions
      .filter(({ test }) => filters?.some((filter) => test.startsWith(filter)) ?? true)
      .flatMap(({ macro, test, rule }) => variantsOf(macro, shown).map((variant) => ({ id: test + variant, rule })));
    let results: Map<string, Result>;
    let end: { readonly status: number | null; readonly stderr: string };

    beforeAll(async () => {
      const options = Object.entries(devices).flatMap(([address, [model, settings]]) => [
        "--device",
        `${model}@${address}${settings}`,
      ]);
      const chosen = (filters ?? []).flatMap((filter) => ["--filter", filter]);
      const emulator = join(repositoryRoot, "client/cli/iommufd-emu");
      const command = [emulator, "run", ...options, "--", program, ...chosen, ...shown];
      const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"], timeout: RUN_MS_MAX });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
      results = resultsOf(stdout);
      end = { status, stderr };
    }, RUN_MS_MAX + 30_000);

    test.each(rules)("$id: $rule", ({ id, rule }) => {
      const result = results.get(id);
      if (FAILS.test(id)) {
        expect(result).toMatchObject({ rule, passed: false });
        return;
      }
      const skipped = reasonOf(skips, id) ?? (result?.skipped !== undefined ? reasonOf(MAY_BE_SKIPPED, id) : undefined);
      expect(result).toEqual({ rule, passed: true, skipped, comments: [] });
    });

    test("the program runs these tests and no other, and ends as they do", () => {
      expect([...results.keys()].sort()).toEqual(rules.map(({ id }) => id).sort());
      expect(end).toEqual({ status: rules.some(({ id }) => FAILS.test(id)) ? 1 : 0, stderr: "" });
    });
  });
});
