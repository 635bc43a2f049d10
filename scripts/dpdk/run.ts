/**
 * DPDK's test programs, as Debian packages them, under `iommufd-emu run` with emulated DMA engines. Invariants: a run ends, in
 * time or by force, and leaves no file outside the directory given to it.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PreparationFailure, runCommand } from "../support/debian.js";
import { runToEnd } from "../support/run-to-end.js";

export const AUTOTEST = "dpdk-test";
export const TESTPMD = "dpdk-testpmd";

/** They make it run its test of DMA devices. */
export const AUTOTEST_VARIABLES = { DPDK_TEST: "dmadev_autotest" };

/** A run takes seconds. */
const RUN_MS_MAX = 5 * 60_000;

/**
 * Arguments of the environment abstraction layer: memory that is a file of the program's own, addresses of the program for the
 * device, nothing shared with other programs.
 */
export const EAL = ["--no-huge", "--iova-mode=va", "--no-shconf", "--no-telemetry"];

export interface DpdkRun {
  readonly status: number | NodeJS.Signals;
  /** Of the program and its daemon, in the order of time. */
  readonly output: string;
}

export interface DpdkRunOptions {
  /** Addresses of the DMA engines, "0000:00:04.0". */
  readonly devices: readonly string[];
  /** Options of a device besides its address, as after the comma of `--device`. */
  readonly deviceOptions?: string;
  /** Where the program's files and the output go. */
  readonly directory: string;
}

const allow = (devices: readonly string[]): string[] => devices.flatMap((address) => ["-a", address]);

/**
 * DPDK's own test of DMA devices.
 * @throws PreparationFailure
 */
export async function runAutotest(options: DpdkRunOptions): Promise<DpdkRun> {
  const args = [AUTOTEST, ...EAL, "-m", "64", ...allow(options.devices)];
  return await run(args, AUTOTEST_VARIABLES, "", options);
}

/**
 * testpmd with the devices and two ports without hardware: it starts, forwards packets, stops and quits.
 * @throws PreparationFailure
 */
export async function runTestpmd(options: DpdkRunOptions): Promise<DpdkRun> {
  const ports = ["--vdev=net_null0", "--vdev=net_null1"];
  const args = [TESTPMD, ...EAL, "-m", "128", ...allow(options.devices), ...ports];
  const commands = ["start tx_first", "show port stats all", "stop", "quit"];
  return await run([...args, "--", "-i", "--total-num-mbufs=2048"], {}, commands.join("\n") + "\n", options);
}

async function run(
  program: readonly string[],
  variables: Readonly<Record<string, string>>,
  input: string,
  { devices, deviceOptions, directory }: DpdkRunOptions,
): Promise<DpdkRun> {
  const name = program[0]!;
  mustRun(name);
  const inputFile = join(directory, `${name}.input`);
  const outputFile = join(directory, `${name}.output`);
  writeFileSync(inputFile, input);
  const descriptors = [openSync(inputFile, "r"), openSync(outputFile, "w", 0o600)] as const;
  try {
    const suffix = deviceOptions === undefined ? "" : `,${deviceOptions}`;
    const emulated = devices.flatMap((address) => ["--device", `ioat@${address}${suffix}`]);
    const env = { ...process.env, NODE_OPTIONS: "", RUNTIME_DIRECTORY: directory, ...variables };
    const streams = { input: descriptors[0], output: descriptors[1] };
    const status = await runToEnd(["run", ...emulated, "--", ...program], { env, ...streams, msMax: RUN_MS_MAX });
    return { status, output: readFileSync(outputFile, "utf8") };
  } finally {
    descriptors.forEach(closeSync);
  }
}

function mustRun(program: string): void {
  try {
    runCommand(".", "sh", "-c", `command -v ${program}`);
  } catch (error) {
    if (!(error instanceof PreparationFailure)) throw error;
    throw new PreparationFailure(`there is no ${program}; Debian's package is dpdk-dev`);
  }
}
