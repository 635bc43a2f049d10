/**
 * compile-command.mjs LOADER: keeps what V8 makes of the scripts of the joined command, for the loader (client/cli/load.cjs). What it has
 * compiled of them is known to a process that has run them: here a daemon that ends as soon as it is there.
 */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clearInterval, setInterval } from "node:timers";

const loader = process.argv[2];
const { command, load, loaded } = createRequire(import.meta.url)(loader);
for (const file of readdirSync(dirname(loader))) if (file.endsWith(".cjs") && !loader.endsWith(file)) load(file);

if ([...loaded.values()].some(({ script }) => script.cachedDataRejected !== false)) {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-compile-"));
  try {
    await startAndStop(join(directory, "iommufd.sock"));
  } finally {
    rmSync(directory, { recursive: true });
  }
  for (const { script, compiledPath } of loaded.values()) {
    const scratch = `${compiledPath}.${process.pid}`;
    writeFileSync(scratch, script.createCachedData());
    renameSync(scratch, compiledPath);
  }
}

/** With a device, so that the packages have something to do: one checks its description, the other logs. */
async function startAndStop(socket) {
  const poll = setInterval(() => {
    if (existsSync(socket)) process.kill(process.pid, "SIGTERM");
  }, 1);
  await command().main(["serve", "--socket", socket, "--device", "ioat@0000:00:04.0"]);
  clearInterval(poll);
}
