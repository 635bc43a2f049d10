/**
 * `iommufd-emu serve`: the daemon in the foreground, until SIGINT or SIGTERM.
 *
 * Its log goes to stderr; stdout gets one line when clients can connect.
 */
import { serve } from "../../daemon/main/serve.js";
import type { DaemonOptions } from "./daemon-options.js";
import { serveOptions } from "./serve-options.js";
import { EXIT_FAILURE, EXIT_OK } from "./usage.js";

export async function serveCommand(options: DaemonOptions & { readonly socket?: string }): Promise<number> {
  const stopSignal = firstSignal();
  const daemon = await serve(serveOptions(options, options.socket));
  for (const notice of daemon.notices) process.stderr.write(`iommufd-emu: ${notice}\n`);
  process.stdout.write(`iommufd-emu: serving ${daemon.socketPath}\n`);
  await stopSignal;
  // Who asks twice does not want to wait for what is in flight.
  process.once("SIGINT", giveUp).once("SIGTERM", giveUp);
  await daemon.stop();
  process.off("SIGINT", giveUp).off("SIGTERM", giveUp);
  return EXIT_OK;
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  });
}

function giveUp(): never {
  process.exit(EXIT_FAILURE);
}
