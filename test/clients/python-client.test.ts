/** A client that was written from docs/protocol.md alone, in another language, works with a daemon in its own process. */
import { expect, test } from "@jest/globals";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { defaultLimits } from "../../daemon/main/limits.js";
import { errno } from "../../proto/uapi/errno.js";
import { repositoryRoot } from "../support/repository.js";
import { requirements } from "../support/requirements.js";

/** Starts a daemon and waits until it says that clients can connect. */
async function startDaemon(socketPath: string): Promise<ChildProcess> {
  const command = [
    join(repositoryRoot, "client/cli/iommufd-emu"),
    "serve",
    "--socket",
    socketPath,
    "--log-level",
    "silent",
  ];
  const daemon = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(daemon.stdout))
    if (line === `iommufd-emu: serving ${socketPath}`) return daemon;
  throw new Error("the daemon ended before it was ready");
}

async function runClient(socketPath: string): Promise<Record<string, unknown>> {
  const client = join(repositoryRoot, "test/clients/python_client.py");
  const { stdout } = await promisify(execFile)("python3", [client, socketPath], { timeout: 30_000 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

requirements("python").describe("a client in Python", () => {
  test("negotiates, opens, maps a region, is told errnos, reads the status, closes, and is refused with a wrong Hello", async () => {
    const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-python-"));
    const socketPath = join(directory, "iommufd.sock");
    const daemon = await startDaemon(socketPath);
    try {
      const { frameBytesMax, segmentsMax, batchIoctlsMax, inFlightMax, regionsMax, dmaBytesMax } = defaultLimits;
      expect(await runClient(socketPath)).toEqual({
        features: expect.arrayContaining(["regions", "status"]) as unknown,
        limits: [frameBytesMax, segmentsMax, batchIoctlsMax, inFlightMax, regionsMax, dmaBytesMax],
        daemon: expect.stringMatching(/^iommufd-emu /) as unknown,
        open: 0,
        token_kept: true,
        alloc: 0,
        ioas_id: 1,
        region: 0,
        region_again: errno.EEXIST,
        map: 0,
        iova_aligned: true,
        destroy_unknown: -errno.ENOENT,
        unmap: 0,
        unmapped: 4096,
        unmap_again: -errno.ENOENT,
        clients: ["python_client.py"],
        destroy: 0,
        released: 1,
        alloc_after_close: -errno.EBADF,
        wrong_version: ["VERSION_UNSUPPORTED", true],
        wrong_feature: ["FEATURE_UNSUPPORTED", true],
      });
    } finally {
      const ended = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
