/** VFIO PCI device files: information, regions, reads and writes, mappings, reset (specification 50, part 4). */
import { describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import { vfio_device_feature } from "../../proto/uapi/vfio-feature.js";
import * as api from "../../proto/uapi/vfio-device.js";
import { U64 } from "../../daemon/u64.js";
import { FakeMemory } from "../support/machine.js";
import { ARGUMENT, VfioMachine, type AddOptions } from "../support/vfio-machine.js";
import type { FakeVfioFunction } from "../support/vfio-function.js";

const { EFAULT, EINVAL, EIO, ENOTTY, OK } = errno;
const ADDRESS = "0000:00:04.0";
const [ROM, CONFIG, VGA] = [6, 7, 8];
const ONES = (count: number): number[] => Array.from({ length: count }, () => 0xff);

interface Opened {
  readonly vfio: VfioMachine;
  readonly pci: FakeVfioFunction;
  readonly fd: number;
}

function opened(options: AddOptions = {}): Opened {
  const vfio = new VfioMachine();
  const pci = vfio.add(options);
  return { vfio, pci, fd: vfio.boundNode() };
}

test("a descriptor from a group and one of a node, bound, answer alike, and before anything is attached", () => {
  const ioctls = [0x3b6b, 0x3b6c, 0x3b6d, 0x3b6e, 0x3b6f, 0x3b70, 0x3b71, 0x3b74, 0x3b75, 0x3b72, 0x3b73, 0x3b79];
  const answers = (vfio: VfioMachine, fd: number): number[] =>
    ioctls.map((request) => vfio.onBytes(fd, request, new Uint8Array(64).fill(0, 1).fill(40, 0, 1)));
  const byNode = opened();
  const byGroup = new VfioMachine();
  byGroup.add();
  const expected = answers(byNode.vfio, byNode.fd);
  expect(expected.slice(0, 5)).toEqual([0, 0, 0, -EINVAL, 0]);
  expect(expected.slice(-3)).toEqual([-ENOTTY, -ENOTTY, -ENOTTY]);
  const others = answers(byGroup, byGroup.groupDevice().device);
  // PCI_HOT_RESET wants a group from one and none from the other.
  expect(others.toSpliced(6, 1)).toEqual(expected.toSpliced(6, 1));
});

describe("GET_INFO", () => {
  const info = ({ vfio, fd }: Opened, argsz: number) => vfio.call(fd, 0x3b6b, api.vfio_device_info, { argsz });

  test("EFAULT, then EINVAL for a short argsz", () => {
    const device = opened();
    expect(device.vfio.onBytes(device.fd, 0x3b6b, new Uint8Array(15))).toBe(-EFAULT);
    expect(info(device, 15).result).toBe(-EINVAL);
  });

  test("PCI, nine regions, five interrupts, no capability; RESET if the function has one; argsz is left", () => {
    const rest = { num_regions: 9, num_irqs: 5, cap_offset: 0, pad: 0 };
    expect(info(opened(), 24).out).toEqual({ argsz: 24, flags: 3, ...rest });
    expect(info(opened({ resettable: false }), 100).out).toEqual({ argsz: 100, flags: 2, ...rest });
  });

  test("as much is written as argsz has", () => {
    for (const argsz of [16, 20, 24]) {
      const { vfio, fd } = opened();
      const bytes = new Uint8Array(32).fill(0xee);
      bytes.set([argsz, 0, 0, 0]);
      expect(vfio.onBytes(fd, 0x3b6b, bytes)).toBe(0);
      expect(bytes.indexOf(0xee)).toBe(argsz);
    }
  });
});

describe("GET_REGION_INFO", () => {
  const info = ({ vfio, fd }: Opened, index: number, argsz = 32, cap_offset = 77) =>
    vfio.call(
      fd,
      0x3b6c,
      api.vfio_region_info,
      { argsz, index, cap_offset },
      { behind: new Uint8Array(16).fill(0xee) },
    );

  test("EFAULT, then EINVAL for a short argsz, then for an index that there is not, VGA among them", () => {
    const device = opened();
    expect(device.vfio.onBytes(device.fd, 0x3b6c, new Uint8Array(31))).toBe(-EFAULT);
    expect(info(device, 100, 31).result).toBe(-EINVAL);
    for (const index of [VGA, 9, 100, 0xffffffff]) expect(info(device, index).result).toBe(-EINVAL);
  });

  test.each([
    ["memory, of a page and more", 0, 0x2000n, 7],
    ["I/O", 1, 32n, 3],
    ["64-bit memory", 2, 0x4000n, 7],
    ["the upper half of a 64-bit BAR", 3, 0n, 0],
    ["memory, smaller than a page and inside one", 5, 16n, 3],
    ["a ROM, in a power of two", ROM, 0x1000n, 1],
    ["configuration space", CONFIG, 4096n, 3],
  ])("%s", (_what, index, size, flags) => {
    const { result, out, behind } = info(opened({ rom: new Uint8Array(3000) }), index);
    expect(result).toBe(0);
    // Without capabilities argsz and cap_offset are written back as they came.
    expect(out).toEqual({ argsz: 32, flags, index, cap_offset: 77, size, offset: BigInt(index) << 40n });
    expect(behind).toEqual(new Uint8Array(16).fill(0xee));
  });

  test("no ROM has no size; conventional configuration space has 256 bytes; a small ROM is of 2 KiB", () => {
    expect(info(opened({ configBytes: 256 }), CONFIG).out.size).toBe(256n);
    expect(info(opened(), ROM).out).toMatchObject({ size: 0n, flags: 0 });
    expect(info(opened({ rom: new Uint8Array(4) }), ROM).out).toMatchObject({ size: 2048n, flags: 1 });
  });

  test("a BAR smaller than a page that begins at one can be mapped", () => {
    expect(info(opened({ barAddresses: { 5: 0xc000_1000 } }), 5).out.flags).toBe(7);
  });

  test("the BAR of the MSI-X table has a capability, if argsz has room for it; else argsz says how much it takes", () => {
    const device = opened();
    for (const argsz of [32, 39]) {
      const { result, out, behind } = info(device, 4, argsz);
      expect([result, out.flags, out.argsz, out.cap_offset]).toEqual([0, 15, 40, 0]);
      expect(behind).toEqual(new Uint8Array(16).fill(0xee));
    }
    for (const argsz of [40, 100]) {
      const { result, out, behind } = info(device, 4, argsz);
      expect([result, out.flags, out.argsz, out.cap_offset]).toEqual([0, 15, argsz, 32]);
      expect([...behind]).toEqual([3, 0, 1, 0, 0, 0, 0, 0, ...new Uint8Array(8).fill(0xee)]);
    }
  });

  test("where the capability or the struct cannot be written it is EFAULT", () => {
    const { vfio, fd } = opened();
    const bytes = encodeStruct(api.vfio_region_info, { argsz: 40, index: 4 });
    expect(vfio.onBytes(fd, 0x3b6c, bytes)).toBe(-EFAULT);
    expect(vfio.onBytes(fd, 0x3b6c, encodeStruct(api.vfio_region_info, { index: 0 }), false)).toBe(-EFAULT);
  });
});

describe("pread and pwrite", () => {
  test("the region's index comes first EINVAL, then a count of 0, then the region", () => {
    const { vfio, fd } = opened();
    expect(vfio.pread(fd, 9, 0, 0)).toBe(-EINVAL);
    expect(vfio.pread(fd, 0x7f_ffff, 0, 4)).toBe(-EINVAL);
    for (const region of [0, 3, ROM, CONFIG, VGA]) {
      expect(vfio.pread(fd, region, 0x9999, 0)).toEqual([]);
      expect(vfio.pwrite(fd, region, 0x9999, [])).toBe(0);
    }
    expect(vfio.pread(fd, VGA, 0, 4)).toBe(-EINVAL);
    expect(vfio.pread(fd, 3, 0, 4)).toBe(-EINVAL);
    expect(vfio.pread(fd, ROM, 0, 4)).toBe(-EINVAL);
  });

  test("a BAR ends at its size: behind it EINVAL, across it the part inside", () => {
    const { vfio, fd, pci } = opened();
    expect(vfio.pread(fd, 0, 0x2000, 4)).toBe(-EINVAL);
    expect(vfio.pwrite(fd, 0, 0x2000, [1])).toBe(-EINVAL);
    for (const offset of [2 ** 32, 2 ** 39, 2 ** 40 - 1]) expect(vfio.pread(fd, 0, offset, 1)).toBe(-EINVAL);
    expect(vfio.pwrite(fd, 0, 0x1ffe, [1, 2, 3, 4, 5, 6, 7, 8])).toBe(2);
    expect(vfio.pread(fd, 0, 0x1ffe, 8)).toEqual([1, 2]);
    expect(pci.takeAccesses()).toEqual(["w0+1ffe:2", "r0+1ffe:2"]);
  });

  test.each([
    [0, 8, ["0:8"]],
    [0, 16, ["0:8", "8:8"]],
    [4, 8, ["4:4", "8:4"]],
    [1, 7, ["1:1", "2:2", "4:4"]],
    [3, 14, ["3:1", "4:4", "8:8", "10:1"]],
    [8, 7, ["8:4", "c:2", "e:1"]],
  ])("at %i, %i bytes are naturally aligned accesses", (offset, count, parts) => {
    const { vfio, fd, pci } = opened();
    const bytes = Array.from({ length: count }, (_, index) => index + 1);
    expect(vfio.pwrite(fd, 2, offset, bytes)).toBe(count);
    expect(vfio.pread(fd, 2, offset, count)).toEqual(bytes);
    expect(pci.takeAccesses()).toEqual([...parts.map((part) => `w2+${part}`), ...parts.map((part) => `r2+${part}`)]);
  });

  test("the MSI-X table reads as ones and takes nothing, byte for byte, and the count is complete", () => {
    const { vfio, fd, pci } = opened();
    // Two entries at 0x100.
    const around = Array.from({ length: 0x30 }, (_, index) => index + 1);
    expect(vfio.pwrite(fd, 4, 0xf8, around)).toBe(0x30);
    const [before, behind] = [around.slice(0, 8), around.slice(0x28)];
    expect(vfio.pread(fd, 4, 0xf8, 0x30)).toEqual([...before, ...ONES(0x20), ...behind]);
    expect(pci.takeAccesses()).toEqual(["w4+f8:8", "w4+120:8", "r4+f8:8", "r4+120:8"]);
    const table = new Uint8Array(8);
    pci.readBar(4, 0x100, table);
    expect(table).toEqual(new Uint8Array(8));
  });

  test("memory BARs and the ROM are EIO while memory decoding is off; I/O is not checked", () => {
    const { vfio, fd } = opened({ rom: new Uint8Array(16) });
    vfio.setMemoryDecoding(fd, false);
    for (const region of [0, 2, 4, ROM]) expect(vfio.pread(fd, region, 0, 4)).toBe(-EIO);
    expect(vfio.pwrite(fd, 0, 0, [1])).toBe(-EIO);
    expect(vfio.pread(fd, 0, 0x2000, 4)).toBe(-EINVAL);
    expect(vfio.pwrite(fd, 1, 0, [1, 2, 3, 4])).toBe(4);
    expect(vfio.pread(fd, 1, 0, 4)).toEqual([1, 2, 3, 4]);
    vfio.setMemoryDecoding(fd, true);
    expect(vfio.pread(fd, 0, 0, 4)).toEqual([0, 0, 0, 0]);
  });

  test("the ROM reads as its image and then as ones, and is not written, EINVAL", () => {
    const { vfio, fd } = opened({ rom: Uint8Array.of(0x55, 0xaa, 3, 4, 5) });
    expect(vfio.pread(fd, ROM, 0, 8)).toEqual([0x55, 0xaa, 3, 4, 5, 0xff, 0xff, 0xff]);
    expect(vfio.pread(fd, ROM, 2046, 8)).toEqual([0xff, 0xff]);
    expect(vfio.pread(fd, ROM, 2048, 8)).toBe(-EINVAL);
    expect(vfio.pwrite(fd, ROM, 0, [0])).toBe(-EINVAL);
  });

  test("configuration space is read and written inside its end; across it EFAULT, and nothing is done", () => {
    const { vfio, fd } = opened();
    expect(vfio.pwrite(fd, CONFIG, 4092, [1, 2, 3, 4])).toBe(4);
    expect(vfio.pread(fd, CONFIG, 4092, 4)).toEqual([1, 2, 3, 4]);
    expect(vfio.pread(fd, CONFIG, 4094, 4)).toBe(-EFAULT);
    expect(vfio.pwrite(fd, CONFIG, 4094, [9, 9, 9, 9])).toBe(-EFAULT);
    expect(vfio.pread(fd, CONFIG, 4092, 4)).toEqual([1, 2, 3, 4]);
    expect(vfio.pread(fd, CONFIG, 4096, 1)).toBe(-EFAULT);
  });

  test("the caller's memory: EFAULT; of a write to a BAR what comes before the fault is done", () => {
    const { vfio, fd, pci } = opened();
    expect(vfio.pread(fd, 0, 0, 4, false)).toBe(-EFAULT);
    expect(vfio.pread(fd, CONFIG, 0, 4, false)).toBe(-EFAULT);
    pci.takeAccesses();
    expect(vfio.pwrite(fd, 0, 0, [1, 2, 3, 4], 8)).toBe(-EFAULT);
    expect(pci.takeAccesses()).toEqual(["w0+0:4"]);
    expect(vfio.pwrite(fd, CONFIG, 0x40, [1, 2, 3, 4], 8)).toBe(-EFAULT);
  });

  test("plain read and write begin at BAR 0 and go on from there, each descriptor by itself", () => {
    const vfio = new VfioMachine();
    vfio.add();
    const { group, device } = vfio.groupDevice();
    const other = vfio.getDeviceFd(group);
    const memory = new FakeMemory();
    const bytes = Uint8Array.of(1, 2, 3, 4);
    memory.add(ARGUMENT, bytes);
    const at = U64.fromBigInt(ARGUMENT);
    expect(vfio.target(device).write!(memory, at, 4)).toBe(4);
    expect(vfio.target(device).write!(memory, at, 2)).toBe(2);
    expect(vfio.target(device).read!(memory, at.plusNumber(0x1000), 2)).toBe(-EFAULT);
    expect(vfio.target(device).read!(memory, at, 2)).toBe(2);
    expect([...bytes]).toEqual([0, 0, 3, 4]);
    expect(vfio.target(other).read!(memory, at, 4)).toBe(4);
    expect([...bytes]).toEqual([1, 2, 3, 4]);
    expect(vfio.pread(device, 0, 4, 2)).toEqual([1, 2]);
  });
});

describe("mmap", () => {
  test("of anything but a BAR that can be mapped, or beyond its pages, EINVAL", () => {
    const { vfio, fd } = opened({ rom: new Uint8Array(8192), configBytes: 4096 });
    for (const region of [1, 3, 5, ROM, CONFIG, VGA, 9]) expect(vfio.mmap(fd, region, 0, 4096)).toBe(EINVAL);
    expect(vfio.mmap(fd, 0, 0, 0x3000)).toBe(EINVAL);
    expect(vfio.mmap(fd, 0, 0x1000, 0x2000)).toBe(EINVAL);
    expect(vfio.mmap(fd, 0, 0x2000, 0x1000)).toBe(EINVAL);
    expect(vfio.mmap(fd, 0, 2 ** 32, 0x1000)).toBe(EINVAL);
    expect(vfio.mapped(fd, 0, 0x1000, 0x1000).pieces!.length).toBe(1);
  });

  test("register pages answer loads and stores, which are the function's own, MSI-X table and all", () => {
    const { vfio, fd, pci } = opened();
    const mapping = vfio.mapped(fd, 4, 0, 4096);
    expect([mapping.path!(), mapping.pieces]).toEqual([
      "",
      [{ offset: 0, length: 4096, registers: true, fileOffset: 0 }],
    ]);
    expect(mapping.store!(0x100, Uint8Array.of(1, 2, 3, 4))).toBe(OK);
    const into = new Uint8Array(8);
    expect(mapping.load!(0x100, into)).toBe(OK);
    expect([...into]).toEqual([1, 2, 3, 4, 0, 0, 0, 0]);
    expect(pci.takeAccesses()).toEqual(["w4+100:4", "r4+100:8"]);
  });

  test("a mapping of the second page is of the second page; beyond its own end nothing answers", () => {
    const { vfio, fd, pci } = opened();
    const mapping = vfio.mapped(fd, 0, 0x1000, 0x1000);
    expect(mapping.store!(4, Uint8Array.of(1, 2, 3, 4))).toBe(OK);
    expect(pci.takeAccesses()).toEqual(["w0+1004:4"]);
    expect(mapping.load!(0xffc, new Uint8Array(8))).toBe(EFAULT);
  });

  test("memory pages are the function's own file, from where they lie in it", () => {
    const { vfio, fd } = opened();
    const whole = vfio.mapped(fd, 2, 0, 0x4000);
    expect(whole.path!()).toBe("/bar-memory");
    expect(whole.pieces).toEqual([
      { offset: 0, length: 0x1000, registers: true, fileOffset: 0 },
      { offset: 0x1000, length: 0x3000, registers: false, fileOffset: 0 },
    ]);
    expect(vfio.mapped(fd, 2, 0x2000, 0x1000).pieces).toEqual([
      { offset: 0, length: 0x1000, registers: false, fileOffset: 0x1000 },
    ]);
    expect(vfio.mapped(fd, 2, 0, 0x1000).path!()).toBe("");
  });

  test("behind a BAR that is smaller than its page loads are ones and stores are lost", () => {
    const { vfio, fd, pci } = opened({ barAddresses: { 5: 0xc000_1000 } });
    const mapping = vfio.mapped(fd, 5, 0, 4096);
    const into = new Uint8Array(8);
    expect(mapping.load!(12, into)).toBe(OK);
    expect([...into]).toEqual([0, 0, 0, 0, ...ONES(4)]);
    expect(mapping.load!(100, into)).toBe(OK);
    expect([...into]).toEqual(ONES(8));
    const stored = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(mapping.store!(12, stored)).toBe(OK);
    expect(pci.takeAccesses()).toEqual(["r5+c:4", "w5+c:4"]);
    expect(vfio.mmap(fd, 5, 0, 8192)).toBe(EINVAL);
  });

  test("without memory decoding nothing answers and memory is hidden; it can be mapped then, and comes back", () => {
    const { vfio, fd, pci } = opened();
    const before = vfio.mapped(fd, 0, 0, 4096);
    vfio.setMemoryDecoding(fd, false);
    const during = vfio.mapped(fd, 0, 0, 4096);
    const memory = pci.memories.get(2)!;
    const loads = (): number[] => [before, during].map((mapping) => mapping.load!(0, new Uint8Array(4)));
    expect([loads(), before.store!(0, new Uint8Array(4)), memory.hidden]).toEqual([[EFAULT, EFAULT], EFAULT, true]);
    vfio.setMemoryDecoding(fd, true);
    expect([loads(), before.store!(0, new Uint8Array(4)), memory.hidden]).toEqual([[OK, OK], OK, false]);
  });

  test("in low power nothing answers until the exit, though reads and writes do", () => {
    const { vfio, fd, pci } = opened();
    const mapping = vfio.mapped(fd, 0, 0, 4096);
    const feature = (number: number): number =>
      vfio.call(fd, 0x3b75, vfio_device_feature, { argsz: 8, flags: 0x20000 | number }).result;
    expect(feature(3)).toBe(0);
    expect([mapping.load!(0, new Uint8Array(4)), pci.memories.get(2)!.hidden]).toEqual([EFAULT, true]);
    expect(vfio.pread(fd, 0, 0, 4)).toEqual([0, 0, 0, 0]);
    vfio.setMemoryDecoding(fd, false);
    expect(feature(5)).toBe(0);
    expect([mapping.load!(0, new Uint8Array(4)), pci.memories.get(2)!.hidden]).toEqual([EFAULT, true]);
    vfio.setMemoryDecoding(fd, true);
    expect([mapping.load!(0, new Uint8Array(4)), pci.memories.get(2)!.hidden]).toEqual([OK, false]);
  });

  test("with a wakeup eventfd the next use of any kind is the exit, and signals it once", () => {
    const uses: ((device: Opened) => void)[] = [
      ({ vfio, fd }) => vfio.pread(fd, 0, 0, 4),
      ({ vfio, fd }) => vfio.pwrite(fd, CONFIG, 0x40, [1]),
      ({ vfio, fd }) => vfio.onBytes(fd, 0x3b6b, new Uint8Array(16)),
      ({ vfio, fd }) => vfio.ioctl(fd, 0x1234),
    ];
    for (const use of uses) {
      const device = opened();
      const { vfio, fd } = device;
      const mapping = vfio.mapped(fd, 0, 0, 4096);
      const data = { argsz: 16, flags: 0x20000 | 4 };
      const behind = Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 0);
      expect(vfio.call(fd, 0x3b75, vfio_device_feature, data, { behind }).result).toBe(0);
      expect([mapping.load!(0, new Uint8Array(4)), vfio.events.take(10)]).toEqual([EFAULT, 0]);
      use(device);
      use(device);
      expect([mapping.load!(0, new Uint8Array(4)), vfio.events.take(10)]).toEqual([OK, 1]);
    }
  });

  test("memory that was hidden at the close is there for who opens next", () => {
    const { vfio, fd, pci } = opened();
    vfio.setMemoryDecoding(fd, false);
    vfio.close(fd);
    expect(pci.memories.get(2)!.hidden).toBe(false);
    vfio.boundNode();
    expect(pci.memories.get(2)!.hidden).toBe(false);
  });
});

describe("RESET", () => {
  test("EINVAL where GET_INFO does not announce it", () => {
    const { vfio, fd, pci } = opened({ resettable: false });
    expect([vfio.ioctl(fd, 0x3b6f), pci.resets]).toEqual([-EINVAL, 0]);
  });

  test("resets the function, restores what the user had set up, and mappings go on", () => {
    const { vfio, fd, pci } = opened();
    const mapping = vfio.mapped(fd, 0, 0, 4096);
    expect([vfio.ioctl(fd, 0x3b6f, 5n), pci.resets]).toEqual([0, 2]);
    expect(vfio.configs.get(ADDRESS)!.history).toEqual(["open", "afterReset"]);
    expect(mapping.load!(0, new Uint8Array(4))).toBe(OK);
  });

  test("one asked for through configuration space is the same", () => {
    const { vfio, pci } = opened();
    const config = vfio.configs.get(ADDRESS)!;
    config.events.functionReset();
    expect([pci.resets, config.history]).toEqual([2, ["open", "afterReset"]]);
  });
});

test("interrupts are asked for by the pin register, and COMMAND's bit masks INTx", () => {
  const { vfio, fd, pci } = opened();
  const request = new Int32Array([20 + 4, 4 | 32, 0, 0, 1, 10]);
  expect(vfio.onBytes(fd, 0x3b6e, new Uint8Array(request.buffer))).toBe(0);
  pci.intxAsserted = true;
  expect(vfio.events.take(10)).toBe(0);
  vfio.pwrite(fd, CONFIG, 5, [4]);
  vfio.pwrite(fd, CONFIG, 5, [0]);
  expect(vfio.events.take(10)).toBe(1);
  const without = opened({ interrupts: { pin: 0 } });
  expect(without.vfio.onBytes(without.fd, 0x3b6e, new Uint8Array(request.buffer))).toBe(-EINVAL);
  expect(vfio.configs.get(ADDRESS)!.events.msiEnabledOrder()).toBe(-1);
});
