/**
 * The daemon's configuration: from the command line first, then from IOMMUFD_EMU_* in the environment, then the
 * defaults. Every mistake is one clear line.
 */
import { mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LOG_LEVELS, type LogLevel } from "../wire/log.js";
import { SYSFS_MODES, type SysfsMode } from "./tree/tree.js";
import { defaultLimits, type Limits } from "./limits.js";

export interface ServeOptions {
  /** Path to listen on. */
  readonly socket: string;
  /** A topology file; undefined: the default topology. */
  readonly topology?: string | undefined;
  /** PCI devices besides, "MODEL@ADDRESS" with options. */
  readonly devices?: readonly string[] | undefined;
  /** "beside" or "instead". */
  readonly sysfs?: string | undefined;
  /** "NAME=VALUE" */
  readonly limits?: readonly string[] | undefined;
  readonly selftest?: boolean | undefined;
  readonly kernelFixes?: boolean | undefined;
  readonly logLevel?: string | undefined;
}

export interface Config {
  readonly socketPath: string;
  readonly topologyPath: string | undefined;
  readonly devices: readonly string[];
  /** How programs see the devices in the file system: beside those of the machine, or instead of them. */
  readonly sysfs: SysfsMode;
  readonly limits: Limits;
  readonly selftest: boolean;
  /** Answer as Linux once its known defects are mended. */
  readonly kernelFixes: boolean;
  readonly logLevel: LogLevel;
}

/** A mistake of the user's; the message is one line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** What a frame has around the bytes of a DMA. */
const FRAME_OVERHEAD_BYTES = 4096;

const BOOLEANS = ["0", "1", "true", "false"] as const;

function choice<T extends string>(choices: readonly T[], text: string, what: string): T {
  const chosen = choices.find((each) => each === text);
  if (chosen === undefined) throw new ConfigError(`${what}: must be one of ${choices.join(", ")}`);
  return chosen;
}

function boolean(text: string, what: string): boolean {
  const chosen = choice(BOOLEANS, text, what);
  return chosen === "1" || chosen === "true";
}

function limitValue(text: string, what: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ConfigError(`${what}: must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`);
}

/** @throws ConfigError */
export function readConfig(options: ServeOptions, environment: NodeJS.ProcessEnv = process.env): Config {
  const given = options.limits ?? environment["IOMMUFD_EMU_LIMITS"]?.split(",").filter((text) => text !== "") ?? [];
  const level = options.logLevel ?? environment["IOMMUFD_EMU_LOG_LEVEL"] ?? "info";
  const selftest = environment["IOMMUFD_EMU_SELFTEST"];
  const sysfs = options.sysfs ?? environment["IOMMUFD_EMU_SYSFS"] ?? "beside";
  const devices = environment["IOMMUFD_EMU_DEVICES"]?.split(/\s+/).filter((text) => text !== "");
  const fixes = environment["IOMMUFD_EMU_KERNEL_FIXES"];
  return {
    socketPath: options.socket,
    topologyPath: options.topology ?? environment["IOMMUFD_EMU_TOPOLOGY"],
    devices: options.devices ?? devices ?? [],
    sysfs: choice(SYSFS_MODES, sysfs, `sysfs "${sysfs}"`),
    limits: readLimits(given),
    kernelFixes: options.kernelFixes ?? (fixes !== undefined && boolean(fixes, "IOMMUFD_EMU_KERNEL_FIXES")),
    selftest: options.selftest ?? (selftest === undefined || boolean(selftest, "IOMMUFD_EMU_SELFTEST")),
    logLevel: choice(LOG_LEVELS, level, `log level "${level}"`),
  };
}

function readLimits(given: readonly string[]): Limits {
  const limits: Record<string, number> = { ...defaultLimits };
  for (const text of given) {
    const [name = "", value = ""] = text.split("=");
    if (!(name in limits))
      throw new ConfigError(`limit "${name}" is not known; there are ${Object.keys(limits).sort().join(", ")}`);
    limits[name] = limitValue(value, `limit ${name}="${value}"`);
  }
  const result = limits as unknown as Limits;
  const room = result.frameBytesMax - FRAME_OVERHEAD_BYTES;
  if (result.dmaBytesMax > room)
    throw new ConfigError(`limit dmaBytesMax is at most frameBytesMax - ${FRAME_OVERHEAD_BYTES}, here ${room}`);
  return result;
}

/**
 * Makes the directory of the socket, 0700, if it is missing. One under the temp directory must be the user's own, since
 * anybody can make one there.
 * @throws ConfigError
 */
export function prepareDirectory(socketPath: string): void {
  const directory = dirname(socketPath);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigError(`cannot make ${directory}: ${(error as Error).message}`);
  }
  const stat = statSync(directory);
  if (directory.startsWith(join(tmpdir(), "iommufd-emu-")) && stat.uid !== process.getuid?.())
    throw new ConfigError(`${directory} belongs to another user (uid ${stat.uid}); it was left alone`);
}
