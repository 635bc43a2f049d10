/** Single calls of the state machine beside bare loops that move or look at as much. */
import * as api from "../../proto/uapi/iommufd.js";
import { alternate } from "./rounds.js";
import { ScaleMachine } from "./scale-machine.js";

export interface OperationResult {
  readonly name: string;
  readonly ns: number;
  readonly yardstick: string;
  readonly yardstickNs: number;
}

/** Areas of one page, at every second page. */
const AREAS = 600;
/** What an in-kernel user reads or writes: a virtqueue's descriptors, a command. */
const ACCESS_BYTES = 64;
/** The entries of one table. */
const BITMAP_PAGES = 512;

interface Operation {
  readonly name: string;
  readonly run: () => void;
  readonly yardstick: string;
  readonly bare: () => void;
}

/** The calls that are measured here and held to their allocations by test/unit/costs.test.ts. */
export function coreOperations(): Readonly<Record<"copy" | "ranges" | "read" | "write" | "bitmap", () => void>> {
  const machine = new ScaleMachine({ hugePages: true });
  for (let area = 0; area < AREAS; area++) machine.prepareMap(2 * area, 1)();
  const other = machine.machine.ioas();
  const copy = machine.prepareCopy(0, 1, other);
  const unmap = machine.prepareUnmap(0, 1, other);

  const tracked = new ScaleMachine({ hugePages: false });
  const { hwptId } = tracked.addDomain(true);
  tracked.prepareMap(0, BITMAP_PAGES)();
  tracked.prepare("IOMMU_HWPT_SET_DIRTY_TRACKING", api.iommu_hwpt_set_dirty_tracking, {
    flags: api.IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
    hwpt_id: hwptId,
  })();
  return {
    copy: () => {
      copy();
      unmap();
    },
    ranges: machine.prepareRanges(),
    read: machine.prepareAccess(ACCESS_BYTES, false),
    write: machine.prepareAccess(ACCESS_BYTES, true),
    bitmap: tracked.prepareDirtyBitmap(hwptId, BITMAP_PAGES, new Uint8Array(BITMAP_PAGES / 8)),
  };
}

/** @param calls of each in a round */
export function measureOperations(rounds: number, calls: number): OperationResult[] {
  const { copy, ranges, read, write, bitmap } = coreOperations();
  const map = new Map(Array.from({ length: AREAS }, (_, index) => [2 * index, index]));
  const from = new Uint8Array(ACCESS_BYTES).fill(1);
  const into = new Uint8Array(ACCESS_BYTES);
  const bits = new Uint8Array(BITMAP_PAGES / 8);
  let key = 1;
  const setAndDelete = (): void => {
    // Another key each time: in a Map a deleted entry stays in the way of its key for long.
    key = (key + 2) % (2 * AREAS);
    map.set(key, key);
    map.delete(key);
  };
  const copyBytes = (): void => {
    for (let index = 0; index < ACCESS_BYTES; index++) into[index] = from[index]!;
  };
  const testBits = (): void => {
    let found = 0;
    for (let bit = 0; bit < BITMAP_PAGES; bit++) if ((bits[bit >> 3]! & (1 << (bit & 7))) !== 0) found++;
    if (found > 0) throw new Error("a bit is set");
  };
  const operations: readonly Operation[] = [
    { name: "COPY + UNMAP of a page", run: copy, yardstick: "Map, set + delete", bare: setAndDelete },
    { name: "IOVA_RANGES", run: ranges, yardstick: "Map, set + delete", bare: setAndDelete },
    { name: `access, read of ${ACCESS_BYTES} bytes`, run: read, yardstick: "copying them", bare: copyBytes },
    { name: `access, write of ${ACCESS_BYTES} bytes`, run: write, yardstick: "copying them", bare: copyBytes },
    { name: `dirty bitmap of ${BITMAP_PAGES} pages`, run: bitmap, yardstick: "testing as many bits", bare: testBits },
  ];
  const repeated = (call: () => void) => () => {
    for (let done = 0; done < calls; done++) call();
  };
  const subjects = operations.flatMap(({ run, bare }) => [repeated(run), repeated(bare)]);
  const medians = alternate(rounds, subjects).map((ns) => ns / calls);
  return operations.map(({ name, yardstick }, index) => ({
    name,
    ns: medians[2 * index]!,
    yardstick,
    yardstickNs: medians[2 * index + 1]!,
  }));
}
