/** What tests of in-kernel users of memory begin with: a machine, an IOAS, and processes whose memory holds something. */
import { PAGE_SIZE } from "../../daemon/u64.js";
import { FakeCaller, FakeIommu, FakeSpace, Machine, SPACE_PFNS } from "./machine.js";

export interface Setup {
  readonly machine: Machine;
  readonly ioas: number;
  readonly mm: FakeSpace;
}

/** One IOAS, and a caller whose locked memory is limited. */
export function setUp(limitPages = Infinity): Setup {
  const machine = new Machine();
  machine.caller.ipcLock = false;
  machine.caller.limitPages = limitPages;
  return { machine, ioas: machine.ioas(), mm: machine.caller.mm };
}

/** Attaches a device of an IOMMU of its own. @returns how to detach it */
export function attach({ machine, ioas }: Setup, requesterId = 0x20): () => void {
  const device = machine.bind(new FakeIommu({ granuleLg2: 11 }), requesterId);
  const hwpt = device.attach(ioas);
  if (typeof hwpt === "number") throw new Error(`errno ${hwpt}`);
  return () => {
    device.detach();
  };
}

/** Another process takes the place of the caller. */
export function otherProcess(machine: Machine, id = 2): FakeSpace {
  const mm = new FakeSpace(id, machine.frames);
  machine.caller = new FakeCaller(mm);
  return mm;
}

/** Pages charged to the user of the callers. */
export const charged = (machine: Machine): number => machine.accounts.inspect().users["1000"] ?? 0;
/** Page frames of the first caller's memory that are pinned, with the number of pins. */
export const pinned = ({ mm }: Setup): [number, number][] => [...mm.pinned].sort(([a], [b]) => a - b);
/** Writes into a page of a process as the process itself would. */
export function poke(machine: Machine, mm: FakeSpace, page: number, value: number): void {
  machine.frames.write((mm.id * SPACE_PFNS + page) * PAGE_SIZE, new Uint8Array(PAGE_SIZE).fill(value));
}
