/**
 * `npm run selftest [-- OPTIONS]`: the kernel's own selftests of iommufd, Linux 6.12, under the emulator, against the list of
 * what passes. Exit status 0 only if every test did as listed, 1 if not, 2 for a wrong command line.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PreparationFailure } from "../support/debian.js";
import { compare, namesOf, readExpectations, updated, writeExpectations } from "./expectations.js";
import { describeDifference, describeListedFailure } from "./report.js";
import { expectationsPath, runSelftest } from "./run.js";
import { parseTap } from "./tap.js";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const USAGE = `usage: npm run selftest [-- OPTIONS]
  --filter TEXT  only tests whose name contains TEXT
  --update       writes what the tests did into the list, instead of comparing
  --trace        shows every test that fails, also as listed, with its last ioctls
  --keep         leaves the program's whole output, and says where
`;

function commandLine(): { filter: string; update: boolean; trace: boolean; keep: boolean } | undefined {
  const flag = { type: "boolean", default: false } as const;
  try {
    const options = { filter: { type: "string", default: "" }, update: flag, trace: flag, keep: flag } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`selftest: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const options = commandLine();
  if (options === undefined) return EXIT_USAGE;
  const expected = readExpectations(expectationsPath);
  const selected = namesOf(expected).filter((name) => name.includes(options.filter));
  if (options.filter !== "" && selected.length === 0) {
    process.stderr.write(`selftest: no test has ${options.filter} in its name\n`);
    return EXIT_USAGE;
  }
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-selftest-"));
  try {
    const names = options.filter === "" ? [] : selected;
    const run = await runSelftest({ names, trace: options.trace, directory });
    const report = parseTap(run.output);
    const passed = report.results.filter(({ outcome }) => outcome === "pass").length;
    process.stdout.write(`linux-source-6.12 ${run.version}: ${passed} of ${report.planned ?? "no"} tests pass\n`);
    if (run.version !== expected.package) process.stdout.write(`the list was made with ${expected.package}\n`);
    if (report.results.length !== report.planned) {
      process.stdout.write(
        `a program ended early (exit status ${run.statuses.join(", ")}):\n${report.rest.join("\n")}\n`,
      );
      return EXIT_FAILURE;
    }
    if (options.update) {
      writeExpectations(expectationsPath, updated(expected, run.version, report));
      return 0;
    }
    const differences = compare(expected, selected, report);
    if (options.trace)
      for (const result of report.results)
        if (result.outcome !== "pass" && !differences.some(({ name }) => name === result.name))
          process.stdout.write(describeListedFailure(result));
    for (const difference of differences) process.stdout.write(describeDifference(difference));
    process.stdout.write(`${differences.length} of them not as listed\n`);
    return differences.length === 0 ? 0 : EXIT_FAILURE;
  } catch (error) {
    if (!(error instanceof PreparationFailure)) throw error;
    process.stderr.write(`selftest: ${error.message}\n`);
    return EXIT_FAILURE;
  } finally {
    if (options.keep) process.stdout.write(`the whole output is in ${directory}\n`);
    else rmSync(directory, { recursive: true });
  }
}

process.exitCode = await main();
