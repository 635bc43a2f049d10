/**
 * The machine that the daemon simulates: IOMMUs, and endpoints in groups behind them, from a description (topology-config)
 * or, without one, the default machine.
 */
import { readFileSync } from "node:fs";
import { IommuGroup } from "../core/group.js";
import { Endpoint } from "../devices/endpoint.js";
import { TableMemory } from "../hw/engine/table-memory.js";
import { FaultCounter } from "../hw/fault-log.js";
import type { PhysicalMemory, ReservedRegion } from "../hw/interface.js";
import { MOCK_TABLE_PFN_FIRST, MOCK_TABLES_MAX, MockIommu } from "../hw/mock/iommu.js";
import { LINUX_7_1, LINUX_7_1_FIXED } from "../hw/mock/personality.js";
import { MockBus } from "../devices/mock-bus.js";
import { VtdIommu } from "../hw/vtd/iommu.js";
import { vtdProfile } from "../hw/vtd/profile.js";
import { INTERRUPT_WINDOW_FIRST, INTERRUPT_WINDOW_LAST } from "../hw/vtd/spec/interrupt-window.js";
import { lastOf, U64 } from "../u64.js";
import { parseTopology, type RegionConfig, type TopologyConfig } from "./topology-config.js";

/** A description that cannot be used; the message has a line for each mistake. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
}

/**
 * @param path a topology file; undefined: the default machine
 * @throws TopologyError
 */
export function loadTopology(path: string | undefined): TopologyConfig {
  const source = path ?? "default topology";
  const result = parseTopology(path === undefined ? DEFAULT_TOPOLOGY : readJson(path));
  if ("mistakes" in result) throw new TopologyError(result.mistakes.map((line) => `${source}: ${line}`).join("\n"));
  return result.config;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new TopologyError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The machine when no description is given: one VT-d unit, two endpoints alone and two that share a group. */
export const DEFAULT_TOPOLOGY = {
  iommus: [{ name: "iommu0", kind: "vtd" }],
  endpoints: [
    { name: "dma0", address: "0000:00:04.0", iommu: "iommu0", group: 1 },
    { name: "dma1", address: "0000:00:05.0", iommu: "iommu0", group: 2 },
    { name: "dma2", address: "0000:00:06.0", iommu: "iommu0", group: 3 },
    { name: "dma3", address: "0000:00:06.1", iommu: "iommu0", group: 3 },
  ],
} as const;

export interface TopologyEndpoint {
  readonly endpoint: Endpoint;
  readonly group: IommuGroup;
}

export interface Topology {
  readonly iommus: readonly VtdIommu[];
  readonly endpoints: readonly TopologyEndpoint[];
  /** In the order of their first endpoints. */
  readonly groups: readonly IommuGroup[];
  /** Where the IOMMUs' tables live. */
  readonly tableMemory: TableMemory;
  /** Where the mock IOMMU's tables live. */
  readonly mockTables: TableMemory;
  /** Where the selftest makes its devices, whatever the description says. */
  readonly mock: MockBus;
}

/**
 * @param memory what the endpoints reach with translated addresses
 * @param limits the table pages that all IOMMUs may take together
 */
export function buildTopology(
  config: TopologyConfig,
  memory: PhysicalMemory,
  limits: { readonly tablesMax: number; readonly kernelFixes: boolean },
): Topology {
  const tableMemory = new TableMemory(limits.tablesMax);
  const faultCounter = new FaultCounter();
  const iommus = new Map(
    config.iommus.map(({ name, profile }) => [
      name,
      new VtdIommu(name, vtdProfile(profile), tableMemory, faultCounter),
    ]),
  );
  const endpoints = config.endpoints.map(
    ({ name, address: { text, requesterId }, iommu: iommuName, reserved = [], pasidBits, pageRequests }) => {
      const iommu = iommus.get(iommuName)!;
      iommu.describeDevice(requesterId, { pasidBits, raisesPageRequests: pageRequests });
      return new Endpoint(
        {
          name,
          address: text,
          requesterId,
          iommu,
          reservedRegions: [...reserved.map(regionOf), INTERRUPT_WINDOW],
        },
        memory,
      );
    },
  );
  const groupIds = assignGroups(config);
  const groups = new Map<number, IommuGroup>();
  for (const id of groupIds)
    if (!groups.has(id))
      groups.set(
        id,
        new IommuGroup(
          id,
          endpoints.filter((_, index) => groupIds[index] === id),
        ),
      );
  const mockTables = new TableMemory(Math.min(limits.tablesMax, MOCK_TABLES_MAX), MOCK_TABLE_PFN_FIRST);
  const personality = limits.kernelFixes ? LINUX_7_1_FIXED : LINUX_7_1;
  const mockOptions = { personality, scattersPages: true };
  const mock = new MockBus(new MockIommu(mockTables, faultCounter, mockOptions));
  return {
    iommus: [...iommus.values()],
    endpoints: endpoints.map((endpoint, index) => ({ endpoint, group: groups.get(groupIds[index]!)! })),
    groups: [...groups.values()],
    tableMemory,
    mockTables,
    mock,
  };
}
/** Every x86 endpoint has it: hardware takes writes there for interrupts. */
const INTERRUPT_WINDOW: ReservedRegion = {
  start: U64.fromNumber(INTERRUPT_WINDOW_FIRST),
  last: U64.fromNumber(INTERRUPT_WINDOW_LAST),
  kind: "msi",
};

/** Preconditions: the region was checked. */
function regionOf({ start, length, kind }: RegionConfig): ReservedRegion {
  return { start, last: lastOf(start, length)!, kind };
}

/** An endpoint without a group is alone in one: the lowest number from 1 that is not taken. */
function assignGroups({ endpoints }: TopologyConfig): number[] {
  const taken = new Set(endpoints.map((each) => each.group));
  let next = 1;
  return endpoints.map(({ group }) => {
    if (group !== undefined) return group;
    while (taken.has(next)) next++;
    return next++;
  });
}
