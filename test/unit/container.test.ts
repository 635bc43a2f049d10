/**
 * The container without a container runtime: the scripts that the Dockerfile runs, in its order, in empty directories and
 * without a network, then the daemon, its health check and its end as the Dockerfile has them.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../support/repository.js";
import { requirements } from "../support/requirements.js";

const dockerfile = readFileSync(join(repositoryRoot, "Dockerfile"), "utf8").replace(/\\\n/g, " ");

/** The arguments of each instruction of this name, in order. */
const instructions = (name: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^${name}\\s+(.*)$`, "gm"))].map((match) => match[1]!.trim());
const exec = (text: string): string[] => JSON.parse(text) as string[];

/** Where the image has the program. */
const installed = "/opt/iommufd-emu";
const imageEnvironment = new Map(
  instructions("ENV")
    .flatMap((text) => text.split(/\s+/))
    .map((text) => text.split("=") as [string, string]),
);
const health = instructions("HEALTHCHECK")[0]!;
const healthCommand = exec(/CMD (\[.*\])$/.exec(health)![1]!);
/** tini, "--", and what tini runs. */
const entrypoint = exec(instructions("ENTRYPOINT")[0]!);

/** Of the image: 1000 is `node` in Node's images. */
const CONTAINER_UID = 1000;
const isRoot = process.getuid?.() === 0;
const READY_MS_MAX = 20_000;

describe("the Dockerfile", () => {
  test("builds with a compiler and runs without one, on the same release", () => {
    expect(instructions("FROM")).toEqual(["node:20-bookworm AS build", "node:20-bookworm-slim"]);
  });

  test("does not run as root, has an init, and stops by the signal that the daemon takes", () => {
    expect(instructions("USER")).toEqual(["node"]);
    expect(entrypoint.slice(0, 2)).toEqual(["/usr/bin/tini", "--"]);
    expect(dockerfile).toMatch(/apt-get install .*\btini\b/);
    expect(instructions("STOPSIGNAL")).toEqual(["SIGTERM"]);
  });

  test("has the socket in the volume, which belongs to the user", () => {
    const volume = instructions("VOLUME")[0]!;
    expect(dirname(imageEnvironment.get("IOMMUFD_EMU_SOCKET")!)).toBe(volume);
    expect(dockerfile).toMatch(new RegExp(`install -d -o node -g node -m 0750 ${volume}`));
  });

  test("gives the health check longer than the check takes by itself", () => {
    const timeoutMs = 1000 * Number(/--timeout=(\d+)s/.exec(health)![1]);
    const script = readFileSync(join(repositoryRoot, "scripts/container/healthcheck.sh"), "utf8");
    expect(timeoutMs).toBeGreaterThan(Number(/--timeout (\d+)/.exec(script)![1]));
  });
});

requirements("compiler").describe("the image's steps", () => {
  let scratch: string;
  let source: string;
  let target: string;
  let environment: NodeJS.ProcessEnv;
  let daemon: ChildProcess | undefined;

  /** A script of the image, where it lies here. */
  const inTarget = (path: string): string => join(target, path.slice(installed.length));
  // Who has the image's user need not be root there; the test is root in CI.
  const user = isRoot ? { uid: CONTAINER_UID, gid: CONTAINER_UID } : {};
  const checkHealth = (): number | null =>
    spawnSync(inTarget(healthCommand[0]!), healthCommand.slice(1), { env: environment, cwd: "/", ...user }).status;

  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-container-"));
    chmodSync(scratch, 0o755);
    [source, target] = [join(scratch, "src"), join(scratch, "opt")];
    const socketDirectory = join(scratch, "run");
    mkdirSync(socketDirectory, { mode: 0o750 });
    if (isRoot) chownSync(socketDirectory, CONTAINER_UID, CONTAINER_UID);
    const socket = join(socketDirectory, "iommufd.sock");
    environment = { PATH: process.env["PATH"], ...Object.fromEntries(imageEnvironment), IOMMUFD_EMU_SOCKET: socket };
  });

  afterAll(() => {
    daemon?.kill("SIGKILL");
    rmSync(scratch, { recursive: true, force: true });
  });

  test("have all that they need in what .dockerignore leaves", () => {
    const left = readFileSync(join(repositoryRoot, ".dockerignore"), "utf8").split("\n").filter(Boolean);
    // Only names of the top level, and endings, are in use; others would need a real matcher here.
    expect(left.filter((line) => !/^[\w.-]+$|^\*\.\w+$/.test(line))).toEqual([]);
    expect(left).toEqual(expect.arrayContaining([".git", "build", "node_modules"]));
    const ignored = (name: string): boolean =>
      left.some((line) => line === name || (line.startsWith("*") && name.endsWith(line.slice(1))));
    mkdirSync(source);
    for (const name of readdirSync(repositoryRoot))
      if (!ignored(name)) cpSync(join(repositoryRoot, name), join(source, name), { recursive: true });
    // As `npm ci` would leave it; the build takes what is there, for want of a network.
    symlinkSync(join(repositoryRoot, "node_modules"), join(source, "node_modules"));
  });

  test.each(instructions("RUN").filter((command) => command.startsWith("scripts/")))("%s", (command) => {
    const [script = "", ...given] = command.split(" ");
    const scriptArguments = given.map((argument) => (argument === installed ? target : argument));
    const { status, stdout, stderr } = spawnSync(join(source, script), scriptArguments, {
      cwd: source,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`exit status ${status ?? "none"}\n${stdout}\n${stderr}`);
  });

  test("are two, a build and an assembly, which refuses a directory that has something in it", () => {
    expect(instructions("RUN").filter((command) => command.startsWith("scripts/"))).toHaveLength(2);
    expect(spawnSync(join(source, "scripts/container/assemble.sh"), [target]).status).not.toBe(0);
  });

  test("leave a tree without tests, build tools and packages of development", () => {
    rmSync(source, { recursive: true });
    expect(readdirSync(join(target, "build")).sort()).toEqual(["client", "daemon", "proto"]);
    const { devDependencies, dependencies } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
      dependencies: Record<string, string>;
    };
    const isThere = (name: string): boolean => existsSync(join(target, "node_modules", name));
    expect(Object.keys(devDependencies).filter(isThere)).toEqual([]);
    expect(Object.keys(dependencies).filter(isThere)).toEqual(Object.keys(dependencies));
    expect(statSync(join(target, "build/client/shim/libiommufd-emu-shim.so")).size).toBeGreaterThan(0);
  });

  test("make a daemon that becomes healthy, ends at the stop signal with 0 and is not healthy then", async () => {
    expect(checkHealth()).toBe(1);
    const command = [...entrypoint.slice(2), ...exec(instructions("CMD")[0]!)];
    let log = "";
    daemon = spawn(inTarget(command[0]!), command.slice(1), { env: environment, cwd: "/", ...user });
    daemon.stderr!.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    const exit = once(daemon, "exit");
    const deadline = Date.now() + READY_MS_MAX;
    while (checkHealth() !== 0) {
      if (Date.now() > deadline || daemon.exitCode !== null)
        throw new Error(`the daemon did not become healthy:\n${log}`);
      await delay(100);
    }
    // Its own user only: the mode that entrypoint.sh's umask leaves.
    expect(statSync(environment["IOMMUFD_EMU_SOCKET"]!).mode & 0o777).toBe(0o700);
    daemon.kill(instructions("STOPSIGNAL")[0] as NodeJS.Signals);
    expect(await exit).toEqual([0, null]);
    expect(existsSync(environment["IOMMUFD_EMU_SOCKET"]!)).toBe(false);
    expect(checkHealth()).toBe(1);
  });
});
