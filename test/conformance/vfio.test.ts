/**
 * What a program sees of VFIO, rule by rule: vfio_conformance, which runs on a real machine as well, under `iommufd-emu run` with
 * two devices. Each of its lines is a test here, named from the sources, so that a line that is missing fails.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
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

const devices = { ioat: "0000:00:04.0", testdev: "0000:00:05.0" } as const;
const addresses = Object.values(devices);
const RUN_MS_MAX = 300_000;

const modes = ["vfio_type1_iommu", "vfio_type1v2_iommu", "iommufd_compat_type1", "iommufd_compat_type1v2", "iommufd"];
/** By the macro that defines a test: what the program appends to its name. */
const variants: Readonly<Record<string, readonly string[]>> = {
  TEST: [""],
  TEST_CONTAINERS: ["/iommu", "/vfio"],
  TEST_DEVICES: addresses.map((address) => `/${address}`),
  TEST_ROUTES: addresses.flatMap((address) => ["group", "cdev"].map((route) => `/${address}/${route}`)),
  TEST_MODES: addresses.flatMap((address) => modes.map((mode) => `/${address}/${mode}`)),
};

interface Rule {
  readonly id: string;
  readonly rule: string;
}

const rules: readonly Rule[] = sources.flatMap((name) => {
  const text = readFileSync(join(directory, name), "utf8");
  return [...text.matchAll(/^(TEST\w*)\((\w+),\s+"((?:[^"\\]|\\.)*)"\)$/gm)].flatMap(([, macro, test, rule]) =>
    variants[macro!]!.map((variant) => ({ id: test! + variant, rule: rule! })),
  );
});

/** What the devices or the machine do not have, so that the tests about it are skipped: which, and what they say. */
const skips: readonly (readonly [RegExp, RegExp])[] = [];

const skipOf = (id: string): RegExp | undefined => skips.find(([which]) => which.test(id))?.[1];

interface Result {
  readonly rule: string;
  readonly passed: boolean;
  readonly skipped: string | undefined;
  /** What the program says of a failure. */
  readonly comments: string[];
}

/** The lines of TAP, by the id that each begins with. */
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
  let results: Map<string, Result>;
  let end: { readonly status: number | null; readonly stderr: string };

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-vfio-"));
    const program = join(scratch, "vfio_conformance");
    execFileSync("cc", [...compilerFlags, ...sources.map((name) => join(directory, name)), "-o", program]);
    const options = Object.entries(devices).flatMap(([kind, address]) => ["--device", `${kind}@${address}`]);
    const command = [join(repositoryRoot, "client/cli/iommufd-emu"), "run", ...options, "--", program, ...addresses];
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"], timeout: RUN_MS_MAX });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    results = resultsOf(stdout);
    end = { status, stderr };
  }, RUN_MS_MAX + 30_000);
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });

  test.each(rules)("$id: $rule", ({ id, rule }) => {
    const skipped = skipOf(id);
    expect(results.get(id)).toEqual({
      rule,
      passed: true,
      skipped: skipped === undefined ? undefined : expect.stringMatching(skipped),
      comments: [],
    });
  });

  test("the program runs these tests and no other, and ends well", () => {
    expect([...results.keys()].sort()).toEqual(rules.map(({ id }) => id).sort());
    expect(end).toEqual({ status: 0, stderr: "" });
  });
});
