/** What `npm ci` runs in a checkout: the TypeScript build, then the C parts if this machine can build them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = (script, ...args) =>
  spawnSync(process.execPath, [join(root, "scripts", script), ...args], { cwd: root, stdio: "inherit" }).status ?? 1;

// Installed as a dependency from a packed archive there is nothing to compile with, and build/ is in the archive.
if (!existsSync(join(root, "node_modules/typescript"))) process.exit(0);
process.exitCode = run("build.mjs") || run("build-c.mjs", "--if-possible");
