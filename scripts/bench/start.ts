/** How long `iommufd-emu run` takes with a program that does nothing, from start to end, beside Node by itself. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandPath } from "../support/run-to-end.js";
import { figure, type Figure, type Target } from "./figure.js";
import type { Plan } from "./plan.js";
import { EMPTY_PROGRAM, nodeProgram, timed } from "./programs.js";
import { columnMedians } from "./rounds.js";
import { shimOrLeftOut } from "./workshop.js";

const RUN_TRUE = nodeProgram(commandPath, "run", "--", "true");

/** What a user hardly notices, and a suite that starts the command for every test can afford. */
const START_TARGET: Target = { of: "difference", is: "at most", bound: 150e6 };

export async function start({ startRounds }: Plan): Promise<Figure[]> {
  shimOrLeftOut();
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-bench-"));
  try {
    const rows: number[][] = [];
    for (let round = 0; round <= startRounds; round++) {
      const row = [(await timed(RUN_TRUE, directory)).ns, (await timed(EMPTY_PROGRAM, directory)).ns];
      // The first reads files that are not in memory yet.
      if (round > 0) rows.push(row);
    }
    const [value, empty] = columnMedians(rows);
    const yardstick = { name: "node -e 0", value: empty! };
    return [
      figure({ section: "start", unit: "ns", name: "run -- true", value: value!, yardstick, target: START_TARGET }),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}
