/** docs/sdk.md is true: its example runs as it stands, and its table of calls is complete. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { calls, EventFd, VfioContainer, VfioDevice, VfioGroup } from "../../client/ts/index.js";

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

const documented = new Set(
  [...text.matchAll(/`(?:\w+\.)?(\w+)\(|, `(\w+)\(/g)].map(([, first, more]) => first ?? more),
);

test("the table of calls has every call", () => {
  expect(Object.keys(calls).filter((name) => !documented.has(name))).toEqual([]);
});

test.each([VfioContainer, VfioGroup, VfioDevice, EventFd])("the tables of VFIO have every method of %p", (type) => {
  const accessors = ["constructor", "token"];
  const methods = Object.getOwnPropertyNames(type.prototype).filter((name) => !accessors.includes(name));
  expect(methods.length).toBeGreaterThan(2);
  expect(methods.filter((name) => !documented.has(name))).toEqual([]);
});
