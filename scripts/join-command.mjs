/**
 * Joins the modules of the command, which are hundreds, and the packages that they import into a few scripts in build/client/command:
 * loading modules one by one is most of the time of a start. What a command loads when it needs it stays apart. Beside the scripts are the
 * packages' licences, client/cli/load.cjs, which loads the scripts, and what V8 makes of them (scripts/compile-command.mjs).
 *
 * Constants and classes have to stay that: as variables, which other tools make of them, the daemon's hot paths took half as long again.
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
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
import resolve from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "build/client/command");

const loader = join(root, "client/cli/load.cjs");
const { COMMAND, PACKAGES } = createRequire(import.meta.url)(loader);

/** Packages with native parts stay where they are installed. */
const NATIVE = ["koffi"];

/** Long enough for a start on the slowest machine. */
const COMPILE_TIMEOUT_MS = 60_000;

export default async function joinCommand() {
  mkdirSync(target, { recursive: true });
  const { scripts, maps, packages } = await joined();
  const kept = ["main.cjs"];
  // Source maps are before the scripts that name them, and scripts before those that load them.
  for (const { fileName, source } of maps) {
    replace(fileName, source);
    kept.push(fileName);
  }
  for (const { fileName, code } of scripts.reverse()) {
    const hash = createHash("sha256").update(code).digest("hex");
    replace(fileName, `${code}// ${hash}\n`);
    kept.push(fileName, `${fileName}-${hash}-`);
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

/** The modules that the compiler made: from which sources, and where they are. */
const ownModules = {
  name: "own-modules",
  load(path) {
    if (!existsSync(`${path}.map`) || path.includes("node_modules")) return null;
    return { code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) };
  },
  resolveImportMeta: () => 'require("node:url").pathToFileURL(__filename).href',
};

async function joined() {
  const bundle = await rollup({
    input: {
      [COMMAND]: join(root, "build/client/cli/main.js"),
      ...Object.fromEntries(PACKAGES.map((name) => [name, name])),
    },
    external: [/^node:/, ...NATIVE],
    plugins: [
      resolve({ exportConditions: ["node"], preferBuiltins: true, rootDir: root }),
      commonjs({ include: /node_modules/ }),
      json(),
      ownModules,
    ],
    onwarn: (warning, warn) => {
      // Of packages: they work.
      if (!/node_modules/.test(warning.id ?? warning.ids?.[0] ?? "")) warn(warning);
    },
  });
  const { output } = await bundle.generate({
    format: "cjs",
    exports: "named",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    // For `node --enable-source-maps`; they cost nothing without it.
    sourcemap: true,
    sourcemapExcludeSources: true,
    dir: target,
  });
  await bundle.close();
  return {
    scripts: output.filter(({ type }) => type === "chunk"),
    maps: output.filter(({ fileName }) => fileName.endsWith(".map")),
    packages: packagesOf(bundle.watchFiles),
  };
}

/** @param paths of modules @returns the directories of the packages that they are from, by name */
function packagesOf(paths) {
  const directories = paths.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(directories)].sort();
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
