/**
 * A daemon in a process of its own, started as a user starts it: for tests of what only a process can show (signals,
 * descriptors, memory, clients that are other processes).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "./repository.js";

const command = join(repositoryRoot, "client/cli/iommufd-emu");

/** A page of /proc/PID/statm. */
const PAGE_BYTES = 4096;

export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<CommandEnd>;
}

/** Starts `iommufd-emu ARGS...`. @param wrapper a command that runs another one, and its own arguments */
export function startCommand(args: readonly string[], wrapper: readonly string[] = []): RunningCommand {
  const env = { ...process.env, NODE_OPTIONS: "" };
  const [program, ...rest] = [...wrapper, process.execPath, command, ...args] as [string, ...string[]];
  const child = spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { child, output, ended };
}

export class DaemonProcess {
  private constructor(
    readonly socket: string,
    private readonly directory: string,
    private readonly command: RunningCommand,
  ) {}

  /** @param args of `serve`, besides the socket @param socket default: in a directory of its own @param wrapper as startCommand */
  static async start(
    args: readonly string[] = [],
    socket?: string,
    wrapper: readonly string[] = [],
  ): Promise<DaemonProcess> {
    const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-test-"));
    const path = socket ?? join(directory, "socket");
    const command = startCommand(["serve", "--socket", path, "--log-level", "error", ...args], wrapper);
    const daemon = new DaemonProcess(path, directory, command);
    await new Promise<void>((resolve, reject) => {
      command.child.stdout!.on("data", () => {
        if (command.output.stdout.includes(`iommufd-emu: serving ${path}\n`)) resolve();
      });
      void command.ended.then(({ stderr }) => {
        reject(new Error(`the daemon did not start: ${stderr}`));
      });
    });
    return daemon;
  }

  get pid(): number {
    return this.command.child.pid!;
  }

  /** What it wrote to stderr: its log, and the dump of an invariant that broke. */
  get errors(): string {
    return this.command.output.stderr;
  }

  get running(): boolean {
    const { exitCode, signalCode } = this.command.child;
    return exitCode === null && signalCode === null;
  }

  /** Memory in use now. */
  residentBytes(): number {
    return Number(readFileSync(`/proc/${this.pid}/statm`, "latin1").split(" ")[1]) * PAGE_BYTES;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<CommandEnd> {
    if (this.running) this.command.child.kill(signal);
    const end = await this.command.ended;
    rmSync(this.directory, { recursive: true, force: true });
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }
}
