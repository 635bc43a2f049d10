/**
 * `npm run demo [-- FILE]`: a small VMM that shows what iommufd-emu does, on a daemon of its own. Exit status 0 only if
 * every step was right; 1 with one clear line if not, 2 for a wrong command line. Leaves nothing behind, also on Ctrl-C.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IommufdError, ProtocolError } from "../client/ts/index.js";
import { serve } from "../daemon/main/serve.js";
import { VERSION } from "../daemon/main/version.js";
import { openCargo } from "./demo/cargo.js";
import { DemoFailure, milliseconds, Report } from "./demo/report.js";
import { runSecondProcess, SECOND_PROCESS_ROLE } from "./demo/second-process.js";
import { tour } from "./demo/tour.js";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** As a shell has it for a program that a signal ended. */
const EXIT_SIGNAL_BASE = 128;

async function main(args: readonly string[]): Promise<number> {
  if (args.length > 1) {
    process.stderr.write("usage: npm run demo [-- FILE]\n");
    return EXIT_USAGE;
  }
  // A reader such as head that has seen enough.
  process.stdout.on("error", () => process.exit(EXIT_FAILURE));
  const report = new Report(process.stdout, process.env);
  try {
    // Some real bytes that every machine has: the program that is running.
    const cargo = openCargo(args[0] ?? process.execPath);
    await demonstrate(report, cargo);
    return 0;
  } catch (error) {
    if (!isFailure(error)) throw error;
    const where = report.steps > 0 ? `step ${report.steps}: ` : "";
    process.stderr.write(`demo: ${where}${error.message}\n`);
    return EXIT_FAILURE;
  }
}

/** A step that was not right, by its own check or since a call failed; anything else is a mistake of the demo itself. */
function isFailure(error: unknown): error is Error {
  return [DemoFailure, IommufdError, ProtocolError].some((kind) => error instanceof kind);
}

async function demonstrate(report: Report, cargo: ReturnType<typeof openCargo>): Promise<void> {
  const begin = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-demo-"));
  const removeDirectory = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  // The daemon runs in this process, so nothing but files can outlive it.
  process.once("exit", removeDirectory);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(EXIT_SIGNAL_BASE + constants.signals[signal]));

  report.title(`iommufd-emu ${VERSION}: a small VMM and its IOMMU, without a kernel`);
  report.step("A daemon of our own");
  const daemon = await serve({ socket: join(directory, "iommufd.sock"), logLevel: "error" });
  report.fact("socket", daemon.socketPath);
  for (const notice of daemon.notices) report.say(notice);
  try {
    await tour(report, { socket: daemon.socketPath, script: fileURLToPath(import.meta.url), cargo });
  } finally {
    await daemon.stop();
    removeDirectory();
  }
  report.title(`\nAll ${report.checks} checks passed in ${milliseconds(performance.now() - begin)}.`);
}

if (process.argv[2] === SECOND_PROCESS_ROLE && process.send !== undefined) runSecondProcess();
else process.exitCode = await main(process.argv.slice(2));
