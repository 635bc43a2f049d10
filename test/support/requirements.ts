/**
 * What a test needs of the machine. A suite whose needs are not met is skipped with a line that says which, except where
 * IOMMUFD_EMU_REQUIRE_ALL=1 (as in CI): there it fails.
 */
import { describe, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { givesHugePages } from "../../scripts/selftest/huge-pages.js";
import { loadNative } from "../../daemon/memory/native.js";
import { repositoryRoot } from "./repository.js";

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** Of 2 MiB, that a test suite reserves for itself. */
export const HUGE_PAGES_MAX = 8;

const compiles = (...headers: string[]): boolean => {
  const source = headers.map((header) => `#include <${header}>\n`).join("");
  return spawnSync("cc", ["-E", "-"], { input: source }).status === 0;
};

/** Whether one can be mounted: as root, and not in every container. */
const mountsTmpfs = (): boolean => {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-tmpfs-"));
  const mounted = runs("mount", "-t", "tmpfs", "none", directory);
  if (mounted) runs("umount", directory);
  rmSync(directory, { recursive: true });
  return mounted;
};

const checks = {
  root: () => process.getuid?.() === 0,
  native: () => loadNative() !== undefined,
  compiler: () => runs("cc", "--version"),
  shim: () => existsSync(join(repositoryRoot, "build/client/shim/libiommufd-emu-shim.so")),
  cmocka: () => compiles("stdarg.h", "stddef.h", "stdint.h", "setjmp.h", "cmocka.h"),
  // Mapped registers are carried out on x86-64 only.
  zydis: () => process.arch === "x64" && compiles("Zydis/Zydis.h"),
  "huge pages": () => givesHugePages(HUGE_PAGES_MAX),
  python: () => runs("python3", "--version"),
  dpdk: () => runs("sh", "-c", "command -v dpdk-test dpdk-testpmd"),
  tmpfs: mountsTmpfs,
  qemu: () => runs("qemu-system-x86_64", "--version"),
} satisfies Record<string, () => boolean>;

export type Requirement = keyof typeof checks;

export const requireAll = process.env["IOMMUFD_EMU_REQUIRE_ALL"] === "1";

/** The needs that this machine does not meet. */
export function missing(...needs: Requirement[]): Requirement[] {
  return needs.filter((need) => !checks[need]());
}

/** A `describe` for tests with these needs. */
export function requirements(...needs: Requirement[]): { describe: (name: string, body: () => void) => void } {
  return {
    describe(name, body) {
      const unmet = missing(...needs);
      if (unmet.length === 0) {
        describe(name, body);
      } else if (requireAll) {
        test(`${name} needs ${unmet.join(", ")}`, () => {
          throw new Error(`this machine lacks: ${unmet.join(", ")}`);
        });
      } else {
        process.stderr.write(`skipped: ${name}: this machine lacks ${unmet.join(", ")}\n`);
        describe.skip(name, body);
      }
    },
  };
}
