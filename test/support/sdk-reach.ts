/** The two ways in which the SDK reaches a state machine with PCI devices: over a socket, and in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectOptions } from "../../client/ts/index.js";
import { createTestIommu } from "../../client/ts/testing.js";
import { serve } from "../../daemon/main/serve.js";

export interface Reached {
  readonly options: ConnectOptions;
  stop(): Promise<void>;
}

/** @param devices as on the command line */
export async function overSocket(devices: readonly string[]): Promise<Reached> {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-sdk-"));
  const daemon = await serve({ socket: join(directory, "socket"), logLevel: "silent", devices });
  const stop = async (): Promise<void> => {
    await daemon.stop();
    rmSync(directory, { recursive: true });
  };
  return { options: { socket: daemon.socketPath }, stop };
}

export function inProcess(devices: readonly string[]): Promise<Reached> {
  const iommu = createTestIommu({ devices });
  return Promise.resolve({ options: { transport: iommu.transport }, stop: () => iommu.close() });
}
