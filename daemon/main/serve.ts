/** Runs the daemon in this process: from the configuration to the last connection's end. */
import { randomBytes } from "node:crypto";
import { allocateBarMemory } from "../memory/bar-memory.js";
import type { VtdIommu } from "../hw/vtd/iommu.js";
import { FileTable } from "../memory/file-object.js";
import { FrameTable } from "../memory/frames.js";
import { loadNative, type Native } from "../memory/native.js";
import { PeerRegistry } from "../memory/peer.js";
import { pathOfDescriptor } from "../memory/shared-memory.js";
import { createLog } from "../observe/log.js";
import type { Log } from "../wire/log.js";
import type { RingHost } from "../wire/ring-carrier.js";
import { RingPoller } from "../wire/ring-poller.js";
import { UnixTransport } from "../wire/unix-transport.js";
import { prepareDirectory, readConfig, type ServeOptions } from "./config.js";
import { Daemon } from "./daemon.js";
import { connectionDescriptorsEnd } from "./descriptors.js";
import { Machine } from "./machine.js";
import { TopologyDescription } from "./topology-description.js";
import { Topology } from "./topology.js";
import type { TreeIommu } from "./tree/machine.js";
import { Attributes } from "./tree/attributes.js";
import { FileTree } from "./tree/tree.js";
import { treePathOf } from "./tree/writer.js";

export interface RunningDaemon {
  readonly socketPath: string;
  /** Memory providers that are off, one line each. */
  readonly notices: readonly string[];
  /** Takes no new connection, finishes what is in flight, ends the sessions and removes the socket. */
  stop(): Promise<void>;
}

/**
 * @throws ConfigError, SocketPathError or TopologyError: the message is for the user
 */
export async function serve(options: ServeOptions): Promise<RunningDaemon> {
  const config = readConfig(options);
  const description = TopologyDescription.load(config.topologyPath, config.devices);
  const log = createLog(config.logLevel);
  const native = loadNative();
  const frames = new FrameTable();
  const files = new FileTable(native);
  let spaces = 0;
  const peers = new PeerRegistry({
    native,
    frames,
    files,
    nextId: () => ++spaces,
    regionsMax: config.limits.regionsMax,
  });
  const topology = new Topology(description, {
    memory: frames,
    tablesMax: config.limits.tablesMax,
    kernelFixes: config.kernelFixes,
    later,
    allocateBarMemory,
  });
  const providers = peers.providers();
  const machine = new Machine(topology, frames);
  const attributes = new Attributes(machine.vfio);
  const transport = new UnixTransport();
  const daemon = new Daemon(config, {
    log,
    machine,
    openAttribute: (path) => attributes.open(path),
    frames,
    rings: native && ringHost(native),
    randomBytes,
    settle: () => transport.settle(),
    providers,
  });
  prepareDirectory(config.socketPath);
  const descriptorsEnd = connectionDescriptorsEnd();
  await transport.listen(config.socketPath, (connection) => {
    const { socketFd } = connection;
    const isRoom = socketFd === undefined || socketFd < descriptorsEnd;
    const session = daemon.connect(peers.identify(socketFd), connection, isRoom);
    return {
      received: (bytes) => {
        session.receive(bytes);
      },
      drained: () => {
        session.drained();
      },
      ended: () => {
        session.end();
      },
    };
  });
  // Not before the path is known to be this daemon's.
  const tree = new FileTree({
    path: treePathOf(config.socketPath),
    mode: config.sysfs,
    bus: machine.vfio,
    iommus: () => topology.iommus.map(treeIommuOf),
  });
  const onBroken = (error: unknown): void => {
    stopAtOnce(error, daemon, log);
  };
  process.once("uncaughtException", onBroken);
  log.info({ event: "serving", socket: config.socketPath });
  return {
    socketPath: config.socketPath,
    notices: Object.entries(providers)
      .filter(([, state]) => state !== "on")
      .map(([name, state]) => `${name} memory is off: ${state}`),
    stop: async () => {
      await stop(daemon, transport, log, config.limits.stopGraceMs);
      tree.remove();
      process.off("uncaughtException", onBroken);
    },
  };
}

function ringHost(native: Native): RingHost {
  return {
    poller: new RingPoller(() => performance.now(), setImmediate),
    allocate: (bytes) => {
      const shared = native.sharedMemory(bytes);
      if (typeof shared === "number") return -shared;
      return {
        memory: shared.memory,
        path: pathOfDescriptor(shared.fd),
        release: () => {
          shared.unmap();
        },
      };
    },
  };
}

function treeIommuOf(iommu: VtdIommu): TreeIommu {
  const { cap, ecap, domainIds } = iommu.profile;
  return { iommu, cap, ecap, domainsSupported: domainIds, domainsUsed: iommu.domainsUsed };
}

/** As PciHost.later. What is put off does not keep the process from ending. */
function later(task: () => void, delayMs?: number): void {
  if (delayMs === undefined) setImmediate(task);
  else setTimeout(task, delayMs).unref();
}

/** sysexits(3) EX_SOFTWARE. */
const EXIT_BROKEN = 70;

/** A broken invariant: going on would answer wrongly. What the daemon held goes into the log. */
function stopAtOnce(error: unknown, daemon: Daemon, log: Log): never {
  log.fatal({ event: "invariant_broken", err: error });
  log.fatal({ event: "state", state: daemon.inspect() });
  process.exit(EXIT_BROKEN);
}

async function stop(daemon: Daemon, transport: UnixTransport, log: Log, graceMs: number): Promise<void> {
  log.info({ event: "stopping" });
  await transport.stop();
  // Requests that have arrived but were not read yet are still served.
  await transport.settle();
  await daemon.stop(graceMs);
  await transport.settle();
  log.info({ event: "stopped" });
}
