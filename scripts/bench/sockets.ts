/**
 * Ioctls over a socket, driven from C: the DESTROY of an object that is not there, which is the least work that a daemon
 * can have with an ioctl, one at a time and many in flight; and MAP and UNMAP in batches.
 */
import { figure, type Figure, type Target } from "./figure.js";
import { DESTROY_MISSING, setupWith } from "./frames.js";
import type { Plan } from "./plan.js";
import { columnMedians } from "./rounds.js";
import type { ServerKind, Workshop } from "./workshop.js";

const SETUP = setupWith();

const TARGETS: readonly { readonly driver: "frames" | "library"; readonly server: ServerKind }[] = [
  { driver: "frames", server: "daemon" },
  { driver: "frames", server: "nodeEcho" },
  { driver: "frames", server: "cEcho" },
  { driver: "library", server: "daemon" },
];

/** What `exchange` is told before its targets. */
export function exchangeArguments({ warmUps, rounds, calls }: Plan, inFlight: number): (string | number)[] {
  return [warmUps, rounds, calls, inFlight, SETUP, DESTROY_MISSING];
}

/** @returns nanoseconds for one request: the daemon, the echo in Node, the echo in C, the daemon through the C library */
async function exchange(workshop: Workshop, plan: Plan, inFlight: number): Promise<[number, number, number, number]> {
  const targets = await Promise.all(
    TARGETS.map(async ({ driver, server }) => `${driver}:${await workshop.socket(server)}`),
  );
  const { calls } = plan;
  const rows = await workshop.run("exchange", ...exchangeArguments(plan, inFlight), ...targets);
  const [daemon, nodeEcho, cEcho, library] = columnMedians(rows).map((ns) => ns / calls);
  return [daemon!, nodeEcho!, cEcho!, library!];
}

/** The daemon beside what a Node server costs at the least: reading, one trip through the event loop, writing. */
const ROUND_TRIP_TARGET: Target = { of: "ratio", is: "at most", bound: 1.25 };

export async function roundTrip(plan: Plan, workshop: Workshop): Promise<Figure[]> {
  const [daemon, nodeEcho, cEcho, library] = await exchange(workshop, plan, 1);
  const parts = { section: "round-trip", unit: "ns" } as const;
  const inNode = { name: "echo in Node", value: nodeEcho };
  const inC = { name: "echo in C", value: cEcho };
  return [
    figure({ ...parts, name: "DESTROY", value: daemon, yardstick: inNode, target: ROUND_TRIP_TARGET }),
    figure({ ...parts, name: "DESTROY", value: daemon, yardstick: inC }),
    figure({ ...parts, name: "DESTROY, C library", value: library, yardstick: inNode, target: ROUND_TRIP_TARGET }),
  ];
}

/** Here every request costs the daemon its own decoding and encoding, while an echo moves many at a time. */
const PIPELINE_TARGET: Target = { of: "ratio", is: "at least", bound: 0.5 };

export async function pipeline(plan: Plan, workshop: Workshop): Promise<Figure[]> {
  const [daemon, nodeEcho, cEcho, library] = (await exchange(workshop, plan, plan.inFlight)).map((ns) => 1e9 / ns);
  const parts = { section: "pipeline", unit: "calls/s" } as const;
  const name = `DESTROY, ${plan.inFlight} in flight`;
  const inNode = { name: "echo in Node", value: nodeEcho! };
  const inC = { name: "echo in C", value: cEcho! };
  return [
    figure({ ...parts, name, value: daemon!, yardstick: inNode, target: PIPELINE_TARGET }),
    figure({ ...parts, name, value: daemon!, yardstick: inC }),
    figure({ ...parts, name: `${name}, C library`, value: library!, yardstick: inNode, target: PIPELINE_TARGET }),
  ];
}

/** One that the default machine has. */
const ENDPOINT = "dma0";

/** MAP and UNMAP of an IOAS that no device uses: the table of areas changes, and nothing else. */
export function batch(plan: Plan, workshop: Workshop): Promise<Figure[]> {
  return batches(plan, workshop, "batch");
}

/** With a device attached every MAP also pins its page, and fills the page table. */
export function batchAttached(plan: Plan, workshop: Workshop): Promise<Figure[]> {
  return batches(plan, workshop, "batch-attached", ENDPOINT);
}

async function batches(plan: Plan, workshop: Workshop, section: string, ...endpoint: string[]): Promise<Figure[]> {
  const socket = await workshop.socket("daemon");
  const { warmUps, rounds, batches: count, batchIoctls } = plan;
  const rows = await workshop.run("batch", warmUps, rounds, socket, count, batchIoctls, ...endpoint);
  const [map, unmap, batchMap, batchUnmap] = columnMedians(rows).map((ns) => ns / (count * batchIoctls));
  const parts = { section, unit: "ns" } as const;
  const inBatch = `in a batch of ${batchIoctls}${endpoint.length > 0 ? ", a device attached" : ""}`;
  return [
    figure({
      ...parts,
      name: `MAP ${inBatch}`,
      value: batchMap!,
      yardstick: { name: "a MAP by itself", value: map! },
    }),
    figure({
      ...parts,
      name: `UNMAP ${inBatch}`,
      value: batchUnmap!,
      yardstick: { name: "an UNMAP by itself", value: unmap! },
    }),
  ];
}
