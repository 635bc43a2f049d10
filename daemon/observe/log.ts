/**
 * The log: JSON lines on stderr, each with a stable `event` name. Nothing is logged per request. pino is loaded with the
 * first line that is written, since a daemon of `run` mostly ends before it has anything to say.
 */
import { writeSync } from "node:fs";
import type { Logger } from "pino";
import { requirePackage } from "../packages.js";
import { type Log, LOG_LEVELS, type LogLevel } from "../wire/log.js";

const STDERR = 2;

export function createLog(level: LogLevel): Log {
  let logger: Logger | undefined;
  const at = (name: keyof Log): ((line: object) => void) => {
    if (LOG_LEVELS.indexOf(name) > LOG_LEVELS.indexOf(level) || level === "silent") return () => undefined;
    return (line) => {
      logger ??= loadLogger(level);
      if (logger === undefined) writeSync(STDERR, `${JSON.stringify(line)}\n`);
      else logger[name](line);
    };
  };
  return { fatal: at("fatal"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** @returns undefined: it cannot be loaded now, for want of descriptors perhaps, which is no reason to lose the line */
function loadLogger(level: LogLevel): Logger | undefined {
  try {
    const { destination, pino } = requirePackage("pino") as typeof import("pino");
    const base = { pid: process.pid };
    return pino({ name: "iommufd-emu", level, base }, destination({ dest: STDERR, sync: true }));
  } catch {
    return undefined;
  }
}
