/**
 * `iommufd-emu/testing`: the daemon in this process, for tests: the same state machine, hardware and protocol, without a
 * socket.
 *
 * Invariant: what a test does decides what it gets. Nothing here reads a clock or a random number, and bytes arrive in a
 * later step of the event loop, in order, as on a socket.
 */
import { Daemon } from "../../daemon/main/daemon.js";
import { defaultLimits, type Limits } from "../../daemon/main/limits.js";
import { Machine } from "../../daemon/main/machine.js";
import { TopologyDescription } from "../../daemon/main/topology-description.js";
import { Topology } from "../../daemon/main/topology.js";
import { allocateBarMemory } from "../../daemon/memory/bar-memory.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { PeerRegistry } from "../../daemon/memory/peer.js";
import { createLog } from "../../daemon/observe/log.js";
import { Endpoint } from "./endpoint.js";
import { EventFd } from "./event-fd.js";
import { IommuFd, type JoinOptions, type OpenOptions, status } from "./iommu-fd.js";
import { addDevice, removeDevice } from "./machine.js";
import type { StatusTree } from "./status.js";
import type { DuplexEvents, Transport } from "./transport.js";
import { VfioContainer, VfioDevice, VfioGroup } from "./vfio.js";

export interface TestIommuOptions {
  /** What a topology file holds (docs/topology.md). Default: the daemon's own. */
  readonly topology?: unknown;
  /** PCI devices to be added, MODEL@ADDRESS[,NAME=VALUE...]; endpoints of the default topology give way to them. */
  readonly devices?: readonly string[];
  /** Those that differ from the daemon's. */
  readonly limits?: Partial<Limits>;
  /** Offer IOMMU_TEST_CMD. Default true. */
  readonly selftest?: boolean;
  /** Answer as Linux once its known defects are mended. Default false. */
  readonly kernelFixes?: boolean;
}

export interface TestIommu {
  /** For everything that takes `ConnectOptions`. */
  readonly transport: Transport;
  open(options?: Pick<OpenOptions, "node">): Promise<IommuFd>;
  join(token: Uint8Array, options?: Pick<JoinOptions, "hold">): Promise<IommuFd>;
  endpoint(name: string): Promise<Endpoint>;
  /** As `VfioContainer.open`, and so on. */
  vfioContainer(): Promise<VfioContainer>;
  vfioGroup(group: number): Promise<VfioGroup>;
  vfioDevice(index: number): Promise<VfioDevice>;
  eventFd(): Promise<EventFd>;
  addDevice(device: string): Promise<void>;
  removeDevice(address: string): Promise<{ readonly inUse: boolean }>;
  status(): Promise<StatusTree>;
  /** Ends every connection, as the daemon's end would. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws TopologyError: every mistake in the topology, a line each */
export function createTestIommu(options: TestIommuOptions = {}): TestIommu {
  const { daemon, peers } = createDaemon(options);
  const transport: Transport = { name: "this process", open: (events) => Promise.resolve(connect(events)) };

  function connect(events: DuplexEvents) {
    let open = true;
    const end = (): void => {
      if (!open) return;
      open = false;
      session.end();
      events.ended();
    };
    const session = daemon.connect(peers.identify(undefined), {
      write: (bytes) => {
        later(() => {
          if (open) events.received(bytes);
        });
        return true;
      },
      close: () => {
        later(end);
      },
    });
    return {
      write: (bytes: Uint8Array) => {
        later(() => {
          if (open) session.receive(bytes);
        });
      },
      close: () => {
        later(end);
      },
    };
  }

  const close = () => daemon.stop(0);
  return {
    transport,
    open: (how = {}) => IommuFd.open({ ...how, transport }),
    join: (token, how = {}) => IommuFd.join(token, { ...how, transport }),
    endpoint: (name) => Endpoint.open({ name, transport }),
    vfioContainer: () => VfioContainer.open({ transport }),
    vfioGroup: (group) => VfioGroup.open(group, { transport }),
    vfioDevice: (index) => VfioDevice.open(index, { transport }),
    eventFd: () => EventFd.create({ transport }),
    addDevice: (device) => addDevice(device, { transport }),
    removeDevice: (address) => removeDevice(address, { transport }),
    status: () => status({ transport }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createDaemon(options: TestIommuOptions) {
  const limits = { ...defaultLimits, ...options.limits };
  const description = describeMachine(options);
  const frames = new FrameTable();
  const files = new FileTable(undefined);
  let spaces = 0;
  let tokens = 0;
  const kernelFixes = options.kernelFixes ?? false;
  const daemon = new Daemon(
    { limits, selftest: options.selftest ?? true, kernelFixes },
    {
      log: createLog("silent"),
      machine: new Machine(
        new Topology(description, {
          memory: frames,
          tablesMax: limits.tablesMax,
          kernelFixes,
          later: setImmediate,
          allocateBarMemory,
        }),
        frames,
      ),
      frames,
      // Tokens need not be secret in one process; the same in every run, they cannot make a test fail now and then.
      randomBytes: (length) => {
        const bytes = new Uint8Array(length);
        new DataView(bytes.buffer).setUint32(0, ++tokens);
        return bytes;
      },
      settle,
      providers: { process: "not in this process", file: "not in this process", region: "on" },
    },
  );
  const { regionsMax } = limits;
  return { daemon, peers: new PeerRegistry({ native: undefined, frames, files, nextId: () => ++spaces, regionsMax }) };
}

function describeMachine({ topology, devices = [] }: TestIommuOptions): TopologyDescription {
  if (topology === undefined) return TopologyDescription.load(undefined, devices);
  return devices.reduce(
    (description, device) => description.with(device).description,
    TopologyDescription.of(topology),
  );
}

/** In order, and after what runs now. */
function later(step: () => void): void {
  queueMicrotask(step);
}

/** All that was to happen `later` has happened when the event loop turns. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
