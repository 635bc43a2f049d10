/** VFIO_IOMMU_GET_INFO: what it says of an IOAS, and which bytes it writes into a buffer of which size. */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import { U64 } from "../../daemon/u64.js";
import { FakeIommu, Machine, MAX, MSI_WINDOW } from "../support/machine.js";
import { Container, refusingOthers, TYPE1 } from "../support/vfio-container.js";

const { EINVAL, ENODEV, EFAULT } = errno;
const GET_INFO = 0x3b70;
const UNTOUCHED = 0xee;
/** Behind the longest answer that is asked for here. */
const BUFFER_BYTES = 128;

/** @param bytes that exist of the buffer @param argsz what it is said to have */
function getInfo(container: Container, argsz: number, bytes = BUFFER_BYTES) {
  const buffer = new Uint8Array(bytes).fill(UNTOUCHED);
  const view = new DataView(buffer.buffer);
  view.setUint32(0, argsz, true);
  const result = container.onBytes(GET_INFO, buffer);
  const written = [...buffer.keys()].filter((index) => buffer[index] !== UNTOUCHED);
  return { result, view, buffer, lastWritten: written.at(-1) };
}

function ranges(view: DataView): [bigint, bigint][] {
  return Array.from({ length: view.getUint32(48, true) }, (_, index): [bigint, bigint] => [
    view.getBigUint64(56 + index * 16, true),
    view.getBigUint64(64 + index * 16, true),
  ]);
}

const pageSizes = (container: Container): bigint => getInfo(container, BUFFER_BYTES).view.getBigUint64(8, true);

/** An IOMMU whose domains have these page sizes, the smallest of which is its granule. */
function iommuWith(sizes: bigint, granuleLg2: number): FakeIommu {
  const iommu = new FakeIommu({ granuleLg2 });
  const allocate = iommu.allocateDomain.bind(iommu);
  iommu.allocateDomain = () => Object.assign(allocate(), { pageSizes: U64.fromBigInt(sizes) });
  return refusingOthers(iommu);
}

test("the struct is read first, then argsz tested, then the IOAS wanted", () => {
  expect(getInfo(new Container(), 16, 15).result).toBe(-EFAULT);
  expect(getInfo(new Container(), 15).result).toBe(-EINVAL);
  expect(getInfo(new Container(), 16).result).toBe(-ENODEV);
  expect(getInfo(Container.withIoas(), 15).result).toBe(-EINVAL);
});

test("a failure leaves the buffer as it was", () => {
  const { buffer } = getInfo(new Container(), 72);
  expect([...buffer.subarray(4)].every((byte) => byte === UNTOUCHED)).toBe(true);
});

describe("an empty IOAS", () => {
  test("has every page size from 4 KiB and one range, behind two capabilities", () => {
    const { result, view, lastWritten } = getInfo(Container.withIoas(), 72);
    expect(result).toBe(0);
    expect(view.getUint32(0, true)).toBe(72);
    expect(view.getUint32(4, true)).toBe(3);
    expect(view.getBigUint64(8, true)).toBe(0xfffffffffffff000n);
    expect([view.getUint32(16, true), view.getUint32(20, true)]).toEqual([24, 0]);
    expect([view.getUint16(24, true), view.getUint16(26, true), view.getUint32(28, true)]).toEqual([3, 1, 40]);
    expect(view.getUint32(32, true)).toBe(0xffffffff);
    expect(view.getUint32(36, true)).toBe(0xeeeeeeee);
    expect([view.getUint16(40, true), view.getUint16(42, true), view.getUint32(44, true)]).toEqual([1, 1, 0]);
    expect([view.getUint32(48, true), view.getUint32(52, true)]).toEqual([1, 0]);
    expect(ranges(view)).toEqual([[0n, MAX]]);
    expect(lastWritten).toBe(71);
  });

  test.each([
    // argsz, the last byte written. From 36 on there is room for DMA_AVAIL, from 72 on for the range and its head.
    [16, 15],
    [17, 16],
    [24, 23],
    [35, 23],
    [36, 35],
    [39, 35],
    [40, 35],
    [52, 35],
    [55, 35],
    [56, 35],
    [71, 35],
    [72, 71],
    [73, 71],
  ])("argsz %i says that 72 bytes are needed and writes up to byte %i", (argsz, last) => {
    const { result, view, lastWritten } = getInfo(Container.withIoas(), argsz);
    expect([result, view.getUint32(0, true), lastWritten]).toEqual([0, 72, last]);
    if (argsz >= 20) expect(view.getUint32(16, true)).toBe(argsz >= 72 ? 24 : 0);
  });

  test("a capability is linked to the next where the next could begin, even if it has no room", () => {
    expect(getInfo(Container.withIoas(), 39).view.getUint32(28, true)).toBe(0);
    expect(getInfo(Container.withIoas(), 40).view.getUint32(28, true)).toBe(40);
  });

  test("memory that is shorter than argsz says is a fault", () => {
    expect(getInfo(Container.withIoas(), 36, 35).result).toBe(-EFAULT);
    expect(getInfo(Container.withIoas(), 24, 23).result).toBe(-EFAULT);
    expect(getInfo(Container.withIoas(), 0xffffffff).result).toBe(0);
  });
});

describe("with devices", () => {
  test("the ranges are what no device and no aperture reserves; lists of allowed IOVAs do not count", () => {
    const machine = new Machine();
    const container = Container.withIoas(machine);
    machine.bind(new FakeIommu(), 0x20, [MSI_WINDOW]).attach(container.ioasId);
    machine.allow(container.ioasId, [[0x10000n, 0x1ffffn]]);
    const { view } = getInfo(container, 88);
    expect(view.getUint32(0, true)).toBe(88);
    expect(ranges(view)).toEqual([
      [0n, 0xfedfffffn],
      [0xfef00000n, 2n ** 48n - 1n],
    ]);
  });

  test("of several ranges those that have room are written, but not their number", () => {
    const machine = new Machine();
    const container = Container.withIoas(machine);
    machine.bind(new FakeIommu(), 0x20, [MSI_WINDOW]).attach(container.ioasId);
    const { view, lastWritten } = getInfo(container, 87);
    expect([view.getBigUint64(56, true), view.getBigUint64(64, true)]).toEqual([0n, 0xfedfffffn]);
    expect([lastWritten, view.getUint32(48, true), view.getUint32(16, true)]).toEqual([71, 0xeeeeeeee, 0]);
  });

  test("the page sizes are those that every page table has, and those below 4 KiB count as 4 KiB", () => {
    const machine = new Machine();
    const container = Container.withIoas(machine);
    machine.bind(iommuWith(0x40201000n, 12), 0x20).attach(container.ioasId);
    expect(pageSizes(container)).toBe(0x40201000n);
    machine.bind(iommuWith(0x201000n, 12), 0x21).attach(container.ioasId);
    expect(pageSizes(container)).toBe(0x201000n);

    const fine = Container.withIoas();
    fine.machine.bind(iommuWith(0x200800n, 11)).attach(fine.ioasId);
    expect(pageSizes(fine)).toBe(0x201000n);
  });

  test("the IOVA alignment is the least that is reported", () => {
    const container = Container.withIoas();
    container.machine.bind(iommuWith(0x201000n, 12), 0x20).attach(container.ioasId);
    container.machine.bind(iommuWith(0x800n, 11), 0x21).attach(container.ioasId);
    expect(pageSizes(container)).toBe(0x1000n);
  });

  test("TYPE1 does not change the page sizes", () => {
    const container = Container.withIoas();
    container.machine.bind(iommuWith(0x40201000n, 12)).attach(container.ioasId);
    expect(container.setIommu(TYPE1)).toBe(0);
    expect(pageSizes(container)).toBe(0x40201000n);
  });
});
