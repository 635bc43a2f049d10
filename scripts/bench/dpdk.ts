/**
 * DPDK under `iommufd-emu run`: its start with an emulated DMA engine, and its own test of DMA devices on one, beside the same
 * programs by themselves.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUTOTEST, AUTOTEST_VARIABLES, EAL } from "../dpdk/run.js";
import { readAutotest } from "../dpdk/report.js";
import { commandPath } from "../support/run-to-end.js";
import { figure, type Figure, LeftOut } from "./figure.js";
import type { Plan } from "./plan.js";
import { EMPTY_PROGRAM, nodeProgram, type Program, timed } from "./programs.js";
import { median } from "./rounds.js";
import { finished, shimOrLeftOut } from "./workshop.js";

const ADDRESS = "0000:00:04.0";
const PROGRAM = [AUTOTEST, ...EAL, "-m", "64"] as const;
const WITH_DEVICE = [commandPath, "run", "--device", `ioat@${ADDRESS}`, "--", ...PROGRAM, "-a", ADDRESS] as const;

const alone: Program = { command: AUTOTEST, parameters: [...PROGRAM.slice(1), "--no-pci"] };

const programs = {
  empty: EMPTY_PROGRAM,
  dpdkAlone: alone,
  dpdk: nodeProgram(...WITH_DEVICE),
  testAlone: { ...alone, variables: AUTOTEST_VARIABLES },
  test: { ...nodeProgram(...WITH_DEVICE), variables: AUTOTEST_VARIABLES },
} satisfies Record<string, Program>;

type ProgramName = keyof typeof programs;

export async function dpdk({ programRounds }: Plan): Promise<Figure[]> {
  shimOrLeftOut();
  if (process.getuid?.() !== 0) throw new LeftOut("DPDK needs root");
  if ((await finished("sh", ["-c", `command -v ${AUTOTEST}`])).status !== 0)
    throw new LeftOut(`there is no ${AUTOTEST}`);
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-bench-"));
  try {
    return figures(await measured(programRounds, directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Measured {
  readonly ns: Readonly<Record<ProgramName, number>>;
  /** Operations of the test on the engine, and on DPDK's device in software, which is tested in both runs. */
  readonly operations: number;
  readonly softwareOperations: number;
}

async function measured(rounds: number, directory: string): Promise<Measured> {
  const names = Object.keys(programs) as ProgramName[];
  const took = new Map<ProgramName, number[]>(names.map((name) => [name, []]));
  let operations = 0;
  let softwareOperations = 0;
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const { ns, output } = await timed(programs[name], directory);
      took.get(name)!.push(ns);
      if (name !== "test") continue;
      const { instances } = readAutotest(output);
      const completed = (engine: boolean): number =>
        instances.find((instance) => (instance.name === ADDRESS) === engine)?.completed ?? 0;
      operations = completed(true);
      softwareOperations = completed(false);
    }
  const ns = Object.fromEntries([...took].map(([name, times]) => [name, median(times)])) as Record<ProgramName, number>;
  return { ns, operations, softwareOperations };
}

function figures({ ns, operations, softwareOperations }: Measured): Figure[] {
  const parts = { section: "dpdk", unit: "ns" } as const;
  const software = (ns.testAlone - ns.dpdkAlone) / softwareOperations;
  return [
    figure({
      ...parts,
      name: "run --device ioat -- dpdk-test",
      value: ns.dpdk,
      yardstick: { name: "node -e 0", value: ns.empty },
    }),
    figure({
      ...parts,
      name: "run --device ioat -- dpdk-test",
      value: ns.dpdk,
      yardstick: { name: "dpdk-test --no-pci", value: ns.dpdkAlone },
    }),
    figure({
      ...parts,
      name: "dmadev_autotest, an operation",
      value: (ns.test - ns.dpdk - (ns.testAlone - ns.dpdkAlone)) / operations,
      yardstick: { name: "DPDK's device in software", value: software },
    }),
  ];
}
