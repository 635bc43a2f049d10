/** Limits on what one client may send, with their defaults. docs/limits.md says how to change them. */
import { REGIONS_MAX } from "../memory/regions.js";

export interface WireLimits {
  /** Bytes of one message. Room for a DMA of dmaBytesMax and its envelope. */
  readonly frameBytesMax: number;
  /** Segments and windows of one ioctl. The native ioctls need at most three. */
  readonly segmentsMax: number;
  /** Ioctls of one batch. */
  readonly batchIoctlsMax: number;
  /** Requests that wait behind one that is parked, on one connection. */
  readonly inFlightMax: number;
  /** Regions that the connections of one process register. */
  readonly regionsMax: number;
  /** Bytes that one DMA read returns or one DMA write carries. */
  readonly dmaBytesMax: number;
  /** Bytes that one DMA copy or fill moves. It is one step of the daemon's, so this bounds how long others wait. */
  readonly dmaMoveBytesMax: number;
  /** Connections at a time. */
  readonly sessionsMax: number;
  /** Objects of one context. */
  readonly objectsMax: number;
}

export const defaultLimits: WireLimits = {
  frameBytesMax: 8 * 1024 * 1024,
  segmentsMax: 64,
  batchIoctlsMax: 4096,
  inFlightMax: 4096,
  regionsMax: REGIONS_MAX,
  dmaBytesMax: 4 * 1024 * 1024,
  dmaMoveBytesMax: 1024 * 1024 * 1024,
  sessionsMax: 16384,
  objectsMax: 1_000_000,
};
