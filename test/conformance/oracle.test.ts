/**
 * What a real Linux 7.1 answered, call for call: a random caller of the uAPI in C, run unmodified under the shim, has to
 * print the same as on the kernel. Each file of linux-7.1/ is one seed of one group of calls.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirements } from "../support/requirements.js";
import { repositoryRoot } from "../support/repository.js";

const oracle = join(repositoryRoot, "test/conformance/oracle");
const CALLS = 400;
/** Lines shown before the first difference: the calls that led there. */
const CONTEXT_LINES = 12;

const recorded = readdirSync(join(oracle, "linux-7.1"))
  .map((name) => ({ name, group: name[0]!, seed: Number(/\d+/.exec(name)![0]) }))
  .sort((a, b) => a.group.localeCompare(b.group) || a.seed - b.seed);

/** Undefined if the texts are the same, else the first differing line with what led to it. */
function firstDifference(expected: string, got: string): string | undefined {
  const [want, have] = [expected.split("\n"), got.split("\n")];
  const line = want.findIndex((text, index) => text !== have[index]);
  const at = line === -1 ? (have.length > want.length ? want.length : -1) : line;
  if (at === -1) return undefined;
  const before = want.slice(Math.max(0, at - CONTEXT_LINES), at).map((text) => `  ${text}`);
  return [...before, `- ${want[at] ?? "(end)"}`, `+ ${have[at] ?? "(end)"}`].join("\n");
}

test("the comparison shows the first line that differs", () => {
  expect(firstDifference("a\nb\n", "a\nb\n")).toBeUndefined();
  expect(firstDifference("a\nb\n", "a\nc\n")).toBe("  a\n- b\n+ c");
  expect(firstDifference("a\n", "a\nmore\n")).toBe("  a\n- \n+ more");
});

requirements("root", "compiler", "shim").describe("recorded answers of Linux 7.1", () => {
  let directory: string;
  let program: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "iommufd-emu-oracle-"));
    program = join(directory, "iommufd_diff");
    execFileSync("cc", ["-O2", "-o", program, join(oracle, "iommufd_diff.c")]);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test.each(recorded)("group $group, seed $seed", ({ name, group, seed }) => {
    const command = [program, String(seed), String(CALLS), group];
    const result = spawnSync(
      process.execPath,
      [join(repositoryRoot, "client/cli/iommufd-emu"), "run", "--", ...command],
      {
        encoding: "utf8",
      },
    );
    const expected = readFileSync(join(oracle, "linux-7.1", name), "utf8");
    const difference = firstDifference(expected, result.stdout);
    if (difference !== undefined) throw new Error(`${name} differs:\n${difference}\n${result.stderr}`);
    expect(result.status).toBe(0);
  });
});

describe("the recordings", () => {
  test("are twenty seeds of every group, but for those programs that the kernel did not survive", () => {
    const groups = new Map<string, number>();
    for (const { group } of recorded) groups.set(group, (groups.get(group) ?? 0) + 1);
    expect([...groups]).toEqual(Array.from("acdfmnpvxy", (group) => [group, group === "m" ? 15 : 20]));
  });
});
