/**
 * The output of programs of the kernel's test harness, one after the other: results in TAP version 13, each with what the test said. Follows
 * the TAP 13 specification and the harness's own lines "#  RUN  NAME ..." in front of each test.
 */

export type Outcome = "pass" | "fail" | "skip";

export interface TestResult {
  /** FIXTURE.TEST or FIXTURE.VARIANT.TEST */
  readonly name: string;
  readonly outcome: Outcome;
  /** Lines since the test began, without the result itself. */
  readonly output: readonly string[];
}

export interface TapReport {
  /** Number of tests that the programs said they would run; undefined if none came that far. */
  readonly planned: number | undefined;
  readonly results: readonly TestResult[];
  /** Lines after the last result: why the last program stopped, if it did. */
  readonly rest: readonly string[];
}

const PLAN = /^1\.\.(\d+)/;
const START = /^# +RUN +(\S+) \.\.\.$/;
const RESULT = /^(ok|not ok) \d+ (\S+)(?: # (\w+).*)?$/;

/** @param text standard output and standard error of the programs in the order of time */
export function parseTap(text: string): TapReport {
  let planned: number | undefined;
  let output: string[] = [];
  const results: TestResult[] = [];
  for (const line of text.split("\n")) {
    const plan = PLAN.exec(line);
    const result = RESULT.exec(line);
    if (plan !== null) planned = (planned ?? 0) + Number(plan[1]);
    else if (START.test(line)) output = [];
    else if (result === null) output.push(line);
    else {
      results.push({ name: result[2]!, outcome: outcomeOf(result[1]!, result[3]), output });
      output = [];
    }
  }
  return { planned, results, rest: output.filter((line) => line !== "") };
}

/** A failure that the program itself expects is a failure; so is an error. */
function outcomeOf(word: string, directive: string | undefined): Outcome {
  if (directive?.toUpperCase() === "SKIP") return "skip";
  return word === "ok" && directive === undefined ? "pass" : "fail";
}
