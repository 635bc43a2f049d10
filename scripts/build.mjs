/**
 * Compiles the TypeScript into build/, puts the generated wire code, which is JavaScript already, beside it, and joins the
 * modules of the command.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import joinCommand from "./join-command.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const generated = "proto/wire/generated";

mkdirSync(join(root, "build", generated), { recursive: true });
for (const name of ["wire.js", "wire.d.ts"])
  copyFileSync(join(root, generated, name), join(root, "build", generated, name));

const tsc = join(root, "node_modules/typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.json")], { stdio: "inherit" });
if (status === 0) await joinCommand();
process.exitCode = status ?? 1;
