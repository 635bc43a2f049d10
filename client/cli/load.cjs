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

const path = join(__dirname, "command.cjs");

/** The last line of the script is a comment, the hash of what is before it. */
const HASH_CHARACTERS = 64;

function readCompiled(compiledPath) {
  try {
    return readFileSync(compiledPath);
  } catch {
    return undefined;
  }
}

/** @returns what the command exports, the script, and where what V8 makes of it belongs, which depends on both contents */
exports.load = function load() {
  const source = readFileSync(path, "utf8");
  const hash = source.trimEnd().slice(-HASH_CHARACTERS);
  const compiledPath = join(__dirname, `command-${hash}-${process.version}-${process.arch}.compiled`);
  const script = new Script(wrap(source), { filename: path, cachedData: readCompiled(compiledPath) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, __dirname);
  return { command: module.exports, script, compiledPath };
};

/** @returns what the command exports */
exports.command = () => {
  // Source maps are for modules that Node loads itself.
  return process.sourceMapsEnabled ? require(path) : exports.load().command;
};
