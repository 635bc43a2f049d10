/** VFIO's container on an iommufd (specification 50, part 1): which numbers, which extensions, types, maps and unmaps. */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import * as vfio from "../../proto/uapi/vfio.js";
import { U64 } from "../../daemon/u64.js";
import { FakeIommu, MAX, MSI_WINDOW } from "../support/machine.js";
import { chosenSeed, Random } from "../support/random.js";
import { Container, READ_WRITE, refusingOthers, TYPE1, TYPE1v2 } from "../support/vfio-container.js";

const { EINVAL, ENODEV, EFAULT, ENOTTY, EOVERFLOW, EEXIST, ENOENT, ENOMEM, EBUSY, EDEADLOCK, EADDRINUSE, OK } = errno;
const PAGE = 4096n;
const HUGE_PAGES = 1;
const ALL = vfio.VFIO_DMA_UNMAP_FLAG_ALL;

/** A container in the mode of TYPE1, with a domain if an IOMMU is given. */
function type1(iommu?: FakeIommu): Container {
  const container = Container.withIoas();
  if (iommu !== undefined) container.machine.bind(iommu).attach(container.ioasId);
  expect(container.setIommu(TYPE1)).toBe(0);
  return container;
}

function withDomain(iommu = new FakeIommu()): { container: Container; iommu: FakeIommu } {
  const container = Container.withIoas();
  container.machine.bind(iommu).attach(container.ioasId);
  return { container, iommu };
}

describe("numbers", () => {
  test("others of VFIO, and these with other upper bits, are ENOTTY and do not touch the pointer", () => {
    const container = Container.withIoas();
    for (const request of [0x3b67, 0x3b6b, 0x3b73, 0x3b74, 0x3b75, 0x3b76, 0xc0003b64, 0x3c64])
      expect(container.ioctl(request, 0n)).toBe(-ENOTTY);
  });

  test("the API is version 0, whatever the argument", () => {
    expect(new Container().ioctl(0x3b64, MAX)).toBe(0);
  });
});

describe("CHECK_EXTENSION", () => {
  test("TYPE1, TYPE1v2 and UNMAP_ALL are there, nothing else is", () => {
    const there = Array.from({ length: 16 }, (_, extension) => extension).filter(
      (extension) => extension !== vfio.VFIO_DMA_CC_IOMMU && new Container().checkExtension(extension) !== 0,
    );
    expect(there).toEqual([vfio.VFIO_TYPE1_IOMMU, vfio.VFIO_TYPE1v2_IOMMU, vfio.VFIO_UNMAP_ALL]);
    expect(new Container().checkExtension(vfio.VFIO_TYPE1_IOMMU)).toBe(1);
    expect(new Container().checkExtension(2 ** 32 + vfio.VFIO_TYPE1_IOMMU)).toBe(0);
  });

  test("DMA_CC wants an IOAS, and is there if every page table enforces coherency", () => {
    expect(new Container().checkExtension(vfio.VFIO_DMA_CC_IOMMU)).toBe(-ENODEV);
    const container = Container.withIoas();
    expect(container.checkExtension(vfio.VFIO_DMA_CC_IOMMU)).toBe(1);
    const enforcing = Object.assign(new FakeIommu(), { canEnforceCoherency: true });
    container.machine.bind(enforcing, 0x20).attach(container.ioasId);
    expect(container.checkExtension(vfio.VFIO_DMA_CC_IOMMU)).toBe(1);
    const other = container.machine.bind(refusingOthers(new FakeIommu()), 0x21);
    other.attach(container.ioasId);
    expect(container.checkExtension(vfio.VFIO_DMA_CC_IOMMU)).toBe(0);
    other.detach();
    expect(container.checkExtension(vfio.VFIO_DMA_CC_IOMMU)).toBe(1);
  });
});

describe("SET_IOMMU", () => {
  test("an unknown type fails EINVAL before the IOAS is wanted", () => {
    for (const type of [0, 2, 4, 6, 8, 2 ** 32 + TYPE1]) expect(new Container().setIommu(type)).toBe(-EINVAL);
    for (const type of [TYPE1, TYPE1v2]) expect(new Container().setIommu(type)).toBe(-ENODEV);
  });

  test("TYPE1 turns huge pages off and raises the alignment; TYPE1v2 does not take that back; the option does", () => {
    const container = Container.withIoas();
    expect(container.setIommu(TYPE1v2)).toBe(0);
    expect([container.hugePages, container.map.alignment]).toEqual([true, 1]);
    for (const type of [TYPE1, TYPE1, TYPE1v2]) {
      expect(container.setIommu(type)).toBe(0);
      expect([container.hugePages, container.map.alignment]).toEqual([false, 4096]);
    }
    expect(container.machine.option(HUGE_PAGES, 0, container.ioasId, 1n).error).toBe(OK);
    expect([container.hugePages, container.map.alignment]).toEqual([true, 1]);
  });

  test("TYPE1 with a page table and a mapping is EINVAL; with either alone it is not; nor where it holds already", () => {
    const { container } = withDomain();
    expect(container.mapDma(0n, PAGE)).toBe(0);
    expect(container.setIommu(TYPE1)).toBe(-EINVAL);
    expect(container.setIommu(TYPE1v2)).toBe(0);
    expect(container.unmapDma(0n, PAGE)).toEqual([0, PAGE]);
    expect(container.setIommu(TYPE1)).toBe(0);
    expect(container.mapDma(0n, PAGE)).toBe(0);
    expect(container.setIommu(TYPE1)).toBe(0);

    const withoutDomain = Container.withIoas();
    expect(withoutDomain.mapDma(0n, PAGE)).toBe(0);
    expect(withoutDomain.setIommu(TYPE1)).toBe(0);
  });

  test("TYPE1 with a mapping that is not page aligned is EADDRINUSE and changes nothing", () => {
    const container = Container.withIoas();
    expect(container.mapDma(1n, 2n)).toBe(0);
    expect(container.setIommu(TYPE1)).toBe(-EADDRINUSE);
    expect([container.hugePages, container.map.alignment]).toEqual([true, 1]);
  });

  test("in TYPE1 every page is an entry of its own, in TYPE1v2 the domain chooses", () => {
    const largestLg2 = (type: number): (number | undefined)[] => {
      const { container, iommu } = withDomain();
      expect(container.setIommu(type)).toBe(0);
      expect(container.mapDma(0x200000n, 0x200000n, { vaddr: 0x200000n })).toBe(0);
      return iommu.domains[0]!.requests.map(({ pageLg2Max }) => pageLg2Max);
    };
    expect(largestLg2(TYPE1v2)).toEqual([undefined]);
    expect(largestLg2(TYPE1)).toEqual([12]);
  });
});

describe("MAP_DMA", () => {
  test("the struct is read first, then argsz and flags tested, then the IOAS wanted, then the ranges looked at", () => {
    const container = new Container();
    expect(container.onBytes(0x3b71, new Uint8Array(31))).toBe(-EFAULT);
    expect(container.mapDma(0n, 0n, { argsz: 31 })).toBe(-EINVAL);
    for (const flags of [4, 7, 0x80000000]) expect(container.mapDma(0n, 0n, { flags })).toBe(-EINVAL);
    expect(container.mapDma(0n, 0n)).toBe(-ENODEV);
    expect(container.mapDma(0n, 0n, { argsz: 0xffffffff })).toBe(-ENODEV);
    expect(container.onBytes(0x3b71, new Uint8Array(31))).toBe(-EFAULT);
  });

  test("the end of the memory comes first, then the size, the alignments, the end of the range", () => {
    const { container } = withDomain();
    expect(container.mapDma(1n, MAX, { vaddr: 1n })).toBe(-EOVERFLOW);
    expect(container.mapDma(1n, PAGE, { vaddr: MAX - PAGE + 1n })).toBe(-EOVERFLOW);
    expect(container.mapDma(1n, 0n, { vaddr: MAX })).toBe(-EINVAL);
    expect(container.mapDma(0n, MAX - PAGE + 1n, { vaddr: 0n })).toBe(-EINVAL);
    expect(container.mapDma(MAX - 0xfffn, 0x2800n)).toBe(-EINVAL);
    expect(container.mapDma(MAX, 0x2000n)).toBe(-EINVAL);
    expect(container.mapDma(MAX - 0xfffn, 0x2000n)).toBe(-EOVERFLOW);
    expect(Container.withIoas().mapDma(MAX - 0xfffn, 0x2000n)).toBe(-EOVERFLOW);
  });

  test("then reserved ranges, mappings, the address's alignment, and the pages last", () => {
    const { machine } = withDomain().container;
    const container = Container.withIoas(machine);
    machine.bind(new FakeIommu(), 0x30, [MSI_WINDOW]).attach(container.ioasId);
    machine.caller.mm.holes.add(0x500);
    machine.caller.mm.readOnly.add(0x501);
    expect(container.mapDma(0x1000n, PAGE)).toBe(0);
    expect(container.mapDma(0xfee00000n, PAGE, { vaddr: 0x123n })).toBe(-EINVAL);
    expect(container.mapDma(0x1000n, PAGE, { vaddr: 0x500123n })).toBe(-EEXIST);
    expect(container.mapDma(0x3000n, PAGE, { vaddr: 0x500123n })).toBe(-EINVAL);
    expect(container.mapDma(0x3000n, PAGE, { vaddr: 0x500000n })).toBe(-EFAULT);
    expect(container.mapDma(0x3000n, PAGE, { vaddr: 0x501000n })).toBe(-EFAULT);
    expect(container.mapDma(0x3000n, PAGE, { vaddr: 0x501000n, flags: vfio.VFIO_DMA_MAP_FLAG_READ })).toBe(0);
    expect(container.areas()).toEqual([
      [0x1000n, PAGE],
      [0x3000n, PAGE],
    ]);
  });

  test("without a domain any byte of any address can be mapped, and it is found out when a device is attached", () => {
    const container = Container.withIoas();
    container.machine.caller.mm.holes.add(0x500);
    expect(container.mapDma(0x1000n, PAGE, { vaddr: 0x500000n })).toBe(0);
    expect(container.machine.bind(new FakeIommu()).attach(container.ioasId)).toBe(EFAULT);
    expect(container.unmapDma(0x1000n, PAGE)).toEqual([0, PAGE]);
    expect(container.mapDma(5n, 3n, { vaddr: 0x600007n })).toBe(0);
  });

  test("TYPE1 asks for whole pages also without a domain, and for an aligned address after a free range", () => {
    const container = type1();
    expect(container.mapDma(0n, 0x800n)).toBe(-EINVAL);
    expect(container.mapDma(0x800n, PAGE)).toBe(-EINVAL);
    expect(container.mapDma(0n, PAGE, { vaddr: 0x800n })).toBe(-EINVAL);
    expect(container.mapDma(0n, PAGE)).toBe(0);
    expect(container.mapDma(0n, PAGE, { vaddr: 0x800n })).toBe(-EEXIST);
  });

  test("no permissions: the page table refuses them after the pages are pinned and before they are charged", () => {
    const { container, iommu } = withDomain();
    const { caller } = container.machine;
    const [domain] = iommu.domains;
    const map = domain!.map.bind(domain!);
    const refusing = (iova: number, physical: number, count: number, prot: number) =>
      prot === 0 ? EINVAL : map(iova, physical, count, prot);
    Object.assign(domain!, { map: refusing });
    Object.assign(caller, { ipcLock: false, limitPages: 0 });
    caller.mm.holes.add(0x500);
    expect(container.mapDma(0n, PAGE, { flags: 0, vaddr: 0x500000n })).toBe(-EFAULT);
    expect(container.mapDma(0n, PAGE, { flags: 0 })).toBe(-EINVAL);
    expect(container.mapDma(0n, PAGE, { flags: READ_WRITE })).toBe(-ENOMEM);
    expect(caller.mm.pinned.size).toBe(0);
    expect(Container.withIoas().mapDma(0n, PAGE, { flags: 0 })).toBe(0);
  });

  test("what is written behind a smaller argsz is not looked at, and there is no limit of mappings", () => {
    const container = Container.withIoas();
    for (let index = 0n; index < 100n; index++) expect(container.mapDma(index * PAGE, PAGE)).toBe(0);
    expect(container.map.areaCount).toBe(100);
  });
});

describe("UNMAP_DMA", () => {
  test("the struct is read first, then argsz and flags tested, then the IOAS wanted", () => {
    const container = new Container();
    expect(container.onBytes(0x3b72, new Uint8Array(23))).toBe(-EFAULT);
    expect(container.unmapDma(0n, 5n, { argsz: 23 })).toEqual([-EINVAL, 5n]);
    for (const flags of [1, 3, 4, 0x80000000]) expect(container.unmapDma(0n, 5n, { flags })).toEqual([-EINVAL, 5n]);
    expect(container.unmapDma(0n, 5n)).toEqual([-ENODEV, 5n]);
    expect(container.unmapDma(5n, 0n, { flags: ALL })).toEqual([-ENODEV, 0n]);
  });

  test("ALL wants neither iova nor size, and says how much was mapped", () => {
    const container = Container.withIoas();
    expect(container.unmapDma(0n, 0n, { flags: ALL })).toEqual([0, 0n]);
    container.mapDma(0n, 0x3000n);
    container.mapDma(MAX - 0xfffn, PAGE);
    expect(container.unmapDma(0n, PAGE, { flags: ALL })).toEqual([-EINVAL, PAGE]);
    expect(container.unmapDma(PAGE, 0n, { flags: ALL })).toEqual([-EINVAL, 0n]);
    expect(container.unmapDma(0n, 0n, { flags: ALL })).toEqual([0, 0x4000n]);
    expect(container.areas()).toEqual([]);
  });

  test("size 0 and a range beyond the end fail, with size 0 written; nothing there is success", () => {
    for (const container of [Container.withIoas(), type1()]) {
      expect(container.unmapDma(0x1000n, 0n)).toEqual([-EINVAL, 0n]);
      expect(container.unmapDma(MAX - 0xfffn, 0x2000n)).toEqual([-EOVERFLOW, 0n]);
      expect(container.unmapDma(0x123n, 0x456n)).toEqual([0, 0n]);
      expect(container.unmapDma(0n, MAX)).toEqual([0, 0n]);
    }
  });

  test("TYPE1v2: a mapping partly in the range is ENOENT; those before it are gone and counted", () => {
    const container = Container.withIoas();
    container.mapDma(0n, 0x4000n);
    container.mapDma(0x4000n, 0x4000n);
    expect(container.unmapDma(0x1000n, 0x1000n)).toEqual([-ENOENT, 0n]);
    expect(container.unmapDma(0n, 0x6000n)).toEqual([-ENOENT, 0x4000n]);
    expect(container.areas()).toEqual([[0x4000n, 0x4000n]]);
    expect(container.unmapDma(0n, 0x10000n)).toEqual([0, 0x4000n]);
  });

  test("the whole space can be named, but for its last byte", () => {
    const container = Container.withIoas();
    container.mapDma(0n, 0x2000n);
    container.mapDma(0x100000n, 0x3000n);
    expect(container.unmapDma(0n, MAX)).toEqual([0, 0x5000n]);
  });

  test("where the size cannot be stored it is EFAULT, and the mappings are gone all the same", () => {
    const container = Container.withIoas();
    container.mapDma(0n, 0x2000n);
    container.mapDma(0x2000n, 0x2000n);
    expect(container.unmapDma(0n, 0x3000n, { writable: false })).toEqual([-EFAULT, 0x3000n]);
    expect(container.areas()).toEqual([[0x2000n, 0x2000n]]);
    expect(container.unmapDma(0n, PAGE, { flags: ALL, writable: false })).toEqual([-EINVAL, PAGE]);
  });
});

describe("UNMAP_DMA in TYPE1", () => {
  test("unmaps exactly the pages asked for", () => {
    const container = type1();
    container.mapDma(0n, 0x4000n);
    expect(container.unmapDma(0x1000n, 0x1000n)).toEqual([0, 0x1000n]);
    expect(container.areas()).toEqual([
      [0n, 0x1000n],
      [0x2000n, 0x2000n],
    ]);
    expect(container.unmapDma(0n, 0x4000n)).toEqual([0, 0x3000n]);
  });

  test("the middle of eight pages, then the rest in parts, with the page table and the pins following", () => {
    const iommu = new FakeIommu();
    const container = type1(iommu);
    const { table } = iommu.domains[0]!;
    const { pinned } = container.machine.caller.mm;
    container.mapDma(0n, 0x8000n);
    expect(container.unmapDma(0x2000n, 0x2000n)).toEqual([0, 0x2000n]);
    expect([...table.keys()].sort()).toEqual([0, 1, 4, 5, 6, 7]);
    expect([...pinned.keys()].sort()).toEqual([0x100, 0x101, 0x104, 0x105, 0x106, 0x107]);
    expect(container.unmapDma(0n, 0x2000n)).toEqual([0, 0x2000n]);
    expect(container.unmapDma(0x4000n, 0x4000n)).toEqual([0, 0x4000n]);
    expect([table.size, pinned.size]).toEqual([0, 0]);
  });

  test("a cut inside a page fails EINVAL, writes no size and cuts nothing", () => {
    const container = type1();
    container.mapDma(0x10000n, 0x4000n);
    expect(container.unmapDma(0x10800n, 1n)).toEqual([-EINVAL, 1n]);
    expect(container.areas()).toEqual([[0x10000n, 0x4000n]]);
  });

  test("a cut behind the range stays when the one before it fails", () => {
    const container = type1();
    container.mapDma(0x10000n, 0x4000n);
    expect(container.unmapDma(0x10800n, 0x1800n)).toEqual([-EINVAL, 0x1800n]);
    expect(container.areas()).toEqual([
      [0x10000n, 0x2000n],
      [0x12000n, 0x2000n],
    ]);
  });

  test("before the first byte of a mapping there is nothing to cut, though the unmap then finds it partly outside", () => {
    const container = type1();
    container.mapDma(0x10000n, 0x4000n);
    expect(container.unmapDma(0x10001n, 0xfffn)).toEqual([-ENOENT, 0n]);
    expect(container.machine.unmap(container.ioasId, 0x10000n, PAGE)).toEqual({ error: OK, length: PAGE });
  });

  test("size 0 cuts in front of iova and then fails EINVAL; the native interface sees two mappings", () => {
    const container = type1();
    container.mapDma(0n, 0x4000n);
    expect(container.unmapDma(0x2000n, 0n)).toEqual([-EINVAL, 0n]);
    expect(container.machine.unmap(container.ioasId, 0n, 0x2000n)).toEqual({ error: OK, length: 0x2000n });
    expect(container.areas()).toEqual([[0x2000n, 0x2000n]]);
  });

  test("a range that wraps cuts at its end modulo 2^64 before it fails", () => {
    const container = type1();
    container.mapDma(0n, 0x4000n);
    expect(container.unmapDma(MAX - 0xfffn, 0x3000n)).toEqual([-EOVERFLOW, 0n]);
    expect(container.areas()).toEqual([
      [0n, 0x2000n],
      [0x2000n, 0x2000n],
    ]);
  });

  test("ALL does not cut, and the end of the space does not wrap into a cut", () => {
    const container = type1();
    container.mapDma(MAX - 0x3fffn, 0x4000n);
    expect(container.unmapDma(MAX - 0x1fffn, 0x2000n)).toEqual([0, 0x2000n]);
    expect(container.unmapDma(0n, 0n, { flags: ALL })).toEqual([0, 0x2000n]);
  });

  test("the parts map the memory that the whole did, also into a page table that comes later", () => {
    const container = type1();
    container.mapDma(0x10000n, 0x4000n, { vaddr: 0x70000n });
    expect(container.unmapDma(0x11000n, PAGE)).toEqual([0, PAGE]);
    const iommu = new FakeIommu();
    container.machine.bind(iommu).attach(container.ioasId);
    const frame = (page: number): number => 2 ** 30 + page;
    expect([...iommu.domains[0]!.table]).toEqual([
      [0x10, frame(0x70)],
      [0x12, frame(0x72)],
      [0x13, frame(0x73)],
    ]);
  });

  test("an area that an in-kernel user has pinned is not cut: EINVAL; one that it does not let go is EBUSY", () => {
    const container = type1();
    container.mapDma(0n, 0x4000n);
    const { map } = container;
    map.attachAccess({ alignment: 4096, notifyUnmap: () => undefined });
    expect(map.pin(U64.ZERO, U64.fromNumber(0xfff), false, [])).toBe(OK);
    expect(container.unmapDma(0x2000n, 0x1000n)).toEqual([-EINVAL, 0x1000n]);
    expect(container.unmapDma(0n, 0x4000n)).toEqual([-EDEADLOCK, 0n]);
    expect(container.unmapDma(0x2000n, 0x1000n)).toEqual([-EBUSY, 0x1000n]);
    map.unpin(U64.ZERO, U64.fromNumber(0xfff));
    expect(container.unmapDma(0x2000n, 0x1000n)).toEqual([-EBUSY, 0x1000n]);
    expect(container.unmapDma(0n, 0x4000n)).toEqual([0, 0x4000n]);
  });

  test("an area in a page table is not cut while huge pages are on", () => {
    const { container } = withDomain();
    container.mapDma(0n, 0x4000n);
    expect(container.map.cutAfter(U64.fromNumber(0xfff))).toBe(EINVAL);
    expect(container.areas()).toEqual([[0n, 0x4000n]]);
  });
});

test("TYPE1 against a model: after random maps and unmaps the pages left are the pages mapped, in table, pins and account", () => {
  const PAGES = 96;
  const random = new Random(chosenSeed());
  const iommu = new FakeIommu();
  const container = type1(iommu);
  const { caller, accounts } = container.machine;
  caller.ipcLock = false;
  /** IOVA page to page of memory. */
  const model = new Map<number, number>();
  const bytes = (pages: number): bigint => BigInt(pages) * PAGE;
  for (let step = 0; step < 600; step++) {
    const [first, count] = [random.below(PAGES), 1 + random.below(12)];
    const covered = Array.from({ length: count }, (_, index) => first + index);
    if (random.chance(50)) {
      // Memory of its own for every map, so that no page is pinned twice.
      const from = 0x1000 + step * 16;
      const taken = covered.some((page) => model.has(page));
      const result = container.mapDma(bytes(first), bytes(count), { vaddr: bytes(from) });
      expect([random.seed, step, result]).toEqual([random.seed, step, taken ? -EEXIST : 0]);
      if (!taken) for (const page of covered) model.set(page, from + page - first);
    } else {
      const removed = covered.filter((page) => model.delete(page)).length;
      const result = container.unmapDma(bytes(first), bytes(count));
      expect([random.seed, step, ...result]).toEqual([random.seed, step, 0, bytes(removed)]);
    }
    const expected = [...model].sort(([a], [b]) => a - b);
    const found = [...iommu.domains[0]!.table].sort(([a], [b]) => a - b);
    expect([random.seed, step, found]).toEqual([
      random.seed,
      step,
      expected.map(([iova, page]) => [iova, 2 ** 30 + page]),
    ]);
    expect([...caller.mm.pinned.keys()].sort()).toEqual(expected.map(([, page]) => page).sort());
    expect(accounts.inspect().users["1000"] ?? 0).toBe(model.size);
  }
});

describe("the compat IOAS", () => {
  test("no group is needed: VFIO_IOAS SET, then SET_IOMMU, MAP and UNMAP succeed", () => {
    const container = new Container();
    expect(container.setIoas(container.machine.ioas())).toBe(OK);
    expect(container.setIommu(TYPE1v2)).toBe(0);
    expect(container.mapDma(0n, PAGE)).toBe(0);
    expect(container.unmapDma(0n, PAGE)).toEqual([0, PAGE]);
  });

  test("a group that joins makes an ordinary IOAS with the lowest free id, the next one leaves no trace", () => {
    const container = new Container();
    const { context } = container.machine;
    expect(container.machine.ioas()).toBe(1);
    expect(context.provideCompatIoas()).toBe(OK);
    expect(container.ioasId).toBe(2);
    expect(container.checkExtension(vfio.VFIO_DMA_CC_IOMMU)).toBe(1);
    expect(context.provideCompatIoas()).toBe(OK);
    expect([container.ioasId, container.machine.ioas()]).toEqual([2, 3]);
    expect(container.machine.map(2, 0x5000n, PAGE, 0x10000n).error).toBe(OK);
    expect(container.unmapDma(0x10000n, PAGE)).toEqual([0, PAGE]);
  });

  test("one that was set is kept; after a DESTROY the next group makes another", () => {
    const container = Container.withIoas();
    const { context } = container.machine;
    expect(context.provideCompatIoas()).toBe(OK);
    expect(container.ioasId).toBe(1);
    expect(container.machine.destroy(1)).toBe(OK);
    expect(container.mapDma(0n, PAGE)).toBe(-ENODEV);
    expect(context.provideCompatIoas()).toBe(OK);
    expect(container.ioasId).toBe(1);
    expect(container.mapDma(0n, PAGE)).toBe(0);
  });

  test("mappings stay when another IOAS takes its place", () => {
    const container = Container.withIoas();
    container.mapDma(0n, PAGE);
    expect(container.setIoas(container.machine.ioas())).toBe(OK);
    expect(container.unmapDma(0n, PAGE)).toEqual([0, 0n]);
    expect(container.setIoas(1)).toBe(OK);
    expect(container.unmapDma(0n, PAGE)).toEqual([0, PAGE]);
  });
});
