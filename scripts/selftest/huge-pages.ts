/**
 * Huge pages of 2 MiB for the time of a run: tests map memory with MAP_HUGETLB. Invariant: the machine's setting is put
 * back. Follows the kernel's documentation of /sys/kernel/mm/hugepages.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PreparationFailure } from "../support/debian.js";

const DIRECTORY = "/sys/kernel/mm/hugepages/hugepages-2048kB";

/** What the program needs: its largest test maps 128 MiB. */
export const SELFTEST_HUGE_PAGES = 64;

const count = (name: string): number => Number(readFileSync(join(DIRECTORY, name), "utf8"));

function addToTotal(pages: number): void {
  writeFileSync(join(DIRECTORY, "nr_hugepages"), String(count("nr_hugepages") + pages));
}

/**
 * Adds so many huge pages to the machine's, and returns what takes them away again. Both are changes of the number, so that
 * several runs at a time leave it as it was.
 * @throws PreparationFailure if this machine does not have that many
 */
export function reserveHugePages(pages: number): () => void {
  try {
    const before = count("nr_hugepages");
    addToTotal(pages);
    const added = count("nr_hugepages") - before;
    const restore = () => {
      addToTotal(-added);
    };
    if (count("free_hugepages") >= pages) return restore;
    restore();
  } catch (error) {
    throw new PreparationFailure(`${DIRECTORY}: ${String(error)}; ${pages} free huge pages of 2 MiB are needed`);
  }
  throw new PreparationFailure(`this machine does not give ${pages} huge pages of 2 MiB`);
}

/** Whether this machine has so many to give. */
export function givesHugePages(pages: number): boolean {
  try {
    reserveHugePages(pages)();
    return true;
  } catch (error) {
    if (error instanceof PreparationFailure) return false;
    throw error;
  }
}
