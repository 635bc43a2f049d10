/** The ways in which the SDK reaches a daemon, for tests that take each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectOptions, IommufdError } from "../../client/ts/index.js";
import { createTestIommu } from "../../client/ts/testing.js";
import { serve } from "../../daemon/main/serve.js";

export interface Reached {
  readonly options: ConnectOptions;
  stop(): Promise<void>;
}

async function overSocket(): Promise<Reached> {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-sdk-"));
  const daemon = await serve({ socket: join(directory, "socket"), logLevel: "silent" });
  const stop = async (): Promise<void> => {
    await daemon.stop();
    rmSync(directory, { recursive: true });
  };
  return { options: { socket: daemon.socketPath }, stop };
}

function inProcess(): Promise<Reached> {
  const iommu = createTestIommu();
  return Promise.resolve({ options: { transport: iommu.transport }, stop: () => iommu.close() });
}

/** For `describe.each`. */
export const SDK_WAYS: readonly (readonly [where: string, reach: () => Promise<Reached>])[] = [
  ["in this process", inProcess],
  ["over a Unix socket", overSocket],
];

/** The errno's name, or OK. */
export function errnoOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "OK",
    (error: unknown) => {
      if (error instanceof IommufdError) return error.code;
      throw error;
    },
  );
}
