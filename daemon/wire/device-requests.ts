/** The messages that bind what a connection has open, a device, to an iommufd and attach it, and those that plug devices in and out. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { BusDevice } from "../core/group.js";
import type { Endpoint } from "../devices/endpoint.js";
import { DeviceFile, EndpointFile, IommufdFile, type OpenFile } from "./open-file.js";
import type { Server } from "./server.js";
import { tokenKey } from "./token.js";

type IResult = iommufd_emu.v1.Result.$Properties;

const NO_BYTES = new Uint8Array(0);

/** @returns ENOTTY: the connection is none; EBADF: it was released */
export function endpointOf(file: OpenFile | undefined): Endpoint | Errno {
  const device = deviceOf(file);
  if (typeof device === "number") return device;
  return device instanceof EndpointFile ? device.endpoint : errno.ENOTTY;
}

function deviceOf(file: OpenFile | undefined): DeviceFile<BusDevice> | Errno {
  if (!(file instanceof DeviceFile)) return errno.ENOTTY;
  // What were bound now nobody would release.
  return file.released ? errno.EBADF : (file as DeviceFile<BusDevice>);
}

export function bindDevice(
  file: OpenFile | undefined,
  { iommufdToken }: iommufd_emu.v1.DeviceBind.$Properties,
  server: Pick<Server, "find">,
): IResult {
  const device = deviceOf(file);
  if (typeof device === "number") return { error: device };
  const target = server.find(tokenKey(iommufdToken ?? NO_BYTES));
  if (target === undefined) return { error: errno.EBADF };
  if (!(target instanceof IommufdFile)) return { error: errno.EBADFD };
  return idOrError(device.bind(target.context));
}

export function attachDevice(
  file: OpenFile | undefined,
  { ptId, pasid }: iommufd_emu.v1.DeviceAttach.$Properties,
): IResult {
  const device = deviceOf(file);
  return typeof device === "number" ? { error: device } : idOrError(device.attach(ptId ?? 0, pasid ?? 0));
}

export function detachDevice(file: OpenFile | undefined, { pasid }: iommufd_emu.v1.DeviceDetach.$Properties): IResult {
  const device = deviceOf(file);
  return { error: typeof device === "number" ? device : device.detach(pasid ?? 0) };
}

export function addDevice(
  { device }: iommufd_emu.v1.DeviceAdd.$Properties,
  server: Pick<Server, "addDevice">,
): IResult {
  const message = server.addDevice(device ?? "");
  return message === undefined ? {} : { error: errno.EINVAL, message };
}

export function removeDevice(
  { address }: iommufd_emu.v1.DeviceRemove.$Properties,
  server: Pick<Server, "removeDevice">,
): IResult {
  const result = server.removeDevice(address ?? "");
  return typeof result === "number" ? { error: result } : { id: Number(result) };
}

/** @param result an id, or a negative errno */
function idOrError(result: number): IResult {
  return result < 0 ? { error: -result } : { id: result };
}
