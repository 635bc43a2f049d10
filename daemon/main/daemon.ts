/**
 * The daemon without its surroundings: the state that all clients share, and the sessions that work on it. Time, random
 * numbers and the transport are handed in, so that a test can run it in its own process.
 */
import type { Logger } from "pino";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { Accounts } from "../core/accounting.js";
import { Context } from "../core/context.js";
import type { FrameTable } from "../memory/frames.js";
import type { Peer } from "../memory/peer.js";
import { allocateKernelMemory } from "../memory/kernel-memory.js";
import { allocateSharedMemory } from "../memory/shared-memory.js";
import { inspectDaemon } from "../observe/status.js";
import { Dispatcher } from "../uapi/dispatch.js";
import type { WireLimits } from "../wire/limits.js";
import type { DescriptorTarget } from "../uapi/descriptors.js";
import { EventFile } from "../wire/event-file.js";
import { EndpointFile, EndpointNode, IommufdFile, MadeFile, TargetFile, type OpenFile } from "../wire/open-file.js";
import { ProtocolViolation } from "../wire/protocol-error.js";
import type { Server } from "../wire/server.js";
import { Session } from "../wire/session.js";
import type { Connection } from "../wire/transport.js";
import type { Topology } from "./topology.js";
import { VERSION } from "./version.js";

/** Optional parts of the protocol that this daemon has. */
const FEATURES = ["batch", "endpoints", "regions", "callback-regions", "files", "status", "pasids"] as const;

/** Nodes that open a context, and whether locked memory is charged to the process there. */
const IOMMUFD_NODES: ReadonlyMap<string, boolean> = new Map([
  ["/dev/iommu", false],
  ["/dev/vfio/vfio", true],
]);
const ENDPOINT_PREFIX = "endpoint/";
const EVENT_NODE = "eventfd";
const ATTRIBUTE_PREFIX = "/sys/";
const TOKEN_BYTES = 32;

export interface DaemonConfig {
  readonly limits: WireLimits;
  readonly selftest: boolean;
  readonly kernelFixes: boolean;
}

export interface DaemonDependencies {
  readonly log: Logger;
  readonly topology: Topology;
  readonly frames: FrameTable;
  readonly randomBytes: (length: number) => Uint8Array;
  /** As Transport.settle. */
  readonly settle: () => Promise<void>;
  /** Opens an attribute in /sys for writing; absent: there is no tree of files. */
  readonly openAttribute?: (path: string) => DescriptorTarget | Errno;
  /** What inspection says of the memory providers: name to "on" or why it is off. */
  readonly providers: Readonly<Record<string, string>>;
}

export class Daemon implements Server {
  readonly name = `iommufd-emu ${VERSION}`;
  readonly features = FEATURES;
  readonly limits: WireLimits;
  readonly dispatcher: Dispatcher;
  readonly accounts = new Accounts();
  readonly points = this.accounts.points;
  readonly emptied: TargetFile[] = [];
  private readonly files = new Map<string, OpenFile>();
  private readonly sessions = new Set<Session>();
  private readonly endpoints = new Map<string, EndpointNode>();
  private sessionsSeen = 0;
  private stopping = false;

  constructor(
    config: DaemonConfig,
    private readonly dependencies: DaemonDependencies,
  ) {
    this.limits = config.limits;
    const { points } = this.accounts;
    for (const memory of [dependencies.topology.tableMemory, dependencies.topology.mockTables])
      memory.refuses = () => points.ordinaryFails();
    this.dispatcher = new Dispatcher({
      selftest: config.selftest,
      kernelFixes: config.kernelFixes,
      allocateKernel: (bytes) =>
        points.ordinaryFails() ? errno.ENOMEM : allocateKernelMemory(dependencies.frames, bytes),
      mock: config.selftest ? dependencies.topology.mock : undefined,
    });
    for (const { endpoint, group } of dependencies.topology.endpoints)
      this.endpoints.set(endpoint.name, new EndpointNode(endpoint, group));
  }

  /** A new connection. One beyond the limit is told so and closed. */
  connect(peer: Peer, connection: Pick<Connection, "write" | "close">): Session {
    const session = new Session(++this.sessionsSeen, this, peer, connection, this.dependencies.log);
    const full = this.sessions.size >= this.limits.sessionsMax;
    this.sessions.add(session);
    if (full) session.dismiss(new ProtocolViolation("TOO_MANY_SESSIONS", `${this.limits.sessionsMax}`));
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
      return new IommufdFile(key, node, context, onRelease);
    }
    if (node === EVENT_NODE)
      return new TargetFile(key, new EventFile(), onRelease, (emptied) => this.emptied.push(emptied));
    if (node.startsWith(ATTRIBUTE_PREFIX)) {
      const attribute = this.dependencies.openAttribute?.(node) ?? errno.ENOENT;
      if (typeof attribute === "number") return attribute;
      return new TargetFile(key, attribute, onRelease, (emptied) => this.emptied.push(emptied));
    }
    if (!node.startsWith(ENDPOINT_PREFIX)) return errno.ENOENT;
    const endpoint = this.endpoints.get(node.slice(ENDPOINT_PREFIX.length));
    return endpoint === undefined ? errno.ENOENT : new EndpointFile(key, endpoint, onRelease);
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
    return `${device}: no such model`;
  }

  removeDevice(): Errno {
    return errno.ENODEV;
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
      iommus: this.dependencies.topology.iommus,
      endpoints: [...this.endpoints.values()],
      frames: this.dependencies.frames,
      tables: { iommus: this.dependencies.topology.tableMemory, mock: this.dependencies.topology.mockTables },
      providers: this.dependencies.providers,
    });
  }
}
