/** The command iommufd-emu: each subcommand as a user runs it, its failures and its exit codes. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Command } from "commander";
import { commandLine } from "../../client/cli/main.js";
import { renderTree } from "../../client/cli/tree.js";
import { IommuFd, VfioDevice, VfioGroup } from "../../client/ts/index.js";
import { ioctlTable } from "../../proto/uapi/table.js";
import { buildC } from "../support/c-programs.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const command = join(root, "client/cli/iommufd-emu");
const joined = join(root, "build/client/command");
const shim = join(root, "build/client/shim/libiommufd-emu-shim.so");

const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-cli-"));
const started = new Set<ChildProcess>();

afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, NODE_OPTIONS: "", XDG_RUNTIME_DIR: scratch, ...environment };
  const child = spawn(process.execPath, [command, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  started.add(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      started.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  /** Resolves when stdout has this text. */
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (output.stdout.includes(text)) resolve();
      };
      child.stdout.on("data", look);
      child.on("close", () => {
        reject(new Error(`it ended without "${text}": ${JSON.stringify(output)}`));
      });
      look();
    });
  return { child, ended, printed };
}

const run = (args: readonly string[], environment?: NodeJS.ProcessEnv) => start(args, environment).ended;

/** A failure is one line on stderr, and nothing on stdout. */
function expectFailure(ended: Ended, code: number, text: RegExp | string): void {
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(text);
  expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
}

async function serving(args: readonly string[] = []) {
  const socket = join(mkdtempSync(join(scratch, "serve-")), "socket");
  const daemon = start(["serve", "--socket", socket, "--log-level", "silent", ...args]);
  await daemon.printed(`iommufd-emu: serving ${socket}\n`);
  return { socket, ...daemon };
}

describe("the command line", () => {
  test("--version prints the package's version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(await run(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each([
    ["an unknown subcommand", ["nonsense"], /unknown command 'nonsense'/],
    ["an unknown option", ["status", "--nonsense"], /unknown option '--nonsense'/],
    ["a missing command of run", ["run"], /missing required argument 'command'/],
    ["a timeout that is no number", ["status", "--timeout", "soon"], /--timeout.*positive whole number/],
    ["an unknown limit", ["serve", "--limit", "nonsense=1"], /limit "nonsense" is not known/],
    ["a limit that is no number", ["serve", "--limit", "regionsMax=many"], /limit regionsMax="many"/],
    ["an unknown way to show devices", ["serve", "--sysfs", "behind"], /'behind' is invalid.*beside, instead/],
    ["an unknown subcommand of device", ["device", "nonsense"], /unknown command 'nonsense'/],
    ["a missing device", ["device", "add"], /missing required argument 'device'/],
    ["an unknown log level", ["run", "--log-level", "loud", "--", "true"], /log level "loud"/],
  ])("with %s fails with exit code 2", async (_what, args, text) => {
    expectFailure(await run(args), 2, text);
  });

  test("without a subcommand prints the help and fails with exit code 2", async () => {
    expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining("Usage: iommufd-emu") });
  });

  test("that is not built says so in one line", () => {
    mkdirSync(join(scratch, "unbuilt/client/cli"), { recursive: true });
    const copy = join(scratch, "unbuilt/client/cli/iommufd-emu");
    copyFileSync(command, copy);
    const { status, stderr } = spawnSync(process.execPath, [copy], { encoding: "utf8" });
    expect([status, stderr]).toEqual([1, "iommufd-emu: it is not built; run `npm run build`\n"]);
  });

  test("is joined from this project's own sources, which its stack traces can name, and packages whose licences are beside it", () => {
    const maps = readdirSync(joined).filter((name) => name.endsWith(".map"));
    const packages = new Set<string>();
    const sources: string[] = [];
    for (const source of maps.flatMap(sourcesOf)) {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
      if (name === undefined) sources.push(relative(root, join(joined, source)));
      else packages.add(name);
    }
    expect(sources).toEqual(
      expect.arrayContaining(["client/cli/main.ts", "client/cli/run.ts", "daemon/main/serve.ts"]),
    );
    const elsewhere = sources.filter((source) => !/^(build\/proto|client|daemon|proto)\//.test(source));
    expect(elsewhere).toEqual([]);
    const licensed = [...readFileSync(join(joined, "THIRD-PARTY.txt"), "utf8").matchAll(/^(\S+) [\d.]+ \(\S+\)$/gm)];
    expect(packages).toContain("commander");
    expect(new Set(licensed.map(([, name]) => name))).toEqual(packages);
  });

  const sourcesOf = (map: string): readonly string[] =>
    (JSON.parse(readFileSync(join(joined, map), "utf8")) as { readonly sources: readonly string[] }).sources;

  test("is there compiled for this Node, and works where V8 refuses that", () => {
    const scripts = readdirSync(joined).filter((name) => name.endsWith(".cjs") && name !== "main.cjs");
    expect(scripts.length).toBeGreaterThan(3);
    const rejected = (...options: string[]): unknown => {
      const load = `const { load, loaded } = require(${JSON.stringify(join(joined, "main.cjs"))});
        ${JSON.stringify(scripts)}.forEach(load);
        console.log(JSON.stringify([...loaded.values()].map(({ script }) => script.cachedDataRejected)))`;
      const env = { ...process.env, NODE_OPTIONS: "" };
      return JSON.parse(spawnSync(process.execPath, [...options, "--eval", load], { encoding: "utf8", env }).stdout);
    };
    expect(rejected()).toEqual(scripts.map(() => false));
    // Compiled code is for the flags with which it was compiled.
    expect(rejected("--max-old-space-size=512")).toEqual(scripts.map(() => true));
  });

  test("keeps constants as constants, which V8 needs to compile well", () => {
    const names = readdirSync(joined).filter((name) => /^(?!pino|zod|main\.).*\.cjs$/.test(name));
    const text = names.map((name) => readFileSync(join(joined, name), "utf8")).join("\n");
    expect([/^const PAGE_LG2 = 12;$/m.test(text), /^class U64 /m.test(text)]).toEqual([true, true]);
  });

  test("docs/cli.md has every subcommand with its own options, and no other option", () => {
    const sections = readFileSync(join(root, "docs/cli.md"), "utf8").split(/^## /m).slice(1);
    const documented = new Map(sections.map((text) => [text.split("\n")[0]!, optionsIn(text)]));
    const program = commandLine(() => undefined);
    for (const [name, sub] of leavesOf(program)) {
      // The options of run are those of serve and --fail-nth, as its section says.
      const own = name === "run" ? [] : optionsOf(sub);
      expect([name, documented.get(name)]).toEqual([name, own]);
    }
    const run = program.commands.find((sub) => sub.name() === "run")!;
    const serve = program.commands.find((sub) => sub.name() === "serve")!;
    expect(["--socket", ...optionsOf(run)].sort()).toEqual(["--fail-nth", ...optionsOf(serve)].sort());
  });
});

/** Subcommands that do something, by their names: "status", "device add". */
const leavesOf = (command: Command, path = ""): [string, Command][] =>
  command.commands.flatMap((sub) =>
    sub.commands.length > 0 ? leavesOf(sub, `${path}${sub.name()} `) : [[path + sub.name(), sub]],
  );

const optionsOf = (sub: Command): string[] => sub.options.map((option) => option.long ?? "").sort();

/** The options that a section's table or synopsis names; a run section refers to `--socket` and is left out. */
function optionsIn(section: string): string[] {
  if (section.startsWith("run\n")) return [];
  return [...new Set([...section.matchAll(/`[^`\n]*?(--[a-z-]+)/g)].map((match) => match[1]!))].sort();
}

describe("ioctls", () => {
  test("lists every row of the table", async () => {
    const { code, stdout } = await run(["ioctls"]);
    expect(code).toBe(0);
    for (const { name, request } of ioctlTable)
      expect(stdout).toMatch(new RegExp(`^${name} +0x${request.toString(16)} `, "m"));
  });

  test("--json is the same for scripts", async () => {
    const rows = JSON.parse((await run(["ioctls", "--json"])).stdout) as { name: string }[];
    expect(rows.map((row) => row.name)).toEqual(ioctlTable.map((row) => row.name));
  });
});

describe("serve", () => {
  test("says when clients can connect, serves them, and ends with 0 at SIGTERM without its socket", async () => {
    const { socket, child, ended } = await serving();
    const fd = await IommuFd.open({ socket });
    expect(await fd.ioasAlloc()).toBe(1);
    expect((await fd.ioctl(0x3ba0, new Uint8Array(72).fill(72, 0, 1))).result).toBe(-95);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(existsSync(socket)).toBe(false);
    await expect(fd.ioasAlloc()).rejects.toMatchObject({ name: "ProtocolError" });
  });

  test("takes the options and limits that it is given", async () => {
    const { socket, child, ended } = await serving(["--no-selftest", "--limit", "batchIoctlsMax=7"]);
    const fd = await IommuFd.open({ socket });
    expect(fd.daemon.limits.batchIoctlsMax).toBe(7);
    expect((await fd.ioctl(0x3ba0, new Uint8Array(72).fill(72, 0, 1))).result).toBe(-25);
    await fd.close();
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 0 });
  });

  test("makes the directory of the default socket for its user alone", async () => {
    const runtime = mkdtempSync(join(scratch, "runtime-"));
    const { child, printed, ended } = start(["serve", "--log-level", "silent"], { XDG_RUNTIME_DIR: runtime });
    await printed("serving");
    expect(statSync(join(runtime, "iommufd-emu")).mode & 0o777).toBe(0o700);
    expect((await run(["status", "--quiet"], { XDG_RUNTIME_DIR: runtime })).code).toBe(0);
    child.kill("SIGTERM");
    await ended;
  });

  test("has the devices of the environment, and those of the command line in their place", async () => {
    const socket = join(mkdtempSync(join(scratch, "serve-")), "socket");
    const environment = { IOMMUFD_EMU_DEVICES: "ioat@0000:00:04.0,group=41 testdev@0000:01:00.0,group=42" };
    const args = ["serve", "--socket", socket, "--log-level", "silent"];
    const first = start(args, environment);
    await first.printed("serving");
    await (await VfioGroup.open(41, { socket })).close();
    await (await VfioGroup.open(42, { socket })).close();
    first.child.kill("SIGTERM");
    await first.ended;
    const second = start([...args, "--device", "ioat@0000:00:05.0,group=43"], environment);
    await second.printed("serving");
    await (await VfioGroup.open(43, { socket })).close();
    await expect(VfioGroup.open(41, { socket })).rejects.toMatchObject({ code: "ENODEV" });
  });

  test("leaves a socket alone that another daemon serves", async () => {
    const { socket } = await serving();
    expectFailure(await run(["serve", "--socket", socket]), 1, `already serving ${socket}`);
    expect((await run(["status", "--socket", socket, "--quiet"])).code).toBe(0);
  });

  test("with a topology that is wrong fails with 1 and says what is wrong", async () => {
    const topology = join(scratch, "wrong.json");
    writeFileSync(topology, '{"iommus":[],"endpoints":[]}');
    const { code, stdout, stderr } = await run(["serve", "--socket", join(scratch, "s"), "--topology", topology]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/iommus: must not be empty/);
  });
});

describe("status", () => {
  test("shows what is open, as a tree and as JSON", async () => {
    const { socket } = await serving();
    const fd = await IommuFd.open({ socket });
    await fd.ioasAlloc();
    const tree = JSON.parse((await run(["status", "--json", "--socket", socket])).stdout) as Record<string, unknown>;
    expect(tree["contexts"]).toMatchObject([{ node: "/dev/iommu", objects: [{ id: 1 }] }]);
    const text = await run(["status"], { IOMMUFD_EMU_SOCKET: socket });
    expect(text).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^contexts \(1\)$/m) });
    expect(await run(["status", "--quiet", "--socket", socket])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    await fd.close();
  });

  test("without a daemon fails with 1, with --quiet silently", async () => {
    const socket = join(scratch, "nobody");
    expectFailure(await run(["status", "--socket", socket]), 1, `no daemon listens at ${socket}`);
    expect(await run(["status", "--socket", socket, "--quiet"])).toMatchObject({ code: 1, stdout: "", stderr: "" });
  });

  test("of a daemon that does not answer fails after the timeout", async () => {
    const socket = join(scratch, "mute");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expectFailure(await run(["status", "--socket", socket, "--timeout", "200"]), 1, "did not answer within 200 ms");
    server.close();
  });
});

describe("device", () => {
  const IOAT = "0000:00:1f.0";
  const devices = (socket: string) => run(["device", "add", "--socket", socket, `ioat@${IOAT},group=9`]);

  test("add plugs one in that can be opened, and remove takes it away", async () => {
    const { socket } = await serving();
    expect(await devices(socket)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const group = await VfioGroup.open(9, { socket });
    await group.close();
    const removed = await run(["device", "remove", IOAT], { IOMMUFD_EMU_SOCKET: socket });
    expect(removed).toMatchObject({ code: 0, stdout: "", stderr: "" });
    await expect(VfioGroup.open(9, { socket })).rejects.toMatchObject({ code: "ENODEV" });
  });

  test("remove says when programs still have the device open", async () => {
    const { socket } = await serving(["--device", `ioat@${IOAT},group=9`]);
    const device = await VfioDevice.open(0, { socket });
    const fd = await IommuFd.open({ socket });
    await device.bindIommufd(fd);
    const removed = await run(["device", "remove", "--socket", socket, IOAT]);
    expect(removed).toMatchObject({ code: 0, stdout: `${IOAT} is gone; programs still have it open\n`, stderr: "" });
    expectFailure(await devices(socket), 1, "already");
    await device.close();
    expect(await devices(socket)).toMatchObject({ code: 0 });
    await fd.close();
  });

  test("fails with 1 and one line where the daemon refuses, and without a daemon", async () => {
    const { socket } = await serving();
    const add = (text: string) => run(["device", "add", "--socket", socket, text]);
    expectFailure(await add("toaster@0000:00:08.0"), 1, /there is no model "toaster"/);
    expectFailure(await add("ioat"), 1, /must be MODEL@ADDRESS/);
    expectFailure(await add("ioat@0000:00:04.0"), 1, /address "0000:00:04.0" is already that of endpoints\[0\]/);
    expectFailure(await run(["device", "remove", "--socket", socket, "0000:00:08.0"]), 1, /ENODEV/);
    const nobody = join(scratch, "nobody");
    expectFailure(await run(["device", "remove", "--socket", nobody, IOAT]), 1, `no daemon listens at ${nobody}`);
  });
});

describe("a tree", () => {
  test("has a line for each value, short groups on one line", () => {
    const text = renderTree({
      daemon: "iommufd-emu 1",
      empty: [],
      contexts: [{ node: "/dev/iommu", huge: true, objects: [{ id: 1, type: "IOAS", sub: { a: { b: null } } }] }],
      numbers: [1, 2],
    });
    expect(text.split("\n")).toEqual([
      ...["daemon: iommufd-emu 1", "empty: none", "contexts (1)", "└─ node /dev/iommu", "   ├─ huge: yes"],
      ...["   └─ objects (1)", "      └─ id 1", "         ├─ type: IOAS", "         └─ sub", "            └─ a: b -"],
      ...["numbers: 1, 2", ""],
    ]);
  });
});

const canRun = existsSync(shim);
if (!canRun) console.warn(`the shim is not built (${shim}): the tests of \`run\` are skipped`);

(canRun ? describe : describe.skip)("run", () => {
  const shell = (script: string) => ["run", "--", "sh", "-c", script];
  let before: string[];
  const privateDirectories = () => readdirSync(scratch).filter((name) => name.startsWith("iommufd-emu-run-"));

  beforeAll(() => {
    before = privateDirectories();
  });
  afterEach(() => {
    expect(privateDirectories()).toEqual(before);
  });

  test("gives the program its environment, its own daemon and its streams", async () => {
    const script = 'echo "$LD_PRELOAD"; stat -c %a "$(dirname "$IOMMUFD_EMU_SOCKET")"; test -S "$IOMMUFD_EMU_SOCKET"';
    const { code, stdout } = await run(shell(`${script} && echo socket`));
    expect([code, stdout.split("\n")]).toEqual([0, [shim, "700", "socket", ""]]);
  });

  test("puts the shim behind what is preloaded already", async () => {
    const { stdout } = await run(["run", "--", "printenv", "LD_PRELOAD"], { LD_PRELOAD: "libc.so.6" });
    expect(stdout).toBe(`libc.so.6:${shim}\n`);
  });

  test("makes /dev/iommu openable", async () => {
    const { code, stderr } = await run(shell("exec 3<>/dev/iommu"));
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("makes the nth fallible step fail", async () => {
    await buildC("--tests");
    const program = join(root, "build/test/clients/c/shim_program");
    const failing = ["run", "--fail-nth", "1", "--", program, "vfio_node"];
    const { code, stderr } = await run(failing);
    expect([code, stderr]).toEqual([1, expect.stringContaining("Bad address")]);
  });

  test("passes arguments through unchanged, options and -- among them", async () => {
    const { stdout } = await run(["run", "--", "printf", "[%s]", "-a", "--json", "--", "b c"]);
    expect(stdout).toBe("[-a][--json][--][b c]");
  });

  test.each([
    ["the program's exit status", "exit 42", 42],
    ["128 + n for signal n", "kill -KILL $$", 137],
  ])("ends with %s", async (_what, script, code) => {
    expect(await run(shell(script))).toMatchObject({ code, stderr: "" });
  });

  test("ends with 127 if there is no such program and 126 if it cannot be run", async () => {
    expectFailure(await run(["run", "--", "no-such-program-here"]), 127, /no-such-program-here: command not found/);
    const file = join(scratch, "not-executable");
    writeFileSync(file, "");
    expectFailure(await run(["run", "--", file]), 126, /cannot run/);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on and waits for the program", async (signal) => {
    const name = signal.slice(3);
    const script = `trap 'test -S "$IOMMUFD_EMU_SOCKET" && echo caught; exit 7' ${name}; echo ready; while :; do sleep 0.05; done`;
    const { child, printed, ended } = start(shell(script));
    await printed("ready");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 7, stdout: "ready\ncaught\n" });
  });

  test("with a topology that is missing fails with 1 and does not start the program", async () => {
    const ended = await run(["run", "--topology", join(scratch, "missing.json"), "--", "echo", "started"]);
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("missing.json") });
  });
});
