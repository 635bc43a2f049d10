/**
 * The kernel's selftest programs as Debian packages them: fetched by apt, unpacked and compiled in the user's cache directory.
 * Invariant: nothing of them is ever in the repository, and what is in the cache is complete.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const PACKAGE = "linux-source-6.12";
const TESTS = "tools/testing/selftests";
/** The programs, in the order in which they run. */
export const PROGRAMS = ["iommufd", "iommufd_fail_nth"] as const;
export type Program = (typeof PROGRAMS)[number];

/** Which of them has the test of that name. */
export function programOf(test: string): Program {
  return test.startsWith("basic_fail_nth.") ? "iommufd_fail_nth" : "iommufd";
}

/** What the programs are made of, by their own #include lines; other headers are the system's. */
const FILES = [
  ...PROGRAMS.map((name) => `${TESTS}/iommu/${name}.c`),
  `${TESTS}/iommu/iommufd_utils.h`,
  `${TESTS}/kselftest.h`,
  `${TESTS}/kselftest_harness.h`,
  "drivers/iommu/iommufd/iommufd_test.h",
  "include/uapi/linux/iommufd.h",
  "include/uapi/linux/vfio.h",
];

/**
 * Names that the programs use and the headers of their own version lack, with the values that Linux 7.1 gives them; and the
 * annotation that the installation of headers takes out.
 */
const MISSING_NAMES = {
  in_data_type: "out_data_type",
  IOMMU_HW_INFO_TYPE_DEFAULT: "0",
  IOMMU_HW_INFO_FLAG_INPUT_TYPE: "1",
  MOCK_FLAGS_DEVICE_PASID: "4",
  MOCK_PASID_WIDTH: "20",
  __user: "",
};

/** The package, the compiler or the like is not to be had; the message says what to do about it. */
export class PreparationFailure extends Error {
  override readonly name = "PreparationFailure";
}

export interface SelftestPrograms {
  readonly paths: Readonly<Record<Program, string>>;
  /** Of the Debian package that they were compiled from. */
  readonly version: string;
}

/** Where the source and the programs are kept from one run to the next. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(base, "iommufd-emu", "selftest-6.12");
}

const sourceIn = (cache: string): string => join(cache, "source");
const versionFile = (source: string): string => join(source, "version");

/** Whether the source is there already: then nothing is downloaded. */
export function isCached(cache: string = cacheDirectory()): boolean {
  return FILES.every((path) => existsSync(join(sourceIn(cache), path)));
}

/**
 * The compiled programs, after whatever it takes to have them; says on stderr what takes long.
 * @throws PreparationFailure
 */
export function preparePrograms(cache: string = cacheDirectory()): SelftestPrograms {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const source = sourceIn(cache);
  if (!isCached(cache)) fetchSource(cache, source);
  return { paths: compilePrograms(cache, source), version: readFileSync(versionFile(source), "utf8").trim() };
}

/**
 * A C file compiled into the cache.
 * @param args arguments of the compiler, the source file among them
 * @throws PreparationFailure with the compiler's messages
 */
export function compile(cache: string, name: string, ...args: string[]): string {
  const output = join(cache, name);
  const scratch = `${output}.${process.pid}`;
  run(cache, process.env["CC"] ?? "cc", ...args, "-o", scratch);
  // Another run may be using the old one.
  renameSync(scratch, output);
  return output;
}

function compilePrograms(cache: string, source: string): Record<Program, string> {
  const names = join(cache, "missing-names.h");
  const lines = Object.entries(MISSING_NAMES).map(([name, value]) => `#define ${name} ${value}`.trimEnd() + "\n");
  writeFileSync(names, lines.join(""));
  const include = ["-include", names, "-I", join(source, "include/uapi")];
  const options = ["-O2", "-w", "-D_GNU_SOURCE", ...include];
  const compiled = (name: Program) => compile(cache, name, ...options, join(source, TESTS, `iommu/${name}.c`));
  return { iommufd: compiled("iommufd"), iommufd_fail_nth: compiled("iommufd_fail_nth") };
}

function fetchSource(cache: string, source: string): void {
  const scratch = mkdtempSync(join(cache, "fetch-"));
  try {
    process.stderr.write(`fetching ${PACKAGE} (about 150 MB, once)\n`);
    download(scratch);
    const archive = readdirSync(scratch).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new PreparationFailure(`apt-get download left no package in ${scratch}`);
    const deb = join(scratch, archive);
    run(scratch, "dpkg-deb", "-x", deb, "package");
    const unpacked = join(scratch, "source");
    mkdirSync(unpacked);
    const tarball = join(scratch, "package/usr/src", `${PACKAGE}.tar.xz`);
    run(unpacked, "tar", "-xJf", tarball, "--strip-components=1", ...FILES.map((path) => `${PACKAGE}/${path}`));
    writeFileSync(versionFile(unpacked), run(scratch, "dpkg-deb", "-f", deb, "Version"));
    rmSync(source, { recursive: true, force: true });
    renameSync(unpacked, source);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function download(directory: string): void {
  const args = ["download", "-q", PACKAGE] as const;
  try {
    run(directory, "apt-get", ...args);
  } catch (error) {
    if (!(error instanceof PreparationFailure) || process.getuid?.() !== 0) throw error;
    // The lists of a fresh machine are empty or name a version that the archive has replaced.
    run(directory, "apt-get", "update", "-q");
    run(directory, "apt-get", ...args);
  }
}

/** What a command printed. @throws PreparationFailure unless it succeeds */
function run(cwd: string, command: string, ...args: string[]): string {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (result.status === 0) return result.stdout;
  const why = result.error?.message ?? result.stderr.trim();
  throw new PreparationFailure(`${command} ${args[0] ?? ""} failed: ${why}`);
}
