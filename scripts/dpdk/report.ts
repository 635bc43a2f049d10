/** What dpdk-test and dpdk-testpmd printed, and what is wrong with it. */

/** One DMA device under dmadev_autotest. */
export interface InstanceReport {
  /** As DPDK names it. */
  readonly name: string;
  /** Names of the groups of tests that ran: "copy", "burst capacity". */
  readonly ran: readonly string[];
  /** What was left out, in the program's words. */
  readonly skipped: readonly string[];
  /** In all groups, by the program's own counts. */
  readonly completed: number;
  readonly errors: number;
}

export interface AutotestReport {
  readonly instances: readonly InstanceReport[];
  /** "Test OK", "Test Failed" or the like, if the test came to its end. */
  readonly verdict: string | undefined;
}

/** The packets that testpmd counted on all ports, received and sent. */
export interface ForwardReport {
  readonly received: number;
  readonly sent: number;
  /** Whether it left by its command quit. */
  readonly left: boolean;
}

const linesOf = (output: string): string[] => output.split(/[\r\n]+/).map((line) => line.trim());

const COUNTS = /^Ops submitted: \d+\s+Ops completed: (\d+)\s+Errors: (\d+)/;

export function readAutotest(output: string): AutotestReport {
  const instances: (InstanceReport & { ran: string[]; skipped: string[] })[] = [];
  let verdict: string | undefined;
  // The program counts from 0 in each group, and shows its counts again and again.
  let before = { completed: 0, errors: 0 };
  for (const line of linesOf(output)) {
    const name = /^### Test dmadev instance \d+ \[(.*)\]/.exec(line)?.[1];
    if (name !== undefined) instances.push({ name, ran: [], skipped: [], completed: 0, errors: 0 });
    if (/^Test (OK|Failed|Skipped)$/.test(line)) verdict = line;
    const instance = instances.at(-1);
    if (instance === undefined) continue;
    const ran = /^DMA Dev \d+: Running (.*?) Tests/i.exec(line)?.[1];
    if (ran !== undefined) {
      instance.ran.push(ran);
      before = instance;
    }
    const skipped = /^DMA Dev \d+: (.*skipping.*)$/.exec(line)?.[1];
    if (skipped !== undefined) instance.skipped.push(skipped);
    const counts = COUNTS.exec(line);
    if (counts !== null)
      instances[instances.length - 1] = {
        ...instance,
        completed: before.completed + Number(counts[1]),
        errors: before.errors + Number(counts[2]),
      };
  }
  return { instances, verdict };
}

/** Tests that every device has to run; the others depend on what it can. */
const NEEDED = ["copy", "burst capacity"];

/**
 * What is wrong with a run of dmadev_autotest on these devices; nothing if all is well.
 * @param extra groups of tests that have to run, too
 */
export function autotestComplaints(
  { instances, verdict }: AutotestReport,
  devices: readonly string[],
  extra: readonly string[] = [],
): string[] {
  const found: string[] = [];
  if (verdict !== "Test OK") found.push(verdict ?? "dmadev_autotest did not come to its end");
  for (const device of devices) {
    const instance = instances.find(({ name }) => name.includes(device));
    if (instance === undefined) {
      found.push(`${device} is no DMA device to DPDK`);
      continue;
    }
    for (const needed of [...NEEDED, ...extra])
      if (!instance.ran.includes(needed)) found.push(`${device}: the ${needed} tests did not run`);
    if (instance.completed === 0) found.push(`${device} completed nothing`);
  }
  return found;
}

export function readForward(output: string): ForwardReport {
  const lines = linesOf(output);
  const total = lines.slice(lines.findIndex((line) => line.includes("Accumulated forward statistics")) + 1);
  const count = (name: string): number => {
    const line = total.find((line) => line.startsWith(`${name}-packets:`));
    return Number(/\d+/.exec(line ?? "")?.[0] ?? 0);
  };
  return { received: count("RX"), sent: count("TX"), left: lines.includes("Bye...") };
}

/** What is wrong with a run of testpmd in which this device was to be found; nothing if all is well. */
export function forwardComplaints(output: string, device: string): string[] {
  const { received, sent, left } = readForward(output);
  const found: string[] = [];
  if (!linesOf(output).some((line) => /Probe PCI driver: \S*ioat/.test(line) && line.includes(device)))
    found.push(`${device} found no driver`);
  if (received === 0 || sent === 0) found.push(`${received} packets received, ${sent} sent`);
  if (!left) found.push("testpmd did not leave by itself");
  return found;
}
