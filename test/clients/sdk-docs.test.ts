/** docs/sdk.md is true: its example runs as it stands, and its table of calls is complete. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { calls } from "../../client/ts/index.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = readFileSync(join(root, "docs/sdk.md"), "utf8");
const project = mkdtempSync(join(tmpdir(), "iommufd-emu-docs-"));

afterAll(() => {
  rmSync(project, { recursive: true });
});

test("the example runs in a project that has the package installed", () => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules/iommufd-emu"));
  const example = /```js\n(import[\s\S]*?)```/.exec(text)![1]!;
  writeFileSync(join(project, "try.mjs"), example);
  const { stdout, stderr } = spawnSync(process.execPath, ["try.mjs"], { cwd: project, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toEqual(["hello", expect.stringMatching(/^EIO .+/), ""]);
});

test("the table of calls has every call", () => {
  const documented = new Set([...text.matchAll(/`(\w+)\(/g)].map((match) => match[1]!));
  expect(Object.keys(calls).filter((name) => !documented.has(name))).toEqual([]);
});
