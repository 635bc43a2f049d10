/** The messages that drive an endpoint, in terms of its DMA engine and its IOMMU's fault records. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { DmaOptions, DmaResult } from "../devices/dma-engine.js";
import type { Endpoint } from "../devices/endpoint.js";
import type { FaultRecord, TranslationFault, WalkStep } from "../hw/interface.js";
import { U64 } from "../u64.js";
import type { WireLimits } from "./limits.js";
import { fromWire, numberToWire, toWire } from "./wire64.js";

type IDmaReply = iommufd_emu.v1.DmaReply.$Properties;
type IFault = iommufd_emu.v1.Fault.$Properties;

/** As long as an interrupt message: so a walk in the interrupt window shows what that window does. */
const WALK_BYTES = 4;

const INVALID: IDmaReply = { error: errno.EINVAL };

/**
 * EINVAL: nothing to do, a range beyond 2^64, more than the limits, or a PASID that the device does not have.
 * @param endpoint or why there is none
 * @param caller who hears of waiting, and may lose interest
 */
export function deviceDma(
  endpoint: Endpoint | Errno,
  { read, write, copy, fill, pasid }: iommufd_emu.v1.DeviceDma.$Properties,
  limits: WireLimits,
  caller: Omit<DmaOptions, "pasid">,
): IDmaReply | Promise<IDmaReply> {
  if (typeof endpoint === "number") return { error: endpoint };
  if (!canRequest(endpoint, pasid)) return INVALID;
  const { dma } = endpoint;
  const options = { ...caller, pasid: pasidOf(pasid) };
  if (read) {
    const length = read.length ?? 0;
    if (length > limits.dmaBytesMax) return INVALID;
    const into = new Uint8Array(length);
    return whenDone(dma.read(fromWire(read.iova), into, options), (result) => ({
      ...dmaReply(result),
      data: into.subarray(0, result.transferred),
    }));
  }
  let result: DmaResult | Promise<DmaResult>;
  if (write) {
    const data = write.data ?? new Uint8Array(0);
    if (data.length > limits.dmaBytesMax) return INVALID;
    result = dma.write(fromWire(write.iova), data, options);
  } else if (copy) {
    const length = fromWire(copy.length);
    if (U64.fromNumber(limits.dmaMoveBytesMax).lessThan(length)) return INVALID;
    result = dma.copy(fromWire(copy.destinationIova), fromWire(copy.sourceIova), length.toNumber(), options);
  } else if (fill) {
    const length = fromWire(fill.length);
    const value = fill.value ?? 0;
    if (U64.fromNumber(limits.dmaMoveBytesMax).lessThan(length) || value > 0xff) return INVALID;
    result = dma.fill(fromWire(fill.iova), length.toNumber(), value, options);
  } else {
    return INVALID;
  }
  return whenDone(result, dmaReply);
}

/** The PASID of a message: 0 stands for none. */
function pasidOf(pasid: number | null | undefined): number | undefined {
  return pasid === 0 || pasid === null ? undefined : pasid;
}

function canRequest(endpoint: Endpoint, pasid: number | null | undefined): boolean {
  const given = pasidOf(pasid);
  return given === undefined || endpoint.hasPasid(given);
}

function whenDone<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}

function dmaReply({ error, transferred, fault }: DmaResult): IDmaReply {
  const reply: IDmaReply = { error, transferred: numberToWire(transferred) };
  if (fault !== undefined) reply.fault = faultMessage(fault);
  return reply;
}

function faultMessage(fault: TranslationFault | FaultRecord): IFault {
  const message: IFault = {
    requesterId: fault.requesterId,
    address: toWire(fault.address),
    write: fault.write,
    reason: fault.reason,
    name: fault.name,
  };
  if (fault.pasid !== undefined) message.pasid = fault.pasid;
  if ("number" in fault) {
    message.number = numberToWire(fault.number);
    message.walk = fault.walk.map(stepMessage);
  }
  return message;
}

function stepMessage({ structure, address, index, word, decoded }: WalkStep): iommufd_emu.v1.WalkStep.$Properties {
  return { structure, address: numberToWire(address), index, word: toWire(word), decoded };
}

/** Where there is no endpoint there are no records. */
export function deviceFaults(
  endpoint: Endpoint | Errno,
  { clear }: iommufd_emu.v1.DeviceFaults.$Properties,
): iommufd_emu.v1.FaultsReply.$Properties {
  if (typeof endpoint === "number") return {};
  const reply = { faults: endpoint.faults().map(faultMessage), lost: numberToWire(endpoint.lostFaults()) };
  if (clear) endpoint.clearFaults();
  return reply;
}

/** EINVAL: the device does not have this PASID. A write to the interrupt window is neither translated nor a fault. */
export function deviceWalk(
  endpoint: Endpoint | Errno,
  { iova, write, pasid }: iommufd_emu.v1.DeviceWalk.$Properties,
): iommufd_emu.v1.WalkReply.$Properties {
  if (typeof endpoint === "number") return { error: endpoint };
  if (!canRequest(endpoint, pasid)) return { error: errno.EINVAL };
  const { result, steps } = endpoint.iommu.explain({
    requesterId: endpoint.requesterId,
    pasid: pasidOf(pasid),
    address: fromWire(iova),
    write: write ?? false,
    length: WALK_BYTES,
  });
  const walk = steps.map(stepMessage);
  switch (result.kind) {
    case "fault":
      return { walk, fault: faultMessage(result) };
    case "interrupt":
      return { walk };
    case "translated":
      return {
        walk,
        translated: true,
        address: numberToWire(result.physical),
        pageBytes: numberToWire(result.pageBytes),
        readable: result.readable,
        writable: result.writable,
      };
  }
}
