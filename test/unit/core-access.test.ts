/**
 * In-kernel users that pin memory: the edge cases that the specification lists (20, section 14) by their numbers there,
 * and the rules of its sections 7, 8.2 to 8.5.
 */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import { HwptPaging } from "../../daemon/core/hwpt.js";
import { attach, charged, otherProcess, pinned, poke, setUp, type Setup } from "../support/access-setup.js";
import { FakeFile, FakeIommu, MAX, RW, SPACE_PFNS } from "../support/machine.js";
import { PinUser } from "../support/pin-user.js";

const { OK, EADDRINUSE, EBUSY, EDEADLOCK, EEXIST, EFAULT, EINVAL, ENOENT, ENOMEM, EOVERFLOW, EPERM } = errno;
const PAGE = 4096n;
const PAGE_BYTES = 4096;
/** Inside the mock-like aperture. */
const BASE = 0x1000000n;
const READ_ONLY = api.IOMMU_IOAS_MAP_READABLE;
const WRITE_ONLY = api.IOMMU_IOAS_MAP_WRITEABLE;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("accounts", () => {
  test("2: only pages that nobody has pinned are charged, and all of them or none", () => {
    const { machine, ioas } = setUp(4);
    expect(machine.map(ioas, 0x10000n, 16n * PAGE, BASE).error).toBe(OK);
    const user = PinUser.attached(machine, ioas);
    expect(user.pin(BASE, 5n * PAGE)).toBe(ENOMEM);
    expect(charged(machine)).toBe(0);
    expect(user.pin(BASE, 4n * PAGE)).toBe(OK);
    expect(user.pin(BASE + PAGE, 2n * PAGE)).toBe(OK);
    expect(user.pin(BASE + 4n * PAGE, PAGE)).toBe(ENOMEM);
    expect(charged(machine)).toBe(4);
  });

  test("3: every page that a mapping touches is charged whole", () => {
    const setup = setUp(4);
    attach(setup);
    const map = (va: bigint, iova: bigint): number => setup.machine.map(setup.ioas, va, PAGE, iova).error;
    expect([map(0x10800n, BASE), map(0x20800n, BASE + PAGE), map(0x30000n, BASE + 2n * PAGE)]).toEqual([
      OK,
      OK,
      ENOMEM,
    ]);
  });

  test("4: a hole in the memory is noticed before the limit", () => {
    const setup = setUp(1);
    setup.mm.holes.add(0x12);
    attach(setup);
    expect(setup.machine.map(setup.ioas, 0x10000n, 3n * PAGE, BASE).error).toBe(EFAULT);
    const lazy = setup.machine.ioas();
    setup.machine.map(lazy, 0x10000n, 3n * PAGE, BASE);
    expect(PinUser.attached(setup.machine, lazy).pin(BASE, 3n * PAGE)).toBe(EFAULT);
    expect(setup.mm.pinned.size).toBe(0);
  });

  test("5: a copy of charged pages pins nothing new, so the limit does not matter", () => {
    const setup = setUp(4);
    const { machine, ioas } = setup;
    attach(setup);
    expect(machine.map(ioas, 0x10000n, 4n * PAGE, BASE).error).toBe(OK);
    expect(machine.copy({ ioas, iova: BASE }, { ioas, iova: 2n * BASE }, 4n * PAGE).error).toBe(OK);
  });

  test("10: pages are pinned once for each MAP, however many areas, domains and accesses have them", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    attach(setup);
    attach(setup, 0x21);
    machine.map(ioas, 0x10000n, PAGE, BASE);
    machine.map(ioas, 0x10000n, PAGE, 2n * BASE);
    machine.copy({ ioas, iova: BASE }, { ioas, iova: 3n * BASE }, PAGE);
    expect(PinUser.attached(machine, ioas).pin(BASE, PAGE)).toBe(OK);
    expect(pinned(setup)).toEqual([[0x10, 2]]);
    expect(charged(machine)).toBe(2);
  });

  test("30: without any locked memory one may map lazily and transfer, also by way of pins, but not pin", () => {
    const { machine, ioas } = setUp(0);
    expect(machine.map(ioas, 0x10000n, 4n * PAGE, BASE).error).toBe(OK);
    const user = PinUser.attached(machine, ioas);
    expect(user.write(BASE, bytes(1))).toBe(OK);
    expect(user.read(BASE + 4000n, 2 * PAGE_BYTES, true)).toHaveLength(2 * PAGE_BYTES);
    expect(user.pin(BASE, 1n)).toBe(ENOMEM);
    expect(charged(machine)).toBe(0);
  });
});

describe("a process that is gone", () => {
  test("6: its lazily mapped memory cannot be attached, pinned, read or written; a file can", () => {
    const { machine, ioas, mm } = setUp();
    const files = machine.ioas();
    machine.caller.files.set(5, new FakeFile(9, true, machine.frames));
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    machine.mapFile(files, 5, 0n, 2n * PAGE, BASE);
    mm.alive = false;
    otherProcess(machine);
    for (const [target, expected] of [
      [ioas, EFAULT],
      [files, OK],
    ] as const) {
      const user = PinUser.attached(machine, target);
      expect(user.pin(BASE, PAGE)).toBe(expected);
      expect(user.write(BASE, bytes(1, 2))).toBe(expected);
      expect(user.write(BASE, new Uint8Array(PAGE_BYTES + 1))).toBe(expected);
      const hwpt = machine.bind(new FakeIommu(), 0x20 + target).attach(target);
      expect(hwpt instanceof HwptPaging ? OK : hwpt).toBe(expected);
    }
  });

  test("7: what a domain has pinned stays usable, and in the end only the pins of accesses remain", () => {
    const setup = setUp();
    const { machine, ioas, mm } = setup;
    const detach = attach(setup);
    machine.map(ioas, 0x10000n, 4n * PAGE, BASE);
    poke(machine, mm, 0x11, 7);
    mm.alive = false;
    otherProcess(machine);
    const detachSecond = attach(setup, 0x21);
    const user = PinUser.attached(machine, ioas);
    expect(user.read(BASE + PAGE, 1)).toEqual(bytes(7));
    expect(user.pin(BASE + PAGE, 2n * PAGE)).toBe(OK);
    detach();
    detachSecond();
    expect(pinned(setup)).toEqual([
      [0x11, 1],
      [0x12, 1],
    ]);
    expect(charged(machine)).toBe(2);
  });

  test("8: a transfer over pinned and unpinned pages fails as a whole", () => {
    const setup = setUp();
    const { machine, ioas, mm } = setup;
    machine.map(ioas, 0x10000n, 3n * PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    expect(user.pin(BASE, 2n * PAGE)).toBe(OK);
    mm.alive = false;
    otherProcess(machine);
    expect(user.write(BASE + PAGE, new Uint8Array(2 * PAGE_BYTES).fill(9))).toBe(EFAULT);
    expect(user.read(BASE + PAGE, 4)).toEqual(bytes(0, 0, 0, 0));
    expect(pinned(setup)).toHaveLength(2);
  });
});

describe("alignment", () => {
  test("11: an access that pins needs page aligned areas, one that does not needs nothing", () => {
    const { machine, ioas } = setUp();
    machine.map(ioas, 0x10000n, PAGE, BASE + 2048n);
    expect(new PinUser(machine).create(ioas)).toBe(EADDRINUSE);
    expect(machine.ranges(ioas).alignment).toBe(1n);
    expect(new PinUser(machine, false).create(ioas)).toBe(OK);
    expect(machine.ranges(ioas).alignment).toBe(1n);
    for (const [va, iova, length] of [
      [0x10800n, BASE, PAGE],
      [0x10000n, BASE, 2048n],
    ] as const) {
      const other = machine.ioas();
      machine.map(other, va, length, iova);
      expect(new PinUser(machine).create(other)).toBe(EADDRINUSE);
    }
  });

  test("12: while such an access is attached, MAP takes page aligned areas only", () => {
    const { machine, ioas } = setUp();
    const user = PinUser.attached(machine, ioas);
    expect(machine.ranges(ioas).alignment).toBe(PAGE);
    expect(machine.map(ioas, 0x10800n, PAGE, BASE).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x10000n, PAGE, BASE + 2048n).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x10000n, 2048n, BASE).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x10000n, PAGE, BASE).error).toBe(OK);
    expect(machine.map(ioas, 0x10800n, PAGE, BASE).error).toBe(EEXIST);
    user.access.close();
    expect(machine.ranges(ioas).alignment).toBe(1n);
  });

  test("13: a replace that the alignment forbids changes nothing and asks for nothing", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, PAGE);
    const other = machine.ioas();
    machine.map(other, 0x10000n, 1n, BASE);
    expect(user.access.replace(other)).toBe(EADDRINUSE);
    expect(user.told).toEqual([]);
    expect(machine.ranges(other).alignment).toBe(1n);
    user.unpin(0);
    expect(pinned(setup)).toEqual([]);
  });
});

describe("replace", () => {
  test("14: the same IOAS keeps the pins; another one asks this access alone, once, for everything", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    const [user, bystander] = [PinUser.attached(machine, ioas), PinUser.attached(machine, ioas)];
    user.pin(BASE, PAGE);
    bystander.pin(BASE + PAGE, PAGE);
    expect(user.access.replace(ioas)).toBe(OK);
    expect(user.told).toEqual([]);
    const other = machine.ioas();
    expect(user.access.replace(99)).toBe(ENOENT);
    expect(user.access.replace(user.access.id)).toBe(ENOENT);
    expect(user.access.replace(other)).toBe(OK);
    expect([user.told, bystander.told]).toEqual([[{ iova: 0n, length: MAX }], []]);
    expect(pinned(setup)).toEqual([[0x11, 1]]);
    expect(user.pin(BASE, PAGE)).toBe(ENOENT);
    expect(machine.destroy(other)).toBe(EBUSY);
    bystander.access.close();
    expect(machine.destroy(ioas)).toBe(OK);
  });

  test("a closed access can be replaced no more than one that was never attached", () => {
    const { machine, ioas } = setUp();
    const user = PinUser.attached(machine, ioas);
    user.access.close();
    expect(user.access.replace(ioas)).toBe(ENOENT);
    expect(user.pin(BASE, PAGE)).toBe(ENOENT);
    expect(user.read(BASE, 1)).toBe(ENOENT);
  });
});

describe("pin", () => {
  test("15: an area that refuses undoes the pins of those before it", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, PAGE, BASE);
    machine.map(ioas, 0x20000n, PAGE, BASE + PAGE, READ_ONLY);
    const user = PinUser.attached(machine, ioas);
    expect(user.pin(BASE, 2n * PAGE)).toBe(EPERM);
    expect([pinned(setup), charged(machine)]).toEqual([[], 0]);
    const frames: number[] = [];
    expect(user.pin(BASE, 2n * PAGE, false, frames)).toBe(OK);
    expect(frames).toEqual([SPACE_PFNS + 0x10, SPACE_PFNS + 0x20]);
    expect(user.pin(BASE + PAGE, PAGE)).toBe(EPERM);
  });

  test("16: a range over the end of the mapping", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    expect(user.pin(BASE + PAGE, 2n * PAGE)).toBe(ENOENT);
    expect(user.pin(BASE - PAGE, 2n * PAGE)).toBe(ENOENT);
    expect(pinned(setup)).toEqual([]);
  });

  test("the length, the end of the address space and the permission are checked in this order", () => {
    const { machine, ioas } = setUp();
    machine.map(ioas, 0x10000n, PAGE, BASE, WRITE_ONLY);
    const user = PinUser.attached(machine, ioas);
    expect(user.pin(MAX, 0n)).toBe(EINVAL);
    expect(user.pin(MAX, 2n)).toBe(EOVERFLOW);
    expect(user.pin(BASE + 1n, 8n, false)).toBe(EINVAL);
    expect(user.pin(BASE, 8n, false)).toBe(EPERM);
    user.access.close();
    expect(user.pin(MAX, 2n)).toBe(EOVERFLOW);
    expect(user.pin(MAX, 1n)).toBe(ENOENT);
  });

  test("the end of a range need not be aligned: five bytes are one page, and one frame is reported for each page", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, 4n * PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    const frames: number[] = [];
    expect(user.pin(BASE, 5n, true, frames)).toBe(OK);
    expect(frames).toEqual([SPACE_PFNS + 0x10]);
    expect(user.pin(BASE + PAGE, PAGE + 1n, true, frames)).toBe(OK);
    expect(frames).toHaveLength(3);
    expect(pinned(setup)).toHaveLength(3);
  });

  test("of two equal pins the second keeps everything; of two overlapping ones, what it covers", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, 4n * PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, 2n * PAGE);
    user.pin(BASE, 2n * PAGE);
    user.unpin(0);
    expect(pinned(setup)).toHaveLength(2);
    user.pin(BASE + PAGE, 2n * PAGE);
    user.unpin(0);
    expect(pinned(setup)).toEqual([
      [0x11, 1],
      [0x12, 1],
    ]);
    expect(charged(machine)).toBe(2);
  });

  test("pins keep the pages when the last domain goes, and domains keep them when the pins go", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    const detach = attach(setup);
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, PAGE);
    expect(pinned(setup)).toHaveLength(2);
    detach();
    expect(pinned(setup)).toHaveLength(1);
    const detachAgain = attach(setup, 0x21);
    user.unpin(0);
    expect(pinned(setup)).toHaveLength(2);
    detachAgain();
    expect(pinned(setup)).toEqual([]);
  });
});

describe("unmap", () => {
  test("all accesses of the IOAS are told of the whole area, and let go of pins that reach further", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    machine.map(ioas, 0x20000n, 2n * PAGE, BASE + 2n * PAGE);
    const users = [true, true, false].map((pinsPages) => PinUser.attached(machine, ioas, pinsPages));
    const elsewhere = PinUser.attached(machine, machine.ioas());
    users[0]!.pin(BASE + PAGE, 2n * PAGE);
    users[1]!.pin(BASE + 3n * PAGE, PAGE);
    expect(machine.unmap(ioas, BASE, 2n * PAGE)).toEqual({ error: OK, length: 2n * PAGE });
    for (const user of users) expect(user.told).toEqual([{ iova: BASE, length: 2n * PAGE }]);
    expect(elsewhere.told).toEqual([]);
    expect(pinned(setup)).toEqual([[0x21, 1]]);
  });

  test("nobody is told of an area without pins, nor of one that sticks out of the range", () => {
    const { machine, ioas } = setUp();
    machine.map(ioas, 0x10000n, PAGE, BASE);
    machine.map(ioas, 0x20000n, 2n * PAGE, BASE + PAGE);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE + PAGE, PAGE);
    expect(machine.unmap(ioas, BASE, 2n * PAGE)).toEqual({ error: ENOENT, length: 2n * PAGE });
    expect(user.told).toEqual([]);
    expect(user.pin(BASE, PAGE)).toBe(ENOENT);
    expect(user.pin(BASE + 2n * PAGE, PAGE)).toBe(OK);
  });

  function adjacent(count: number): { setup: Setup; user: PinUser } {
    const setup = setUp();
    for (let area = 0; area < count; area++)
      setup.machine.map(setup.ioas, BigInt(0x100 + area) * PAGE, PAGE, BASE + BigInt(area) * PAGE);
    const user = PinUser.attached(setup.machine, setup.ioas);
    for (let area = 0; area < count; area++) expect(user.pin(BASE + BigInt(area) * PAGE, PAGE)).toBe(OK);
    return { setup, user };
  }

  test("20: areas that touch share one hundred rounds", () => {
    const { machine, ioas } = adjacent(100).setup;
    expect(machine.unmap(ioas, BASE, 100n * PAGE)).toEqual({ error: OK, length: 100n * PAGE });
    const { setup, user } = adjacent(101);
    expect(setup.machine.unmap(setup.ioas, BASE, 101n * PAGE)).toEqual({ error: EDEADLOCK, length: 101n * PAGE });
    expect([user.pins, setup.mm.pinned.size]).toEqual([[], 0]);
    expect(user.pin(BASE + 100n * PAGE, PAGE)).toBe(EINVAL);
    expect(setup.machine.unmap(setup.ioas, BASE, 101n * PAGE)).toEqual({ error: OK, length: PAGE });
  });

  test("a gap starts the count anew", () => {
    const { machine, ioas } = setUp();
    const user = PinUser.attached(machine, ioas);
    for (let area = 0n; area < 150n; area++) {
      machine.map(ioas, 0x10000n, PAGE, BASE + 2n * area * PAGE);
      user.pin(BASE + 2n * area * PAGE, PAGE);
    }
    expect(machine.unmap(ioas, 0n, MAX)).toEqual({ error: OK, length: 150n * PAGE });
  });

  test("34: an access that holds on is asked 101 times; then the area can only be copied and unmapped", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, PAGE, BASE);
    machine.map(ioas, 0x20000n, PAGE, BASE + PAGE);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE + PAGE, PAGE);
    user.holdsOn = true;
    expect(machine.unmap(ioas, BASE, 2n * PAGE)).toEqual({ error: EDEADLOCK, length: 2n * PAGE });
    expect(user.told).toHaveLength(101);
    expect(user.pin(BASE, PAGE)).toBe(ENOENT);
    expect(user.read(BASE + PAGE, 1)).toBe(EINVAL);
    expect(user.write(BASE + PAGE, bytes(1), true)).toBe(EINVAL);
    const [first] = user.pins;
    expect(first).toEqual({ iova: BASE + PAGE, length: PAGE });
    expect(machine.copy({ ioas, iova: BASE + PAGE }, { ioas, iova: 2n * BASE }, PAGE).error).toBe(OK);
    expect(user.pin(2n * BASE, PAGE)).toBe(OK);
    user.holdsOn = false;
    user.unpin(0);
    expect(user.pin(BASE + PAGE, PAGE)).toBe(EINVAL);
    expect(machine.unmap(ioas, BASE + PAGE, PAGE).error).toBe(OK);
    expect(pinned(setup)).toEqual([[0x20, 1]]);
  });

  test("33: unmapping one of two areas of a backing takes its own pins; unmapping an unpinned copy takes none", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    const other = machine.ioas();
    machine.map(ioas, 0x10000n, PAGE, BASE);
    machine.copy({ ioas, iova: BASE }, { ioas: other, iova: BASE }, PAGE);
    machine.copy({ ioas, iova: BASE }, { ioas, iova: 2n * BASE }, PAGE);
    const [here, there] = [PinUser.attached(machine, ioas), PinUser.attached(machine, other)];
    here.pin(BASE, PAGE);
    there.pin(BASE, PAGE);
    expect([pinned(setup), charged(machine)]).toEqual([[[0x10, 1]], 1]);
    expect(machine.unmap(ioas, 2n * BASE, PAGE).error).toBe(OK);
    expect(here.told).toEqual([]);
    expect(machine.unmap(ioas, BASE, PAGE).error).toBe(OK);
    expect([here.pins, there.pins.length, there.told]).toEqual([[], 1, []]);
    expect([pinned(setup), charged(machine)]).toEqual([[[0x10, 1]], 1]);
    there.unpin(0);
    expect([pinned(setup), charged(machine)]).toEqual([[], 0]);
  });
});

describe("life", () => {
  test("22: an access takes an id of the common row, and gives it back if it cannot be made", () => {
    const { machine, ioas } = setUp();
    const user = PinUser.attached(machine, ioas);
    expect([ioas, user.access.id, machine.ioas()]).toEqual([1, 2, 3]);
    expect(new PinUser(machine).create(99)).toBe(ENOENT);
    expect(machine.ioas()).toBe(4);
    user.access.close();
    expect(machine.ioas()).toBe(2);
  });

  test("an access is no IOAS and no device, and neither it nor its IOAS can be destroyed", () => {
    const { machine, ioas } = setUp();
    const { access } = PinUser.attached(machine, ioas);
    expect(machine.map(access.id, 0x10000n, PAGE, BASE).error).toBe(ENOENT);
    expect(machine.call(0x3b89, api.iommu_hwpt_alloc, { dev_id: access.id, pt_id: ioas }).error).toBe(ENOENT);
    expect(new PinUser(machine).create(access.id)).toBe(ENOENT);
    expect(machine.destroy(access.id)).toBe(EBUSY);
    expect(machine.destroy(ioas)).toBe(EBUSY);
    access.close();
    expect(machine.destroy(ioas)).toBe(OK);
  });

  test("21: a closed iommufd lives on in its accesses, with mappings, pins and accounts", () => {
    const setup = setUp();
    const { machine, ioas } = setup;
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE, RW);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, PAGE);
    expect(machine.context.release()).toBe(false);
    expect([pinned(setup).length, charged(machine)]).toEqual([1, 1]);
    expect(user.read(BASE, 1)).toEqual(bytes(0));
    expect(user.access.close()).toBe(true);
    expect([pinned(setup).length, charged(machine)]).toEqual([0, 0]);
    expect(machine.context.objects.isEmpty).toBe(true);
  });
});
