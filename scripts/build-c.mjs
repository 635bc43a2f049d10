/**
 * Builds the C library into build/client/c and the preload shim into build/client/shim, as far as they are out of date.
 *
 *   --if-possible  without a compiler, says in one line what is left out and succeeds; warnings do not fail the build
 *   --tests        also the C test programs, into build/test/clients/c; those that need cmocka only where it is installed
 *   --sanitize     instead, the library, the shim and the tests with AddressSanitizer and UBSan, into build/client/c-asan
 *
 * CC names the compiler, CFLAGS and LDFLAGS are added to its arguments. Every file appears by renaming, so builds that run
 * at the same time do not disturb each other.
 */
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ifPossible = process.argv.includes("--if-possible");
const sanitize = process.argv.includes("--sanitize");
const tests = process.argv.includes("--tests") || sanitize;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const split = (text) => (text ?? "").split(/\s+/).filter((word) => word !== "");
const runs = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;
const compiler = [process.env.CC, "cc", "gcc", "clang"].filter(Boolean).find((name) => runs(name, "--version"));
if (compiler === undefined) {
  console.error("no C compiler (cc, gcc or clang): the C library and the preload shim are left out");
  process.exit(ifPossible ? 0 : 1);
}

const flags = [
  ...["-std=c11", "-D_GNU_SOURCE", `-DEMU_VERSION="${version}"`, "-O2", "-g", "-Wall", "-Wextra"],
  ...[
    "-fPIC",
    "-fvisibility=hidden",
    "-pthread",
    `-I${join(root, "client/c/include")}`,
    `-I${join(root, "client/c/src")}`,
    `-I${join(root, "client/shim")}`,
  ],
  // The C library declares paths as never NULL; the kernel answers EFAULT, and so must the wrappers.
  "-fno-delete-null-pointer-checks",
  ...(ifPossible ? [] : ["-Werror"]),
  ...(sanitize ? ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"] : []),
  ...split(process.env.CFLAGS),
];
const linkFlags = ["-pthread", ...(sanitize ? ["-fsanitize=address,undefined"] : []), ...split(process.env.LDFLAGS)];

const sourcesIn = (directory) =>
  readdirSync(join(root, directory))
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => join(root, directory, name));

const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const headers = ["client/c/include", "client/c/src", "client/shim", "test/clients/c"].flatMap((directory) =>
  readdirSync(join(root, directory))
    .filter((name) => name.endsWith(".h"))
    .map((name) => join(root, directory, name)),
);
// Any header may be in any file, and the flags are here.
const common = [...headers, fileURLToPath(import.meta.url), join(root, "package.json")];

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status === 0) return;
  console.error(`${command} failed${error ? `: ${error.message}` : ""}`);
  process.exit(status ?? 1);
}

/** Makes `output` from `inputs` unless it is newer than all of them. `make` writes to the path that it is given. */
function build(output, inputs, make) {
  if (time(output) > Math.max(...inputs.map(time))) return output;
  mkdirSync(dirname(output), { recursive: true });
  const scratch = `${output}.${process.pid}`;
  make(scratch);
  renameSync(scratch, output);
  return output;
}

function compile(source, directory) {
  const output = join(directory, `${basename(source, ".c")}.o`);
  return build(output, [source, ...common], (to) => {
    run(compiler, ...flags, "-c", source, "-o", to);
  });
}

function link(output, inputs, ...args) {
  return build(output, inputs, (to) => {
    run(compiler, ...inputs, ...args, ...linkFlags, "-o", to);
  });
}

const library = join(root, sanitize ? "build/client/c-asan" : "build/client/c");
const libraryObjects = sourcesIn("client/c/src").map((source) => compile(source, join(library, "objects")));
const archive = build(join(library, "libiommufd-emu.a"), libraryObjects, (to) => {
  rmSync(to, { force: true });
  run(process.env.AR ?? "ar", "rcs", to, ...libraryObjects);
});

/** What of the library the shim is made of: nothing that allocates. */
const shared = ["wire", "messages", "transport", "ring", "memory", "form", "call"];

// A symbol that nobody defines shall fail here, not in the program; the sanitizers' are in a library that comes first.
const strict = ["-shared", ...(sanitize ? [] : ["-Wl,-z,defs"]), "-Wl,-z,now", "-Wl,-z,relro"];

function buildShared() {
  const soname = "libiommufd-emu.so.0";
  link(join(library, soname), libraryObjects, ...strict, `-Wl,-soname,${soname}`);
  build(join(library, "libiommufd-emu.so"), [fileURLToPath(import.meta.url)], (to) => {
    symlinkSync(soname, to);
  });
  build(join(library, "iommufd-emu.pc"), common, (to) => {
    writeFileSync(to, packageFile());
  });
}

const shimDirectory = sanitize ? library : join(root, "build/client/shim");
const shimObjects = sourcesIn("client/shim").map((source) =>
  compile(source, join(shimDirectory, sanitize ? "shim-objects" : "objects")),
);

function buildShim() {
  const objects = [...shimObjects, ...shared.map((name) => join(library, "objects", `${name}.o`))];
  const name = "libiommufd-emu-shim.so";
  link(join(shimDirectory, name), objects, ...strict, `-Wl,-soname,${name}`, "-ldl");
}

/** For pkg-config: the library where it was built. */
function packageFile() {
  return [
    `includedir=${join(root, "client/c/include")}`,
    `libdir=${library}`,
    "",
    "Name: iommufd-emu",
    "Description: The ioctls of /dev/iommu, served by the iommufd-emu daemon",
    `Version: ${version}`,
    "Cflags: -I${includedir}",
    "Libs: -L${libdir} -Wl,-rpath,${libdir} -liommufd-emu",
    "",
  ].join("\n");
}

/** What a test program has of the shim: the emulator of instructions needs no daemon. */
const emulator = ["arithmetic", "decode", "emulate", "frame", "strings", "vectors"];
const partsOfShim = (program) =>
  program === "emulate_test" ? shimObjects.filter((object) => emulator.includes(basename(object, ".o"))) : [];

function buildTests() {
  const directory = sanitize ? library : join(root, "build/test/clients/c");
  const objects = join(directory, "test-objects");
  const sources = sourcesIn("test/clients/c");
  const program = (name, parts, ...args) => {
    const own = parts.map((source) => compile(source, objects));
    link(join(directory, name), [...own, ...partsOfShim(name), archive], ...args);
  };
  const isOfShim = (source) => basename(source).startsWith("shim_");
  if (runs("pkg-config", "--exists", "cmocka")) {
    for (const source of sources.filter((source) => !isOfShim(source)))
      program(basename(source, ".c"), [source], "-lcmocka");
  } else {
    console.error("no cmocka: the tests of the C library are left out");
  }
  program("shim_program", sources.filter(isOfShim));
}

if (!sanitize) buildShared();
buildShim();
if (tests) buildTests();
