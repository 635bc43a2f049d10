/** The device models by name: what can be plugged in, with which options, and what is said of mistakes. */
import { describe, expect, test } from "@jest/globals";
import { createModel, type ModelOptions } from "../../daemon/devices/pci/models.js";
import { PciSlot } from "../support/pci-slot.js";

describe("a model is made", () => {
  test.each(["ioat", "testdev"])("%s by its name, which it calls itself", (name) => {
    const factory = createModel(name, {});
    if (typeof factory === "string") throw new Error(factory);
    expect(new PciSlot(factory).device.model.kind).toBe(name);
  });

  test("with its options", () => {
    const factory = createModel("testdev", { express: false, resettable: false, intx: false });
    if (typeof factory === "string") throw new Error(factory);
    const { model } = new PciSlot(factory).device;
    expect([model.configBytes, model.resettable, model.interrupts.pin]).toEqual([256, false, 0]);
  });
});

describe("a mistake is said", () => {
  test.each<[string, string, ModelOptions, string]>([
    ["no such model", "floppy", {}, 'there is no model "floppy"; there are ioat, testdev'],
    ["a name that every object has", "toString", {}, 'there is no model "toString"; there are ioat, testdev'],
    [
      "no such option",
      "testdev",
      { speed: 3 },
      'model "testdev" has no option "speed"; it has express, resettable, intx',
    ],
    [
      "an option that every object has",
      "testdev",
      { constructor: 3 },
      'model "testdev" has no option "constructor"; it has express, resettable, intx',
    ],
    ["another type", "testdev", { express: 1 }, 'option "express" of model "testdev" must be a boolean'],
    ["a text for a number", "ioat", { version: "3.3" }, 'option "version" of model "ioat" must be a number'],
    ["a value that the model refuses", "ioat", { deviceId: 0x1234 }, "0x1234 is no IOAT device"],
  ])("%s", (_what, name, options, message) => {
    expect(createModel(name, options)).toBe(message);
  });
});
