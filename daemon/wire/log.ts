/** What the layers need of a log: a line is an object with a stable `event` name. */

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
/** How much is written: lines of this level and of those before it. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** pino's loggers are such logs. */
export type Log = Readonly<Record<"fatal" | "warn" | "info" | "debug", (line: object) => void>>;
