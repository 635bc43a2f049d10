/** The options that `serve` and `run` share: what kind of daemon it is to be. */
import { type Command, Option } from "commander";

/** As commander collects them. */
export interface DaemonOptions {
  readonly topology?: string;
  readonly device?: readonly string[];
  readonly sysfs?: string;
  readonly limit?: readonly string[];
  readonly selftest?: boolean;
  readonly kernelFixes?: boolean;
  readonly logLevel?: string;
}

export function addDaemonOptions(command: Command): Command {
  return command
    .option("--topology <file>", "devices and IOMMUs to simulate, JSON (default: a built-in set)")
    .addOption(
      new Option("--device <model@address>", "add a PCI device, such as ioat@0000:00:04.0; may be repeated").argParser(
        collect,
      ),
    )
    .addOption(
      new Option("--sysfs <how>", "show the devices beside the machine's own, or instead of them").choices([
        "beside",
        "instead",
      ]),
    )
    .addOption(new Option("--limit <name=value>", "change a limit; may be repeated").argParser(collect))
    .option("--selftest", "offer IOMMU_TEST_CMD, as a kernel with IOMMUFD_TEST (the default)")
    .option("--no-selftest", "do not offer it, as other kernels")
    .option("--kernel-fixes", "answer as Linux will once its known defects are mended (default: as Linux 7.1)")
    .option("--log-level <level>", "fatal, error, warn, info, debug, trace or silent");
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
