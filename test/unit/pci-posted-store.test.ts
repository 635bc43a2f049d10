/** What a PCI function's own DMA stores to its registers, by way of memory that is its BAR. */
import { expect, test } from "@jest/globals";
import type { RecordingIommu } from "../../daemon/devices/endpoint.js";
import { BarPlacement } from "../../daemon/devices/pci/bar-placement.js";
import { PciDevice } from "../../daemon/devices/pci/function.js";
import type { PciHost, PciModel } from "../../daemon/devices/pci/model.js";
import type { TranslationRequest } from "../../daemon/hw/interface.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";

const COMMAND = 4;
const MASTER = 4;

/** Its doorbell at 0 makes it store two words to its BAR at 8; IOVAs are offsets there. */
class Looped {
  readonly stores: string[] = [];
  private tasks: (() => void)[] = [];
  readonly device = new PciDevice((host) => this.model(host), {
    address: { text: "0000:00:05.0", segment: 0, requesterId: 0x28 },
    iommu: {
      name: "one to one",
      translate: ({ address }: TranslationRequest) => {
        return {
          kind: "translated",
          physical: address.toNumber(),
          pageBytes: PAGE_SIZE,
          readable: true,
          writable: true,
        };
      },
    } as unknown as RecordingIommu,
    reservedRegions: [],
    memory: {
      read: () => errno.OK,
      write: (physical, from) => {
        this.device.writeBar(0, physical, from);
        return errno.OK;
      },
    },
    placement: new BarPlacement(),
    allocateBarMemory: () => undefined,
    later: (task) => this.tasks.push(task),
  });

  constructor() {
    this.device.writeConfig(COMMAND, Uint8Array.of(MASTER, 0));
  }

  private model(host: PciHost): PciModel {
    return {
      kind: "looped",
      identity: { vendorId: 1, deviceId: 1, subsystemVendorId: 1, subsystemId: 1, classCode: 0, revision: 0 },
      configBytes: 256,
      bars: [{ bytes: PAGE_SIZE, space: "memory32", prefetchable: false }],
      capabilities: [],
      registers: [],
      interrupts: { pin: 0 },
      resettable: true,
      readBar: (_bar, _offset, into) => {
        into.fill(0);
      },
      writeBar: (_bar, offset, from) => {
        this.stores.push(`${offset}: ${[...from].join(" ")}`);
        if (offset !== 0) return;
        void host.dma.write(U64.fromNumber(8), Uint8Array.of(1, 2, 3, 4));
        void host.dma.write(U64.fromNumber(12), Uint8Array.of(5, 6, 7, 8));
        this.stores.push("returned");
      },
      reset: () => undefined,
      inspect: () => ({}),
    };
  }

  ring(): void {
    this.device.writeBar(0, 0, Uint8Array.of(1, 0, 0, 0));
  }

  runTasks(): void {
    for (const task of this.tasks.splice(0)) task();
  }
}

const RUNG = ["0: 1 0 0 0", "returned"];

test("arrives in order, once the model has returned", () => {
  const looped = new Looped();
  looped.ring();
  expect(looped.stores).toEqual(RUNG);
  looped.runTasks();
  expect(looped.stores).toEqual([...RUNG, "8: 1 2 3 4", "12: 5 6 7 8"]);
});

test("does not arrive after a reset or the removal", () => {
  for (const end of ["reset", "remove"] as const) {
    const looped = new Looped();
    looped.ring();
    looped.device[end]();
    looped.runTasks();
    expect(looped.stores).toEqual(RUNG);
  }
});

test("what others store meanwhile is not held back", () => {
  const looped = new Looped();
  looped.ring();
  looped.device.writeBar(0, 16, Uint8Array.of(9));
  expect(looped.stores).toEqual([...RUNG, "16: 9"]);
});
