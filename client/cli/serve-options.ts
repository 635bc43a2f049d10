/** What `serve` and `run` hand to the daemon, checked while a mistake is still one of the command line. */
import { ConfigError, readConfig, type ServeOptions } from "../../daemon/main/config.js";
import { defaultSocketPath } from "../ts/socket-path.js";
import type { DaemonOptions } from "./daemon-options.js";
import { CommandFailure, EXIT_USAGE } from "./usage.js";

/** @throws CommandFailure with the exit code of a wrong command line */
export function serveOptions(options: DaemonOptions, socket: string | undefined): ServeOptions {
  const { topology, device, sysfs, limit, selftest, kernelFixes, logLevel } = options;
  const collected: ServeOptions = {
    socket: socket ?? defaultSocketPath(),
    topology,
    devices: device,
    sysfs,
    limits: limit,
    selftest,
    kernelFixes,
    logLevel,
  };
  try {
    readConfig(collected);
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailure(error.message, EXIT_USAGE);
    throw error;
  }
  return collected;
}
