/**
 * The C library: its codec and its calls against a running daemon, as the cmocka programs of test/clients/c say, plain and
 * under AddressSanitizer and UBSan; and the form in which it is handed to other programs.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildC, runProgram, sourceMatches } from "../support/c-programs.js";
import { DaemonProcess } from "../support/daemon-process.js";
import { requirements } from "../support/requirements.js";
import { repositoryRoot } from "../support/repository.js";
import { AccessDaemon } from "./access-daemon.js";

const root = (path: string): string => join(repositoryRoot, path);

/** Of each test of a cmocka program, what it came to: "OK", "FAILED" or "SKIPPED". */
function outcomes(output: string): Map<string, string> {
  const lines = output.matchAll(/^\[ +(OK|FAILED|SKIPPED) +\] (\w+)$/gm);
  return new Map([...lines].map(([, outcome, name]) => [name!, outcome!]));
}

/** The daemon that a program runs against, if not the real one. */
const daemons: Readonly<Record<string, typeof AccessDaemon>> = { descriptor_test: AccessDaemon };

/** What a program needs of the real daemon. */
const options: Readonly<Record<string, readonly string[]>> = {
  vfio_test: ["--device", "ioat@0000:00:08.0,group=8", "--device", "testdev@0000:01:00.0,group=9"],
};

const programs = [
  ...[
    "codec_test",
    "call_test",
    "ring_test",
    "library_test",
    "pasid_test",
    "descriptor_test",
    "made_test",
    "vfio_test",
  ],
].map((program) => ({
  program,
  names: sourceMatches([`${program}.c`], /^\t\t(?:cmocka_unit_test|WITH_(?:CONTEXT|MACHINE))\((\w+)\),$/gm).map(
    ([, name]) => name!,
  ),
}));

const builds = [
  { build: "plain", option: "--tests", directory: "build/test/clients/c", ring: "0" },
  { build: "with sanitizers, over rings", option: "--sanitize", directory: "build/client/c-asan", ring: "1" },
];

for (const { build, option, directory, ring } of builds) {
  requirements("compiler", "cmocka", "native").describe(`C library, ${build}`, () => {
    beforeAll(() => buildC(option));

    describe.each(programs)("$program", ({ program, names }) => {
      let results: Map<string, string>;
      let text: string;

      beforeAll(async () => {
        const daemon = await (daemons[program]?.start() ?? DaemonProcess.start(options[program]));
        try {
          const end = await runProgram(root(join(directory, program)), [], {
            IOMMUFD_EMU_SOCKET: daemon.socket,
            IOMMUFD_EMU_RING: ring,
          });
          text = `${end.stdout}${end.stderr}exit status ${String(end.status)}\n`;
          results = outcomes(end.stdout + end.stderr);
          if (daemon instanceof DaemonProcess && !daemon.running)
            throw new Error(`the daemon ended: ${daemon.errors}\n${text}`);
        } finally {
          await daemon.stop();
        }
      });

      test.each(names)("%s", (name) => {
        if (results.get(name) !== "OK") throw new Error(`${results.get(name) ?? "did not run"}\n${text}`);
      });

      test("ends without a complaint", () => {
        expect(text).toMatch(/exit status 0\n$/);
      });
    });
  });
}

requirements("compiler", "native").describe("C library as a package", () => {
  let directory: string;
  beforeAll(async () => {
    await buildC();
    directory = mkdtempSync(join(tmpdir(), "iommufd-emu-c-"));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const include = `-I${root("client/c/include")}`;
  const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", include];

  test.each(
    ["iommufd_emu.h", "iommufd_emu_vfio.h"].flatMap((header) => [
      { header, language: "C99", command: "cc", flags: ["-std=c99"], name: "program.c" },
      { header, language: "C++", command: "c++", flags: ["-std=c++11"], name: "program.cpp" },
    ]),
  )("its public header $header is clean $language", async ({ header, command, flags, name }) => {
    const program = join(directory, name);
    writeFileSync(program, `#include "${header}"\n#include "${header}"\nint main(void) { return 0; }\n`);
    const end = await runProgram(command, [...flags, ...strict, program], {});
    if (end.status === "ENOENT") process.stderr.write(`skipped: there is no ${command}\n`);
    else expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("a program finds it with pkg-config and links it shared", async () => {
    const program = join(directory, "linked.c");
    writeFileSync(
      program,
      '#include "iommufd_emu.h"\nint main(void) { struct iommufd_emu *c; return -iommufd_emu_open("/none", 0, &c); }\n',
    );
    const config = { PKG_CONFIG_PATH: root("build/client/c") };
    const found = await runProgram("pkg-config", ["--cflags", "--libs", "iommufd-emu"], config);
    if (found.status === "ENOENT") {
      process.stderr.write("skipped: there is no pkg-config\n");
      return;
    }
    const flags = found.stdout.trim().split(" ");
    const output = join(directory, "linked");
    expect(await runProgram("cc", [program, ...flags, "-o", output], {})).toMatchObject({ status: 0 });
    expect((await runProgram(output, [], {})).status).toBe(2);
  });

  test("the example of docs/c-library.md compiles and runs", async () => {
    const page = readFileSync(root("docs/c-library.md"), "utf8");
    const program = join(directory, "example.c");
    writeFileSync(program, /```c\n(.*?)```/s.exec(page)![1]!);
    const output = join(directory, "example");
    const flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", include];
    const built = await runProgram(
      "cc",
      [...flags, program, root("build/client/c/libiommufd-emu.a"), "-o", output],
      {},
    );
    expect(built).toEqual({ status: 0, stdout: "", stderr: "" });
    const daemon = await DaemonProcess.start();
    try {
      const end = await runProgram(output, [], { IOMMUFD_EMU_SOCKET: daemon.socket });
      expect(end).toEqual({ status: 0, stdout: "", stderr: "" });
    } finally {
      await daemon.stop();
    }
  });

  test("it exports what the public headers declare, and nothing else", async () => {
    const { stdout } = await runProgram("nm", ["-D", "--defined-only", root("build/client/c/libiommufd-emu.so.0")], {});
    const exported = [...stdout.matchAll(/ T (\w+)$/gm)].map(([, name]) => name!);
    const headers = ["iommufd_emu.h", "iommufd_emu_vfio.h"].map((name) => `../../../client/c/include/${name}`);
    const declared = sourceMatches(headers, /^IOMMUFD_EMU_API [^(]*?(\w+)\(/gm);
    expect(exported).toEqual(declared.map(([, name]) => name!).sort());
  });
});

describe("a machine without a C compiler", () => {
  const script = root("scripts/build-c.mjs");
  const nowhere = { PATH: "/nonexistent", CC: "", NODE_OPTIONS: "" };
  const line = "no C compiler (cc, gcc or clang): the C library and the preload shim are left out\n";

  test("builds nothing with --if-possible, says so in one line and succeeds", async () => {
    const end = await runProgram(process.execPath, [script, "--if-possible"], nowhere);
    expect(end).toEqual({ status: 0, stdout: "", stderr: line });
  });

  test("fails without it", async () => {
    expect(await runProgram(process.execPath, [script], nowhere)).toEqual({ status: 1, stdout: "", stderr: line });
  });
});
