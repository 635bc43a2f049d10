/**
 * A crowd of processes on one iommufd: every result is one that some order of the calls explains, and in the end nothing is
 * left. A failure names the seed; IOMMUFD_EMU_FUZZ_SEED repeats the calls, though not the schedule of the processes.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { IommuFd, type StatusTree } from "../../client/ts/index.js";
import { DaemonProcess } from "../support/daemon-process.js";
import { leftBehind, takeInventory } from "../support/inventory.js";
import { chosenSeed, Random, SEED_VARIABLE } from "../support/random.js";
import { type CrowdOrders, type CrowdReport, now, type ObjectLife, slotIova, SLOTS } from "./crowd-process.js";
import { apply, inexplicable, type SlotCall } from "./linearizability.js";
import { outcome, PAGE } from "./slice.js";

const PROCESSES = 8;
const LANES_PER_PROCESS = 4;
const LANES = PROCESSES * LANES_PER_PROCESS;
const CALLS_PER_PROCESS = 10_000;

const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-crowd-"));
let daemon: DaemonProcess;

beforeAll(async () => {
  const topology = join(scratch, "topology.json");
  const names = Array.from({ length: LANES }, (_, lane) => [`shared-${lane + 1}`, `own-${lane + 1}`]).flat();
  const endpoints = names.map((name, at) => {
    const device = (at & 31).toString(16).padStart(2, "0");
    return { name, address: `0000:0${at >> 5}:${device}.0`, iommu: "iommu0" };
  });
  writeFileSync(topology, JSON.stringify({ iommus: [{ name: "iommu0", kind: "vtd" }], endpoints }));
  daemon = await DaemonProcess.start(["--topology", topology]);
});
afterAll(async () => {
  const { code, stderr } = await daemon.stop();
  rmSync(scratch, { recursive: true });
  expect([code, stderr]).toEqual([0, ""]);
});

/** Starts the processes, lets them begin together, and collects what they report once they are gone. */
async function crowd(orders: Omit<CrowdOrders, "lanes" | "callsPerLane">): Promise<CrowdReport[]> {
  const children: ChildProcess[] = [];
  try {
    const reports: Promise<CrowdReport>[] = [];
    const ready: Promise<unknown>[] = [];
    for (let process = 0; process < PROCESSES; process++) {
      const child = fork(fileURLToPath(new URL("crowd-process.js", import.meta.url)), { execArgv: [] });
      children.push(child);
      const lanes = Array.from({ length: LANES_PER_PROCESS }, (_, lane) => process * LANES_PER_PROCESS + lane + 1);
      child.send({ ...orders, lanes, callsPerLane: CALLS_PER_PROCESS / LANES_PER_PROCESS } satisfies CrowdOrders);
      let last: unknown;
      child.on("message", (message) => {
        last = message;
      });
      ready.push(once(child, "message"));
      reports.push(once(child, "exit").then(() => last as CrowdReport));
    }
    await Promise.all(ready);
    for (const child of children) child.send("go");
    return await Promise.all(reports);
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  }
}

/** Two objects that had the same id while both certainly existed. */
function sharedId(lives: readonly ObjectLife[]): readonly ObjectLife[] | undefined {
  const sorted = lives.toSorted((a, b) => a.id - b.id || a.begin - b.begin);
  for (const [at, life] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next?.id === life.id && next.begin < life.end) return [life, next];
  }
  return undefined;
}

describe("eight processes with four connections each", () => {
  const seed = chosenSeed();

  test(`get results that an order of their calls explains (${SEED_VARIABLE}=${seed})`, async () => {
    const { socket } = daemon;
    const before = await takeInventory({ socket });
    const fd = await IommuFd.open({ socket });
    const ioasId = await fd.ioasAlloc();
    const token = Buffer.from(fd.token).toString("hex");
    const reports = await crowd({ socket, token, ioasId, seed });

    expect(reports.map(({ failure }) => failure).filter((failure) => failure !== undefined)).toEqual([]);
    for (const { calls } of reports) expect(calls).toBeGreaterThanOrEqual(CALLS_PER_PROCESS);

    for (let slot = 0; slot < SLOTS; slot++) {
      // What is there in the end must fit as well.
      const begin = now();
      const [code] = await outcome(fd.unmap({ ioasId, iova: slotIova(slot), length: PAGE }));
      const last: SlotCall = { kind: "take", value: 0, succeeded: code === "OK", begin, end: now() };
      const history = [...reports.flatMap((report) => report.history[slot]!), last];
      expect({ seed, slot, inexplicable: inexplicable(history) }).toEqual({ seed, slot });
      // The slots were fought for: every kind of call succeeded and failed.
      for (const kind of ["put", "take"] as const)
        for (const succeeded of [true, false])
          expect(history.some((call) => call.kind === kind && call.succeeded === succeeded)).toBe(true);
    }
    expect({ seed, sharedId: sharedId(reports.flatMap(({ lives }) => lives)) }).toEqual({ seed });

    expect(await outcome(fd.unmapAll(ioasId))).toEqual(["OK", 0n]);
    await fd.destroy(ioasId);
    const [context] = (await fd.status())["contexts"] as StatusTree[];
    expect(context).toMatchObject({ objectCount: 0, objects: [] });
    await fd.close();
    expect({ seed, left: await leftBehind({ socket }, before) }).toEqual({ seed, left: [] });
  }, 90_000);
});

describe("the judgement of a history", () => {
  const call = (kind: SlotCall["kind"], value: number, succeeded: boolean, begin: number, end: number): SlotCall => ({
    kind,
    value,
    succeeded,
    begin,
    end,
  });

  test.each<[string, SlotCall[]]>([
    ["two puts one after the other that both succeed", [call("put", 1, true, 0, 1), call("put", 2, true, 2, 3)]],
    ["two puts at once that both succeed", [call("put", 1, true, 0, 3), call("put", 2, true, 1, 2)]],
    ["a take of nothing", [call("take", 0, true, 0, 1)]],
    [
      "a get of what was taken before",
      [call("put", 1, true, 0, 1), call("take", 0, true, 2, 3), call("get", 1, true, 4, 5)],
    ],
    ["a get of what nobody put", [call("put", 1, true, 0, 1), call("get", 2, true, 0, 1)]],
    ["a put that failed while all was empty", [call("put", 1, false, 0, 1), call("put", 1, true, 2, 3)]],
  ])("refuses %s", (_what, history) => {
    expect(inexplicable(history)).toBeDefined();
  });

  test.each<[string, SlotCall[]]>([
    [
      "a get of either during a put",
      [call("put", 1, true, 0, 9), call("get", 0, true, 1, 2), call("get", 1, true, 3, 4)],
    ],
    [
      "a put that failed between two others",
      [call("put", 1, true, 0, 1), call("put", 2, false, 0, 5), call("take", 0, true, 4, 6)],
    ],
    ["calls that all overlap", [call("take", 0, true, 0, 9), call("put", 1, true, 1, 8), call("get", 1, true, 2, 7)]],
  ])("accepts %s", (_what, history) => {
    expect(inexplicable(history)).toBeUndefined();
  });

  test("accepts what an order produced, and refuses it with one result changed", () => {
    const random = new Random(20);
    const history: SlotCall[] = [];
    let held = 0;
    for (let at = 0; at < 400; at++) {
      const kind = random.pick(["put", "take", "get"] as const);
      const value = kind === "put" ? 1 + random.below(9) : kind === "get" ? held : 0;
      const succeeded = kind === "get" || (kind === "put") === (held === 0);
      // Each takes effect at `at`, somewhere in its time.
      const one = { kind, value, succeeded, begin: at - random.below(8), end: at + 0.5 + random.below(8) };
      held = apply(one, held)!;
      history.push(one);
    }
    expect(inexplicable(history)).toBeUndefined();
    const last = Math.max(...history.map(({ end }) => end));
    const wrong = { kind: "get", value: held + 1, succeeded: true, begin: last + 1, end: last + 2 } as const;
    expect(inexplicable([...history, wrong])).toBe(wrong);
  });
});
