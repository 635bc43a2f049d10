/**
 * A process with a VFIO device is killed in mid-DMA, or its device is pulled out: the slot is free for the next one, and others'
 * copies come out right. A failure names the seed; IOMMUFD_EMU_FUZZ_SEED repeats it (as far as the schedule of the processes does).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { DaemonProcess, startCommand } from "../support/daemon-process.js";
import { DESCRIPTOR, STATE } from "../support/ioat-driver.js";
import { IOVA, IoatUser, REGION_BYTES, slots } from "../support/ioat-user.js";
import { leftBehind, takeInventory } from "../support/inventory.js";
import { chosenSeed, Random, SEED_VARIABLE } from "../support/random.js";

const ROUNDS = 10;
const RUN_MS_MAX = 120_000;
/** From the first copy to the kill, at most. */
const ALIVE_MS_MAX = 30;
const LOOKS_MAX = 100_000;
const VICTIM = "0000:00:04.0";
/** What the inventory says of the victim. */
const VICTIM_IN_INVENTORY = [`PCI device ${VICTIM.replaceAll(":", "_")}`, "VFIO group 1"];
const OTHER = "0000:00:05.0";
const program = fileURLToPath(new URL("ioat-process.js", import.meta.url));

async function copies(user: IoatUser, random: Random): Promise<void> {
  user.bytes(IOVA.SOURCE, REGION_BYTES).set(random.bytes(REGION_BYTES));
  const { SOURCE: source, DESTINATION: destination } = IOVA;
  user.putRing([{ size: REGION_BYTES, control: DESCRIPTOR.COMPLETION, source, destination }]);
  await user.go(1);
  expect(await user.rest(LOOKS_MAX)).toBe(STATE.IDLE);
  expect(user.bytes(IOVA.DESTINATION, REGION_BYTES).equals(user.bytes(IOVA.SOURCE, REGION_BYTES))).toBe(true);
}

/** A process whose device copies. */
async function startCopying(daemon: DaemonProcess): Promise<{ child: ChildProcess; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [program, daemon.socket, VICTIM], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [unknown];
  expect(line).toBe("copying");
  return { child, ended };
}

/** Meanwhile the other device copies. */
async function killed(daemon: DaemonProcess, other: IoatUser, random: Random): Promise<void> {
  const { child, ended } = await startCopying(daemon);
  const copied = copies(other, random);
  await new Promise((resolve) => setTimeout(resolve, random.below(ALIVE_MS_MAX)));
  child.kill("SIGKILL");
  await copied;
  await ended;
}

/** `iommufd-emu device ARGS`. @returns what it printed */
async function deviceCommand(daemon: DaemonProcess, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await startCommand(["device", ...args, "--socket", daemon.socket]).ended;
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

test(
  "kill -9 in mid-DMA frees the device, disturbs nobody, and leaves nothing behind",
  async () => {
    const seed = chosenSeed();
    const random = new Random(seed);
    await using daemon = await DaemonProcess.start(["--device", `ioat@${VICTIM}`, "--device", `ioat@${OTHER}`]);
    const at = { socket: daemon.socket };
    const other = await IoatUser.start(at, OTHER, () => Promise.resolve());
    const before = await takeInventory(at);
    for (let round = 0; round < ROUNDS; round++) {
      try {
        await killed(daemon, other, random);
        expect(await leftBehind(at, before)).toEqual([]);
      } catch (cause) {
        throw new Error(`${SEED_VARIABLE}=${seed}, round ${round}: ${String(cause)}`, { cause });
      }
    }
    const victim = (await slots(at)).find(({ address }) => address === VICTIM);
    expect(victim?.device).toMatchObject({ open: 0, leaving: false });
    const next = await IoatUser.start(at, VICTIM, () => Promise.resolve());
    await copies(next, random);
    await next.close();
    await other.close();
    expect([daemon.running, daemon.errors]).toEqual([true, ""]);
  },
  RUN_MS_MAX,
);

test(
  "a device that is pulled out in mid-DMA is gone; its slot is free once the process is, and takes another",
  async () => {
    const random = new Random(1);
    await using daemon = await DaemonProcess.start(["--device", `ioat@${VICTIM}`, "--device", `ioat@${OTHER}`]);
    const at = { socket: daemon.socket };
    const other = await IoatUser.start(at, OTHER, () => Promise.resolve());
    const before = await takeInventory(at);
    const withoutVictim = new Map([...before].filter(([name]) => !VICTIM_IN_INVENTORY.includes(name)));
    const { child, ended } = await startCopying(daemon);
    const copied = copies(other, random);
    expect(await deviceCommand(daemon, "remove", VICTIM)).toBe(`${VICTIM} is gone; programs still have it open\n`);
    await copied;
    child.kill("SIGKILL");
    await ended;
    expect(await leftBehind(at, withoutVictim)).toEqual([]);
    expect((await slots(at)).map(({ address }) => address)).toEqual([OTHER]);
    expect(await deviceCommand(daemon, "add", `ioat@${VICTIM}`)).toBe("");
    const next = await IoatUser.start(at, VICTIM, () => Promise.resolve());
    await copies(next, random);
    await next.close();
    await other.close();
    expect([daemon.running, daemon.errors]).toEqual([true, ""]);
  },
  RUN_MS_MAX,
);
