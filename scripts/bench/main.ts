/** `npm run bench`: measures, and prints what it found. Exit code 2 for a command line that cannot be understood. */
import { parseBenchArguments, USAGE, UsageError } from "./arguments.js";
import { FULL_PLAN, QUICK_PLAN } from "./plan.js";
import { machineLine, type Report, reportJson, reportTable, thisMachine } from "./report.js";
import { readRecorded, record, warnings } from "./recorded.js";
import { measure } from "./run.js";

const EXIT_USAGE = 2;

async function main(words: readonly string[]): Promise<number> {
  const { json, quick, help, compare, record: records, only } = parseBenchArguments(words);
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const report = { date: new Date().toISOString(), quick, machine: thisMachine() };
  if (!json) process.stdout.write(machineLine(report.machine));
  const outcome = await measure(quick ? QUICK_PLAN : FULL_PLAN, only, (section) => {
    if (!json) process.stdout.write(`\n${reportTable(section)}`);
  });
  if (compare) for (const line of warnings(outcome.figures, readRecorded())) process.stderr.write(`${line}\n`);
  if (records) record(outcome.figures);
  if (json) process.stdout.write(reportJson({ ...report, ...outcome } satisfies Report));
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
