/** The log as a process writes it: which lines, in which form, and when pino is loaded for them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../support/repository.js";

const log = join(repositoryRoot, "build/daemon/observe/log.js");

/** What a process with a log of this level has written to stderr, and whether it has loaded pino. */
function written(level: string, statements: string): { readonly lines: unknown[]; readonly loaded: boolean } {
  const script = `
    import { createRequire } from "node:module";
    import { createLog } from ${JSON.stringify(log)};
    const log = createLog(${JSON.stringify(level)});
    ${statements}
    console.log(Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("/pino/")));`;
  const env = { ...process.env, NODE_OPTIONS: "" };
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env,
    encoding: "utf8",
  });
  const lines = stderr.split("\n").filter((line) => line !== "");
  return { lines: lines.map((line) => JSON.parse(line) as unknown), loaded: stdout === "true\n" };
}

test("a line is a JSON object with level, time, process, name and what it says; an error has its message", () => {
  const { lines } = written("info", `log.fatal({ event: "broken", err: new RangeError("too far") });`);
  const number = expect.any(Number);
  const err = expect.objectContaining({ type: "RangeError", message: "too far" });
  expect(lines).toEqual([
    { level: 60, time: number, pid: number, name: "iommufd-emu", event: "broken", err, msg: "too far" },
  ]);
});

test.each([
  ["silent", []],
  ["fatal", ["fatal"]],
  ["error", ["fatal"]],
  ["warn", ["fatal", "warn"]],
  ["info", ["fatal", "warn", "info"]],
  ["trace", ["fatal", "warn", "info", "debug"]],
])("the level %s lets through %j", (level, expected) => {
  const { lines } = written(
    level,
    `for (const name of ["fatal", "warn", "info", "debug"]) log[name]({ event: name });`,
  );
  expect(lines).toEqual(expected.map((event) => expect.objectContaining({ event })));
});

test("pino is loaded by the first line that is written, not by one that is not", () => {
  expect(written("warn", `log.info({ event: "quiet" });`)).toEqual({ lines: [], loaded: false });
  expect(written("warn", `log.warn({ event: "loud" });`).loaded).toBe(true);
});
