/** GET_IRQ_INFO and SET_IRQS of a PCI device, and the interrupts that reach eventfds (specification 50, sections 4.4 and 4.5). */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import {
  VFIO_IRQ_SET_ACTION_MASK as MASK,
  VFIO_IRQ_SET_ACTION_TRIGGER as TRIGGER,
  VFIO_IRQ_SET_ACTION_UNMASK as UNMASK,
  VFIO_IRQ_SET_DATA_BOOL as BOOL,
  VFIO_IRQ_SET_DATA_EVENTFD as EVENTFD,
  VFIO_IRQ_SET_DATA_NONE as NONE,
} from "../../proto/uapi/vfio-interrupts.js";
import { CLOSED_FILE, FIRST_EVENT, OTHER_FILE } from "../support/fake-events.js";
import { InterruptDevice } from "../support/interrupt-device.js";

const { EBADF, EBUSY, EFAULT, EINVAL, ENOTTY, ERANGE } = errno;
const [INTX, MSI, MSIX, ERR, REQ] = [0, 1, 2, 3, 4];
const [A, B, C, D] = [FIRST_EVENT, FIRST_EVENT + 1, FIRST_EVENT + 2, FIRST_EVENT + 3];

/** A device with an index enabled: INTx with eventfd A, messages with A, B, C, D as vectors 0 to 3. */
function enabled(index: number, options = {}): InterruptDevice {
  const device = new InterruptDevice(options);
  const fds = index === INTX ? [A] : [A, B, C, D];
  expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index, fds })).toBe(0);
  return device;
}

const taken = (device: InterruptDevice): number[] => [A, B, C, D].map((fd) => device.events.take(fd));
const held = (device: InterruptDevice): number[] => [A, B, C, D].map((fd) => device.events.holders(fd));

describe("GET_IRQ_INFO", () => {
  test.each([
    [INTX, 7, 1],
    [MSI, 9, 4],
    [MSIX, 1, 8],
    [ERR, 9, 1],
    [REQ, 9, 1],
  ])("index %i has flags %i and count %i", (index, flags, count) => {
    expect(new InterruptDevice().irqInfo(index)).toEqual({ result: 0, flags, count });
  });

  test("what the device has not has the count 0, and MSI-X cannot grow then", () => {
    const device = new InterruptDevice({ pin: 0, msi: 0, msix: 0 });
    expect(device.irqInfo(INTX)).toEqual({ result: 0, flags: 7, count: 0 });
    expect(device.irqInfo(MSI)).toEqual({ result: 0, flags: 9, count: 0 });
    expect(device.irqInfo(MSIX)).toEqual({ result: 0, flags: 9, count: 0 });
  });

  test("a short argsz, an unknown index and ERR of a conventional device are EINVAL", () => {
    const device = new InterruptDevice({ express: false });
    expect(device.irqInfo(INTX, 15).result).toBe(-EINVAL);
    expect(device.irqInfo(INTX, 100).result).toBe(0);
    expect(device.irqInfo(5).result).toBe(-EINVAL);
    expect(device.irqInfo(ERR).result).toBe(-EINVAL);
    expect(device.irqInfo(REQ).result).toBe(0);
  });
});

describe("SET_IRQS checks for every index", () => {
  test("the struct is readable, EFAULT", () => {
    expect(new InterruptDevice().setIrqsAt(0n)).toBe(-EFAULT);
  });

  test("argsz, index, range and flags are EINVAL, before the action is looked at", () => {
    const device = enabled(MSIX);
    const disable = { flags: TRIGGER | NONE, index: MSIX };
    expect(device.setIrqs({ ...disable, argsz: 19 })).toBe(-EINVAL);
    expect(device.setIrqs({ ...disable, index: 5 })).toBe(-EINVAL);
    expect(device.setIrqs({ ...disable, start: 8 })).toBe(-EINVAL);
    expect(device.setIrqs({ ...disable, start: 1, count: 0xffff_fffe })).toBe(-EINVAL);
    expect(device.setIrqs({ ...disable, start: 1, count: 0xffff_ffff })).toBe(-EINVAL);
    expect(device.setIrqs({ ...disable, start: 1, count: 8 })).toBe(-EINVAL);
    expect(device.setIrqs({ ...disable, flags: disable.flags | 64 })).toBe(-EINVAL);
    expect(held(device)).toEqual([1, 1, 1, 1]);
    expect(device.setIrqs({ ...disable, start: 7 })).toBe(0);
  });

  test("an index with no interrupts gives EINVAL only", () => {
    const device = new InterruptDevice({ msix: 0, express: false });
    for (const index of [MSIX, ERR])
      for (const flags of [TRIGGER | NONE, MASK | NONE, 0]) expect(device.setIrqs({ flags, index })).toBe(-EINVAL);
  });

  test("the data is of exactly one kind, EINVAL", () => {
    const device = new InterruptDevice();
    for (const flags of [0, TRIGGER, TRIGGER | NONE | BOOL, TRIGGER | BOOL | EVENTFD])
      expect(device.setIrqs({ flags, index: REQ, fds: [A] })).toBe(-EINVAL);
  });

  test("argsz has room for the data EINVAL, the data is readable EFAULT, and both before the action", () => {
    const device = new InterruptDevice();
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: REQ, fds: [A], argsz: 23 })).toBe(-EINVAL);
    expect(device.setIrqs({ flags: EVENTFD, index: REQ, count: 1, argsz: 20 })).toBe(-EINVAL);
    expect(device.setIrqs({ flags: EVENTFD, index: REQ, count: 1, argsz: 24 })).toBe(-EFAULT);
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: REQ, fds: [A], argsz: 4096 })).toBe(0);
  });

  test("an action is one, and one that the index has, ENOTTY", () => {
    const device = new InterruptDevice();
    expect(device.setIrqs({ flags: NONE, index: MSIX })).toBe(-ENOTTY);
    expect(device.setIrqs({ flags: TRIGGER | MASK | NONE, index: INTX })).toBe(-ENOTTY);
    for (const index of [MSI, MSIX, ERR, REQ])
      for (const action of [MASK, UNMASK]) expect(device.setIrqs({ flags: action | NONE, index })).toBe(-ENOTTY);
  });
});

describe.each([
  ["MSI", MSI],
  ["MSI-X", MSIX],
])("SET_IRQS of %s", (_name, index) => {
  const set = (device: InterruptDevice, fds: readonly number[], start = 0) =>
    device.setIrqs({ flags: TRIGGER | EVENTFD, index, start, fds });

  test("NONE 0 disables it and lets go of all eventfds, and is EINVAL when it is not enabled", () => {
    const device = enabled(index);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index, start: 1 })).toBe(0);
    expect(held(device)).toEqual([0, 0, 0, 0]);
    expect(device.pci.sink).toBeUndefined();
    expect([device.pci.msiControl & 1, device.pci.msixControl & 0x8000]).toEqual([0, 0]);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index })).toBe(-EINVAL);
  });

  test("no eventfds are ERANGE when it is not enabled, and 0 when it is", () => {
    const device = new InterruptDevice();
    expect(set(device, [])).toBe(-ERANGE);
    expect(device.pci.sink).toBeUndefined();
    expect(set(enabled(index), [])).toBe(0);
  });

  test("none from a later start on enables that many vectors", () => {
    const device = new InterruptDevice();
    expect(set(device, [], 2)).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index, count: 1 })).toBe(0);
    expect(set(device, [A], 1)).toBe(0);
    device.pci.interrupt(1);
    expect(taken(device)).toEqual([1, 0, 0, 0]);
  });

  test("eventfds are EINVAL while INTx or the other kind of message is enabled", () => {
    for (const other of [INTX, index === MSI ? MSIX : MSI]) {
      const device = enabled(other);
      expect(set(device, [A])).toBe(-EINVAL);
      expect(set(device, [CLOSED_FILE])).toBe(-EINVAL);
      expect(device.setIrqs({ flags: TRIGGER | NONE, index })).toBe(-EINVAL);
      expect(device.setIrqs({ flags: TRIGGER | NONE, index: other })).toBe(0);
      expect(set(device, [A])).toBe(0);
    }
  });

  test("a message signals the eventfd of its vector, and only that", () => {
    const device = enabled(index);
    device.pci.interrupt(2);
    device.pci.interrupt(2);
    expect(taken(device)).toEqual([0, 0, 2, 0]);
  });

  test("NONE and BOOL signal eventfds of the range, skip slots without one, and are EINVAL when it is not enabled", () => {
    const device = enabled(index);
    expect(set(device, [-1], 1)).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index, start: 1, count: 3 })).toBe(0);
    expect(taken(device)).toEqual([0, 0, 1, 1]);
    expect(device.setIrqs({ flags: TRIGGER | BOOL, index, bools: [255, 1, 0, 1] })).toBe(0);
    expect(taken(device)).toEqual([1, 0, 0, 1]);
    expect(device.setIrqs({ flags: TRIGGER | BOOL, index, bools: [] })).toBe(0);
    const idle = new InterruptDevice();
    expect(idle.setIrqs({ flags: TRIGGER | NONE, index, count: 1 })).toBe(-EINVAL);
    expect(idle.setIrqs({ flags: TRIGGER | BOOL, index, bools: [1] })).toBe(-EINVAL);
  });

  test("an eventfd replaces the one before, any negative number leaves the slot empty", () => {
    const device = enabled(index);
    expect(set(device, [D, -1, -2])).toBe(0);
    expect(held(device)).toEqual([0, 0, 0, 2]);
    device.pci.interrupt(0);
    expect(taken(device)).toEqual([0, 0, 0, 1]);
  });

  test("a failure on the first enable disables it again", () => {
    for (const [fd, error] of [
      [CLOSED_FILE, EBADF],
      [OTHER_FILE, EINVAL],
    ] as const) {
      const device = new InterruptDevice();
      expect(set(device, [A, B, fd])).toBe(-error);
      expect(held(device)).toEqual([0, 0, 0, 0]);
      expect(device.pci.sink).toBeUndefined();
      expect(device.setIrqs({ flags: TRIGGER | NONE, index })).toBe(-EINVAL);
    }
  });

  test("a failure later empties the slots up to the one that failed", () => {
    const device = enabled(index);
    expect(set(device, [A, CLOSED_FILE, B])).toBe(-EBADF);
    expect(held(device)).toEqual([0, 0, 1, 1]);
    device.pci.interrupt(2);
    expect(taken(device)).toEqual([0, 0, 1, 0]);
    expect(set(device, [OTHER_FILE], 2)).toBe(-EINVAL);
    expect(held(device)).toEqual([0, 0, 0, 1]);
  });

  test("it stays over a reset of the function", () => {
    const device = enabled(index);
    expect(set(device, [-1], 3)).toBe(0);
    device.pci.reset();
    device.pci.interrupt(1);
    expect(taken(device)).toEqual([0, 0, 0, 0]);
    device.interrupts.afterReset();
    device.pci.interrupt(1);
    device.pci.interrupt(3);
    expect(taken(device)).toEqual([0, 1, 0, 0]);
  });
});

describe("MSI", () => {
  test("is enabled in hardware with as many vectors as are wanted, as log2", () => {
    const device = new InterruptDevice({ msi: 8 });
    expect(device.interrupts.msiOrder()).toBe(-1);
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSI, fds: [A, B, C] })).toBe(0);
    expect(device.interrupts.msiOrder()).toBe(2);
    expect(device.pci.msiControl).toBe(0x80 | (3 << 1) | (2 << 4) | 1);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index: MSI })).toBe(0);
    expect(device.pci.msiControl).toBe(0x80 | (3 << 1));
    expect(device.interrupts.msiOrder()).toBe(-1);
  });

  test("takes no eventfd above the vectors that it was enabled with, EINVAL", () => {
    const device = new InterruptDevice();
    const set = (fds: readonly number[], start: number) =>
      device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSI, start, fds });
    expect(set([A, B], 0)).toBe(0);
    expect(set([C], 2)).toBe(-EINVAL);
    expect(set([-1], 2)).toBe(0);
    expect(held(device)).toEqual([1, 1, 0, 0]);
    expect(set([C, D], 1)).toBe(-EINVAL);
    expect(held(device)).toEqual([1, 0, 0, 0]);
  });
});

describe("MSI-X", () => {
  test("takes eventfds above the vectors that it was enabled with, up to what the hardware has", () => {
    const device = new InterruptDevice();
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSIX, fds: [A] })).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSIX, start: 7, fds: [B] })).toBe(0);
    device.pci.interrupt(7);
    expect(taken(device)).toEqual([0, 1, 0, 0]);
  });

  test("masks in hardware the vectors that have no eventfd, and loses no message of theirs", () => {
    const device = new InterruptDevice();
    const set = (fds: readonly number[]) => device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSIX, fds });
    expect(set([A, -1])).toBe(0);
    expect([0, 1, 2].map((vector) => device.pci.isMasked(vector))).toEqual([false, true, true]);
    device.pci.interrupt(1);
    expect(set([A, B])).toBe(0);
    expect(taken(device)).toEqual([0, 1, 0, 0]);
    expect(set([-1, -1])).toBe(0);
    expect(device.pci.isMasked(1)).toBe(true);
  });

  test("with four vectors, 0 to 2 set to a good, a closed and a good one: EBADF, 0 and 1 are empty, 2 and 3 kept", () => {
    const device = enabled(MSIX);
    const fds = [FIRST_EVENT + 4, CLOSED_FILE, FIRST_EVENT + 5];
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSIX, fds })).toBe(-EBADF);
    for (const vector of [0, 1, 2, 3]) device.pci.interrupt(vector);
    expect(taken(device)).toEqual([0, 0, 1, 1]);
    expect(device.events.allHolders).toBe(2);
  });
});

describe("INTx", () => {
  const trigger = (device: InterruptDevice, fd: number) =>
    device.setIrqs({ flags: TRIGGER | EVENTFD, index: INTX, fds: [fd] });
  const act = (device: InterruptDevice, action: number) =>
    device.setIrqs({ flags: action | NONE, index: INTX, count: 1 });
  /** The level goes up. @returns how often eventfd A was signalled */
  const raise = (device: InterruptDevice): number => {
    device.pci.setIntx(true);
    return device.events.take(A);
  };

  test("NONE 0 disables it, and is EINVAL when it is not enabled", () => {
    const device = enabled(INTX);
    expect(device.setIrqs({ flags: UNMASK | EVENTFD, index: INTX, fds: [B] })).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index: INTX })).toBe(0);
    expect(device.events.allHolders).toBe(0);
    expect(device.pci.sink).toBeUndefined();
    expect(device.setIrqs({ flags: TRIGGER | NONE, index: INTX })).toBe(-EINVAL);
  });

  test("takes one eventfd, EINVAL while messages are enabled, and a failure does not enable it", () => {
    for (const other of [MSI, MSIX]) expect(trigger(enabled(other), A)).toBe(-EINVAL);
    const device = new InterruptDevice();
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: INTX, fds: [] })).toBe(-EINVAL);
    expect(trigger(device, CLOSED_FILE)).toBe(-EBADF);
    expect(trigger(device, OTHER_FILE)).toBe(-EINVAL);
    expect(act(device, MASK)).toBe(-EINVAL);
    expect(device.pci.sink).toBeUndefined();
  });

  test("a new eventfd replaces the one before; with -1 it stays enabled without one", () => {
    const device = enabled(INTX);
    expect(trigger(device, B)).toBe(0);
    expect(held(device)).toEqual([0, 1, 0, 0]);
    expect(trigger(device, -1)).toBe(0);
    expect(device.events.allHolders).toBe(0);
    device.pci.setIntx(true);
    expect(act(device, TRIGGER)).toBe(0);
    expect(trigger(device, A)).toBe(0);
    expect(device.events.take(A)).toBe(1);
  });

  test("an eventfd that cannot be had replaces nothing", () => {
    const device = enabled(INTX);
    expect(trigger(device, CLOSED_FILE)).toBe(-EBADF);
    expect(raise(device)).toBe(1);
  });

  test("NONE and BOOL signal, and are EINVAL when it is not enabled or for anything but one interrupt", () => {
    const device = new InterruptDevice();
    expect(act(device, TRIGGER)).toBe(-EINVAL);
    expect(trigger(device, A)).toBe(0);
    expect(act(device, TRIGGER)).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | BOOL, index: INTX, bools: [0] })).toBe(0);
    expect(device.events.take(A)).toBe(1);
    expect(device.setIrqs({ flags: TRIGGER | BOOL, index: INTX, bools: [] })).toBe(-EINVAL);
  });

  test("is masked by its signal until UNMASK, which signals again while the level is up", () => {
    const device = enabled(INTX);
    expect(raise(device)).toBe(1);
    device.pci.setIntx(false);
    expect(raise(device)).toBe(0);
    expect(act(device, UNMASK)).toBe(0);
    expect(device.events.take(A)).toBe(1);
    device.pci.setIntx(false);
    expect(act(device, UNMASK)).toBe(0);
    expect(device.events.take(A)).toBe(0);
    expect(raise(device)).toBe(1);
  });

  test("a level that is up when it is enabled is signalled", () => {
    const device = new InterruptDevice();
    device.pci.setIntx(true);
    expect(trigger(device, A)).toBe(0);
    expect(device.events.take(A)).toBe(1);
  });

  test.each([
    ["MASK", MASK],
    ["UNMASK", UNMASK],
  ])("%s takes one interrupt of an enabled INTx, EINVAL, and BOOL 0 does nothing", (_name, action) => {
    expect(act(new InterruptDevice(), action)).toBe(-EINVAL);
    const device = enabled(INTX);
    expect(device.setIrqs({ flags: action | NONE, index: INTX })).toBe(-EINVAL);
    if (action === UNMASK) expect(act(device, MASK)).toBe(0);
    expect(device.setIrqs({ flags: action | BOOL, index: INTX, bools: [0] })).toBe(0);
    expect(raise(device)).toBe(action === MASK ? 1 : 0);
  });

  test("MASK holds the interrupt back, BOOL 1 as NONE", () => {
    const device = enabled(INTX);
    expect(device.setIrqs({ flags: MASK | BOOL, index: INTX, bools: [1] })).toBe(0);
    expect(raise(device)).toBe(0);
    expect(device.setIrqs({ flags: UNMASK | BOOL, index: INTX, bools: [1] })).toBe(0);
    expect(device.events.take(A)).toBe(1);
  });

  test("no eventfd masks: ENOTTY, after EINVAL when it is not enabled", () => {
    const flags = MASK | EVENTFD;
    expect(new InterruptDevice().setIrqs({ flags, index: INTX, fds: [A] })).toBe(-EINVAL);
    expect(enabled(INTX).setIrqs({ flags, index: INTX, fds: [B] })).toBe(-ENOTTY);
  });

  test("a signal of the eventfd of UNMASK unmasks; there is one at a time, and -1 removes it", () => {
    const device = enabled(INTX);
    const unmaskBy = (fd: number) => device.setIrqs({ flags: UNMASK | EVENTFD, index: INTX, fds: [fd] });
    expect(unmaskBy(CLOSED_FILE)).toBe(-EBADF);
    expect(unmaskBy(OTHER_FILE)).toBe(-EINVAL);
    expect(unmaskBy(B)).toBe(0);
    expect(unmaskBy(C)).toBe(-EBUSY);
    expect(raise(device)).toBe(1);
    device.events.write(B);
    expect(device.events.take(A)).toBe(1);
    expect(unmaskBy(-1)).toBe(0);
    device.events.write(B);
    expect([device.events.take(A), device.events.holders(B)]).toEqual([0, 0]);
    expect(unmaskBy(C)).toBe(0);
    expect(new InterruptDevice().setIrqs({ flags: UNMASK | EVENTFD, index: INTX, fds: [B] })).toBe(-EINVAL);
  });

  test("is masked while COMMAND bit 10 is set, and UNMASK waits for it", () => {
    const device = enabled(INTX);
    const disable = (disabled: boolean): void => {
      device.intxDisabled = disabled;
      device.interrupts.intxDisabledChanged(disabled);
    };
    disable(true);
    expect(raise(device)).toBe(0);
    expect(act(device, UNMASK)).toBe(0);
    expect(device.events.take(A)).toBe(0);
    disable(false);
    expect(device.events.take(A)).toBe(1);
    disable(true);
    disable(false);
    expect(device.events.take(A)).toBe(1);
  });

  test("COMMAND bit 10 that was set before it is enabled holds it back until it is cleared", () => {
    const device = new InterruptDevice();
    device.intxDisabled = true;
    device.interrupts.intxDisabledChanged(true);
    expect(trigger(device, A)).toBe(0);
    expect(raise(device)).toBe(0);
    device.intxDisabled = false;
    device.interrupts.intxDisabledChanged(false);
    expect(device.events.take(A)).toBe(1);
  });
});

describe.each([
  [
    "ERR",
    ERR,
    (device: InterruptDevice) => {
      device.interrupts.signalError();
    },
  ],
  [
    "REQ",
    REQ,
    (device: InterruptDevice) => {
      device.interrupts.signalRequest();
    },
  ],
])("%s", (_name, index, happen) => {
  const register = (device: InterruptDevice, fd: number) =>
    device.setIrqs({ flags: TRIGGER | EVENTFD, index, fds: [fd] });

  test("signals the eventfd that is registered, which another replaces and -1 removes", () => {
    const device = new InterruptDevice();
    happen(device);
    expect(register(device, A)).toBe(0);
    happen(device);
    expect(register(device, B)).toBe(0);
    happen(device);
    happen(device);
    expect(taken(device)).toEqual([1, 2, 0, 0]);
    expect(held(device)).toEqual([0, 1, 0, 0]);
    expect(register(device, -1)).toBe(0);
    expect(register(device, -1)).toBe(0);
    expect(device.events.allHolders).toBe(0);
  });

  test("NONE is EINVAL without an eventfd; with one, 1 signals and 0 removes", () => {
    const device = new InterruptDevice();
    for (const count of [0, 1]) expect(device.setIrqs({ flags: TRIGGER | NONE, index, count })).toBe(-EINVAL);
    expect(register(device, A)).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index, count: 1 })).toBe(0);
    expect(device.events.take(A)).toBe(1);
    expect(device.setIrqs({ flags: TRIGGER | NONE, index })).toBe(0);
    expect(device.events.allHolders).toBe(0);
  });

  test("BOOL signals if it is not 0, does nothing without an eventfd, and needs its one byte", () => {
    const device = new InterruptDevice();
    const bool = (bools: readonly number[]) => device.setIrqs({ flags: TRIGGER | BOOL, index, bools });
    expect(bool([1])).toBe(0);
    expect(register(device, A)).toBe(0);
    expect(bool([0])).toBe(0);
    expect(bool([2])).toBe(0);
    expect(device.events.take(A)).toBe(1);
    expect(bool([])).toBe(-EINVAL);
  });

  test("an eventfd is needed, and numbers below -1, closed and other files leave the one before", () => {
    const device = new InterruptDevice();
    expect(register(device, A)).toBe(0);
    expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index, fds: [] })).toBe(-EINVAL);
    expect(register(device, -2)).toBe(-EINVAL);
    expect(register(device, CLOSED_FILE)).toBe(-EBADF);
    expect(register(device, OTHER_FILE)).toBe(-EINVAL);
    happen(device);
    expect(device.events.take(A)).toBe(1);
  });
});

test("teardown lets go of every eventfd, takes no more interrupts, and everything can be set up anew", () => {
  const device = enabled(INTX);
  for (const index of [ERR, REQ]) expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index, fds: [B] })).toBe(0);
  expect(device.setIrqs({ flags: UNMASK | EVENTFD, index: INTX, fds: [C] })).toBe(0);
  device.interrupts.teardown();
  device.interrupts.teardown();
  expect(device.events.allHolders).toBe(0);
  expect(device.pci.sink).toBeUndefined();
  expect(device.setIrqs({ flags: TRIGGER | EVENTFD, index: MSIX, fds: [A] })).toBe(0);
  expect(device.interrupts.inspect()).toEqual({ intx: "off", msi: [], msix: [0], error: false, request: false });
  device.interrupts.teardown();
  expect(device.events.allHolders).toBe(0);
  expect(device.pci.msixControl & 0x8000).toBe(0);
});
