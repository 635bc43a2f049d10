/**
 * `npm run qemu [-- OPTIONS]`: a Linux guest in QEMU, both as Debian packages them, drives emulated DMA engines with its own
 * driver. Exit status 0 only if every copy was right, 1 if not, 2 for a wrong command line.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PreparationFailure } from "../support/debian.js";
import { prepareGuest } from "./kernel.js";
import { complaints, withoutRegisterMappings } from "./report.js";
import { MEMORY_BYTES, runGuest } from "./run.js";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const USAGE = `usage: npm run qemu [-- OPTIONS]
  --devices N        DMA engines that the guest gets, 1 to 8 (default 1)
  --iterations N     copies by each thread of dmatest (default 100)
  --threads N        threads of dmatest on each channel (default 1)
  --no-map           QEMU reads and writes registers by the device file instead of mapping them
  --shared-memory    the guest's memory is a shared file instead of private memory of QEMU
  --fetch            only fetches and compiles what the guest is made of
  --verbose          shows the guest's console, and all that QEMU says
  --keep             leaves the guest's console and its root file system, and says where
`;

/** Functions of one PCI device. */
const DEVICES_MAX = 8;

class UsageError extends Error {}

function readNumber(text: string, name: string, max: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > max)
    throw new UsageError(`--${name} takes a number from 1 to ${max}`);
  return value;
}

function readCommandLine() {
  const flag = { type: "boolean", default: false } as const;
  const number = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    options: {
      devices: number("1"),
      iterations: number("100"),
      threads: number("1"),
      "no-map": flag,
      "shared-memory": flag,
      fetch: flag,
      verbose: flag,
      keep: flag,
    },
  });
  return {
    ...values,
    devices: readNumber(values.devices, "devices", DEVICES_MAX),
    iterations: readNumber(values.iterations, "iterations", 1_000_000),
    threads: readNumber(values.threads, "threads", 16),
  };
}

type CommandLine = ReturnType<typeof readCommandLine>;

function commandLine(): CommandLine | undefined {
  try {
    return readCommandLine();
  } catch (error) {
    process.stderr.write(`qemu: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

async function boot(options: CommandLine, directory: string): Promise<number> {
  const { iterations, threads } = options;
  const { release, status, output, report } = await runGuest({
    devices: Array.from({ length: options.devices }, (_, index) => `0000:00:04.${index}`),
    iterations,
    threads,
    mapRegisters: !options["no-map"],
    sharedMemory: options["shared-memory"],
    directory,
  });
  if (options.verbose) process.stdout.write(output);
  process.stdout.write(`Linux ${release}: ${report.channels.join(", ") || "no DMA channel"}\n`);
  for (const { thread, tests, failures, kilobytesPerSecond } of report.threads)
    process.stdout.write(`${thread}: ${tests} copies, ${failures} failures, ${kilobytesPerSecond} KB/s\n`);
  process.stdout.write(`${report.interrupts} interrupts\n`);
  const found = complaints(report, { channels: options.devices, threads, iterations });
  if (status !== 0) found.unshift(`QEMU ended with ${status}`);
  for (const complaint of found) process.stdout.write(`wrong: ${complaint}\n`);
  if (found.length > 0 && !options.verbose) process.stdout.write(withoutRegisterMappings(output, MEMORY_BYTES));
  return found.length === 0 ? 0 : EXIT_FAILURE;
}

async function main(): Promise<number> {
  const options = commandLine();
  if (options === undefined) return EXIT_USAGE;
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-qemu-"));
  try {
    if (!options.fetch) return await boot(options, directory);
    process.stdout.write(`Linux ${prepareGuest().release} is ready\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof PreparationFailure)) throw error;
    process.stderr.write(`qemu: ${error.message}\n`);
    return EXIT_FAILURE;
  } finally {
    if (options.keep) process.stdout.write(`console and root file system are in ${directory}\n`);
    else rmSync(directory, { recursive: true });
  }
}

process.exitCode = await main();
