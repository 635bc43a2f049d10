/**
 * `npm run dpdk [-- OPTIONS]`: DPDK's own test of DMA devices, and testpmd, on emulated DMA engines. Exit status 0 only if both
 * programs are content, 1 if not, 2 for a wrong command line.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PreparationFailure } from "../support/debian.js";
import { autotestComplaints, forwardComplaints, readAutotest, readForward } from "./report.js";
import { runAutotest, runTestpmd } from "./run.js";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const USAGE = `usage: npm run dpdk [-- OPTIONS]
  --device-options TEXT  options of the emulated devices, as after the comma of --device
  --verbose              shows what the programs print
  --keep                 leaves what the programs print, and says where
`;

const DEVICES = ["0000:00:04.0", "0000:00:04.1"];

function commandLine() {
  const flag = { type: "boolean", default: false } as const;
  try {
    const options = { "device-options": { type: "string" }, verbose: flag, keep: flag } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`dpdk: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

type CommandLine = NonNullable<ReturnType<typeof commandLine>>;

/** Prints what is wrong with a run, and all that the programs said if something is. */
function conclude(program: string, status: number | string, complaints: readonly string[], output: string): boolean {
  const found = status === 0 ? complaints : [`it ended with ${status}`, ...complaints];
  for (const complaint of found) process.stdout.write(`${program}: wrong: ${complaint}\n`);
  if (found.length > 0) process.stdout.write(output.replaceAll("\r", "\n"));
  return found.length === 0;
}

async function runAll({ "device-options": deviceOptions, verbose }: CommandLine, directory: string): Promise<boolean> {
  const options = { directory, ...(deviceOptions === undefined ? {} : { deviceOptions }) };
  const autotest = await runAutotest({ ...options, devices: DEVICES });
  const report = readAutotest(autotest.output);
  for (const { name, ran, skipped, completed, errors } of report.instances) {
    process.stdout.write(`dmadev_autotest: ${name}: ${ran.join(", ")}: ${completed} completed, ${errors} errors\n`);
    for (const reason of skipped) process.stdout.write(`dmadev_autotest: ${name}: ${reason}\n`);
  }
  if (verbose) process.stdout.write(autotest.output);
  const complaints = autotestComplaints(report, DEVICES);
  const content = conclude("dmadev_autotest", autotest.status, complaints, autotest.output);

  const device = DEVICES[0]!;
  const testpmd = await runTestpmd({ ...options, devices: [device] });
  const { received, sent } = readForward(testpmd.output);
  process.stdout.write(`testpmd: ${received} packets received, ${sent} sent, with ${device} beside\n`);
  if (verbose) process.stdout.write(testpmd.output);
  return conclude("testpmd", testpmd.status, forwardComplaints(testpmd.output, device), testpmd.output) && content;
}

async function main(): Promise<number> {
  const options = commandLine();
  if (options === undefined) return EXIT_USAGE;
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-dpdk-"));
  try {
    return (await runAll(options, directory)) ? 0 : EXIT_FAILURE;
  } catch (error) {
    if (!(error instanceof PreparationFailure)) throw error;
    process.stderr.write(`dpdk: ${error.message}\n`);
    return EXIT_FAILURE;
  } finally {
    if (options.keep) process.stdout.write(`what the programs printed is in ${directory}\n`);
    else rmSync(directory, { recursive: true });
  }
}

process.exitCode = await main();
