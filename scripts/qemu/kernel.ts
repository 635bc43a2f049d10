/**
 * What the guest is made of, from Debian's packages: the kernel, the modules of the DMA engine, busybox; and dmatest,
 * which Debian's kernel leaves out, compiled from the kernel's source against its headers. Everything is in the user's cache
 * directory. Invariant: what is in the cache is complete and of one kernel.
 */
import {
  copyFileSync,
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
import { DMATEST, prepareSource } from "../selftest/source.js";
import { cacheDirectory, dependenciesOf, downloadPackages, PreparationFailure, runCommand } from "../support/debian.js";

const FLAVOUR = "amd64";
/** Depends on the kernel of the day. */
const META_PACKAGE = `linux-image-6.12-${FLAVOUR}`;
const MODULES = { dca: "drivers/dca/dca", ioatdma: "drivers/dma/ioat/ioatdma" };

const FILES = { kernel: "vmlinuz", busybox: "busybox", dca: "dca.ko", ioatdma: "ioatdma.ko", dmatest: "dmatest.ko" };
export type GuestFile = keyof typeof FILES;

export interface GuestFiles {
  readonly paths: Readonly<Record<GuestFile, string>>;
  /** Of the kernel, as `uname -r` says it. */
  readonly release: string;
}

/** Where they are kept. */
const CACHE = cacheDirectory("guest-6.12");

const releaseFile = (directory: string): string => join(directory, "release");

/** Whether they are there already: then nothing is downloaded. */
export function isCached(cache = CACHE): boolean {
  return existsSync(releaseFile(cache));
}

/**
 * The files, after whatever it takes to have them; says on stderr what takes long.
 * @throws PreparationFailure
 */
export function prepareGuest(cache = CACHE): GuestFiles {
  if (!isCached(cache)) fetchGuest(cache);
  const entries = Object.entries(FILES).map(([file, name]) => [file, join(cache, name)] as const);
  return {
    paths: Object.fromEntries(entries) as Record<GuestFile, string>,
    release: readFileSync(releaseFile(cache), "utf8").trim(),
  };
}

function fetchGuest(cache: string): void {
  const source = prepareSource();
  const parent = join(cache, "..");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(parent, "fetch-"));
  try {
    const release = releaseOf(dependenciesOf(META_PACKAGE));
    const version = release.slice(0, -`-${FLAVOUR}`.length);
    process.stderr.write(`fetching Linux ${release} for the guest (about 125 MB, once)\n`);
    const kernel = [`linux-image-${release}`, `linux-headers-${release}`];
    const builder = [`linux-headers-${version}-common`, `linux-kbuild-${version}`];
    downloadPackages(scratch, ...kernel, ...builder, "busybox-static");
    for (const name of readdirSync(scratch).filter((name) => name.endsWith(".deb")))
      runCommand(scratch, "dpkg-deb", "-x", name, "root");
    const root = join(scratch, "root");
    const guest = join(scratch, "guest");
    mkdirSync(guest);
    copyFileSync(join(root, "boot", `vmlinuz-${release}`), join(guest, FILES.kernel));
    copyFileSync(join(root, "bin/busybox"), join(guest, FILES.busybox));
    for (const [name, path] of Object.entries(MODULES)) {
      const module = join(root, "lib/modules", release, "kernel", `${path}.ko`);
      runCommand(scratch, "xz", "-d", `${module}.xz`);
      copyFileSync(module, join(guest, `${name}.ko`));
    }
    copyFileSync(compileDmatest(root, release, version, join(source, DMATEST)), join(guest, FILES.dmatest));
    writeFileSync(releaseFile(guest), release);
    rmSync(cache, { recursive: true, force: true });
    renameSync(guest, cache);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function releaseOf(dependencies: readonly string[]): string {
  const prefix = "linux-image-";
  const image = dependencies.find((name) => name.startsWith(prefix));
  if (image === undefined) throw new PreparationFailure(`${META_PACKAGE} depends on no kernel`);
  return image.slice(prefix.length);
}

/** Compiles the module with the kernel's own makefiles, as they are unpacked in `root`. */
function compileDmatest(root: string, release: string, version: string, source: string): string {
  const headers = join(root, "usr/src", `linux-headers-${release}`);
  // The package means to be installed.
  writeFileSync(join(headers, "Makefile"), `include ${root}/usr/src/linux-headers-${version}-common/Makefile\n`);
  // Without it no BTF is made of the module, which would take pahole.
  rmSync(join(headers, "vmlinux"), { force: true });
  const directory = join(root, "dmatest");
  mkdirSync(directory);
  copyFileSync(source, join(directory, "dmatest.c"));
  writeFileSync(join(directory, "Makefile"), "obj-m := dmatest.o\n");
  runCommand(root, "make", "-C", headers, `M=${directory}`, `CC=${process.env["CC"] ?? "cc"}`, "modules");
  return join(directory, "dmatest.ko");
}
