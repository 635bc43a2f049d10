/**
 * The demo's guest: what its memory looks like, and how a VMM gives a device access to it. Guest-physical addresses are
 * the device's IOVAs, as with VFIO; every slot is one IOMMU_IOAS_MAP.
 */
import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { GuestMemory, type IommuFd, type StatusTree } from "../../client/ts/index.js";
import { DemoFailure, size } from "./report.js";

const MIB = 2 ** 20;

export const GUEST_BYTES = 1024 * MIB;

export interface Slot {
  readonly name: string;
  /** Guest-physical address, and offset in the memory's file. */
  readonly start: number;
  readonly bytes: number;
}

/** As firmware of a PC finds them: below the hole for video memory and ROMs, above it, and a module that can be pulled. */
export const lowSlot: Slot = { name: "low memory", start: 0, bytes: 640 * 1024 };
export const boardSlot: Slot = { name: "board", start: MIB, bytes: 511 * MIB };
export const moduleSlot: Slot = { name: "memory module", start: 512 * MIB, bytes: 512 * MIB };
export const slots: readonly Slot[] = [lowSlot, boardSlot, moduleSlot];

/** Where the file is loaded, and where the device copies it to. */
export const SOURCE_ADDRESS = 16 * MIB;
export const DESTINATION_ADDRESS = moduleSlot.start;

/** Beyond the file and its copy: what else might use the same file system meanwhile. */
const SPARE_BYTES = 16 * MIB;

/** Sparse memory for the guest, on a file system with room for `usedBytes` of it. @throws DemoFailure */
export function makeGuestMemory(usedBytes: number): GuestMemory {
  const needed = usedBytes + SPARE_BYTES;
  const directory = ["/dev/shm", tmpdir()].find((each) => existsSync(each) && freeBytes(each) >= needed);
  if (directory === undefined) throw new DemoFailure(`neither /dev/shm nor ${tmpdir()} has ${size(needed)} free`);
  return GuestMemory.create({ bytes: GUEST_BYTES, directory });
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Maps a slot of the memory registered at `hostAddress` where the guest sees it. @returns its IOVA */
export function mapSlot(fd: IommuFd, ioasId: number, hostAddress: bigint, { start, bytes }: Slot): Promise<bigint> {
  return fd.map({ ioasId, userVa: hostAddress + BigInt(start), length: bytes, iova: start });
}

const PAGE_SIZE_UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: MIB, G: 2 ** 30 };

/** Page size in bytes to the number of leaf entries of the table with this id, out of the daemon's status. */
export function leavesOf(status: StatusTree, hwptId: number): Map<number, number> {
  const [context] = status["contexts"] as readonly StatusTree[];
  const objects = (context?.["objects"] ?? []) as readonly StatusTree[];
  const leaves = objects.find((object) => object["id"] === hwptId)?.["leaves"];
  return new Map(
    Object.entries((leaves ?? {}) as Record<string, number>).map(([name, count]) => [
      parseInt(name, 10) * (PAGE_SIZE_UNITS[name.slice(-1)] ?? NaN),
      count,
    ]),
  );
}
