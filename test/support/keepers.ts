/** The tasks that keep the memory of programs under the preload shim (docs/shim.md). */
import { readdirSync, readFileSync } from "node:fs";

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It has ended.
    return "";
  }
};

/** Process ids of the keepers for clients of this daemon that have not ended. */
export function keepersFor(socket: string): string[] {
  return readdirSync("/proc").filter(
    (name) =>
      /^\d+$/.test(name) &&
      textOf(`/proc/${name}/comm`) === "iommufd-keeper\n" &&
      textOf(`/proc/${name}/environ`).split("\0").includes(`IOMMUFD_EMU_SOCKET=${socket}`),
  );
}

/** Waits until there are no more than so many. @returns how many there are */
export async function keepersBecome(socket: string, count: number): Promise<number> {
  for (let tries = 0; tries < 250 && keepersFor(socket).length > count; tries++)
    await new Promise((next) => setTimeout(next, 20));
  return keepersFor(socket).length;
}
