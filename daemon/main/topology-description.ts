/**
 * A description of a machine (topology-config), from a file or the default one, and what changes when devices are plugged in and
 * taken away.
 */
import { readFileSync } from "node:fs";
import { parseDeviceText } from "./device-text.js";
import {
  FUNCTION_DEFAULTS,
  parseAddress,
  parseTopology,
  type DeviceConfig,
  type TopologyConfig,
} from "./topology-config.js";

/** A description that cannot be used; the message has a line for each mistake. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
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

/** What the check of the default description comes to, without the check and what it takes to load it. */
const DEFAULT_CONFIG: TopologyConfig = {
  iommus: [...DEFAULT_TOPOLOGY.iommus],
  endpoints: DEFAULT_TOPOLOGY.endpoints.map((each) => ({
    ...each,
    ...FUNCTION_DEFAULTS,
    address: parseAddress(each.address)!,
  })),
  vdpa: [],
  devices: [],
};

export class TopologyDescription {
  private constructor(
    /** As it was given. */
    private readonly json: Readonly<Record<string, unknown>>,
    readonly config: TopologyConfig,
  ) {}

  /** @param source what a message names @throws TopologyError */
  static of(json: unknown, source = "topology"): TopologyDescription {
    const result = parseTopology(json);
    if ("mistakes" in result) throw new TopologyError(result.mistakes.map((line) => `${source}: ${line}`).join("\n"));
    return new TopologyDescription(json as Record<string, unknown>, result.config);
  }

  /**
   * @param path a topology file; undefined: the default machine, whose endpoints give way to the devices
   * @param devices to be added, as on the command line
   * @throws TopologyError
   */
  static load(path: string | undefined, devices: readonly string[] = []): TopologyDescription {
    let description =
      path === undefined
        ? new TopologyDescription(DEFAULT_TOPOLOGY, DEFAULT_CONFIG)
        : TopologyDescription.of(readJson(path), path);
    for (const text of devices) {
      if (path === undefined) description = description.withoutEndpoint(text);
      description = description.with(text).description;
    }
    return description;
  }

  /** @param text of a device as on the command line @throws TopologyError */
  with(text: string): { readonly description: TopologyDescription; readonly device: DeviceConfig } {
    const entry = parseDeviceText(text);
    if (typeof entry === "string") throw new TopologyError(entry);
    const devices = [...((this.json["devices"] ?? []) as unknown[]), entry];
    const description = TopologyDescription.of({ ...this.json, devices }, `device "${text}"`);
    return { description, device: description.config.devices.at(-1)! };
  }

  /** A device is gone: its address and its place in a group are free. */
  without(address: string): TopologyDescription {
    const { devices } = this.config;
    const entries = (this.json["devices"] ?? []) as unknown[];
    const left = entries.filter((_, index) => devices[index]!.address.text !== address);
    return TopologyDescription.of({ ...this.json, devices: left });
  }

  private withoutEndpoint(device: string): TopologyDescription {
    const taken = (address: string): boolean => device.includes(`@${address}`);
    const endpoints = this.json["endpoints"] as { readonly address: string }[];
    return TopologyDescription.of({ ...this.json, endpoints: endpoints.filter(({ address }) => !taken(address)) });
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new TopologyError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
