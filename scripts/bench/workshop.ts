/**
 * Where measurements over sockets happen: a temporary directory, C programs compiled into it, and servers that are
 * processes of their own. Each is made when it is first asked for; `close` ends and removes everything.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandPath, repositoryRoot } from "../support/run-to-end.js";
import { LeftOut } from "./figure.js";

const benchSources = join(repositoryRoot, "scripts/bench/c");
const librarySources = join(repositoryRoot, "client/c/src");
const shim = join(repositoryRoot, "build/client/shim/libiommufd-emu-shim.so");

/** A server is slow to start on a machine that is busy, but not this slow. */
const START_TIMEOUT_MS = 30_000;

/** The exit status by which a C program says that it cannot measure here. */
const EXIT_LEFT_OUT = 77;

export type CProgram = "exchange" | "batch" | "echo" | "ring" | "sessions" | "vfio";
/** What a program is linked with, besides the C library of the system. */
const usesLibrary: Readonly<Record<CProgram, boolean>> = {
  exchange: true,
  batch: true,
  echo: false,
  ring: true,
  sessions: false,
  vfio: false,
};

export type ServerKind = "daemon" | "nodeEcho" | "cEcho" | "spinningEcho";

export class Workshop {
  private readonly directory = mkdtempSync(join(tmpdir(), "iommufd-emu-bench-"));
  private readonly programs = new Map<CProgram, Promise<string>>();
  private readonly sockets = new Map<ServerKind, Promise<string>>();
  private readonly servers: ChildProcess[] = [];

  /** Compiles a C program. @returns its path @throws LeftOut without a compiler */
  program(name: CProgram): Promise<string> {
    return memoized(this.programs, name, () => this.compile(name));
  }

  /** Starts a server. @returns its socket @throws LeftOut when it is in C and there is no compiler */
  socket(kind: ServerKind): Promise<string> {
    return memoized(this.sockets, kind, () => this.start(kind));
  }

  /**
   * Runs a C program that measures over sockets.
   * @returns the numbers that it printed, a row for each line
   * @throws LeftOut without a compiler, or when the program says that it cannot measure here
   */
  async run(name: CProgram, ...parameters: readonly (string | number)[]): Promise<number[][]> {
    const command = onOneCpu([await this.program(name), ...parameters.map(String)]);
    return await this.measured(name, ["env", "IOMMUFD_EMU_RING=0", ...command]);
  }

  /** Likewise with rings, on another processor than the servers'. @throws LeftOut where there is none, too */
  async runBeside(name: CProgram, ...parameters: readonly (string | number)[]): Promise<number[][]> {
    return await this.measured(name, [...beside(), await this.program(name), ...parameters.map(String)]);
  }

  /** Likewise under the preload shim, with the daemon. @throws LeftOut where the shim is not built, too */
  async runBesideUnderShim(name: CProgram, ...parameters: readonly (string | number)[]): Promise<number[][]> {
    shimOrLeftOut();
    const environment = [`IOMMUFD_EMU_SOCKET=${await this.socket("daemon")}`, `LD_PRELOAD=${shim}`];
    const program = [await this.program(name), ...parameters.map(String)];
    return await this.measured(name, [...beside(), "env", ...environment, ...program]);
  }

  /**
   * Likewise under `iommufd-emu run`, on the processor of the servers.
   * @param options of that command
   */
  async runUnderShim(
    options: readonly string[],
    name: CProgram,
    ...parameters: readonly (string | number)[]
  ): Promise<number[][]> {
    const program = [await this.program(name), ...parameters.map(String)];
    shimOrLeftOut();
    const command = [process.execPath, commandPath, "run", ...options, "--", ...program] as const;
    return await this.measured(name, onOneCpu([...command]));
  }

  private async measured(name: CProgram, [command, ...rest]: [string, ...string[]]): Promise<number[][]> {
    const { status, output, errors } = await finished(command, rest);
    if (status === EXIT_LEFT_OUT) throw new LeftOut(errors.trim());
    if (status !== 0) throw new Error(`${name} failed: ${errors.trim()}`);
    const lines = output.split("\n").filter((line) => line !== "");
    return lines.map((line) => line.split(" ").map(Number));
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map(ended));
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async compile(name: CProgram): Promise<string> {
    const compiler = process.env["CC"] ?? "cc";
    if ((await finished(compiler, ["--version"])).status !== 0) throw new LeftOut(`no C compiler: ${compiler}`);
    const output = join(this.directory, name);
    const { status, errors } = await finished(compiler, [
      ...["-std=c11", "-D_GNU_SOURCE", '-DEMU_VERSION="bench"', "-O2"],
      ...[`-I${join(repositoryRoot, "client/c/include")}`, `-I${librarySources}`],
      join(benchSources, `${name}.c`),
      ...(usesLibrary[name] ? cFiles(librarySources) : []),
      ...["-pthread", "-o", output],
    ]);
    if (status !== 0) throw new Error(`${name}.c does not compile:\n${errors}`);
    return output;
  }

  private async start(kind: ServerKind): Promise<string> {
    const socket = join(this.directory, `${kind}.sock`);
    const [command, ...parameters] = onOneCpu(await this.commandOf(kind, socket));
    const server = spawn(command, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${kind} did not start`));
      }, START_TIMEOUT_MS);
      server.once("error", reject);
      server.once("exit", () => {
        reject(new Error(`${kind} ended before it listened`));
      });
      // Each prints one line when clients can connect.
      server.stdout.once("data", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return socket;
  }

  private async commandOf(kind: ServerKind, socket: string): Promise<[string, ...string[]]> {
    switch (kind) {
      case "daemon":
        return [process.execPath, commandPath, ...["serve", "--socket", socket, "--log-level", "warn"]];
      case "nodeEcho":
        return [process.execPath, fileURLToPath(new URL("echo-server.js", import.meta.url)), socket];
      case "cEcho":
        return [await this.program("echo"), socket];
      case "spinningEcho":
        return [await this.program("echo"), socket, "spin"];
    }
  }
}

/**
 * Client and servers share one processor: who sleeps on another one takes a microsecond or fifty to wake up, as the
 * scheduler has placed it, and then that is what would be measured.
 */
const CPU = "0";
const OTHER_CPU = "1";
const canPin = spawnSync("taskset", ["-c", CPU, "true"]).status === 0;

function onOneCpu(command: [string, ...string[]]): [string, ...string[]] {
  return canPin ? ["taskset", "-c", CPU, ...command] : command;
}

/** @throws LeftOut */
function beside(): [string, ...string[]] {
  if (!canPin || availableParallelism() < 2) throw new LeftOut("client and server have no processor each");
  return ["taskset", "-c", OTHER_CPU];
}

function memoized<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function cFiles(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(".c"));
  return names.map((name) => join(directory, name));
}

/** Room for what a measuring program prints: a line of a few numbers for each round. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** @throws LeftOut if the preload shim is not built */
export function shimOrLeftOut(): void {
  if (!existsSync(shim)) throw new LeftOut("the preload shim is not built: npm run build:c");
}

/** Runs a program to its end, with nothing to read; a program that is not there has status -1. */
export function finished(
  command: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly status: number; readonly output: string; readonly errors: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, parameters, { maxBuffer: OUTPUT_BYTES_MAX, env }, (error, output, errors) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output, errors: errors !== "" ? errors : (error?.message ?? "") });
    });
    child.stdin?.end();
  });
}

/**
 * Runs a measurement in a process of its own that can collect garbage when told.
 * @param module of this folder; it gets the plan as JSON and prints its result as JSON
 */
export async function resultOfChild(module: string, plan: object): Promise<unknown> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const { status, output, errors } = await finished(process.execPath, ["--expose-gc", path, JSON.stringify(plan)]);
  if (status !== 0) throw new Error(`${module} failed: ${errors.trim()}`);
  return JSON.parse(output);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}
