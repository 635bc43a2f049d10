/**
 * The daemon without its surroundings: the state that all clients share, and the sessions that work on it. Time, random
 * numbers and the transport are handed in, so that a test can run it in its own process.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { Accounts } from "../core/accounting.js";
import { Context } from "../core/context.js";
import type { Endpoint } from "../devices/endpoint.js";
import type { VdpaDevice } from "../devices/vdpa/device.js";
import type { FrameTable } from "../memory/frames.js";
import type { Peer } from "../memory/peer.js";
import { allocateKernelMemory } from "../memory/kernel-memory.js";
import { allocateSharedMemory } from "../memory/shared-memory.js";
import { inspectDaemon } from "../observe/status.js";
import { Dispatcher } from "../uapi/dispatch.js";
import type { WireLimits } from "../wire/limits.js";
import type { Log } from "../wire/log.js";
import type { DescriptorTarget } from "../uapi/descriptors.js";
import { openVfioDevice, openVfioGroup } from "../uapi/vfio-files.js";
import { EventFile } from "../wire/event-file.js";
import {
  DeviceNode,
  EndpointFile,
  IommufdFile,
  MadeFile,
  TargetFile,
  VdpaFile,
  type OpenFile,
} from "../wire/open-file.js";
import { ProtocolViolation } from "../wire/protocol-error.js";
import type { RingHost } from "../wire/ring-carrier.js";
import type { Server } from "../wire/server.js";
import { Session } from "../wire/session.js";
import type { Connection } from "../wire/transport.js";
import type { Machine } from "./machine.js";
import { VERSION } from "./version.js";

/** Optional parts of the protocol that this daemon has. */
const FEATURES = [
  ...["batch", "endpoints", "regions", "callback-regions", "files", "status", "pasids"],
  ...["vfio", "eventfds", "raw", "machine"],
] as const;

/** Nodes that open a context, and whether locked memory is charged to the process there. */
const IOMMUFD_NODES: ReadonlyMap<string, boolean> = new Map([
  ["/dev/iommu", false],
  ["/dev/vfio/vfio", true],
]);
const ENDPOINT_PREFIX = "endpoint/";
const VDPA_PREFIX = "vdpa/";
const EVENT_NODE = "eventfd";
/** /dev/vfio/devices/vfioN and /dev/vfio/GROUP. */
const VFIO_NODE = /^\/dev\/vfio\/(?:devices\/vfio(\d{1,7})|(\d{1,10}))$/;
const ATTRIBUTE_PREFIX = "/sys/";
const TOKEN_BYTES = 32;

export interface DaemonConfig {
  readonly limits: WireLimits;
  readonly selftest: boolean;
  readonly kernelFixes: boolean;
}

export interface DaemonDependencies {
  readonly log: Log;
  readonly machine: Machine;
  readonly frames: FrameTable;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Absent: there are no rings. */
  readonly rings?: RingHost | undefined;
  /** As Transport.settle. */
  readonly settle: () => Promise<void>;
  /** Opens an attribute in /sys for writing; absent: there is no tree of files. */
  readonly openAttribute?: (path: string) => DescriptorTarget | Errno;
  /** What inspection says of the memory providers: name to "on" or why it is off. */
  readonly providers: Readonly<Record<string, string>>;
}

export class Daemon implements Server {
  readonly name = `iommufd-emu ${VERSION}`;
  readonly features: readonly string[];
  readonly limits: WireLimits;
  private readonly dispatcher: Dispatcher;
  readonly accounts = new Accounts();
  readonly points = this.accounts.points;
  readonly rings: RingHost | undefined;
  readonly emptied: TargetFile[] = [];
  private readonly files = new Map<string, OpenFile>();
  private readonly sessions = new Set<Session>();
  private readonly endpoints = new Map<string, DeviceNode<Endpoint>>();
  private readonly vdpa = new Map<string, DeviceNode<VdpaDevice>>();
  private sessionsSeen = 0;
  private stopping = false;

  constructor(
    config: DaemonConfig,
    private readonly dependencies: DaemonDependencies,
  ) {
    this.limits = config.limits;
    this.rings = dependencies.rings;
    this.features = this.rings === undefined ? FEATURES : [...FEATURES, "rings"];
    const { points } = this.accounts;
    for (const memory of [dependencies.machine.topology.tableMemory, dependencies.machine.topology.mockTables])
      memory.refuses = () => points.ordinaryFails();
    this.dispatcher = new Dispatcher({
      selftest: config.selftest,
      kernelFixes: config.kernelFixes,
      allocateKernel: (bytes) =>
        points.ordinaryFails() ? errno.ENOMEM : allocateKernelMemory(dependencies.frames, bytes),
      mock: config.selftest ? dependencies.machine.topology.mock : undefined,
    });
    for (const { endpoint, group } of dependencies.machine.topology.endpoints)
      this.endpoints.set(endpoint.name, new DeviceNode(endpoint, group));
    for (const { device, group } of dependencies.machine.topology.vdpa)
      this.vdpa.set(device.name, new DeviceNode(device, group));
  }

  /**
   * A new connection. One beyond the limit is told so and closed.
   * @param isRoom the daemon may have more descriptors
   */
  connect(peer: Peer, connection: Pick<Connection, "write" | "close">, isRoom = true): Session {
    const session = new Session(++this.sessionsSeen, this, peer, connection, this.dependencies.log);
    const full = this.sessions.size >= this.limits.sessionsMax;
    this.sessions.add(session);
    if (!isRoom) session.dismiss(new ProtocolViolation("TOO_MANY_SESSIONS", "the daemon's open files, see ulimit -n"));
    else if (full) session.dismiss(new ProtocolViolation("TOO_MANY_SESSIONS", `${this.limits.sessionsMax}`));
    else if (this.stopping) session.dismiss(new ProtocolViolation("SHUTTING_DOWN"));
    return session;
  }

  /**
   * Ends every session once its parked request is answered, as its client's death would.
   * @param graceMs how long parked requests are waited for
   */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const sessions = [...this.sessions];
    const idle = Promise.all(sessions.map((session) => session.idle()));
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([idle, grace]);
    clearTimeout(timer);
    for (const session of sessions) session.dismiss(new ProtocolViolation("SHUTTING_DOWN"));
  }

  open(node: string, token: string | undefined): OpenFile | Errno {
    const key = token ?? this.freshToken();
    if (this.files.has(key)) return errno.EEXIST;
    const file = this.makeFile(node, key);
    if (typeof file !== "number") this.files.set(key, file);
    return file;
  }

  private makeFile(node: string, key: string): OpenFile | Errno {
    const onRelease = (): void => {
      this.files.delete(key);
    };
    const perProcessAccounting = IOMMUFD_NODES.get(node);
    if (perProcessAccounting !== undefined) {
      const { objectsMax } = this.limits;
      const context = new Context(this.accounts, this.dependencies.frames, {
        perProcessAccounting,
        objectsMax,
        allocateShared: (bytes) => (this.accounts.points.ordinaryFails() ? errno.ENOMEM : allocateSharedMemory(bytes)),
      });
      return new IommufdFile(key, node, context, this.dispatcher, onRelease);
    }
    const target = this.openTarget(node);
    if (typeof target === "number") return target;
    if (target !== undefined) return new TargetFile(key, target, onRelease, (emptied) => this.emptied.push(emptied));
    const vdpa = node.startsWith(VDPA_PREFIX) ? this.vdpa.get(node.slice(VDPA_PREFIX.length)) : undefined;
    if (vdpa !== undefined) return new VdpaFile(key, vdpa, onRelease);
    if (!node.startsWith(ENDPOINT_PREFIX)) return errno.ENOENT;
    const endpoint = this.endpoints.get(node.slice(ENDPOINT_PREFIX.length));
    return endpoint === undefined ? errno.ENOENT : new EndpointFile(key, endpoint, onRelease);
  }

  /** @returns undefined: the node is of another kind */
  private openTarget(node: string): DescriptorTarget | Errno | undefined {
    const { machine, openAttribute } = this.dependencies;
    if (node === EVENT_NODE) return new EventFile();
    if (node.startsWith(ATTRIBUTE_PREFIX)) return openAttribute?.(node) ?? errno.ENOENT;
    const [, device, group] = VFIO_NODE.exec(node) ?? [];
    if (device !== undefined) return openVfioDevice(machine.vfio, Number(device));
    return group === undefined ? undefined : openVfioGroup(machine.vfio, Number(group));
  }

  adopt(target: DescriptorTarget): MadeFile {
    const key = this.freshToken();
    const onRelease = (): void => {
      this.files.delete(key);
    };
    const file = new MadeFile(key, target, onRelease, (emptied) => this.emptied.push(emptied));
    this.files.set(key, file);
    return file;
  }

  addDevice(device: string): string | undefined {
    return this.dependencies.machine.addDevice(device);
  }

  removeDevice(address: string): boolean | Errno {
    return this.dependencies.machine.removeDevice(address);
  }

  private freshToken(): string {
    return Buffer.from(this.dependencies.randomBytes(TOKEN_BYTES)).toString("hex");
  }

  find(token: string): OpenFile | undefined {
    return this.files.get(token);
  }

  settle(): Promise<void> {
    return this.dependencies.settle();
  }

  forget(session: Session): void {
    this.sessions.delete(session);
  }

  inspect(): Record<string, unknown> {
    return inspectDaemon({
      name: this.name,
      sessions: [...this.sessions],
      files: [...this.files.values()],
      accounts: this.accounts,
      devices: this.dependencies.machine.vfio.inspect(),
      iommus: this.dependencies.machine.topology.iommus,
      endpoints: [...this.endpoints.values()],
      vdpa: [...this.vdpa.values()],
      frames: this.dependencies.frames,
      tables: {
        iommus: this.dependencies.machine.topology.tableMemory,
        mock: this.dependencies.machine.topology.mockTables,
      },
      providers: this.dependencies.providers,
      rings: this.rings === undefined ? "off: they need koffi and a daemon that is a process of its own" : "on",
    });
  }
}
