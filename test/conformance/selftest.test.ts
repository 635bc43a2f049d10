/**
 * The kernel's selftests of iommufd, Linux 6.12, under the emulator, do what the checked-in list says; and the reading of
 * its output and the comparison with the list are right. The programs run only where they have been fetched before
 * (`npm run selftest`), and where everything is required.
 */
import { afterAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, namesOf, readExpectations, updated, type Expectations } from "../../scripts/selftest/expectations.js";
import { reserveHugePages, SELFTEST_HUGE_PAGES } from "../../scripts/selftest/huge-pages.js";
import { describeDifference } from "../../scripts/selftest/report.js";
import { expectationsPath, runSelftest } from "../../scripts/selftest/run.js";
import { isCached } from "../../scripts/selftest/source.js";
import { parseTap, type TapReport } from "../../scripts/selftest/tap.js";
import { describeTrace } from "../../scripts/selftest/trace.js";
import { PreparationFailure } from "../../scripts/support/debian.js";
import { requireAll, requirements } from "../support/requirements.js";

/** 190 of iommufd and 7 of iommufd_fail_nth. */
const TESTS = 197;
/** Fetching and compiling are in it; the run has a limit of its own. */
const RUN_MS_MAX = 15 * 60_000;

const output = [
  "TAP version 13",
  "1..4",
  "# Starting 4 tests from 2 test cases.",
  "#  RUN           plain.one ...",
  "#            OK  plain.one",
  "ok 1 plain.one",
  "#  RUN           plain.two ...",
  "# two.c:12:two:Expected 0 (0) == ioctl(fd) (-1)",
  "#          FAIL  plain.two",
  "not ok 2 plain.two",
  "#  RUN           plain.variant.three ...",
  "ok 3 plain.variant.three # SKIP not here",
  "#  RUN           plain.variant.four ...",
  "ok 4 plain.variant.four # XFAIL known",
  "# Totals: pass:1 fail:1 xfail:1 xpass:0 skip:1 error:0",
  "",
].join("\n");

const expectations: Expectations = {
  package: "1",
  passes: ["a", "b"],
  failures: [
    { reason: "not served", tests: ["c", "d"] },
    { reason: "slow", tests: ["e"] },
  ],
};

const reportOf = (outcomes: Readonly<Record<string, "pass" | "fail" | "skip">>): TapReport => {
  const results = Object.entries(outcomes).map(([name, outcome]) => ({ name, outcome, output: [`# of ${name}`] }));
  return { planned: results.length, results, rest: [] };
};
const differencesOf = (...args: Parameters<typeof compare>): string[] =>
  compare(...args).map(({ name, what }) => `${name}: ${what}`);

describe("the output of the harness", () => {
  const report = parseTap(output);

  test("has one result a test; only an ok without a directive is a pass", () => {
    expect(report.planned).toBe(4);
    expect(report.results.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["plain.one", "pass"],
      ["plain.two", "fail"],
      ["plain.variant.three", "skip"],
      ["plain.variant.four", "fail"],
    ]);
  });

  test("belongs to the test that ran when it was printed", () => {
    expect(report.results[1]!.output[0]).toBe("# two.c:12:two:Expected 0 (0) == ioctl(fd) (-1)");
    expect(report.results[0]!.output.join("\n")).not.toContain("two");
  });

  test("that ends early has no result for what was running, and says what came last", () => {
    const cut = parseTap(output.slice(0, output.indexOf("not ok 2")) + "killed\n");
    expect(cut.results.map(({ name }) => name)).toEqual(["plain.one"]);
    expect(cut.rest.at(-1)).toBe("killed");
    expect(parseTap("").planned).toBeUndefined();
  });

  test("of two programs plans the tests of both", () => {
    const both = parseTap(output + output);
    expect(both.planned).toBe(8);
    expect(both.results).toHaveLength(8);
  });
});

describe("the comparison with the list", () => {
  const names = namesOf(expectations);
  const asListed = { a: "pass", b: "pass", c: "fail", d: "fail", e: "fail" } as const;

  test("finds nothing where every test did as listed", () => {
    expect(differencesOf(expectations, names, reportOf(asListed))).toEqual([]);
  });

  test("finds failures and passes that are not listed; a skipped test has not passed", () => {
    const differences = compare(expectations, names, reportOf({ ...asListed, a: "fail", b: "skip", e: "pass" }));
    expect(differences.map(({ name, what, reason }) => [name, what, reason])).toEqual([
      ["a", "unexpected failure", undefined],
      ["b", "unexpected failure", undefined],
      ["e", "unexpected pass", "slow"],
    ]);
    expect(describeDifference(differences[0]!)).toBe("unexpected failure: a\n    # of a\n");
  });

  test("finds tests that the list does not have, and listed ones that were to run and did not", () => {
    const { a, b } = asListed;
    const report = reportOf({ a, b, new: "pass" });
    expect(differencesOf(expectations, ["a", "b", "c"], report)).toEqual(["new: not in the list", "c: did not run"]);
  });

  test("leads to a list that agrees with the run, keeps reasons, and has none for what is new", () => {
    const report = reportOf({ a: "fail", b: "pass", c: "pass", d: "fail" });
    const list = updated(expectations, "2", report);
    expect(differencesOf(list, names, report)).toEqual(["e: did not run"]);
    expect(list).toEqual({
      package: "2",
      passes: ["b", "c"],
      failures: [
        { reason: "not served", tests: ["d"] },
        { reason: "slow", tests: ["e"] },
        { reason: "", tests: ["a"] },
      ],
    });
  });
});

test("a traced call is shown with the names of the ioctl, its fields and its errno", () => {
  expect(describeTrace("trace 3b80 -1 2 0800000007000000")).toBe("IOMMU_DESTROY {id: 0x7} = -1 ENOENT");
  const limit = Buffer.alloc(72);
  for (const [value, offset] of [
    [72, 0],
    [9, 4],
    [16, 16],
  ] as const)
    limit.writeUInt32LE(value, offset);
  expect(describeTrace(`trace 3ba0 0 0 ${limit.toString("hex")}`)).toBe(
    "IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT {limit: 0x10} = 0",
  );
  expect(describeTrace("trace 3b80 -1 14 ")).toBe("IOMMU_DESTROY {0 bytes} = -1 EFAULT");
});

describe("the list", () => {
  const list = readExpectations(expectationsPath);

  test(`has each of the programs' ${TESTS} tests once`, () => {
    const names = namesOf(list);
    expect(names).toHaveLength(TESTS);
    expect(new Set(names).size).toBe(TESTS);
  });

  test("has a reason for every failure", () => {
    expect(list.failures.filter(({ reason, tests }) => reason === "" || tests.length === 0)).toEqual([]);
  });
});

/** Why the program shall not or cannot run here; undefined if it can. */
function obstacle(): string | undefined {
  if (requireAll) return undefined;
  if (!isCached()) return "`npm run selftest` fetches it";
  try {
    reserveHugePages(SELFTEST_HUGE_PAGES)();
    return undefined;
  } catch (error) {
    if (!(error instanceof PreparationFailure)) throw error;
    return error.message;
  }
}

const unmet = obstacle();
if (unmet !== undefined) process.stderr.write(`skipped: the kernel's selftest: ${unmet}\n`);

requirements("root", "native", "compiler", "shim").describe("the kernel's selftest", () => {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-selftest-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  (unmet === undefined ? test : test.skip)(
    "does as listed",
    async () => {
      const list = readExpectations(expectationsPath);
      const { output, statuses } = await runSelftest({ names: [], trace: false, directory });
      const report = parseTap(output);
      // The first has failures, as listed; the second has none.
      expect([statuses, report.planned]).toEqual([[1, 0], TESTS]);
      expect(compare(list, namesOf(list), report).map(describeDifference).join("")).toBe("");
    },
    RUN_MS_MAX,
  );
});
