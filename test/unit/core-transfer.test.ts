/**
 * In-kernel users that read and write memory: the edge cases that the specification lists (20, section 14) by their
 * numbers there, and the rules of its section 8.6.
 */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import { attach, otherProcess, poke, setUp } from "../support/access-setup.js";
import { FakeFile, MAX, SPACE_PFNS } from "../support/machine.js";
import { PinUser } from "../support/pin-user.js";

const { OK, EFAULT, EINVAL, ENOENT, EOVERFLOW, EPERM } = errno;
const PAGE = 4096n;
const PAGE_BYTES = 4096;
/** Inside the mock-like aperture. */
const BASE = 0x1000000n;
const READ_ONLY = api.IOMMU_IOAS_MAP_READABLE;
const WRITE_ONLY = api.IOMMU_IOAS_MAP_WRITEABLE;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("transfer", () => {
  test("17: what lies before the end of the mapping is written", () => {
    const { machine, ioas } = setUp();
    machine.map(ioas, 0x10000n, PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    expect(user.write(BASE + 4094n, bytes(1, 2, 3))).toBe(ENOENT);
    expect(user.read(BASE + 4094n, 2)).toEqual(bytes(1, 2));
    expect(user.write(BASE - 1n, bytes(8, 8))).toBe(ENOENT);
    expect(user.read(BASE, 1)).toEqual(bytes(0));
  });

  test("18, 19: areas of a few bytes that touch are read as one, copied as two", () => {
    const { machine, ioas } = setUp();
    machine.map(ioas, 0x10ffen, 3n, BASE);
    machine.map(ioas, 0x20004n, 5n, BASE + 3n);
    const user = PinUser.attached(machine, ioas, false);
    expect(user.write(BASE, bytes(1, 2, 3, 4, 5, 6, 7, 8))).toBe(OK);
    for (const slow of [false, true]) expect(user.read(BASE, 8, slow)).toEqual(bytes(1, 2, 3, 4, 5, 6, 7, 8));
    const found = new Uint8Array(3);
    machine.frames.read((SPACE_PFNS + 0x10) * PAGE_BYTES + 0xffe, found);
    expect(found).toEqual(bytes(1, 2, 3));
    expect(user.read(BASE - 1n, 8)).toBe(ENOENT);
    expect(machine.copy({ ioas, iova: BASE + 1n }, { ioas, iova: 2n * BASE }, 5n).error).toBe(OK);
    expect(user.read(2n * BASE, 5)).toEqual(bytes(2, 3, 4, 5, 6));
    expect(machine.unmap(ioas, 2n * BASE, 5n)).toEqual({ error: OK, length: 5n });
  });

  test("the length, the end of the address space and permissions", () => {
    const { machine, ioas } = setUp();
    machine.map(ioas, 0x10000n, PAGE, BASE, READ_ONLY);
    machine.map(ioas, 0x20000n, PAGE, BASE + PAGE, WRITE_ONLY);
    const user = PinUser.attached(machine, ioas, false);
    expect(user.read(MAX, 0)).toBe(EINVAL);
    expect(user.read(MAX, 2)).toBe(EOVERFLOW);
    expect(user.read(MAX, 1)).toBe(ENOENT);
    expect(user.write(BASE, bytes(1))).toBe(EPERM);
    expect(user.read(BASE + PAGE, 1)).toBe(EPERM);
    expect(user.read(BASE + 4095n, 2)).toBe(EPERM);
  });

  test("a caller of the same memory sees what the address holds now; the slow path over several pages, what is pinned", () => {
    const { machine, ioas, mm } = setUp();
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    poke(machine, mm, 0x10, 1);
    poke(machine, mm, 0x80, 2);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, PAGE);
    mm.moved.set(0x10, 0x80);
    expect(user.read(BASE, 1)).toEqual(bytes(2));
    expect(user.read(BASE + 4095n, 2)).toEqual(bytes(2, 0));
    expect(user.write(BASE + 4094n, bytes(3, 4, 5), true)).toBe(OK);
    expect(user.read(BASE + 4094n, 3)).toEqual(bytes(2, 2, 5));
    expect(user.read(BASE + 4094n, 3, true)).toEqual(bytes(3, 4, 5));
    // Within one page also the slow path goes by the address.
    expect(user.read(BASE + 4094n, 2, true)).toEqual(bytes(2, 2));
    mm.holes.add(0x10);
    expect([user.read(BASE, 1), user.read(BASE, 1, true)]).toEqual([EFAULT, EFAULT]);
    expect(user.read(BASE + 4094n, 3, true)).toEqual(bytes(3, 4, 5));
  });

  test("a foreign caller reads one page by its address and several as they are pinned", () => {
    const { machine, ioas, mm } = setUp();
    machine.map(ioas, 0x10000n, 2n * PAGE, BASE);
    poke(machine, mm, 0x10, 1);
    poke(machine, mm, 0x80, 2);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, PAGE);
    mm.moved.set(0x10, 0x80);
    otherProcess(machine);
    expect(user.read(BASE + 4095n, 1)).toEqual(bytes(2));
    expect(user.read(BASE + 4095n, 2)).toEqual(bytes(1, 0));
    mm.holes.add(0x10);
    expect(user.read(BASE, 1)).toBe(EFAULT);
    expect(user.read(BASE + 4095n, 2)).toEqual(bytes(1, 0));
  });

  test("9: the slow path reads what was pinned before the memory went, also when only an access holds it", () => {
    const setup = setUp();
    const { machine, ioas, mm } = setup;
    machine.map(ioas, 0x10000n, 3n * PAGE, BASE);
    poke(machine, mm, 0x10, 5);
    poke(machine, mm, 0x11, 6);
    const detach = attach(setup);
    mm.holes.add(0x10).add(0x11).add(0x12);
    const user = PinUser.attached(machine, ioas);
    expect(user.pin(BASE, 2n * PAGE)).toBe(OK);
    expect(user.read(BASE + 8191n, 2, true)).toEqual(bytes(6, 0));
    detach();
    expect(user.read(BASE + 4095n, 2, true)).toEqual(bytes(5, 6));
    expect(user.read(BASE + 8191n, 2, true)).toBe(EFAULT);
    expect(user.read(BASE, 2)).toBe(EFAULT);
    otherProcess(machine);
    mm.alive = false;
    expect(user.read(BASE, 2, true)).toEqual(bytes(5, 5));
  });

  test("memory made read-only can be written where it is pinned, and not read slowly where it is not", () => {
    const { machine, ioas, mm } = setUp();
    machine.map(ioas, 0x10000n, 3n * PAGE, BASE);
    const user = PinUser.attached(machine, ioas);
    user.pin(BASE, 2n * PAGE);
    mm.readOnly.add(0x10).add(0x11).add(0x12);
    expect(user.write(BASE, bytes(1))).toBe(EFAULT);
    expect(user.write(BASE + 4095n, bytes(1, 2), true)).toBe(OK);
    expect(user.read(BASE + 4095n, 2)).toEqual(bytes(1, 2));
    expect(user.read(BASE + 2n * PAGE, 1)).toEqual(bytes(0));
    expect(user.read(BASE + PAGE, PAGE_BYTES + 1, true)).toBe(EFAULT);
  });

  test("a file is read by its pages, whoever calls, and nothing stays pinned", () => {
    const { machine, ioas } = setUp();
    const file = new FakeFile(9, true, machine.frames);
    machine.caller.files.set(5, file);
    machine.mapFile(ioas, 5, 3n * PAGE, 2n * PAGE, BASE);
    poke(machine, file, 4, 6);
    expect(PinUser.attached(machine, ioas).read(BASE + 4095n, 2)).toEqual(bytes(0, 6));
    expect(file.pinned.size).toBe(0);
  });

  test("26: a file that cannot be pinned can be mapped and nothing else", () => {
    const { machine, ioas } = setUp();
    machine.caller.files.set(5, new FakeFile(9, false, machine.frames));
    expect(machine.mapFile(ioas, 5, 0n, PAGE, BASE).error).toBe(OK);
    const user = PinUser.attached(machine, ioas);
    expect([user.pin(BASE, PAGE), user.read(BASE, 1)]).toEqual([EINVAL, EINVAL]);
  });
});
