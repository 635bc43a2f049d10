/** `npm run demo`: it shows what it promises, ends with 0 only if all was right, and leaves nothing behind. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { Report } from "../../scripts/demo/report.js";
import { repositoryRoot } from "../support/repository.js";

const demo = join(repositoryRoot, "build/scripts/demo.js");
const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-demo-test-"));
/** The demo's own temp directory: what it forgets is seen there. */
const temporary = join(scratch, "tmp");
mkdirSync(temporary);

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param interruptAt sends SIGINT when stdout has this text */
function run(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: "", TMPDIR: temporary };
  const child = spawn(process.execPath, [demo, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (interruptAt !== undefined && stdout.includes(interruptAt)) child.kill("SIGINT");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      expect(readdirSync(temporary)).toEqual([]);
      resolve({ code, stdout, stderr });
    });
  });
}

/** The walk's table: level, index, entry, decoded. */
const WALK_ROWS = [
  /root entry +0 +0x[0-9a-f]+ +context table 0x/,
  /context entry +\d+ +0x[0-9a-f]+ +PASID directory 0x/,
  /PASID directory entry +0 +0x[0-9a-f]+ +PASID table 0x/,
  /PASID entry +0 +0x[0-9a-f]+ +second stage, .*4 levels/,
  /second-stage level 3 +0 +0x[0-9a-f]+ +table 0x[0-9a-f]+ R W/,
  /second-stage level 2 +0 +0x[0-9a-f]+ +table 0x[0-9a-f]+ R W/,
  /second-stage level 1 +256 +0x0 +not present/,
];

function expectTour({ code, stdout, stderr }: Ended, sha256: string): void {
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.split(sha256)).toHaveLength(3);
  for (const row of WALK_ROWS) expect(stdout).toMatch(row);
  expect(stdout).toMatch(/2 MiB +511 +1022 MiB/);
  expect(stdout).toMatch(/✓ IOMMU_IOAS_UNMAP there took away 512 MiB here/);
  expect(stdout).toMatch(/0x79, second-stage entry: no read or write permission/);
  expect(stdout).toMatch(/\nAll \d+ checks passed in \d+ m?s\.\n$/);
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("the demo", () => {
  test("without an argument copies the node executable, and is plain text where there is no terminal", async () => {
    const ended = await run([]);
    expectTour(ended, sha256(readFileSync(process.execPath)));
    expect(ended.stdout).not.toContain("\x1b");
  });

  test("copies a file of the user's, of any size", async () => {
    const file = join(scratch, "small");
    const bytes = Buffer.from("thirteen byte");
    writeFileSync(file, bytes);
    expectTour(await run([file]), sha256(bytes));
  });

  test.each([
    ["missing", () => join(scratch, "missing"), /^demo: cannot read .*missing: ENOENT.*$/],
    ["a directory", () => scratch, /^demo: .* is not a regular file$/],
    [
      "empty",
      () => {
        const file = join(scratch, "empty");
        writeFileSync(file, "");
        return file;
      },
      /^demo: .* is empty: there is nothing to copy$/,
    ],
    [
      "too long",
      () => {
        const file = join(scratch, "long");
        writeFileSync(file, "");
        truncateSync(file, 401 * 2 ** 20);
        return file;
      },
      /^demo: .* has 401 MiB: the demo takes at most 400 MiB$/,
    ],
  ])("with a file that is %s ends with 1 and one line", async (_what, file, line) => {
    const { code, stdout, stderr } = await run([file()]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.split("\n")).toEqual([expect.stringMatching(line), ""]);
  });

  test("with two files ends with 2", async () => {
    expect(await run(["a", "b"])).toMatchObject({ code: 2, stderr: expect.stringContaining("usage") });
  });

  test("that is interrupted ends at once, as a shell expects, and cleans up", async () => {
    const { code, stdout } = await run([], "Guest memory");
    expect(code).toBe(130);
    expect(stdout).not.toContain("checks passed");
  });
});

describe("a report", () => {
  const printed = (environment: NodeJS.ProcessEnv, isTTY: boolean): string => {
    let text = "";
    const report = new Report({ isTTY, write: (part) => (text += part) }, environment);
    report.step("one");
    report.check("two is two", 2n, 2n);
    return text;
  };

  test("has colour on a terminal, unless NO_COLOR is set", () => {
    expect(printed({}, true)).toContain("\x1b[");
    expect(printed({ NO_COLOR: "1" }, true)).not.toContain("\x1b");
    expect(printed({}, false)).toBe("\n1  one\n   ✓ two is two\n");
  });

  test("fails at a check that finds something else, and says what was expected", () => {
    const report = new Report({ write: () => true }, {});
    expect(() => {
      report.check("the sum", [1n, 16], [1n, 17]);
    }).toThrow('the sum: expected ["0x1",17], found ["0x1",16]');
    expect(report.checks).toBe(0);
  });
});
