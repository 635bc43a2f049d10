/** Runs `iommufd-emu` with a program under it. Invariant: the run ends, in time or by force, whatever ends this process. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** build/scripts/support is three levels below. */
export const repositoryRoot = fileURLToPath(new URL("../../..", import.meta.url));

/** The command iommufd-emu, for Node to run. */
export const commandPath = join(repositoryRoot, "client/cli/iommufd-emu");

/** From the signal that a program can catch to the one that it cannot. */
const GRACE_MS = 10_000;

export interface RunToEndOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Descriptor that the program reads; by default there is nothing to read. */
  readonly input?: number;
  /** Descriptor that gets stdout and stderr, in the order of time. */
  readonly output: number;
  readonly msMax: number;
}

/**
 * Runs the command iommufd-emu with these arguments. Signals that would end this process end that one instead: the caller
 * has to clean up.
 * @returns the exit status, or the signal that ended it
 */
export async function runToEnd(
  args: readonly string[],
  { env, input, output, msMax }: RunToEndOptions,
): Promise<number | NodeJS.Signals> {
  const command = [commandPath, ...args];
  const child = spawn(process.execPath, command, { env, stdio: [input ?? "ignore", output, output] });
  const end = () => {
    child.kill("SIGTERM");
    killTimer ??= setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  };
  let killTimer: NodeJS.Timeout | undefined;
  const timer = setTimeout(end, msMax);
  process.on("SIGINT", end).on("SIGTERM", end);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject).on("exit", (code, signal) => {
        resolve(signal ?? code ?? 0);
      });
    });
  } finally {
    clearTimeout(timer);
    clearTimeout(killTimer);
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}
