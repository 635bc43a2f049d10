/**
 * The demo, step by step: a guest's memory behind an IOMMU, DMA through it, a second process that takes part of it away,
 * and the fault that follows. Every step checks something. Invariant: whatever happens, nothing stays open, mapped or on
 * disk.
 */
import { existsSync } from "node:fs";
import { Endpoint, type Fault, IommuFd, status, type WalkStep } from "../../client/ts/index.js";
import { type Cargo, hashOf, load } from "./cargo.js";
import {
  boardSlot,
  DESTINATION_ADDRESS,
  GUEST_BYTES,
  leavesOf,
  makeGuestMemory,
  mapSlot,
  moduleSlot,
  type Slot,
  slots,
  SOURCE_ADDRESS,
} from "./machine.js";
import { hex, milliseconds, type Report, size, throughput } from "./report.js";
import { unmapFromAnotherProcess } from "./second-process.js";

const DEVICE = "dma0";

/** The device is asked for so much at a time, as drivers do with large transfers. */
const TRANSFER_BYTES = 16 * 2 ** 20;

/** VT-d manual, "Fault Conditions": a second-stage entry that permits neither reading nor writing. */
const FAULT_NO_PERMISSION = 0x79;

/** [first, last] of the addresses on x86 that hardware takes for interrupts. */
const INTERRUPT_WINDOW = [0xfee0_0000n, 0xfeef_ffffn] as const;

export interface TourOptions {
  /** Of a daemon that serves nobody else. */
  readonly socket: string;
  /** The program to start as the second process. */
  readonly script: string;
  readonly cargo: Cargo;
}

/** IOMMUs and endpoints of the status. */
type Named = Readonly<Record<"name" | "kind" | "address", string>>;

/** @throws DemoFailure at the first step that is not right */
export async function tour(report: Report, { socket, script, cargo }: TourOptions): Promise<void> {
  const before = await status({ socket });
  for (const { name, kind } of before["iommus"] as Named[]) report.fact("IOMMU", `${name}, ${kind}`);
  const endpoints = before["endpoints"] as Named[];
  report.fact("devices", endpoints.map(({ name, address }) => `${name} (${address})`).join(", "));
  report.check("nobody has anything open there", before["contexts"], []);

  using memory = makeGuestMemory(2 * cargo.bytes);

  report.step("Guest memory: a file that the VMM and the daemon share");
  let begin = performance.now();
  const hash = load(cargo, memory, SOURCE_ADDRESS);
  report.fact("size", `${size(GUEST_BYTES)}, sparse`);
  report.fact("loaded", `${cargo.path} at ${hex(SOURCE_ADDRESS)}`);
  report.fact("", throughput(cargo.bytes, performance.now() - begin));
  report.fact("sha256", hash);
  report.check("the guest's memory has the file's bytes", hashOf(memory, SOURCE_ADDRESS, cargo.bytes), hash);

  report.step("An IO address space with the guest's RAM in it");
  await using fd = await IommuFd.open({ socket });
  const memoryPath = memory.path;
  const { address: hostAddress } = await fd.registerMemory(memory);
  const ioasId = await fd.ioasAlloc();
  report.say("open(/dev/iommu), IOMMU_IOAS_ALLOC, and one IOMMU_IOAS_MAP for each memory slot:");
  begin = performance.now();
  const iovas: bigint[] = [];
  for (const slot of slots) iovas.push(await mapSlot(fd, ioasId, hostAddress, slot));
  const elapsed = performance.now() - begin;
  report.table(
    ["slot", "host address", "size", "guest-physical = IOVA"],
    slots.map((slot) => [slot.name, hex(hostAddress + BigInt(slot.start)), size(slot.bytes), rangeOf(slot)]),
  );
  report.fact("mapped in", milliseconds(elapsed));
  report.check(
    "every slot is where the guest has it",
    iovas,
    slots.map((slot) => BigInt(slot.start)),
  );

  report.step(`A device: ${DEVICE} is bound to the iommufd and attached to the address space`);
  await using device = await Endpoint.open({ socket, name: DEVICE });
  const deviceId = await device.bind(fd);
  begin = performance.now();
  const hwptId = await device.attach(ioasId);
  report.fact("device", `id ${deviceId}; its page table is HWPT ${hwptId}`);
  report.fact("attached in", `${milliseconds(performance.now() - begin)}: all RAM was pinned and the table filled`);
  const { ranges } = await fd.iovaRanges(ioasId);
  report.fact("usable IOVAs", ranges.map(({ start, last }) => `${hex(start)}-${hex(last)}`).join(", "));
  report.check("the interrupt window is no longer among them", ranges.some(overlapsInterruptWindow), false);

  report.step("The page table that this made");
  const leaves = [...leavesOf(await fd.status(), hwptId)];
  report.table(
    ["page size", "entries", "memory"],
    leaves.map(([bytes, count]) => [size(bytes), String(count), size(bytes * count)]),
    ["entries", "memory"],
  );
  const mappedBytes = slots.reduce((sum, slot) => sum + slot.bytes, 0);
  report.check(
    `its leaves map exactly the slots: ${size(mappedBytes)}`,
    leaves.reduce((sum, [bytes, count]) => sum + bytes * count, 0),
    mappedBytes,
  );
  report.check("most of it in large pages", Math.max(...leaves.map(([bytes]) => bytes)) > 4096, true);

  report.step(`DMA: the device copies the file from ${hex(SOURCE_ADDRESS)} to ${hex(DESTINATION_ADDRESS)}`);
  begin = performance.now();
  const moved = await copy(device, SOURCE_ADDRESS, DESTINATION_ADDRESS, cargo.bytes);
  report.fact("copied", throughput(moved.bytes, performance.now() - begin));
  report.check("no fault on the way", moved.fault?.name ?? "none", "none");
  const copied = hashOf(memory, DESTINATION_ADDRESS, cargo.bytes);
  report.fact("sha256", copied);
  report.check("both hashes are equal", copied, hash);
  const { page } = await device.walk(DESTINATION_ADDRESS, { write: true });
  report.check("the destination can be written", page?.writable, true);

  report.step("A second process pulls the memory module");
  report.say("It knows the token of our open file description, as if we had passed it the descriptor.");
  const token = Buffer.from(fd.token).toString("hex");
  const orders = { socket, token, ioasId, iova: moduleSlot.start, length: moduleSlot.bytes };
  const second = await unmapFromAnotherProcess(script, orders);
  report.fact("processes", `we are ${process.pid}, it was ${second.pid}`);
  report.check(`IOMMU_IOAS_UNMAP there took away ${size(moduleSlot.bytes)} here`, second.unmapped, moduleSlot.bytes);

  report.step("The same DMA again: now it faults");
  const stopped = await copy(device, SOURCE_ADDRESS, DESTINATION_ADDRESS, cargo.bytes);
  report.check("not a byte was written", stopped.bytes, 0);
  report.check("the IOMMU reported a fault", stopped.fault !== undefined, true);
  showFault(report, stopped.fault!);
  const { address, write, reason } = stopped.fault!;
  report.check(
    "at the first byte of the module, on a write, for want of an entry",
    [hex(address), write, hex(reason)],
    [hex(DESTINATION_ADDRESS), true, hex(FAULT_NO_PERMISSION)],
  );
  const rest = await copy(device, SOURCE_ADDRESS, boardSlot.start, Math.min(cargo.bytes, TRANSFER_BYTES / 2));
  report.check("what is still mapped goes on working", rest.fault?.name ?? "no fault", "no fault");

  report.step("Everything is closed");
  await device.close();
  await fd.close();
  memory.close();
  const after = await status({ socket });
  report.check("the daemon has nothing open", after["contexts"], []);
  report.check("and holds none of our memory", (after["memory"] as { frames: unknown }).frames, NO_FRAMES);
  report.check("the memory's file is gone", memoryPath !== undefined && existsSync(memoryPath), false);
}

/** What the status shows where no page of any client is pinned. */
const NO_FRAMES = { chunks: 0, pinnedPages: 0, objects: {} };

function rangeOf({ start, bytes }: Slot): string {
  return `${hex(start)}-${hex(start + bytes - 1)}`;
}

function overlapsInterruptWindow({ start, last }: { start: bigint; last: bigint }): boolean {
  return start <= INTERRUPT_WINDOW[1] && INTERRUPT_WINDOW[0] <= last;
}

/** DMA of the device from memory to memory. @returns how far it came, and what stopped it */
async function copy(
  device: Endpoint,
  from: number,
  to: number,
  bytes: number,
): Promise<{ bytes: number; fault?: Fault }> {
  for (let done = 0; done < bytes;) {
    const { transferred, fault } = await device.copy(from + done, to + done, Math.min(TRANSFER_BYTES, bytes - done));
    done += Number(transferred);
    if (fault !== undefined) return { bytes: done, fault };
  }
  return { bytes };
}

function showFault(report: Report, fault: Fault): void {
  const id = fault.requesterId;
  const requester = [id >> 8, (id >> 3) & 0x1f].map((part) => part.toString(16).padStart(2, "0")).join(":");
  report.fact("requester", `${requester}.${id & 7}, ${fault.write ? "writing" : "reading"} at ${hex(fault.address)}`);
  report.fact("reason", `${hex(fault.reason)}, ${fault.name}`);
  report.say("What the hardware loaded on the way there:");
  const row = ({ structure, index, word, decoded }: WalkStep): string[] => [
    structure,
    String(index),
    hex(word),
    decoded,
  ];
  report.table(["level", "index", "entry", "means"], fault.walk.map(row), ["index", "entry"]);
}
