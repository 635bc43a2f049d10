/** What is shown of a test: what it did, its own words if it failed, and the calls before, if they were traced. */
import type { Difference } from "./expectations.js";
import type { TestResult } from "./tap.js";
import { describeTrace, isTraceLine } from "./trace.js";

/** Calls shown of a test: the last ones led to what it says. */
const TRACE_LINES_MAX = 12;

/** Lines, each with its newline. */
export function describeDifference({ name, what, result, reason }: Difference): string {
  const head = `${what}: ${name}${reason === undefined ? "" : ` (listed as failing: ${reason})`}\n`;
  return result === undefined || result.outcome === "pass" ? head : head + describeOutput(result);
}

/** Of a test that failed as listed. */
export function describeListedFailure(result: TestResult): string {
  return `fails as listed: ${result.name}\n${describeOutput(result)}`;
}

function describeOutput({ output }: TestResult): string {
  const calls = new Set(output.filter(isTraceLine).slice(-TRACE_LINES_MAX));
  const shown = output.filter((line) => calls.has(line) || !isTraceLine(line));
  return shown.map((line) => `    ${describeTrace(line)}\n`).join("");
}
