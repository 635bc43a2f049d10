/**
 * `iommufd-emu run -- CMD ARGS...`: a program under the preload shim, with a daemon of its own.
 *
 * The daemon runs in this process. Invariants: it outlives the program, whatever signal comes; the program's exit
 * status is this command's; nothing is left behind in the file system.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants as fsConstants, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../daemon/main/serve.js";
import { SOCKET_PATH_BYTES_MAX, SOCKET_VARIABLE } from "../../proto/wire/socket-path.js";
import type { DaemonOptions } from "./daemon-options.js";
import { serveOptions } from "./serve-options.js";
import { CommandFailure } from "./usage.js";

/** As a shell has them. */
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;
const EXIT_SIGNAL_BASE = 128;

const shimPath = fileURLToPath(new URL("../shim/libiommufd-emu-shim.so", import.meta.url));

/** The daemon's log is beside the program's own output: only what is wrong, unless asked for more. */
const LOG_LEVEL_DEFAULT = "warn";

/** The shim's: which fallible step of a program's ioctls fails. */
const FAIL_NTH_VARIABLE = "IOMMUFD_EMU_FAIL_NTH";

/** A file system in memory that every user may write to. */
const MEMORY_FOLDER = "/dev/shm";

const FORWARDED = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const;
type ForwardedSignal = (typeof FORWARDED)[number];

/** As commander collects them. */
export interface RunOptions extends DaemonOptions {
  readonly failNth?: number;
}

export async function runCommand(command: readonly [string, ...string[]], options: RunOptions): Promise<number> {
  if (!existsSync(shimPath))
    throw new CommandFailure(`the preload shim is not built: ${shimPath} is missing; run \`npm run build:c\``);
  const signals = new SignalForwarder();
  const directory = mkdtempSync(join(privateBase(), "iommufd-emu-run-"));
  try {
    const logLevel = options.logLevel ?? process.env["IOMMUFD_EMU_LOG_LEVEL"] ?? LOG_LEVEL_DEFAULT;
    const daemon = await serve(serveOptions({ ...options, logLevel }, join(directory, "iommufd.sock")));
    try {
      for (const notice of daemon.notices) process.stderr.write(`iommufd-emu: ${notice}\n`);
      const environment: NodeJS.ProcessEnv = { [SOCKET_VARIABLE]: daemon.socketPath, LD_PRELOAD: preload(directory) };
      if (options.failNth !== undefined) environment[FAIL_NTH_VARIABLE] = String(options.failNth);
      return await runUnderShim(command, environment, signals);
    } finally {
      await daemon.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
    signals.stop();
  }
}

/**
 * A directory for the private one, short enough that the socket's path can be bound. The daemon makes hundreds of files
 * there, which takes a millisecond in memory and a tenth of a second on a disk.
 */
function privateBase(): string {
  const bases = [process.env["XDG_RUNTIME_DIR"], MEMORY_FOLDER, tmpdir()];
  return bases.find((base) => base !== undefined && isUsable(base)) ?? "/tmp";
}

function isUsable(base: string): boolean {
  const longest = join(base, "iommufd-emu-run-XXXXXX", "iommufd.sock");
  if (Buffer.byteLength(longest) > SOCKET_PATH_BYTES_MAX) return false;
  try {
    accessSync(base, fsConstants.W_OK | fsConstants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** LD_PRELOAD with the shim behind what is there. */
function preload(directory: string): string {
  let shim = shimPath;
  if (/[\s:]/.test(shim)) {
    // The dynamic linker splits the variable at spaces and colons and knows no quoting.
    shim = join(directory, basename(shimPath));
    symlinkSync(shimPath, shim);
  }
  const existing = process.env["LD_PRELOAD"];
  return existing ? `${existing}:${shim}` : shim;
}

async function runUnderShim(
  [program, ...programArguments]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
  signals: SignalForwarder,
): Promise<number> {
  if (signals.earlier !== undefined) return signalStatus(signals.earlier);
  const env = { ...process.env, ...environment };
  const child = spawn(program, programArguments, { stdio: "inherit", env });
  signals.child = child;
  return await new Promise((resolve, reject) => {
    child.on("exit", (code, signal) => {
      resolve(signal === null ? (code ?? 0) : signalStatus(signal));
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") reject(new CommandFailure(`${program}: command not found`, EXIT_NOT_FOUND));
      else reject(new CommandFailure(`cannot run ${program}: ${error.message}`, EXIT_NOT_EXECUTABLE));
    });
  });
}

function signalStatus(signal: NodeJS.Signals): number {
  return EXIT_SIGNAL_BASE + constants.signals[signal];
}

/** Passes signals on to the program, and keeps them from ending this process, which is the program's daemon. */
class SignalForwarder {
  child: ChildProcess | undefined;
  /** One that came before there was a program. */
  earlier: ForwardedSignal | undefined;

  readonly #handlers = FORWARDED.map((signal) => {
    const handler = () => {
      this.#receive(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });

  stop(): void {
    for (const { signal, handler } of this.#handlers) process.off(signal, handler);
  }

  #receive(signal: ForwardedSignal): void {
    if (this.child === undefined) this.earlier ??= signal;
    else if (!fromTerminal(signal)) this.child.kill(signal);
  }
}

/** Ctrl-C and Ctrl-\ reach the whole foreground process group: the program has the signal already. */
function fromTerminal(signal: ForwardedSignal): boolean {
  const keyboard = signal === "SIGINT" || signal === "SIGQUIT";
  return keyboard && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
}
