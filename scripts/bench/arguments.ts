/** The command line of `npm run bench`. */
import { parseArgs } from "node:util";
import { sectionNames, type SectionName } from "./run.js";

export interface BenchArguments {
  readonly json: boolean;
  readonly quick: boolean;
  readonly help: boolean;
  /** Warn where ratios are far from the recorded ones; record those of this run. Both are for quick runs. */
  readonly compare: boolean;
  readonly record: boolean;
  /** Sections to run. */
  readonly only: readonly SectionName[];
}

/** A command line that cannot be understood; the message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `usage: npm run bench [-- OPTIONS]

  --only NAMES  only these sections, separated by commas: ${sectionNames.join(", ")}
  --quick       fewer rounds and smaller tables
  --json        print JSON
  --compare     with --quick: warn of ratios that are far from the recorded ones
  --record      with --quick: record the ratios of this run
  --help        print this
`;

/** @param words without node and the script @throws UsageError */
export function parseBenchArguments(words: readonly string[]): BenchArguments {
  const { json = false, quick = false, help = false, compare = false, record = false, only } = options(words);
  const names = only === undefined ? sectionNames : only.split(",").filter((name) => name !== "");
  const unknown = names.filter((name) => !isSection(name));
  if (unknown.length > 0 || names.length === 0)
    throw new UsageError(`--only takes ${sectionNames.join(", ")}; not ${unknown.join(", ") || "nothing"}`);
  if ((compare || record) && !quick) throw new UsageError("ratios are recorded of quick runs: --quick is missing");
  return { json, quick, help, compare, record, only: names.filter(isSection) };
}

function options(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        json: { type: "boolean" },
        quick: { type: "boolean" },
        help: { type: "boolean" },
        compare: { type: "boolean" },
        record: { type: "boolean" },
        only: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isSection(name: string): name is SectionName {
  return (sectionNames as readonly string[]).includes(name);
}
