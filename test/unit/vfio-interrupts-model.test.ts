/** Thousands of random SET_IRQS, interrupts and writes to eventfds against a model of the specification's tables. */
import { expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-interrupts.js";
import { CLOSED_FILE, FIRST_EVENT, OTHER_FILE } from "../support/fake-events.js";
import { InterruptDevice } from "../support/interrupt-device.js";
import { COUNTS, InterruptModel, type ModelCall } from "../support/interrupt-model.js";
import { history, runHistory } from "../support/model.js";
import { Random } from "../support/random.js";

const EVENTS = 8;
/** One descriptor is for unmasking only: where one eventfd does both, an order is not said. */
const UNMASK_EVENT = FIRST_EVENT + EVENTS;
const events = Array.from({ length: EVENTS }, (_, at) => FIRST_EVENT + at);

const dataFlags = {
  none: api.VFIO_IRQ_SET_DATA_NONE,
  bool: api.VFIO_IRQ_SET_DATA_BOOL,
  eventfd: api.VFIO_IRQ_SET_DATA_EVENTFD,
};
const actionFlags = {
  mask: api.VFIO_IRQ_SET_ACTION_MASK,
  unmask: api.VFIO_IRQ_SET_ACTION_UNMASK,
  trigger: api.VFIO_IRQ_SET_ACTION_TRIGGER,
};

function randomCall(random: Random): ModelCall {
  const index = random.below(5);
  const action = random.chance(index === 0 ? 40 : 90) ? "trigger" : random.pick(["mask", "unmask"] as const);
  const data = random.pick(["none", "bool", "eventfd", "eventfd"] as const);
  const start = random.chance(70) ? 0 : random.below(COUNTS[index]! + 1);
  const count = random.below(COUNTS[index]! + 2 - start > 0 ? COUNTS[index]! + 2 - start : 1);
  const fd = (): number => {
    if (random.chance(10)) return random.pick([CLOSED_FILE, OTHER_FILE]);
    if (random.chance(20)) return random.pick([-1, -2]);
    return action === "unmask" ? UNMASK_EVENT : random.pick(events);
  };
  const value = (): number => (data === "bool" ? random.below(2) : fd());
  const values = data === "none" ? [] : Array.from({ length: count }, value);
  return { index, action, data, start, count, values };
}

function perform(device: InterruptDevice, { data, action, index, start, count, values }: ModelCall): number {
  const flags = dataFlags[data] | actionFlags[action];
  if (data === "none") return -device.setIrqs({ flags, index, start, count });
  return -device.setIrqs({ flags, index, start, ...(data === "bool" ? { bools: values } : { fds: values }) });
}

const long = history({ seed: 5, steps: 10_000 });

test(`${long.steps} steps of seed ${long.seed}`, () => {
  const random = new Random(long.seed);
  const device = new InterruptDevice();
  const errorOf = new Map([
    [CLOSED_FILE, errno.EBADF],
    [OTHER_FILE, errno.EINVAL],
  ]);
  const model = new InterruptModel((fd) => errorOf.get(fd) ?? 0);
  const seen = new Set<number>();
  runHistory(long, () => {
    const kind = random.pick(["call", "call", "call", "level", "message", "unmask"] as const);
    if (kind === "call") {
      const call = randomCall(random);
      const wanted = model.call(call);
      expect([call, perform(device, call) + 0]).toEqual([call, wanted]);
      seen.add(wanted);
    } else if (kind === "level") {
      model.level = random.chance(50);
      device.pci.setIntx(model.level);
      model.deliver();
    } else if (kind === "message") {
      const vector = random.below(8);
      const [, msi, msix] = model.enabled;
      // What an MSI-X vector without an eventfd holds back has a test of its own.
      if (msi === 0 && (msix === 0 || model.slots[2]![vector] === undefined)) return;
      model.message(vector);
      device.pci.interrupt(vector);
    } else if (model.unmaskEvent !== undefined) {
      device.events.write(model.unmaskEvent);
      model.unmask();
    }
    expect(events.map((fd) => [device.events.take(fd), device.events.holders(fd)])).toEqual(
      events.map((fd) => [model.signalled.filter((signalled) => signalled === fd).length, model.holders(fd)]),
    );
    expect(device.events.holders(UNMASK_EVENT)).toBe(model.holders(UNMASK_EVENT));
    model.signalled = [];
  });
  device.interrupts.teardown();
  expect(device.events.allHolders).toBe(0);
  const { OK, EBADF, EBUSY, EINVAL, ENOTTY, ERANGE } = errno;
  expect([...seen].sort((a, b) => a - b)).toEqual([OK, EBADF, EBUSY, EINVAL, ENOTTY, ERANGE].sort((a, b) => a - b));
});
