/**
 * Huge pages of 2 MiB for the time of a run: several tests map memory with MAP_HUGETLB. Invariant: the machine's setting is
 * put back. Follows the kernel's documentation of /sys/kernel/mm/hugepages.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PreparationFailure } from "./source.js";

const DIRECTORY = "/sys/kernel/mm/hugepages/hugepages-2048kB";
/** The largest test maps 128 MiB. */
const PAGES = 64;

const count = (name: string): number => Number(readFileSync(join(DIRECTORY, name), "utf8"));

function setTotal(pages: number): void {
  writeFileSync(join(DIRECTORY, "nr_hugepages"), String(pages));
}

/**
 * Makes enough huge pages free, and returns what puts the setting back.
 * @throws PreparationFailure if this machine does not have that many
 */
export function reserveHugePages(): () => void {
  try {
    const before = count("nr_hugepages");
    const lacking = PAGES - count("free_hugepages");
    if (lacking <= 0) return () => undefined;
    const restore = () => {
      setTotal(before);
    };
    setTotal(before + lacking);
    if (count("free_hugepages") >= PAGES) return restore;
    restore();
  } catch (error) {
    throw new PreparationFailure(`${DIRECTORY}: ${String(error)}; ${PAGES} free huge pages of 2 MiB are needed`);
  }
  throw new PreparationFailure(`this machine does not give ${PAGES} huge pages of 2 MiB`);
}
