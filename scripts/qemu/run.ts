/**
 * One boot of the guest in Debian's QEMU under `iommufd-emu run`, with DMA engines passed through by vfio-pci. Invariants: it
 * ends, in time or by force; what the guest, QEMU and the daemon print is in one file in the order of time.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PreparationFailure, runCommand } from "../support/debian.js";
import { repositoryRoot, runToEnd } from "../support/run-to-end.js";
import { archive, directory, executable } from "./cpio.js";
import { prepareGuest, type GuestFile } from "./kernel.js";
import { readReport, type GuestReport } from "./report.js";

export const QEMU = "qemu-system-x86_64";

/** Booting takes three seconds, and the copies have 20 s each. */
const RUN_MS_MAX = 5 * 60_000;
export const MEMORY_BYTES = 256 * 2 ** 20;
const MEMORY = `${MEMORY_BYTES / 2 ** 20}M`;

export interface GuestRunOptions {
  /** Addresses of the DMA engines, "0000:00:04.0". */
  readonly devices: readonly string[];
  /** Copies by each thread. */
  readonly iterations: number;
  /** Of dmatest, on each channel. */
  readonly threads: number;
  /** Whether QEMU maps the devices' registers; else it reads and writes the device file. */
  readonly mapRegisters: boolean;
  /** Whether the guest's memory is a file that QEMU maps shared; else it is anonymous and private. */
  readonly sharedMemory: boolean;
  /** Where the output goes, as the file "output". */
  readonly directory: string;
}

export interface GuestRun {
  /** Of the guest's kernel. */
  readonly release: string;
  readonly status: number | NodeJS.Signals;
  readonly output: string;
  readonly report: GuestReport;
}

/**
 * Prepares the guest and boots it.
 * @throws PreparationFailure
 */
export async function runGuest(options: GuestRunOptions): Promise<GuestRun> {
  runQemuVersion();
  const { paths, release } = prepareGuest();
  const initrd = join(options.directory, "initrd");
  writeFileSync(initrd, initialRoot(paths));
  const file = join(options.directory, "output");
  const descriptor = openSync(file, "w", 0o600);
  try {
    const devices = options.devices.flatMap((address) => ["--device", `ioat@${address}`]);
    const args = ["run", ...devices, "--", QEMU, ...qemuArguments(options, paths.kernel, initrd)];
    const env = { ...process.env, NODE_OPTIONS: "" };
    const status = await runToEnd(args, { env, output: descriptor, msMax: RUN_MS_MAX });
    const output = readFileSync(file, "utf8");
    return { release, status, output, report: readReport(output) };
  } finally {
    closeSync(descriptor);
  }
}

function runQemuVersion(): void {
  try {
    runCommand(".", QEMU, "--version");
  } catch (error) {
    if (!(error instanceof PreparationFailure)) throw error;
    throw new PreparationFailure(`${QEMU} does not run; Debian's package is qemu-system-x86 (${error.message})`);
  }
}

function initialRoot(paths: Readonly<Record<GuestFile, string>>): Buffer {
  const modules = (["dca", "ioatdma", "dmatest"] as const).map((name) =>
    executable(`lib/${name}.ko`, readFileSync(paths[name])),
  );
  const entries = [
    ...["bin", "lib", "proc", "sys", "dev"].map(directory),
    executable("bin/busybox", readFileSync(paths.busybox)),
    executable("init", readFileSync(join(repositoryRoot, "scripts/qemu/init.sh"))),
    ...modules,
  ];
  return gzipSync(archive(entries));
}

/** Arguments of QEMU: no KVM, no device but the console and those passed through. */
export function qemuArguments(
  options: Omit<GuestRunOptions, "directory">,
  kernel: string,
  initrd: string,
): readonly string[] {
  const { devices, iterations, threads, mapRegisters, sharedMemory } = options;
  const backend = ["-object", `memory-backend-memfd,id=ram,size=${MEMORY},share=on`, "-machine", "memory-backend=ram"];
  const noMap = mapRegisters ? "" : ",x-no-mmap=on";
  // The kernel hands what it does not know to the first process, as variables.
  const commandLine = `console=ttyS0 panic=-1 quiet iterations=${iterations} threads=${threads}`;
  return [
    ...["-accel", "tcg", "-machine", "q35", "-m", MEMORY, ...(sharedMemory ? backend : [])],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot"],
    ...devices.flatMap((address) => ["-device", `vfio-pci,host=${address}${noMap}`]),
    ...["-kernel", kernel, "-initrd", initrd, "-append", commandLine],
  ];
}
