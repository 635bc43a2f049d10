/**
 * Loads the joined command (scripts/join-command.mjs, which copies this file beside it), a script of CommonJS, together with what V8 made
 * of it when it was built: parsing it takes longer than all that it does at a start. V8 refuses what another version of it or other flags
 * made, and a Node that has found nothing of its own compiles anew.
 */
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { join } = require("node:path");
const { Script } = require("node:vm");

/** The script of the command that is loaded first, and those of packages that not every start needs. */
const COMMAND = "command";
const PACKAGES = ["pino", "zod"];

/** The last line of a script is a comment, the hash of what is before it. */
const HASH_CHARACTERS = 64;

/** What is loaded, by file: with its exports, the script, and where what V8 makes of it belongs, which depends on both contents. */
const loaded = new Map();

/** @param file with its extension @returns what the script exports */
function load(file) {
  const earlier = loaded.get(file);
  if (earlier !== undefined) return earlier.module.exports;
  const path = join(__dirname, file);
  const source = readFileSync(path, "utf8");
  const hash = source.trimEnd().slice(-HASH_CHARACTERS);
  const compiledPath = join(__dirname, `${file}-${hash}-${process.version}-${process.arch}.compiled`);
  const script = new Script(wrap(source), { filename: path, cachedData: readCompiled(compiledPath) });
  const module = { exports: {} };
  loaded.set(file, { module, script, compiledPath });
  const requireInstalled = createRequire(path);
  const requireJoined = (id) => {
    if (id.startsWith("./")) return load(id.slice(2));
    return PACKAGES.includes(id) ? load(`${id}.cjs`) : requireInstalled(id);
  };
  script.runInThisContext()(module.exports, requireJoined, module, path, __dirname);
  return module.exports;
}

function readCompiled(compiledPath) {
  try {
    return readFileSync(compiledPath);
  } catch {
    return undefined;
  }
}

/** @returns what the command exports */
function command() {
  // Source maps are for modules that Node loads itself.
  return process.sourceMapsEnabled ? require(`./${COMMAND}.cjs`) : load(`${COMMAND}.cjs`);
}

module.exports = { COMMAND, PACKAGES, command, load, loaded };
