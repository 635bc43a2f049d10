/**
 * What a daemon holds for its clients, out of its status: two inventories that are equal mean that nothing was left
 * behind. Left out is what a daemon may keep: caches, counters and fault records.
 */
import { type ConnectOptions, status, type StatusTree, type StatusValue } from "../../client/ts/index.js";

/** Name to value, both for people. */
export type Inventory = ReadonlyMap<string, string>;

/** How long the end of a client that is gone may take to be handled, and how often to look. */
const SETTLE_MS_MAX = 10_000;
const SETTLE_STEP_MS = 50;

const child = (tree: StatusValue | undefined, ...path: string[]): StatusValue | undefined =>
  path.reduce<StatusValue | undefined>((at, name) => (at as StatusTree | undefined)?.[name], tree);

export async function takeInventory(daemon: ConnectOptions): Promise<Inventory> {
  const tree = await status(daemon);
  const inventory = new Map<string, string>();
  const add = (name: string, value: StatusValue | undefined): void => {
    if (value === undefined) throw new Error(`the status shows no ${name}`);
    inventory.set(name, JSON.stringify(value));
  };
  // Who asks has a session too.
  const sessions = child(tree, "sessions") as StatusTree[];
  add("sessions", sessions.length - 1);
  add("contexts", child(tree, "contexts"));
  add("descriptors", child(tree, "descriptors"));
  for (const endpoint of child(tree, "endpoints") as StatusTree[])
    for (const what of ["bound", "hwpt", "pasids", "pageRequests", "openedBy"])
      add(`${endpoint["name"] as string} ${what}`, endpoint[what]);
  for (const { address, device } of child(tree, "devices", "functions") as StatusTree[])
    add(`PCI device ${(address as string).replaceAll(":", "_")}`, [
      child(device, "open")!,
      child(device, "interrupts")!,
    ]);
  for (const { id, ...group } of child(tree, "devices", "groups") as StatusTree[])
    add(`VFIO group ${id as number}`, group);
  for (const iommu of child(tree, "iommus") as StatusTree[])
    add(`domains of ${iommu["name"] as string}`, iommu["domains"]);
  add("pinned memory", child(tree, "memory", "frames"));
  add("accounts", child(tree, "memory", "accounts"));
  // An IOMMU keeps the pages that say where a device's tables are, once it has made them.
  add("pages of the mock's tables", child(tree, "memory", "tablePages", "mock"));
  // A client that stays may get its ring, which is a file, at any time.
  const rings = sessions.filter(({ ring }) => ring).length;
  add("open files of the daemon", (child(tree, "process", "openFiles") as number) - rings);
  return inventory;
}

/** Lines "what: before, after". */
export function differences(before: Inventory, after: Inventory): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${before.get(name) ?? "none"} before, ${after.get(name) ?? "none"} after`);
}

/** The differences that remain once the ends of all clients have been handled: none if nothing was left behind. */
export async function leftBehind(
  daemon: ConnectOptions,
  before: Inventory,
  patienceMs = SETTLE_MS_MAX,
): Promise<string[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = differences(before, await takeInventory(daemon));
    if (found.length === 0 || performance.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
  }
}
