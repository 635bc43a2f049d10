/** All limits of the daemon, by the names that --limit takes. docs/limits.md gives the reason of each. */
import { defaultLimits as wireLimits, type WireLimits } from "../wire/limits.js";

export interface Limits extends WireLimits {
  /** Pages of 4 KiB that the page tables and other structures of all simulated IOMMUs together may take. */
  readonly tablesMax: number;
  /** How long an end of the daemon waits for parked requests, in milliseconds. */
  readonly stopGraceMs: number;
}

export const defaultLimits: Limits = { ...wireLimits, tablesMax: 2 ** 18, stopGraceMs: 2000 };
