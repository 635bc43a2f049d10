/** The device models by name, and the options that each takes: what a topology and the command line can plug in. */
import { createIoat } from "./ioat/ioat.js";
import type { PciModelFactory } from "./model.js";
import { createTestDevice } from "./test-device/test-device.js";

export type ModelOptions = Readonly<Record<string, string | number | boolean>>;

type OptionType = "number" | "boolean";

interface ModelEntry {
  /** For people. */
  readonly what: string;
  readonly options: Readonly<Record<string, OptionType>>;
  /** @throws RangeError: an option has no such value */
  readonly create: (options: never) => PciModelFactory;
}

const models: Readonly<Record<string, ModelEntry>> = {
  ioat: {
    what: "Intel IOAT DMA engine",
    options: { deviceId: "number", version: "number", transferLimitLg2: "number", resettable: "boolean" },
    create: createIoat,
  },
  testdev: {
    what: "device with one of everything, for tests",
    options: { express: "boolean", resettable: "boolean", intx: "boolean" },
    create: createTestDevice,
  },
};

/** @returns a factory, or what is wrong */
export function createModel(name: string, options: ModelOptions): PciModelFactory | string {
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model === undefined) return `there is no model "${name}"; there are ${Object.keys(models).join(", ")}`;
  for (const [option, value] of Object.entries(options)) {
    const type = Object.hasOwn(model.options, option) ? model.options[option] : undefined;
    const known = Object.keys(model.options).join(", ");
    if (type === undefined) return `model "${name}" has no option "${option}"; it has ${known}`;
    if (typeof value !== type) return `option "${option}" of model "${name}" must be a ${type}`;
  }
  try {
    return model.create(options as never);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
