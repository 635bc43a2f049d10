/**
 * The checked-in list of what passes and what does not yet, and its comparison with a run. Invariants: every test is in the
 * list once, and every failure in it has a reason; a pass that the list does not have is as wrong as a failure.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { TapReport, TestResult } from "./tap.js";

export interface ExpectedFailures {
  readonly reason: string;
  readonly tests: readonly string[];
}

export interface Expectations {
  /** The version of the Debian package whose programs the list is for. */
  readonly package: string;
  readonly passes: readonly string[];
  readonly failures: readonly ExpectedFailures[];
}

export interface Difference {
  readonly name: string;
  readonly what: "unexpected failure" | "unexpected pass" | "not in the list" | "did not run";
  /** Undefined for a test that did not run. */
  readonly result: TestResult | undefined;
  /** Why it was expected to fail, if it was. */
  readonly reason: string | undefined;
}

export function readExpectations(path: string): Expectations {
  return JSON.parse(readFileSync(path, "utf8")) as Expectations;
}

export function writeExpectations(path: string, expectations: Expectations): void {
  writeFileSync(path, JSON.stringify(expectations, undefined, 2) + "\n");
}

/** All names of the list, those that pass first. */
export function namesOf({ passes, failures }: Expectations): string[] {
  return [...passes, ...failures.flatMap(({ tests }) => tests)];
}

/** Reasons by name of the tests that are expected to fail. */
function reasonsOf({ failures }: Expectations): ReadonlyMap<string, string> {
  return new Map(failures.flatMap(({ reason, tests }) => tests.map((name) => [name, reason] as const)));
}

/**
 * Where a run and the list differ, in the order of the run; what did not run comes last.
 * @param selected the tests that were to run
 */
export function compare(expected: Expectations, selected: readonly string[], { results }: TapReport): Difference[] {
  const passes = new Set(expected.passes);
  const reasons = reasonsOf(expected);
  const differences = results.flatMap((result): Difference[] => {
    const { name, outcome } = result;
    const reason = reasons.get(name);
    const passed = outcome === "pass";
    if (reason === undefined && !passes.has(name)) return [{ name, what: "not in the list", result, reason }];
    if (passed === passes.has(name)) return [];
    return [{ name, what: passed ? "unexpected pass" : "unexpected failure", result, reason }];
  });
  const ran = new Set(results.map(({ name }) => name));
  const absent = selected.filter((name) => !ran.has(name));
  return [
    ...differences,
    ...absent.map((name) => ({ name, what: "did not run", result: undefined, reason: reasons.get(name) }) as const),
  ];
}

/**
 * The list with the outcomes of a run; what did not run stays as it is. A failure that is new has the reason "": whoever
 * updates has to give one.
 */
export function updated(expected: Expectations, version: string, { results }: TapReport): Expectations {
  const reasons = reasonsOf(expected);
  const outcomes = new Map(results.map(({ name, outcome }) => [name, outcome === "pass"]));
  const names = [...new Set([...results.map(({ name }) => name), ...namesOf(expected)])];
  const passes = (name: string): boolean => outcomes.get(name) ?? !reasons.has(name);
  const failures = new Map<string, string[]>(expected.failures.map(({ reason }) => [reason, []]));
  for (const name of names.filter((name) => !passes(name))) {
    const reason = reasons.get(name) ?? "";
    failures.set(reason, [...(failures.get(reason) ?? []), name]);
  }
  return {
    package: version,
    passes: names.filter(passes),
    failures: [...failures].filter(([, tests]) => tests.length > 0).map(([reason, tests]) => ({ reason, tests })),
  };
}
