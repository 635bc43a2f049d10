/** The tree that `iommufd-emu status` shows: sessions, contexts with their objects, devices, memory. */
import { readdirSync } from "node:fs";
import type { Accounts } from "../core/accounting.js";
import type { IommuGroup } from "../core/group.js";
import type { Endpoint } from "../devices/endpoint.js";
import type { FrameTable } from "../memory/frames.js";
import { EndpointFile, IommufdFile, type OpenFile } from "../wire/open-file.js";
import type { Session } from "../wire/session.js";

/** Objects of a context that are listed at the most; the count tells how many there are. */
const OBJECTS_LISTED_MAX = 256;

interface Inspectable {
  inspect(): Record<string, unknown>;
}

export interface Inspected {
  readonly name: string;
  readonly sessions: readonly Session[];
  readonly files: readonly OpenFile[];
  readonly accounts: Accounts;
  readonly topology: {
    readonly iommus: readonly Inspectable[];
    readonly endpoints: readonly { readonly endpoint: Endpoint; readonly group: IommuGroup }[];
  };
  readonly frames: FrameTable;
  readonly providers: Readonly<Record<string, string>>;
}

export function inspectDaemon(daemon: Inspected): Record<string, unknown> {
  const { files, sessions, topology } = daemon;
  const speakers = (file: OpenFile): number[] =>
    sessions.filter((session) => session.openFile === file).map((session) => session.id);
  return {
    daemon: daemon.name,
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
    iommus: topology.iommus.map((iommu) => iommu.inspect()),
    endpoints: topology.endpoints.map(({ endpoint, group }) => ({
      ...endpoint.inspect(),
      group: group.id,
      openedBy: files.filter((file) => file instanceof EndpointFile && file.endpoint === endpoint).flatMap(speakers),
    })),
    memory: { providers: daemon.providers, frames: daemon.frames.inspect(), accounts: daemon.accounts.inspect() },
    process: {
      pid: process.pid,
      openFiles: readdirSync("/proc/self/fd").length,
      residentBytes: process.memoryUsage.rss(),
    },
  };
}
