/**
 * The preload shim: an ordinary program of /dev/iommu, test/clients/c/shim_program, runs under it unmodified. Each of its
 * scenarios is a test, in a process of its own; then what happens without a daemon.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildC, runProgram, sourceMatches } from "../support/c-programs.js";
import { DaemonProcess } from "../support/daemon-process.js";
import { keepersBecome, keepersFor } from "../support/keepers.js";
import { requirements } from "../support/requirements.js";
import { repositoryRoot } from "../support/repository.js";
import { TreeDaemon } from "../support/tree-daemon.js";
import { FakeFunction } from "../support/tree-machine.js";
import { AccessDaemon } from "./access-daemon.js";
import { DeviceDaemon } from "./device-daemon.js";

const program = join(repositoryRoot, "build/test/clients/c/shim_program");
const shim = join(repositoryRoot, "build/client/shim/libiommufd-emu-shim.so");

const sources = readdirSync(join(repositoryRoot, "test/clients/c")).filter((name) => /^shim_.*\.c$/.test(name));
const scenariosOf = (names: readonly string[]) =>
  sourceMatches(names, /^\t\{ "(\w+)",\s+"([^"]+)",\s+\w+ \},$/gm).map(([, name, rule]) => ({
    name: name!,
    rule: rule!,
  }));
/** Those of descriptors that ioctls make. */
const ACCESSES = "shim_accesses.c";
/** Those of VFIO devices and of mapped registers. */
const DEVICES = ["shim_devices.c", "shim_registers.c", "shim_signals.c"];
const hasTraps = process.arch === "x64";
/** Those of a machine with PCI devices. */
const TREE = "shim_tree.c";
const scenarios = scenariosOf(sources.filter((name) => ![ACCESSES, TREE, ...DEVICES].includes(name)));
/** Of the task that keeps the memory of a process. */
const keeperScenarios = scenariosOf(["shim_keeper.c"]);
const accessScenarios = scenariosOf([ACCESSES]);
const deviceScenarios = scenariosOf(hasTraps ? DEVICES : ["shim_devices.c"]);
const treeScenarios = scenariosOf([TREE]);

const environment = (socket: string): Record<string, string> => ({ LD_PRELOAD: shim, IOMMUFD_EMU_SOCKET: socket });

requirements("compiler", "native").describe("preload shim", () => {
  beforeAll(() => buildC("--tests"));

  test("the scenarios below are those of the program", async () => {
    const { stdout } = await runProgram(program, ["--list"], {});
    const listed = stdout.trim().split("\n");
    const all = [...scenarios, ...accessScenarios, ...deviceScenarios, ...treeScenarios];
    expect(listed.sort()).toEqual(all.map(({ name, rule }) => `${name}\t${rule}`).sort());
  });

  describe("with a daemon", () => {
    let daemon: DaemonProcess;
    beforeAll(async () => {
      daemon = await DaemonProcess.start();
    });
    afterAll(() => daemon.stop());

    test.each([...scenarios, ...accessScenarios])("$name: $rule", async ({ name }) => {
      const end = await runProgram(program, [name], environment(daemon.socket));
      expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
      expect([daemon.running, daemon.errors]).toEqual([true, ""]);
    });

    test("when all scenarios have ended, no task keeps memory of theirs", async () => {
      expect(await keepersBecome(daemon.socket, 0)).toBe(0);
    });

    test("the same number of the daemon's descriptors is open after a scenario as before it", async () => {
      const count = (): number => readdirSync(`/proc/${daemon.pid}/fd`).length;
      const before = count();
      await runProgram(program, ["threads"], environment(daemon.socket));
      // The program has ended, but the daemon may not have read the last of its ends.
      for (let tries = 0; tries < 100 && count() > before; tries++) await new Promise((next) => setTimeout(next, 20));
      expect(count()).toBeLessThanOrEqual(before);
    });
  });

  describe("built with sanitizers", () => {
    const directory = join(repositoryRoot, "build/client/c-asan");
    let daemon: DaemonProcess;
    let libraries: string;
    beforeAll(async () => {
      await buildC("--sanitize");
      daemon = await DaemonProcess.start();
      const runtimes = ["libasan.so", "libubsan.so"].map(async (name) => {
        const { stdout } = await runProgram("cc", [`-print-file-name=${name}`], {});
        return stdout.trim();
      });
      // The runtimes have to be loaded before anything that uses them.
      libraries = [...(await Promise.all(runtimes)), join(directory, "libiommufd-emu-shim.so")].join(" ");
    });
    afterAll(() => daemon.stop());

    test.each(keeperScenarios)("$name", async ({ name }) => {
      const env = { ...environment(daemon.socket), LD_PRELOAD: libraries };
      const end = await runProgram(join(directory, "shim_program"), [name], env);
      expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
      expect([daemon.running, daemon.errors]).toEqual([true, ""]);
    });

    requirements("zydis").describe("with a daemon that has a device", () => {
      let deviceDaemon: DeviceDaemon;
      beforeAll(async () => {
        deviceDaemon = await DeviceDaemon.start();
      });
      afterAll(() => deviceDaemon.stop());

      test.each(deviceScenarios)("$name", async ({ name }) => {
        const end = await runProgram(join(directory, "shim_program"), [name], {
          ...environment(deviceDaemon.socket),
          LD_PRELOAD: libraries,
          // The scenarios are about these signals.
          ASAN_OPTIONS: "handle_segv=0:handle_sigbus=0:use_sigaltstack=0",
        });
        expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
      });
    });
  });

  describe("with a daemon whose ioctls make descriptors", () => {
    let daemon: AccessDaemon;
    beforeAll(async () => {
      daemon = await AccessDaemon.start();
    });
    afterAll(() => daemon.stop());

    test.each(accessScenarios)("$name: $rule", async ({ name }) => {
      const end = await runProgram(program, [name], environment(daemon.socket));
      expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
      for (let tries = 0; tries < 100 && daemon.descriptions > 0; tries++)
        await new Promise((next) => setTimeout(next, 20));
      expect(daemon.descriptions).toBe(0);
    });

    test("a call for which no number is left does not reach the daemon", async () => {
      const before = daemon.made;
      const { status } = await runProgram(program, ["access_without_a_number"], environment(daemon.socket));
      // The one that the scenario makes when it has numbers again.
      expect([status, daemon.made]).toEqual([0, before + 1]);
    });
  });

  requirements("zydis").describe("with a daemon that has a device", () => {
    let daemon: DeviceDaemon;
    beforeAll(async () => {
      daemon = await DeviceDaemon.start();
    });
    afterAll(() => daemon.stop());

    test.each(deviceScenarios)("$name: $rule", async ({ name }) => {
      const end = await runProgram(program, [name], environment(daemon.socket));
      expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
      for (let tries = 0; tries < 100 && daemon.descriptions > 0; tries++)
        await new Promise((next) => setTimeout(next, 20));
      expect(daemon.descriptions).toBe(0);
    });
  });

  describe.each(["beside", "instead"] as const)("with PCI devices %s the machine's own", (mode) => {
    let daemon: TreeDaemon;
    beforeEach(async () => {
      daemon = await TreeDaemon.start(mode);
      const bars = [{ bytes: 0x1000, space: "memory32", prefetchable: false }] as const;
      daemon.bus.add(new FakeFunction("0000:00:04.0", { model: { bars } }), 7, "vfio-pci");
      daemon.bus.add(new FakeFunction("0000:00:05.0"), 8, undefined);
    });
    afterEach(() => daemon.stop());

    test.each(treeScenarios)("$name: $rule", async ({ name }) => {
      const end = await runProgram(program, [name], environment(daemon.socket));
      expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
    });

    test("a shell binds a device, and is told where it cannot", async () => {
      const device = "/sys/bus/pci/devices/0000:00:05.0";
      const script =
        `cd ${device} && echo vfio-pci > driver_override && echo 0000:00:05.0 > ../../../bus/pci/drivers/vfio-pci/bind; ` +
        `cat driver_override; for node in /dev/vfio/devices/*; do echo $node; done; ` +
        `echo 0000:00:05.0 > ${device}/driver/bind || echo refused`;
      const { status, stdout } = await runProgram("bash", ["-c", script], environment(daemon.socket));
      const nodes = "/dev/vfio/devices/vfio0\n/dev/vfio/devices/vfio1\n";
      expect([status, stdout]).toEqual([0, `vfio-pci\n${nodes}refused\n`]);
    });

    test("the machine's own modules are among ours", async () => {
      const { stdout } = await runProgram("ls", ["/sys/module"], environment(daemon.socket));
      const names = stdout.split("\n");
      expect(names).toEqual(expect.arrayContaining(["vfio", "vfio_pci", "iommufd", ...readdirSync("/sys/module")]));
    });
  });

  describe("without a daemon", () => {
    test("the nodes are not there, which one line on standard error explains", async () => {
      const end = await runProgram(program, ["--absent"], environment("/nonexistent/socket"));
      expect(end.status).toBe(0);
      expect(end.stderr).toBe(
        "iommufd-emu: cannot reach /nonexistent/socket: no daemon is listening there; " +
          "start one with `iommufd-emu serve`\n",
      );
    });

    test("ioctls are EIO after the daemon was killed, and closing still works", async () => {
      const daemon = await DaemonProcess.start();
      const env = { ...process.env, ...environment(daemon.socket) };
      const child = spawn(program, ["--outlive"], { env, stdio: ["pipe", "pipe", "pipe"] });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      await once(child.stdout, "data");
      await daemon.stop("SIGKILL");
      const ended = once(child, "close");
      child.stdin.end();
      expect([await ended, stderr]).toEqual([[0, null], "iommufd-emu: lost /dev/iommu: the connection failed\n"]);
    });

    test.each(["SIGKILL", "SIGTERM"] as const)("a daemon that ends by %s leaves no task behind", async (signal) => {
      const daemon = await DaemonProcess.start();
      const env = { ...process.env, ...environment(daemon.socket) };
      const child = spawn(program, ["--outlive"], { env, stdio: ["pipe", "pipe", "ignore"] });
      await once(child.stdout, "data");
      expect(keepersFor(daemon.socket)).toHaveLength(1);
      await daemon.stop(signal);
      expect(await keepersBecome(daemon.socket, 0)).toBe(0);
      const ended = once(child, "close");
      child.stdin.end();
      expect(await ended).toEqual([0, null]);
    });

    test("a program that does not use the nodes does not notice the shim", async () => {
      const end = await runProgram("ls", ["/dev/null"], environment("/nonexistent/socket"));
      expect(end).toEqual({ status: 0, stdout: "/dev/null\n", stderr: "" });
    });
  });
});
