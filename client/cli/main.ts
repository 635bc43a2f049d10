/**
 * The command `iommufd-emu`: its command line and its exit codes. Each subcommand has a file of its own, loaded when it
 * is used. docs/cli.md describes every option; a test holds the two together.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { VERSION } from "../../daemon/main/version.js";
import { addDaemonOptions, type DaemonOptions } from "./daemon-options.js";
import type { DeviceOptions } from "./device.js";
import type { RunOptions } from "./run.js";
import type { StatusOptions } from "./status.js";
import { CommandFailure, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, oneLine } from "./usage.js";

/** How long `status` waits for the daemon unless told. */
const STATUS_TIMEOUT_MS = 5000;

/** Something that a command left open does not keep the process for longer than this. */
const EXIT_GRACE_MS = 1000;

/** The whole command line as commander has it. @param done Receives the exit code of the command that ran */
export function commandLine(done: (exitCode: number) => void): Command {
  const program = new Command("iommufd-emu")
    .description("Linux's /dev/iommu without the kernel")
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(`iommufd-emu: ${text.replace(/^error: /, "")}`);
      },
    });

  addDaemonOptions(program.command("serve"))
    .description("run the daemon in the foreground, until SIGINT or SIGTERM")
    .option("--socket <path>", "Unix socket to listen on")
    .action(async (options: DaemonOptions & { readonly socket?: string }) => {
      const { serveCommand } = await import("./serve.js");
      done(await serveCommand(options));
    });

  addDaemonOptions(program.command("run"))
    .description("run a program that finds a private /dev/iommu; its exit status is passed on")
    .usage("[options] -- <command> [arguments...]")
    .argument("<command>", "program to run")
    .argument("[arguments...]", "its arguments")
    .option("--fail-nth <n>", "the nth fallible step of the program's ioctls fails", positiveInteger)
    .passThroughOptions()
    .action(async (command: string, commandArguments: string[], options: RunOptions) => {
      const { runCommand } = await import("./run.js");
      done(await runCommand([command, ...commandArguments], options));
    });

  program
    .command("status")
    .description("show what a running daemon holds")
    .option("--socket <path>", "Unix socket of the daemon")
    .option("--json", "print JSON")
    .option("--quiet", "print nothing: exit code 0 if a daemon answers, else 1")
    .option("--timeout <ms>", "how long to wait for the answer", positiveInteger, STATUS_TIMEOUT_MS)
    .action(async (options: StatusOptions) => {
      const { statusCommand } = await import("./status.js");
      done(await statusCommand(options));
    });

  const device = program.command("device").description("plug PCI devices into a running daemon's machine");
  device
    .command("add")
    .description("add a device, such as ioat@0000:00:04.0")
    .argument("<device>", "MODEL@ADDRESS[,NAME=VALUE...]")
    .option("--socket <path>", "Unix socket of the daemon")
    .action(async (text: string, options: DeviceOptions) => {
      const { deviceAddCommand } = await import("./device.js");
      done(await deviceAddCommand(text, options));
    });
  device
    .command("remove")
    .description("take a device away, whoever uses it")
    .argument("<address>", "such as 0000:00:04.0")
    .option("--socket <path>", "Unix socket of the daemon")
    .action(async (address: string, options: DeviceOptions) => {
      const { deviceRemoveCommand } = await import("./device.js");
      done(await deviceRemoveCommand(address, options));
    });

  program
    .command("ioctls")
    .description("list the ioctls, their sizes and how far each is supported")
    .option("--json", "print JSON, with the fields of every struct")
    .action(async (options: { readonly json?: boolean }) => {
      const { ioctlListing, ioctlListingJson } = await import("../../proto/uapi/listing.js");
      process.stdout.write(options.json ? ioctlListingJson() : ioctlListing());
      done(EXIT_OK);
    });

  return program;
}

function positiveInteger(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a positive whole number.");
  return Number(text);
}

/** Runs a command line. @param argv Without node and the script @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = EXIT_OK;
  try {
    await commandLine((code) => {
      exitCode = code;
    }).parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    process.stderr.write(`iommufd-emu: ${oneLine(error)}\n`);
    return error instanceof CommandFailure ? error.exitCode : EXIT_FAILURE;
  }
}

/** Runs this process's own command line and ends the process with its exit code. */
export async function start(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2));
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
