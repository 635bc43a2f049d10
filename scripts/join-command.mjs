/**
 * Joins the modules of the command, which are hundreds, and the packages that they import into one script in build/client/command:
 * loading modules one by one is most of the time of a start. Packages that not every start needs are a script each. Beside them are the
 * packages' licences, client/cli/load.cjs, which loads the scripts, and what V8 makes of them (scripts/compile-command.mjs).
 *
 * The directory is as deep as build/client/cli and build/daemon/main, so that paths relative to a module lead to the same place. A file is
 * replaced only when it is another one, and whole; a script is read once, so commands that run are not disturbed.
 *
 * The build calls it, and Jest before the tests: the command that they run is what was compiled last.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "build/client/command");

const loader = join(root, "client/cli/load.cjs");
const { COMMAND, PACKAGES } = createRequire(import.meta.url)(loader);

/** Long enough for a start on the slowest machine. */
const COMPILE_TIMEOUT_MS = 60_000;

export default function joinCommand() {
  mkdirSync(target, { recursive: true });
  const { outputFiles, packages } = joined();
  const kept = ["main.cjs"];
  // Source maps are before the scripts that name them.
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    const hash = createHash("sha256").update(text).digest("hex");
    replace(name, name.endsWith(".cjs") ? `${text}// ${hash}\n` : text);
    kept.push(name, `${basename(name, ".cjs")}-${hash}-`);
  }
  replace("main.cjs", readFileSync(loader, "utf8"));
  replace("THIRD-PARTY.txt", licences(packages));
  for (const name of readdirSync(target))
    if (/\.(c?js|map|compiled)$/.test(name) && !kept.some((start) => name.startsWith(start)))
      rmSync(join(target, name), { force: true });
  const compile = [join(root, "scripts/compile-command.mjs"), join(target, "main.cjs")];
  const env = { TMPDIR: tmpdir() };
  const stdio = ["ignore", "ignore", "pipe"];
  const { status, stderr } = spawnSync(process.execPath, compile, { env, stdio, timeout: COMPILE_TIMEOUT_MS });
  if (status !== 0) console.warn(`the command starts slower than it could, since it was not compiled: ${stderr}`);
}

function joined() {
  const packages = Object.fromEntries(PACKAGES.map((name) => [name, name]));
  // Its other way to build keeps a process.
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: { [COMMAND]: "build/client/cli/main.js", ...packages },
    outdir: target,
    outExtension: { ".js": ".cjs" },
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
  return { outputFiles, packages: packagesOf(Object.keys(metafile.inputs)) };
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
  return ["The scripts beside this file contain these packages.\n", ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

function replace(name, content) {
  const path = join(target, name);
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  const scratch = `${path}.${process.pid}`;
  writeFileSync(scratch, content);
  renameSync(scratch, path);
}
