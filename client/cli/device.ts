/** `iommufd-emu device add|remove`: plugs a PCI device into a running daemon's machine, or takes one away from whoever uses it. */
import { addDevice, removeDevice } from "../ts/index.js";
import { defaultSocketPath } from "../ts/socket-path.js";
import { CommandFailure, EXIT_FAILURE, EXIT_OK, oneLine } from "./usage.js";

export interface DeviceOptions {
  readonly socket?: string;
}

export async function deviceAddCommand(device: string, options: DeviceOptions): Promise<number> {
  await reaching(() => addDevice(device, { socket: options.socket ?? defaultSocketPath() }));
  return EXIT_OK;
}

export async function deviceRemoveCommand(address: string, options: DeviceOptions): Promise<number> {
  const { inUse } = await reaching(() => removeDevice(address, { socket: options.socket ?? defaultSocketPath() }));
  if (inUse) process.stdout.write(`${address} is gone; programs still have it open\n`);
  return EXIT_OK;
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CommandFailure(oneLine(error), EXIT_FAILURE, { cause: error });
  }
}
