/** The log: JSON lines on stderr, each with a stable `event` name. Nothing is logged per request. */
import { destination, pino, type Logger } from "pino";

export function createLog(level: string): Logger {
  return pino({ name: "iommufd-emu", level, base: { pid: process.pid } }, destination({ dest: 2, sync: true }));
}
