/** The daemon's simulated machine from outside: plugging in PCI devices and taking them away, as hands at the slot would. */
import { Connection } from "./connection.js";
import { IommufdError } from "./errors.js";
import { type ConnectOptions, transportOf } from "./iommu-fd.js";

/**
 * Plugs in a PCI device.
 * @param device MODEL@ADDRESS[,NAME=VALUE...], such as "ioat@0000:00:04.0" (docs/topology.md)
 * @throws ProtocolError; IommufdError EINVAL: what the message says
 */
export async function addDevice(device: string, options: ConnectOptions = {}): Promise<void> {
  await ask(options, "device add", { deviceAdd: { device } });
}

/**
 * Takes a PCI device away at once, whoever uses it.
 * @param address Such as "0000:00:04.0"
 * @returns whether programs still have it open: then its address is free once they have closed it
 * @throws ProtocolError; IommufdError ENODEV: there is none
 */
export async function removeDevice(
  address: string,
  options: ConnectOptions = {},
): Promise<{ readonly inUse: boolean }> {
  return { inUse: (await ask(options, "device remove", { deviceRemove: { address } })) === 1 };
}

async function ask(
  options: ConnectOptions,
  what: string,
  request: Parameters<Connection["request"]>[0],
): Promise<number> {
  const connection = await Connection.open(transportOf(options));
  try {
    const reply = await connection.request(request, "result");
    if (reply.error) throw new IommufdError(what, reply.error, reply.message ?? "");
    return reply.id ?? 0;
  } finally {
    await connection.end();
  }
}
