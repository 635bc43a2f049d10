/** Building and running the C test programs of test/clients/c. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./repository.js";

/** Longer than any of the programs takes, also with the sanitizers. */
const RUN_MS_MAX = 50_000;

export interface ProgramEnd {
  /** Exit status, or the name of the signal that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with these additions to the environment. Never rejects: a failure is in the status. */
export function runProgram(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: RUN_MS_MAX, encoding: "utf8" as const };
    execFile(path, [...args], options, (error, stdout, stderr) => {
      resolve({ status: error ? (error.signal ?? error.code ?? "no status") : 0, stdout, stderr });
    });
  });
}

/** Runs scripts/build-c.mjs. @throws Error with the compiler's messages */
export async function buildC(...args: string[]): Promise<void> {
  const script = join(repositoryRoot, "scripts/build-c.mjs");
  const { status, stderr } = await runProgram(process.execPath, [script, ...args], { NODE_OPTIONS: "" });
  if (status !== 0) throw new Error(`build-c.mjs ${args.join(" ")}: ${String(status)}\n${stderr}`);
}

/** All matches of a pattern in the sources of the test programs: so tests have names before anything is compiled. */
export function sourceMatches(names: readonly string[], pattern: RegExp): RegExpExecArray[] {
  return names.flatMap((name) => {
    const text = readFileSync(join(repositoryRoot, "test/clients/c", name), "utf8");
    return [...text.matchAll(pattern)] as RegExpExecArray[];
  });
}
