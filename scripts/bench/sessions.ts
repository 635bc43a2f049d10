/**
 * Many connections: requests of some of them while others are idle, what an idle one takes in memory, and contexts that are
 * opened, used and closed by the thousand. Beside it a server in Node with as many connections and the same bytes.
 */
import { encodeStruct } from "../../proto/uapi/codec.js";
import * as api from "../../proto/uapi/iommufd.js";
import { DESTROY_MISSING, hexadecimal, ioctlFrame, setupWith } from "./frames.js";
import { figure, type Figure, type Target } from "./figure.js";
import type { Plan } from "./plan.js";
import { grouped } from "./report.js";
import { columnMedians } from "./rounds.js";
import type { Workshop } from "./workshop.js";

const PAGE_BYTES = 4096n;
/** The first object of a context has it. */
const IOAS_ID = 1;

/** An open /dev/iommu with an IOAS and a page mapped in it. */
const CONTEXT = setupWith(
  ioctlFrame(3, "IOMMU_IOAS_ALLOC", encodeStruct(api.iommu_ioas_alloc, {})),
  ioctlFrame(
    4,
    "IOMMU_IOAS_MAP",
    encodeStruct(api.iommu_ioas_map, {
      flags: api.IOMMU_IOAS_MAP_FIXED_IOVA | api.IOMMU_IOAS_MAP_READABLE,
      ioas_id: IOAS_ID,
      user_va: PAGE_BYTES,
      length: PAGE_BYTES,
      iova: PAGE_BYTES,
    }),
  ),
);
const CLOSE = hexadecimal({ sequence: 5, close: {} });

/** Nobody starves: the slowest gets at least a third of what the mean gets. */
const FAIRNESS_TARGET: Target = { of: "ratio", is: "at least", bound: 1 / 3 };

export async function sessions(plan: Plan, workshop: Workshop): Promise<Figure[]> {
  const sockets = [await workshop.socket("daemon"), await workshop.socket("nodeEcho")] as const;
  return [...(await crowd(plan, workshop, sockets)), ...(await contexts(plan, workshop, sockets))];
}

async function crowd(plan: Plan, workshop: Workshop, sockets: readonly string[]): Promise<Figure[]> {
  const { rounds, clients, busyClients, idleClients, clientCalls } = plan;
  const counts = [rounds, clientCalls, clients, busyClients, idleClients];
  const rows = await workshop.run("sessions", "crowd", ...counts, setupWith(), DESTROY_MISSING, ...sockets);
  const medians = columnMedians(rows);
  const [median, of99, of999, slowest, mean, bytes, ...echo] = medians;
  const [echoMedian, echo99, echo999, echoSlowest, echoMean, echoBytes] = echo;
  const who = `${grouped(busyClients)} busy of ${grouped(clients)} clients`;
  const time = { section: "sessions", unit: "ns" } as const;
  const answers = { section: "sessions", unit: "answers" } as const;
  return [
    figure({ ...time, name: `DESTROY, ${who}, median`, value: median!, yardstick: inNode(echoMedian) }),
    figure({ ...time, name: `DESTROY, ${who}, 99 of 100`, value: of99!, yardstick: inNode(echo99) }),
    figure({ ...time, name: `DESTROY, ${who}, 999 of 1000`, value: of999!, yardstick: inNode(echo999) }),
    figure({
      ...answers,
      name: `the slowest of ${who}`,
      value: slowest!,
      yardstick: { name: "their mean", value: mean! },
      target: FAIRNESS_TARGET,
    }),
    figure({
      ...answers,
      name: `echo in Node, the slowest of ${who}`,
      value: echoSlowest!,
      yardstick: { name: "their mean", value: echoMean! },
    }),
    figure({ section: "sessions", unit: "bytes", name: "an idle client", value: bytes!, yardstick: inNode(echoBytes) }),
  ];
}

async function contexts(plan: Plan, workshop: Workshop, sockets: readonly string[]): Promise<Figure[]> {
  const { scaleRounds, contexts: count } = plan;
  const rows = await workshop.run("sessions", "contexts", scaleRounds, count, CONTEXT, CLOSE, ...sockets);
  const [open, close, echoOpen, echoClose] = columnMedians(rows).map((ns) => ns / count);
  const time = { section: "sessions", unit: "ns" } as const;
  const which = `one of ${grouped(count)} contexts`;
  return [
    figure({ ...time, name: `${which}, open and MAP`, value: open!, yardstick: inNode(echoOpen) }),
    figure({ ...time, name: `${which}, close`, value: close!, yardstick: inNode(echoClose) }),
  ];
}

const inNode = (value: number | undefined) => ({ name: "echo in Node", value: value! });
