/**
 * The kernel's selftest programs as Debian packages them: fetched by apt, unpacked and compiled in the user's cache directory.
 * Invariant: nothing of them is ever in the repository, and what is in the cache is complete.
 */
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
import { join } from "node:path";
import { cacheDirectory, downloadPackages, PreparationFailure, runCommand } from "../support/debian.js";

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

/** A module of the kernel that its packages lack, for a guest to test DMA channels with. */
export const DMATEST = "drivers/dma/dmatest.c";

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

export interface SelftestPrograms {
  readonly paths: Readonly<Record<Program, string>>;
  /** Of the Debian package that they were compiled from. */
  readonly version: string;
}

/** Where the source and the programs are kept. */
export const CACHE = cacheDirectory("selftest-6.12");

/**
 * Where the files of the kernel's source are, by their paths in it, after whatever it takes to have them.
 * @throws PreparationFailure
 */
export function prepareSource(cache = CACHE): string {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const source = sourceIn(cache);
  if (!isCached(cache)) fetchSource(cache, source);
  return source;
}

const sourceIn = (cache: string): string => join(cache, "source");
const versionFile = (source: string): string => join(source, "version");

/** Whether the source is there already: then nothing is downloaded. */
export function isCached(cache = CACHE): boolean {
  return [...FILES, DMATEST].every((path) => existsSync(join(sourceIn(cache), path)));
}

/**
 * The compiled programs, after whatever it takes to have them; says on stderr what takes long.
 * @throws PreparationFailure
 */
export function preparePrograms(cache = CACHE): SelftestPrograms {
  const source = prepareSource(cache);
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
  runCommand(cache, process.env["CC"] ?? "cc", ...args, "-o", scratch);
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
    downloadPackages(scratch, PACKAGE);
    const archive = readdirSync(scratch).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new PreparationFailure(`apt-get download left no package in ${scratch}`);
    const deb = join(scratch, archive);
    runCommand(scratch, "dpkg-deb", "-x", deb, "package");
    const unpacked = join(scratch, "source");
    mkdirSync(unpacked);
    const paths = [...FILES, DMATEST].map((path) => `${PACKAGE}/${path}`);
    const tarball = join(scratch, "package/usr/src", `${PACKAGE}.tar.xz`);
    runCommand(unpacked, "tar", "-xJf", tarball, "--strip-components=1", ...paths);
    writeFileSync(versionFile(unpacked), runCommand(scratch, "dpkg-deb", "-f", deb, "Version"));
    rmSync(source, { recursive: true, force: true });
    renameSync(unpacked, source);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
