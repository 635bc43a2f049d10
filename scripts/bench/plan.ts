/** How much is measured: counts only, so that the same code serves a full run, a quick one and a test. */

export interface Plan {
  /** Rounds of every comparison. */
  readonly rounds: number;
  /** Rounds over a socket before the first that counts: a server runs at full speed only after thousands of requests. */
  readonly warmUps: number;
  /** Requests over a socket in a round. */
  readonly calls: number;
  /** Requests that are unanswered at a time when they are pipelined. */
  readonly inFlight: number;
  readonly batchIoctls: number;
  /** Batches in a round. */
  readonly batches: number;
  /** Sizes of the tables that the core is measured with, ascending: the last is compared with the first. */
  readonly areas: readonly number[];
  /** MAP + UNMAP of the core in a round. */
  readonly pairs: number;
  /** Objects of one context, and of each of many contexts beside it: the first is a multiple of the second. */
  readonly objects: number;
  readonly fewObjects: number;
  /** Translations in a round. */
  readonly translations: number;
  /** Bytes that are copied in a round. */
  readonly copyBytes: number;
  /** Connections at a time, how many of them are busy, and their requests in a round, all together. */
  readonly clients: number;
  readonly busyClients: number;
  readonly clientCalls: number;
  /** Connections that are made besides, to see what they take in memory. */
  readonly idleClients: number;
  /** Contexts that are open at a time. */
  readonly contexts: number;
  /** Bytes of one copy by DMA. */
  readonly copySizes: readonly number[];
  /** Rounds of what is large, where one takes seconds. */
  readonly scaleRounds: number;
  /** Pages that are mapped by one MAP: a multiple of 512, so that large pages can hold them. */
  readonly scalePages: number;
  /** Runs of `run -- true`. */
  readonly startRounds: number;
  /** Runs of each of DPDK's programs. */
  readonly programRounds: number;
  /** Areas of an IOAS that two domains mirror and three accesses pin. */
  readonly scaleAreas: number;
}

export const FULL_PLAN: Plan = {
  rounds: 21,
  warmUps: 6,
  calls: 5000,
  inFlight: 32,
  batchIoctls: 256,
  batches: 8,
  areas: [1000, 10_000, 100_000, 1_000_000],
  pairs: 20_000,
  objects: 100_000,
  fewObjects: 100,
  translations: 200_000,
  copyBytes: 64 * 1024 * 1024,
  clients: 1000,
  busyClients: 100,
  clientCalls: 20_000,
  idleClients: 5000,
  contexts: 10_000,
  copySizes: [4 * 1024, 64 * 1024, 1024 * 1024, 16 * 1024 * 1024, 64 * 1024 * 1024],
  scaleRounds: 3,
  scalePages: 16 * 1024 * 1024,
  scaleAreas: 100_000,
  startRounds: 15,
  programRounds: 5,
};

/** For a look at a change: a tenth of the time, and ratios that are less sure. */
export const QUICK_PLAN: Plan = {
  ...FULL_PLAN,
  rounds: 7,
  calls: 2000,
  warmUps: 10,
  batches: 2,
  areas: [1000, 100_000],
  pairs: 10_000,
  objects: 20_000,
  copyBytes: 16 * 1024 * 1024,
  clientCalls: 5000,
  idleClients: 1000,
  contexts: 1000,
  copySizes: [4 * 1024, 64 * 1024, 1024 * 1024],
  scalePages: 1024 * 1024,
  scaleAreas: 10_000,
  startRounds: 5,
  programRounds: 1,
};
