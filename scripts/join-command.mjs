/**
 * Joins the modules of the command, which are hundreds, into a few files in build/client/command: loading modules one by one is
 * most of the time of a start. Parts that the command loads when it needs them stay apart, packages stay where they are installed.
 *
 * The directory is as deep as build/client/cli and build/daemon/main, so that paths relative to a module lead to the same place. A file is
 * replaced only when it is another one; all but main.js are named after their content, so commands that run are not disturbed.
 *
 * The build calls it, and Jest before the tests: the command that they run is what was compiled last.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "build/client/command");

export default function joinCommand() {
  // Its other way to build keeps a process.
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ["build/client/cli/main.js"],
    outdir: target,
    write: false,
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    // For `node --enable-source-maps`; they cost nothing without it.
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "warning",
  });
  mkdirSync(target, { recursive: true });
  // main.js names the others.
  const last = outputFiles.filter(({ path }) => basename(path) === "main.js");
  for (const { path, contents } of [...outputFiles.filter((file) => !last.includes(file)), ...last]) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    const scratch = `${path}.${process.pid}`;
    writeFileSync(scratch, contents);
    renameSync(scratch, path);
  }
  const names = new Set(outputFiles.map(({ path }) => basename(path)));
  const stale = readdirSync(target).filter((name) => /\.(js|map)$/.test(name) && !names.has(name));
  for (const name of stale) rmSync(join(target, name), { force: true });
}
