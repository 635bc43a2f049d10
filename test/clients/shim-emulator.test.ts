/**
 * Instructions that the shim carries out on mapped registers, without a daemon: test/clients/c/emulate_test runs each form
 * for real as well and compares, plain and under AddressSanitizer and UBSan.
 */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { join } from "node:path";
import { buildC, runProgram, sourceMatches } from "../support/c-programs.js";
import { requirements } from "../support/requirements.js";
import { repositoryRoot } from "../support/repository.js";

const names = sourceMatches(["emulate_test.c"], /^\t\tcmocka_unit_test\((\w+)\),$/gm).map(([, name]) => name!);

requirements("compiler", "cmocka", "zydis").describe("instructions on mapped registers", () => {
  describe.each([
    { build: "plain", option: "--tests", directory: "build/test/clients/c" },
    { build: "with sanitizers", option: "--sanitize", directory: "build/client/c-asan" },
  ])("$build", ({ option, directory }) => {
    let output: string;
    beforeAll(async () => {
      await buildC(option);
      const end = await runProgram(join(repositoryRoot, directory, "emulate_test"), [], {});
      output = `${end.stdout}${end.stderr}exit status ${String(end.status)}\n`;
    });

    test.each(names)("%s", (name) => {
      if (!output.includes(`[       OK ] ${name}\n`)) throw new Error(output);
    });

    test("ends without a complaint", () => {
      expect(output).toMatch(/exit status 0\n$/);
    });
  });
});
