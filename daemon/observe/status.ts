/** The tree that `iommufd-emu status` shows: sessions, contexts with their objects, descriptors that ioctls made, devices, memory. */
import { readdirSync } from "node:fs";
import type { Accounts } from "../core/accounting.js";
import { NO_PASID } from "../core/group.js";
import type { Endpoint } from "../devices/endpoint.js";
import type { VdpaDevice } from "../devices/vdpa/device.js";
import type { FrameTable } from "../memory/frames.js";
import { EndpointFile, IommufdFile, TargetFile, type DeviceNode, type OpenFile } from "../wire/open-file.js";
import type { Session } from "../wire/session.js";

/** Objects of a context that are listed at the most; the count tells how many there are. */
const OBJECTS_LISTED_MAX = 256;

export interface Inspected {
  readonly name: string;
  readonly sessions: readonly Session[];
  readonly files: readonly OpenFile[];
  readonly accounts: Accounts;
  readonly iommus: readonly { inspect(): Record<string, unknown> }[];
  readonly endpoints: readonly DeviceNode<Endpoint>[];
  readonly vdpa: readonly DeviceNode<VdpaDevice>[];
  /** PCI functions, with what programs do with them. */
  readonly devices: Record<string, unknown>;
  readonly frames: FrameTable;
  /** Memory of page tables: pages in use, by whose they are. */
  readonly tables: Readonly<Record<string, { readonly used: number }>>;
  readonly providers: Readonly<Record<string, string>>;
  /** "on", or why there are none. */
  readonly rings: string;
}

export function inspectDaemon(daemon: Inspected): Record<string, unknown> {
  const { files, sessions } = daemon;
  const speakers = (file: OpenFile): number[] =>
    sessions.filter((session) => session.openFile === file).map((session) => session.id);
  return {
    daemon: daemon.name,
    rings: daemon.rings,
    sessions: sessions.map((session) => session.inspect()),
    contexts: files
      .filter((file) => file instanceof IommufdFile)
      .map((file) => ({
        node: file.node,
        holders: file.holderCount,
        sessions: speakers(file),
        accounting: file.context.perProcessAccounting ? "process" : "user",
        compatIoas: file.context.compatIoas?.id ?? null,
        objectCount: file.context.objects.size,
        objects: file.context.objects
          .list()
          .slice(0, OBJECTS_LISTED_MAX)
          .map((object) => ({
            id: object.id,
            type: object.type,
            users: object.users,
            ...object.inspect(),
          })),
      })),
    descriptors: files
      .filter((file) => file instanceof TargetFile)
      .map((file) => ({ node: file.node, holders: file.holderCount, sessions: speakers(file) })),
    iommus: daemon.iommus.map((iommu) => iommu.inspect()),
    endpoints: daemon.endpoints.map(({ device: endpoint, group, bound }) => ({
      name: endpoint.name,
      address: endpoint.address,
      iommu: endpoint.iommu.name,
      group: group.id,
      bound,
      hwpt: group.attachment(NO_PASID)?.hwpt.id ?? null,
      pasids: group.pasids().filter((pasid) => pasid !== NO_PASID),
      pageRequests: endpoint.dma.pages.open,
      faults: endpoint.faults().length,
      lostFaults: endpoint.lostFaults(),
      openedBy: files.filter((file) => file instanceof EndpointFile && file.endpoint === endpoint).flatMap(speakers),
    })),
    vdpa: daemon.vdpa.map(({ device, group, bound }) => ({
      ...device.inspect(),
      group: group.id,
      bound,
      hwpt: group.attachment(NO_PASID)?.hwpt.id ?? null,
    })),
    devices: daemon.devices,
    memory: {
      providers: daemon.providers,
      frames: daemon.frames.inspect(),
      accounts: daemon.accounts.inspect(),
      tablePages: Object.fromEntries(Object.entries(daemon.tables).map(([name, { used }]) => [name, used])),
    },
    process: {
      pid: process.pid,
      openFiles: readdirSync("/proc/self/fd").length,
      residentBytes: process.memoryUsage.rss(),
    },
  };
}
