/**
 * Joins the modules of the command, which are hundreds, and the packages that they import into one script in build/client/command:
 * loading modules one by one is most of the time of a start. Beside it are the licences of those packages, client/cli/load.cjs, which
 * loads it, and what V8 makes of it (scripts/compile-command.mjs). Packages that are loaded by a `require` when they are needed stay apart.
 *
 * The directory is as deep as build/client/cli and build/daemon/main, so that paths relative to a module lead to the same place. A file is
 * replaced only when it is another one, and whole; the script is read once, so commands that run are not disturbed.
 *
 * The build calls it, and Jest before the tests: the command that they run is what was compiled last.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "build/client/command");

/** Long enough for a start on the slowest machine. */
const COMPILE_TIMEOUT_MS = 60_000;

export default function joinCommand() {
  const { script, sourceMap, packages } = joined();
  const hash = createHash("sha256").update(script).digest("hex");
  mkdirSync(target, { recursive: true });
  replace("command.cjs.map", sourceMap);
  replace("command.cjs", `${script}// ${hash}\n`);
  replace("main.cjs", readFileSync(join(root, "client/cli/load.cjs"), "utf8"));
  replace("THIRD-PARTY.txt", licences(packages));
  const kept = new Set(["command.cjs", "command.cjs.map", "main.cjs"]);
  for (const name of readdirSync(target))
    if (/\.(c?js|map|compiled)$/.test(name) && !kept.has(name) && !name.startsWith(`command-${hash}-`))
      rmSync(join(target, name), { force: true });
  // It is only faster with it.
  const compile = [join(root, "scripts/compile-command.mjs"), join(target, "main.cjs")];
  const stdio = ["ignore", "ignore", "inherit"];
  const env = { TMPDIR: tmpdir() };
  const { status } = spawnSync(process.execPath, compile, { env, stdio, timeout: COMPILE_TIMEOUT_MS });
  if (status !== 0) console.warn("the command starts slower than it could: it was not compiled");
}

function joined() {
  // Its other way to build keeps a process.
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: ["build/client/cli/main.js"],
    outfile: join(target, "command.cjs"),
    write: false,
    metafile: true,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    banner: { js: '"use strict";\nconst moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "moduleUrl" },
    legalComments: "none",
    // For `node --enable-source-maps`; they cost nothing without it.
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "warning",
  });
  const textOf = (extension) => outputFiles.find(({ path }) => path.endsWith(extension)).text;
  return { script: textOf(".cjs"), sourceMap: textOf(".map"), packages: packagesOf(Object.keys(metafile.inputs)) };
}

/** @param inputs paths of modules @returns the directories of the packages that they are from, by name */
function packagesOf(inputs) {
  const directories = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(directories)].sort().map((directory) => join(root, directory));
}

function licences(directories) {
  const texts = directories.map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
    return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), "utf8").trim()}\n`;
  });
  return ["command.cjs contains these packages.\n", ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

function replace(name, content) {
  const path = join(target, name);
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  const scratch = `${path}.${process.pid}`;
  writeFileSync(scratch, content);
  renameSync(scratch, path);
}
