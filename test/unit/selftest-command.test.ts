/** IOMMU_TEST_CMD, operations 1 to 13: the order of their checks and what they do (specification 40, section 6). */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as selftest from "../../proto/uapi/iommufd-test.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { FakeCaller, FakeSpace, MAX } from "../support/machine.js";
import { SelftestMachine } from "../support/selftest-machine.js";

const { OK, EADDRINUSE, EBUSY, EFAULT, EINVAL, EIO, ENOENT, ENOMEM, EOPNOTSUPP, EOVERFLOW } = errno;
const { EBADE, EBADFD, EPERM } = errno;
const PAGE = 4096n;
/** Where the mock's aperture begins. */
const BASE = 0x1000000n;
/** Of the caller's memory, mapped at BASE. */
const VA = 0x10000n;
/** Of a buffer outside of it. */
const BUFFER = 0x40000000n;
const TEST_CMD = 0x3ba0;
const TOO_LONG = 16n * 1024n * 1024n + 1n;
const READ_ONLY = api.IOMMU_IOAS_MAP_READABLE;
const WRITE_ONLY = api.IOMMU_IOAS_MAP_WRITEABLE;
const WRITE = 1;
const SLOW = 4;
const BY_AREA_NUMBER = 1 << 16;

let machine: SelftestMachine;
let ioas: number;

beforeEach(() => {
  machine = new SelftestMachine();
  ioas = machine.ioas();
});

/** The errno of an operation. */
type Operation<V> = (values: V) => number;

function operation<F extends Fields>(
  op: number,
  layout: StructLayout<F>,
): Operation<Parameters<typeof encodeStruct<F>>[1]> {
  return (values) => machine.command(op, layout, values).error;
}

/** The errno of an operation whose struct can be read but not written. */
function unanswered<F extends Fields>(
  op: number,
  layout: StructLayout<F>,
  values: Parameters<typeof encodeStruct<F>>[1],
): number {
  machine.memory.ranges.length = 0;
  machine.memory.add(0x2000n, encodeStruct(layout, { ...values, op }), false);
  return machine.raw(TEST_CMD, 0x2000n);
}

const addReserved = operation(selftest.IOMMU_TEST_OP_ADD_RESERVED, selftest.iommu_test_add_reserved);
const mockDomain = operation(selftest.IOMMU_TEST_OP_MOCK_DOMAIN, selftest.iommu_test_mock_domain);
const mockDomainFlags = operation(selftest.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, selftest.iommu_test_mock_domain_flags);
const replaceDomain = operation(selftest.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, selftest.iommu_test_mock_domain_replace);
const checkMap = operation(selftest.IOMMU_TEST_OP_MD_CHECK_MAP, selftest.iommu_test_md_check_map);
const checkReferences = operation(selftest.IOMMU_TEST_OP_MD_CHECK_REFS, selftest.iommu_test_md_check_refs);
const createAccess = operation(selftest.IOMMU_TEST_OP_CREATE_ACCESS, selftest.iommu_test_create_access);
const pinPages = operation(selftest.IOMMU_TEST_OP_ACCESS_PAGES, selftest.iommu_test_access_pages);
const unpinPages = operation(selftest.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, selftest.iommu_test_destroy_access_pages);
const transfer = operation(selftest.IOMMU_TEST_OP_ACCESS_RW, selftest.iommu_test_access_rw);
const setLimit = operation(selftest.IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, selftest.iommu_test_set_temp_memory_limit);
const replaceIoas = operation(selftest.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, selftest.iommu_test_access_replace_ioas);
const dirty = operation(selftest.IOMMU_TEST_OP_DIRTY, selftest.iommu_test_dirty);

function map(pages: bigint, at = 0n, flags?: number, va = VA + at * PAGE, target = ioas): void {
  expect(machine.map(target, va, pages * PAGE, BASE + at * PAGE, flags).error).toBe(OK);
}

/** Memory that ioctls may read and write, and that is not among the pages of the caller's space. */
function buffer(bytes: Uint8Array, writable = true): Uint8Array {
  machine.memory.ranges.length = 0;
  machine.memory.add(BUFFER, bytes, writable);
  return bytes;
}

/** Pins pages and gives the number of the item. */
function item(fd: number, iova: bigint, length: bigint): number {
  const { error, out } = machine.command(selftest.IOMMU_TEST_OP_ACCESS_PAGES, selftest.iommu_test_access_pages, {
    id: fd,
    iova,
    length,
  });
  expect(error).toBe(OK);
  return out.out_access_pages_id;
}

test("an operation that does not exist is EOPNOTSUPP, and the reserved word is not looked at", () => {
  for (const op of [0, 24, 0xffffffff]) expect(machine.command(op, selftest.iommu_test_cmd, {}).error).toBe(EOPNOTSUPP);
  expect(addReserved({ id: ioas, __reserved: 1, start: 0n, length: 1n })).toBe(OK);
});

describe("1 ADD_RESERVED", () => {
  test("the range, then the IOAS, then what is there", () => {
    expect(addReserved({ id: 99, start: MAX, length: 0n })).toBe(EINVAL);
    expect(addReserved({ id: 99, start: MAX, length: 2n })).toBe(EOVERFLOW);
    expect(addReserved({ id: 99, start: MAX, length: 1n })).toBe(ENOENT);
    map(1n);
    expect(addReserved({ id: ioas, start: BASE + PAGE - 1n, length: 1n })).toBe(EADDRINUSE);
    machine.allow(ioas, [[0x5000n, 0x5fffn]]);
    expect(addReserved({ id: ioas, start: 0x5fffn, length: 8n })).toBe(EADDRINUSE);
  });

  test("reservations may overlap and have any alignment, and no mapping goes there", () => {
    expect(addReserved({ id: ioas, start: 0x1001n, length: 3n })).toBe(OK);
    expect(addReserved({ id: ioas, start: 0x1002n, length: 9n })).toBe(OK);
    expect(machine.ranges(ioas).ranges).toEqual([
      [0n, 0x1000n],
      [0x100bn, MAX],
    ]);
    expect(machine.map(ioas, VA, 1n, 0x1001n).error).toBe(EINVAL);
    expect(machine.destroy(ioas)).toBe(OK);
  });
});

describe("2 MOCK_DOMAIN, 12 MOCK_DOMAIN_FLAGS", () => {
  test("device, binding and HWPT take ids in this order, and are destroyed with the device", () => {
    const ids = machine.mockDomain(ioas);
    expect(ids).toEqual({ stdev: 2, idev: 3, hwpt: 4 });
    expect(machine.mockDomain(ioas)).toEqual({ stdev: 5, idev: 6, hwpt: 4 });
    expect([machine.destroy(ids.idev), machine.destroy(ids.hwpt), machine.destroy(ioas)]).toEqual([
      EBUSY,
      EBUSY,
      EBUSY,
    ]);
    expect([machine.destroy(ids.stdev), machine.destroy(ids.idev)]).toEqual([OK, ENOENT]);
    expect([machine.destroy(5), machine.destroy(ids.hwpt), machine.destroy(ioas)]).toEqual([OK, ENOENT, OK]);
  });

  test("what it attaches to: missing, no page table, or an id that it is about to take itself", () => {
    const flagged = machine.mockDomain(ioas, 0);
    expect(mockDomain({ id: 99 })).toBe(ENOENT);
    expect(mockDomain({ id: flagged.stdev })).toBe(EINVAL);
    expect(mockDomain({ id: flagged.idev })).toBe(EINVAL);
    expect(mockDomain({ id: 5 })).toBe(ENOENT);
    expect(mockDomain({ id: 6 })).toBe(EINVAL);
    expect(machine.ioas()).toBe(5);
  });

  test("unknown flags come before the target, and the plain operation has none", () => {
    for (const flags of [2, 8, 0x80000000]) expect(mockDomainFlags({ id: 99, dev_flags: flags })).toBe(EINVAL);
    expect(mockDomainFlags({ id: 99, dev_flags: 5 })).toBe(ENOENT);
    expect(
      machine.command(selftest.IOMMU_TEST_OP_MOCK_DOMAIN, selftest.iommu_test_mock_domain_flags, {
        id: ioas,
        dev_flags: 2,
      }).error,
    ).toBe(OK);
  });

  test("a device without dirty tracking cannot be attached to an HWPT with it", () => {
    const { idev } = machine.mockDomain(ioas);
    const tracked = machine.hwpt(idev, ioas, api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
    expect(mockDomainFlags({ id: tracked, dev_flags: 1 })).toBe(EINVAL);
    expect(machine.mockDomain(tracked, 4).hwpt).toBe(tracked);
    const noDirty = machine.mockDomain(ioas, 1).idev;
    expect(() => machine.hwpt(noDirty, ioas, api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING)).toThrow(`errno ${EOPNOTSUPP}`);
  });

  test("filling the table fails: alignment and aperture, memory that is not there, the limit; nothing is left", () => {
    const attempts: [number, () => void][] = [
      [EADDRINUSE, () => machine.map(ioas, VA, PAGE, BASE - PAGE)],
      [EADDRINUSE, () => machine.map(ioas, VA, 1024n, BASE)],
      [
        EFAULT,
        () => {
          machine.caller.mm.holes.add(0x11);
          map(2n);
        },
      ],
      [
        ENOMEM,
        () => {
          machine.caller.ipcLock = false;
          machine.caller.limitPages = 1;
          map(2n, 0n, undefined, 0x20000n);
        },
      ],
    ];
    for (const [expected, prepare] of attempts) {
      prepare();
      expect(mockDomain({ id: ioas })).toBe(expected);
      expect(machine.caller.mm.pinned.size).toBe(0);
      machine.unmap(ioas, 0n, MAX);
    }
    expect(machine.mockDomain(ioas)).toEqual({ stdev: 2, idev: 3, hwpt: 4 });
  });

  test("a struct that cannot be answered undoes everything", () => {
    map(1n);
    expect(unanswered(selftest.IOMMU_TEST_OP_MOCK_DOMAIN, selftest.iommu_test_mock_domain, { id: ioas })).toBe(EFAULT);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect([machine.ioas(), machine.destroy(2), machine.destroy(ioas)]).toEqual([2, OK, OK]);
  });

  test("the last close of the iommufd takes devices down", () => {
    machine.mockDomain(ioas);
    map(1n);
    expect(machine.context.release()).toBe(true);
    expect([machine.caller.mm.pinned.size, machine.context.objects.isEmpty]).toEqual([0, true]);
  });
});

describe("10 MOCK_DOMAIN_REPLACE", () => {
  test("the device, then the target", () => {
    const { stdev, idev, hwpt } = machine.mockDomain(ioas);
    for (const id of [99, ioas, idev, hwpt]) expect(replaceDomain({ id, pt_id: 99 })).toBe(ENOENT);
    expect(replaceDomain({ id: stdev, pt_id: 99 })).toBe(ENOENT);
    for (const target of [stdev, idev]) expect(replaceDomain({ id: stdev, pt_id: target })).toBe(EINVAL);
    expect(replaceDomain({ id: stdev, pt_id: hwpt })).toBe(OK);
  });

  test("the old automatic HWPT goes with its last user, and the new one is reported", () => {
    const { stdev, hwpt } = machine.mockDomain(ioas);
    map(1n);
    const other = machine.ioas();
    const moved = machine.command(selftest.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, selftest.iommu_test_mock_domain_replace, {
      id: stdev,
      pt_id: other,
    });
    expect(moved).toMatchObject({ error: OK, out: { pt_id: other + 1 } });
    expect([machine.destroy(hwpt), machine.destroy(ioas), machine.destroy(other)]).toEqual([ENOENT, OK, EBUSY]);
    expect(machine.caller.mm.pinned.size).toBe(0);
  });

  test("a refused replace leaves the device where it was", () => {
    const { stdev, hwpt } = machine.mockDomain(ioas, 1);
    const { idev } = machine.mockDomain(ioas);
    const tracked = machine.hwpt(idev, ioas, api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
    expect(replaceDomain({ id: stdev, pt_id: tracked })).toBe(EINVAL);
    const full = machine.ioas();
    machine.map(full, VA, PAGE, 0n);
    expect(replaceDomain({ id: stdev, pt_id: full })).toBe(EADDRINUSE);
    expect([machine.destroy(tracked), machine.destroy(full), machine.destroy(hwpt)]).toEqual([OK, OK, EBUSY]);
  });

  test("a struct that cannot be answered does not undo the switch", () => {
    const { stdev, hwpt } = machine.mockDomain(ioas);
    const values = { id: stdev, pt_id: machine.ioas() };
    expect(
      unanswered(selftest.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, selftest.iommu_test_mock_domain_replace, values),
    ).toBe(EFAULT);
    expect([machine.destroy(hwpt), machine.destroy(ioas)]).toEqual([ENOENT, OK]);
  });
});

describe("3 MD_CHECK_MAP", () => {
  test("the HWPT, then alignment and overflow, then page by page", () => {
    const { hwpt } = machine.mockDomain(ioas);
    map(2n);
    const query = { id: hwpt, iova: BASE, length: PAGE, uptr: VA };
    expect(checkMap({ ...query, id: ioas, iova: 1n })).toBe(ENOENT);
    expect(checkMap({ ...query, iova: BASE + 1n })).toBe(EINVAL);
    expect(checkMap({ ...query, length: 1024n })).toBe(EINVAL);
    expect(checkMap({ ...query, uptr: VA + 1024n })).toBe(EINVAL);
    expect(checkMap({ ...query, uptr: MAX - 2047n, length: PAGE })).toBe(EINVAL);
    expect(checkMap({ ...query, iova: 0n, length: 0n, uptr: 0n })).toBe(OK);
    expect(checkMap({ ...query, length: 2n * PAGE })).toBe(OK);
    expect(checkMap({ ...query, iova: BASE + 2048n, uptr: VA + 2048n, length: 2048n })).toBe(OK);
    expect(checkMap({ ...query, uptr: VA + PAGE })).toBe(EINVAL);
    expect(checkMap({ ...query, length: 3n * PAGE })).toBe(EINVAL);
    machine.caller.mm.holes.add(0x10);
    expect(checkMap({ ...query, iova: BASE - PAGE })).toBe(EFAULT);
  });

  test("the memory is that of whoever asks", () => {
    const { hwpt } = machine.mockDomain(ioas);
    map(1n);
    machine.caller = new FakeCaller(new FakeSpace(2, machine.frames));
    expect(checkMap({ id: hwpt, iova: BASE, length: PAGE, uptr: VA })).toBe(EINVAL);
  });
});

describe("4 MD_CHECK_REFS", () => {
  test("alignment and overflow, then the page, then the number", () => {
    expect(checkReferences({ length: PAGE + 2048n, uptr: VA })).toBe(EINVAL);
    expect(checkReferences({ length: PAGE, uptr: VA + 1n })).toBe(EINVAL);
    expect(checkReferences({ length: 2n * PAGE, uptr: MAX - PAGE + 1n })).toBe(EINVAL);
    expect(checkReferences({ length: 0n, uptr: VA, refs: 7 })).toBe(OK);
    expect(checkReferences({ length: PAGE, uptr: VA, refs: 1 })).toBe(EIO);
    machine.caller.mm.holes.add(0x11);
    expect(checkReferences({ length: 2n * PAGE, uptr: VA })).toBe(EFAULT);
  });

  test("one pin for each MAP that a domain or an access needs", () => {
    const holds = (refs: number): number => checkReferences({ length: PAGE, uptr: VA, refs });
    map(1n);
    expect(holds(0)).toBe(OK);
    const { idev } = machine.mockDomain(ioas);
    machine.mockDomain(ioas);
    machine.hwpt(idev, ioas);
    machine.copy({ ioas, iova: BASE }, { ioas, iova: 2n * BASE }, PAGE);
    item(machine.access(ioas), BASE, PAGE);
    expect(holds(1)).toBe(OK);
    map(1n, 8n, undefined, VA);
    expect([holds(2), holds(1)]).toEqual([OK, EIO]);
  });
});

describe("5 CREATE_ACCESS", () => {
  test("flags, then the IOAS, then its alignment; a failure takes no id", () => {
    expect(createAccess({ id: 99, flags: 2 })).toBe(EOPNOTSUPP);
    expect(createAccess({ id: 99, flags: 1 })).toBe(ENOENT);
    machine.map(ioas, VA, 1n, BASE);
    expect(createAccess({ id: ioas, flags: 1 })).toBe(EADDRINUSE);
    expect(createAccess({ id: ioas, flags: 0 })).toBe(OK);
    expect(machine.ioas()).toBe(3);
  });

  test("it uses the IOAS until its last close, which also drops its pins", () => {
    map(2n);
    const fd = machine.access(ioas);
    item(fd, BASE, 2n * PAGE);
    expect(machine.destroy(ioas)).toBe(EBUSY);
    expect(machine.destroy(2)).toBe(EBUSY);
    expect(machine.ranges(ioas).alignment).toBe(PAGE);
    machine.files.close(fd);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect(machine.ranges(ioas).alignment).toBe(1n);
    expect(pinPages({ id: fd, iova: BASE, length: PAGE })).toBe(EBADFD);
    expect(machine.destroy(ioas)).toBe(OK);
  });

  test("a struct that cannot be answered undoes it, without a descriptor", () => {
    const values = { id: ioas, flags: 1 };
    expect(unanswered(selftest.IOMMU_TEST_OP_CREATE_ACCESS, selftest.iommu_test_create_access, values)).toBe(EFAULT);
    expect(machine.ranges(ioas).alignment).toBe(1n);
    expect(machine.ioas()).toBe(2);
    expect(machine.destroy(ioas)).toBe(OK);
    expect(pinPages({ id: 3, iova: BASE, length: PAGE })).toBe(EBADFD);
  });
});

describe("descriptors", () => {
  test("one that is not open or stands for another file is EBADFD", () => {
    const other = machine.files.open({ node: "event queue", release: () => undefined });
    for (const id of [99, other]) {
      expect(pinPages({ id, iova: BASE, length: 0n })).toBe(EBADFD);
      expect(unpinPages({ id, access_pages_id: 0 })).toBe(EBADFD);
      expect(transfer({ id, iova: BASE, length: 0n })).toBe(EBADFD);
      expect(replaceIoas({ id, ioas_id: 99 })).toBe(EBADFD);
    }
  });
});

describe("6 DESTROY_ACCESS_PAGES, 7 ACCESS_PAGES", () => {
  test("the order of the checks", () => {
    map(2n);
    map(1n, 2n, READ_ONLY);
    map(1n, 4n, WRITE_ONLY);
    const fd = machine.access(ioas);
    const transferOnly = machine.access(ioas, 0);
    expect(pinPages({ id: 99, flags: 2, length: TOO_LONG })).toBe(ENOMEM);
    for (const flags of [2, 4, 1 << 17]) expect(pinPages({ id: 99, flags })).toBe(EOPNOTSUPP);
    expect(pinPages({ id: transferOnly, length: 0n })).toBe(EOPNOTSUPP);
    expect(pinPages({ id: fd, iova: MAX, length: 0n })).toBe(EINVAL);
    expect(pinPages({ id: fd, iova: MAX, length: 2n })).toBe(EOVERFLOW);
    expect(pinPages({ id: fd, iova: BASE + 1n, length: PAGE })).toBe(EINVAL);
    expect(pinPages({ id: fd, iova: BASE, length: 3n * PAGE, flags: WRITE })).toBe(EPERM);
    expect(pinPages({ id: fd, iova: BASE + 4n * PAGE, length: PAGE })).toBe(EPERM);
    expect(pinPages({ id: fd, iova: BASE, length: 4n * PAGE })).toBe(ENOENT);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect(pinPages({ id: fd, iova: BASE, length: 3n * PAGE })).toBe(OK);
    expect(pinPages({ id: fd, iova: BASE, length: 100n, flags: WRITE })).toBe(OK);
    expect(pinPages({ id: fd, iova: BASE + 4n * PAGE, length: PAGE, flags: WRITE })).toBe(OK);
  });

  test("memory to compare with: missing EFAULT, another page EBADE, and then nothing is pinned", () => {
    map(2n);
    const fd = machine.access(ioas);
    const compare = (uptr: bigint): number => pinPages({ id: fd, iova: BASE, length: 2n * PAGE, uptr });
    machine.caller.mm.holes.add(0x30);
    expect(compare(0x2f000n)).toBe(EBADE);
    expect(compare(0x30000n)).toBe(EFAULT);
    expect(compare(VA + PAGE)).toBe(EBADE);
    machine.caller.mm.moved.set(0x21, 0x13).set(0x20, 0x10);
    expect(compare(0x20000n)).toBe(EBADE);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect(compare(VA)).toBe(OK);
  });

  test("items are numbered for each access from 0; a number is not used again, and a failure takes none", () => {
    map(2n);
    const [fd, other] = [machine.access(ioas), machine.access(ioas)];
    expect([item(fd, BASE, PAGE), item(fd, BASE, PAGE)]).toEqual([0, 1]);
    expect(unpinPages({ id: fd, access_pages_id: 1 })).toBe(OK);
    expect(pinPages({ id: fd, iova: BASE, length: 9n * PAGE })).toBe(ENOENT);
    expect(pinPages({ id: fd, iova: BASE, length: PAGE, uptr: VA + PAGE })).toBe(EBADE);
    expect([item(fd, BASE, PAGE), item(other, BASE, PAGE)]).toEqual([2, 0]);
    expect(unpinPages({ id: fd, access_pages_id: 1 })).toBe(ENOENT);
    expect(unpinPages({ id: fd, access_pages_id: 3 })).toBe(ENOENT);
  });

  test("a struct that cannot be answered leaves nothing pinned", () => {
    map(1n);
    const fd = machine.access(ioas);
    const values = { id: fd, iova: BASE, length: PAGE };
    expect(unanswered(selftest.IOMMU_TEST_OP_ACCESS_PAGES, selftest.iommu_test_access_pages, values)).toBe(EFAULT);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect(unpinPages({ id: fd, access_pages_id: 0 })).toBe(ENOENT);
  });

  test("an unmap drops items that meet the area, whole, and no others", () => {
    map(2n);
    map(2n, 2n);
    const fd = machine.access(ioas);
    const items = [item(fd, BASE, PAGE), item(fd, BASE + PAGE, 2n * PAGE), item(fd, BASE + 3n * PAGE, PAGE)];
    expect(machine.unmap(ioas, BASE, 2n * PAGE).error).toBe(OK);
    expect(items.map((id) => unpinPages({ id: fd, access_pages_id: id }))).toEqual([ENOENT, ENOENT, OK]);
    expect(machine.caller.mm.pinned.size).toBe(0);
  });

  test("an area by its number and an offset in it; without such an area, IOVA 0", () => {
    map(1n);
    map(2n, 4n);
    const fd = machine.access(ioas);
    const second = 1n | (PAGE << 32n);
    expect(pinPages({ id: fd, flags: BY_AREA_NUMBER, iova: second, length: PAGE })).toBe(OK);
    expect([...machine.caller.mm.pinned.keys()]).toEqual([0x15]);
    expect(pinPages({ id: fd, flags: BY_AREA_NUMBER, iova: 2n | (BASE << 32n), length: PAGE })).toBe(ENOENT);
    expect(transfer({ id: fd, flags: BY_AREA_NUMBER, iova: second, length: PAGE + 1n, uptr: BUFFER })).toBe(ENOENT);
  });
});

describe("8 ACCESS_RW", () => {
  test("the order of the checks", () => {
    map(1n);
    map(1n, 1n, READ_ONLY);
    const fd = machine.access(ioas, 0);
    expect(transfer({ id: 99, flags: 2, length: TOO_LONG })).toBe(ENOMEM);
    for (const flags of [2, 8, 1 << 17]) expect(transfer({ id: 99, flags })).toBe(EOPNOTSUPP);
    expect(transfer({ id: 99, flags: WRITE, length: 1n })).toBe(EBADFD);
    expect(transfer({ id: fd, flags: WRITE, iova: MAX, length: 2n })).toBe(EFAULT);
    expect(transfer({ id: fd, flags: WRITE, iova: MAX, length: 0n })).toBe(EINVAL);
    expect(transfer({ id: fd, iova: MAX, length: 2n })).toBe(EOVERFLOW);
    expect(transfer({ id: fd, iova: MAX, length: 1n })).toBe(ENOENT);
    buffer(new Uint8Array(8));
    expect(transfer({ id: fd, flags: WRITE, iova: BASE + 4092n, length: 8n, uptr: BUFFER })).toBe(EPERM);
    expect(transfer({ id: fd, iova: BASE + 8188n, length: 8n, uptr: BUFFER })).toBe(ENOENT);
    expect(transfer({ id: fd, iova: BASE, length: 8n, uptr: 0n })).toBe(EFAULT);
  });

  test("an error leaves the buffer of a read alone, and what a write has written", () => {
    map(1n);
    const fd = machine.access(ioas);
    buffer(Uint8Array.of(1, 2, 3, 4));
    expect(transfer({ id: fd, flags: WRITE, iova: BASE + 4094n, length: 4n, uptr: BUFFER })).toBe(ENOENT);
    const bytes = buffer(Uint8Array.of(9, 9, 9, 9));
    expect(transfer({ id: fd, iova: BASE + 4094n, length: 4n, uptr: BUFFER })).toBe(ENOENT);
    expect([...bytes]).toEqual([9, 9, 9, 9]);
    expect(transfer({ id: fd, iova: BASE + 4093n, length: 3n, uptr: BUFFER })).toBe(OK);
    expect([...bytes]).toEqual([0, 1, 2, 9]);
    expect(transfer({ id: fd, flags: SLOW, iova: BASE + 4094n, length: 2n, uptr: BUFFER })).toBe(OK);
    expect([...bytes]).toEqual([1, 2, 2, 9]);
  });

  test("the struct is not written, so it need not be writable", () => {
    map(1n);
    const fd = machine.access(ioas);
    const values = { id: fd, flags: WRITE, iova: BASE, length: 1n, uptr: 0x2000n };
    expect(unanswered(selftest.IOMMU_TEST_OP_ACCESS_RW, selftest.iommu_test_access_rw, values)).toBe(OK);
  });
});

test("9 SET_TEMP_MEMORY_LIMIT: at least 12 bytes", () => {
  expect([0, 11, 12, 65536].map((limit) => setLimit({ limit }))).toEqual([EINVAL, EINVAL, OK, OK]);
});

describe("11 ACCESS_REPLACE_IOAS", () => {
  test("the IOAS, the same one, one that cannot be aligned, and another", () => {
    map(1n);
    const fd = machine.access(ioas);
    const kept = item(fd, BASE, PAGE);
    const misaligned = machine.ioas();
    machine.map(misaligned, VA, 1n, BASE);
    expect(replaceIoas({ id: fd, ioas_id: 99 })).toBe(ENOENT);
    expect(replaceIoas({ id: fd, ioas_id: 2 })).toBe(ENOENT);
    expect(replaceIoas({ id: fd, ioas_id: ioas })).toBe(OK);
    expect(replaceIoas({ id: fd, ioas_id: misaligned })).toBe(EADDRINUSE);
    expect(checkReferences({ length: PAGE, uptr: VA, refs: 1 })).toBe(OK);
    expect(replaceIoas({ id: fd, ioas_id: machine.ioas() })).toBe(OK);
    expect(unpinPages({ id: fd, access_pages_id: kept })).toBe(ENOENT);
    expect(checkReferences({ length: PAGE, uptr: VA, refs: 0 })).toBe(OK);
    expect([machine.destroy(ioas), machine.destroy(4)]).toEqual([OK, EBUSY]);
  });
});

describe("13 DIRTY", () => {
  function tracked(): {
    id: number;
    query: { id: number; iova: bigint; length: bigint; page_size: bigint; uptr: bigint };
  } {
    const { idev } = machine.mockDomain(ioas);
    const id = machine.hwpt(idev, ioas, api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
    return { id, query: { id, iova: BASE, length: 16n * 2048n, page_size: 2048n, uptr: BUFFER } };
  }
  const enable = (hwpt: number): number =>
    machine.call(0x3b8b, api.iommu_hwpt_set_dirty_tracking, { hwpt_id: hwpt, flags: 1 }).error;

  test("the range, then the HWPT, then whether it tracks, then the bitmap", () => {
    const { id, query } = tracked();
    const wrong = { ...query, id: 99 };
    for (const bad of [{ page_size: 0n }, { length: 0n }, { uptr: 0n }, { iova: BASE + 1n }, { length: 2047n }])
      expect(dirty({ ...wrong, ...bad })).toBe(EINVAL);
    expect(dirty(wrong)).toBe(ENOENT);
    expect(dirty({ ...wrong, id: ioas })).toBe(ENOENT);
    expect(dirty(query)).toBe(EINVAL);
    expect(enable(id)).toBe(OK);
    expect(dirty({ ...query, length: 2n ** 62n, page_size: 1n })).toBe(ENOMEM);
    expect(dirty(query)).toBe(EFAULT);
    buffer(new Uint8Array(1));
    expect(dirty(query)).toBe(EFAULT);
    buffer(new Uint8Array(2));
    expect(dirty({ ...query, flags: 0xffffffff })).toBe(OK);
  });

  test("the answer counts the bits of the range that are set, mapped or not; further bits do not count", () => {
    const { id, query } = tracked();
    enable(id);
    map(1n);
    buffer(Uint8Array.of(0b1001, 0xff));
    const values = { ...query, length: 10n * 2048n };
    const answer = machine.command(selftest.IOMMU_TEST_OP_DIRTY, selftest.iommu_test_dirty, values);
    expect(answer).toMatchObject({ error: OK, out: { out_nr_dirty: 4n } });
    const bitmap = buffer(new Uint8Array(2));
    const read = { hwpt_id: id, iova: BASE, length: query.length, page_size: 2048n, data: BUFFER };
    expect(machine.call(0x3b8c, api.iommu_hwpt_get_dirty_bitmap, read).error).toBe(OK);
    expect([...bitmap]).toEqual([1, 0]);
    buffer(Uint8Array.of(1));
    const far = { ...query, iova: MAX - 2047n, length: 2048n };
    expect(machine.command(selftest.IOMMU_TEST_OP_DIRTY, selftest.iommu_test_dirty, far)).toMatchObject({
      error: OK,
      out: { out_nr_dirty: 1n },
    });
  });
});
