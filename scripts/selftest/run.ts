/**
 * One run of the selftest programs under `iommufd-emu run`. Invariants: it ends, in time or by force; what the programs and
 * their daemons print is in one file in the order of time.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot, runToEnd } from "../support/run-to-end.js";
import { reserveHugePages, SELFTEST_HUGE_PAGES } from "./huge-pages.js";
import { CACHE, PROGRAMS, compile, preparePrograms, programOf } from "./source.js";

export const expectationsPath = join(repositoryRoot, "test/conformance/selftest-6.12/expected.json");

/** A run takes seconds; one in which every tenth test hangs until the harness's limit of 30 s takes this. */
const RUN_MS_MAX = 10 * 60_000;

export interface SelftestRun {
  /** Of the Debian package whose programs ran. */
  readonly version: string;
  /** Of each program; what it was ended by, if it was. */
  readonly statuses: readonly (number | NodeJS.Signals)[];
  /** Of one program after the other. */
  readonly output: string;
}

export interface RunOptions {
  /** Names of tests; none for all. */
  readonly names: readonly string[];
  /** Print every ioctl, in the form of trace.ts. */
  readonly trace: boolean;
  /** Where the output goes, as the file "output". */
  readonly directory: string;
}

/**
 * Prepares the programs and runs them, as root.
 * @throws PreparationFailure
 */
export async function runSelftest({ names, trace, directory }: RunOptions): Promise<SelftestRun> {
  const { paths, version } = preparePrograms();
  const environment: NodeJS.ProcessEnv = { ...process.env, NODE_OPTIONS: "" };
  if (trace) environment["LD_PRELOAD"] = compileTracer();
  const restoreHugePages = reserveHugePages(SELFTEST_HUGE_PAGES);
  const file = join(directory, "output");
  const descriptor = openSync(file, "w", 0o600);
  try {
    const options = { env: environment, output: descriptor, msMax: RUN_MS_MAX };
    const statuses: SelftestRun["statuses"][number][] = [];
    for (const program of PROGRAMS) {
      const selection = names.filter((name) => programOf(name) === program).flatMap((name) => ["-r", name]);
      if (names.length > 0 && selection.length === 0) continue;
      statuses.push(await runToEnd(["run", "--", paths[program], ...selection], options));
    }
    return { version, statuses, output: readFileSync(file, "utf8") };
  } finally {
    closeSync(descriptor);
    restoreHugePages();
  }
}

function compileTracer(): string {
  const source = join(repositoryRoot, "scripts/selftest/trace.c");
  return compile(CACHE, "trace.so", "-O2", "-shared", "-fPIC", source, "-ldl");
}
