/** The TypeScript SDK of iommufd-emu: what `import ... from "iommufd-emu"` gives. docs/sdk.md explains it. */
export { calls, type Calls } from "./calls.js";
export type {
  CopyArguments,
  DirtyBitmapArguments,
  EventQueueArguments,
  HwInfo,
  HwptAllocArguments,
  HwQueueAllocArguments,
  InvalidateArguments,
  IovaRange,
  MapArguments,
  MapFileArguments,
  Permissions,
  UnmapArguments,
  ViommuAllocArguments,
} from "./calls.js";
export type { DaemonInfo } from "./connection.js";
export { Endpoint } from "./endpoint.js";
export type { DmaReadResult, DmaResult, EndpointOptions, Fault, PasidOptions, Walk, WalkStep } from "./endpoint.js";
export { EventFd } from "./event-fd.js";
export { type ClientErrorCode, IommufdError, ProtocolError } from "./errors.js";
export { GuestMemory, type GuestMemoryOptions } from "./guest-memory.js";
export { failNth } from "./ioctl-call.js";
export type {
  Call,
  FailNthOptions,
  FailNthResult,
  MadeDescriptor,
  NamedDescriptor,
  RawMemory,
  RawResult,
  ReadableMemory,
  WritableMemory,
} from "./ioctl-call.js";
export { IommuFd, status } from "./iommu-fd.js";
export type { BatchResults, ConnectOptions, JoinOptions, OpenOptions, StoppedBatchResults } from "./iommu-fd.js";
export { addDevice, removeDevice } from "./machine.js";
export type { MadeFile } from "./made-file.js";
export type { MappedMemory } from "./mapped-memory.js";
export type { MappedRegion } from "./mapped-region.js";
export type { EventQueue, FaultQueue, PageRequest, VirtualEvent } from "./queues.js";
export type { CallbackRegionOptions, MemoryRegionOptions, Region } from "./regions.js";
export { defaultSocketPath } from "./socket-path.js";
export type { StatusTree, StatusValue } from "./status.js";
export { VdpaDevice, type VringAddresses } from "./vdpa.js";
export { CONFIG_REGION, VfioContainer, VfioDevice, VfioGroup } from "./vfio.js";
export { vfioContainerCalls, vfioDeviceCalls, vfioGroupCalls } from "./vfio-calls.js";
export type {
  ContainerInfo,
  DeviceInfo,
  DmaMapArguments,
  GroupStatus,
  HotResetDevice,
  InterruptAction,
  InterruptArguments,
  InterruptInfo,
  Named,
  RegionInfo,
  VfioIovaRange,
} from "./vfio-calls.js";
export { type Duplex, type DuplexEvents, socketTransport, type Transport } from "./transport.js";
export type { Uint64 } from "./wire64.js";
