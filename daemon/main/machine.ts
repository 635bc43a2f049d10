/**
 * The simulated machine with the kernel's drivers on it: the topology, and its PCI functions on VFIO's bus, as they are plugged in and
 * taken away.
 */
import { errno, errnoName, type Errno } from "../../proto/uapi/errno.js";
import { exportDeviceMemory } from "../memory/bar-object.js";
import type { FrameTable } from "../memory/frames.js";
import { VfioBus } from "../vfio/bus.js";
import { ConfigView } from "../vfio/config-view.js";
import type { Topology, TopologyDevice } from "./topology.js";
import { TopologyError } from "./topology-description.js";

export class Machine {
  readonly vfio: VfioBus;

  /** @throws TopologyError: a group does not take a device's driver */
  constructor(
    readonly topology: Topology,
    frames: FrameTable,
  ) {
    this.vfio = new VfioBus({
      makeConfig: (pci, events) => new ConfigView(pci, events),
      exportMemory: (memory) => exportDeviceMemory(frames, memory),
    });
    for (const device of topology.devices) this.putOnBus(device);
    this.vfio.onChange(() => {
      this.forgetRemoved();
    });
  }

  /** Plugs in a device. @param text as on the command line @returns why not, for people */
  addDevice(text: string): string | undefined {
    try {
      this.putOnBus(this.topology.addDevice(text));
      return undefined;
    } catch (error) {
      if (error instanceof TopologyError) return error.message;
      throw error;
    }
  }

  /** Takes a device away. @returns whether programs still have it open, or ENODEV */
  removeDevice(address: string): boolean | Errno {
    return this.vfio.remove(address);
  }

  private putOnBus({ function: pci, group, driver }: TopologyDevice): void {
    const error = this.vfio.add(pci, group, driver);
    if (error === errno.OK) return;
    group.remove(pci);
    this.topology.removeDevice(pci.name);
    throw new TopologyError(`device ${pci.name}: group ${group.id} does not take its driver: ${errnoName(error)}`);
  }

  private forgetRemoved(): void {
    const onBus = new Set(this.vfio.slots().map(({ pci }) => pci));
    for (const { function: pci } of this.topology.devices) if (!onBus.has(pci)) this.topology.removeDevice(pci.name);
  }
}
