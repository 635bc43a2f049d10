/**
 * Debian packages that a script uses for itself: fetched by apt and unpacked where the script wants them. Invariant: nothing
 * is installed.
 */
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";

/** A package, the compiler or the like is not to be had; the message says what to do about it. */
export class PreparationFailure extends Error {
  override readonly name = "PreparationFailure";
}

/** Where what a script has fetched is kept from one run to the next. @param name of the script's own */
export function cacheDirectory(name: string): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "iommufd-emu", name);
}

/** What a command printed. @throws PreparationFailure unless it succeeds */
export function runCommand(cwd: string, command: string, ...args: string[]): string {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (result.status === 0) return result.stdout;
  const why = result.error?.message ?? result.stderr.trim();
  throw new PreparationFailure(`${command} ${args[0] ?? ""} failed: ${why}`);
}

/** Puts the packages, as .deb files, into a directory. @throws PreparationFailure */
export function downloadPackages(directory: string, ...packages: string[]): void {
  const args = ["download", "-q", ...packages];
  try {
    runCommand(directory, "apt-get", ...args);
  } catch (error) {
    if (!(error instanceof PreparationFailure) || process.getuid?.() !== 0) throw error;
    // The lists of a fresh machine are empty or name a version that the archive has replaced.
    updateLists(directory);
    runCommand(directory, "apt-get", ...args);
  }
}

/** The names of the packages that a package depends on, alternatives left out. @throws PreparationFailure */
export function dependenciesOf(name: string): string[] {
  const lookUp = () => runCommand(".", "apt-cache", "show", "--no-all-versions", name);
  let record: string;
  try {
    record = lookUp();
  } catch (error) {
    if (!(error instanceof PreparationFailure) || process.getuid?.() !== 0) throw error;
    updateLists(".");
    record = lookUp();
  }
  const depends = /^Depends: (.*)$/m.exec(record)?.[1] ?? "";
  return depends.split(", ").map((dependency) => dependency.split(" ", 1)[0]!);
}

function updateLists(directory: string): void {
  runCommand(directory, "apt-get", "update", "-q");
}
