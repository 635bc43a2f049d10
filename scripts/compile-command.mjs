/**
 * compile-command.mjs LOADER: keeps what V8 makes of the joined command, for the loader (client/cli/load.cjs). What it has compiled is
 * known to a process that has run it: here a daemon that ends as soon as it is there.
 */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearInterval, setInterval } from "node:timers";

const { load } = createRequire(import.meta.url)(process.argv[2]);
const { command, script, compiledPath } = load();

if (script.cachedDataRejected !== false) {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-compile-"));
  try {
    await startAndStop(join(directory, "iommufd.sock"));
  } finally {
    rmSync(directory, { recursive: true });
  }
  const scratch = `${compiledPath}.${process.pid}`;
  writeFileSync(scratch, script.createCachedData());
  renameSync(scratch, compiledPath);
}

/** At the log level of `run`, so that what is loaded for a log is not among it. */
async function startAndStop(socket) {
  const poll = setInterval(() => {
    if (existsSync(socket)) process.kill(process.pid, "SIGTERM");
  }, 1);
  await command.main(["serve", "--socket", socket, "--log-level", "warn"]);
  clearInterval(poll);
}
