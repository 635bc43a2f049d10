/** What the guest printed on its console, and whether every thread of dmatest did what it was asked for. */

/** The last line of a thread of dmatest. */
export interface ThreadSummary {
  readonly thread: string;
  readonly tests: number;
  readonly failures: number;
  readonly kilobytesPerSecond: number;
  /** 0, or a negative errno. */
  readonly result: number;
}

export interface GuestReport {
  /** "dma0chan0 of 0x8086:0x2021". */
  readonly channels: readonly string[];
  readonly threads: readonly ThreadSummary[];
  /** Interrupts of the DMA engines that reached the guest. */
  readonly interrupts: number;
  /** Whether the guest came to its end. */
  readonly done: boolean;
}

const SUMMARY = /dmatest: (\S+): summary (\d+) tests, (\d+) failures [\d.]+ iops (\d+) KB\/s \((-?\d+)\)/;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function readReport(output: string): GuestReport {
  const lines = output.split(/\r?\n/);
  const said = (what: string): string[] =>
    lines.filter((line) => line.startsWith(`guest: ${what}`)).map((line) => line.slice(`guest: ${what}`.length).trim());
  const threads = lines.flatMap((line): ThreadSummary[] => {
    const match = SUMMARY.exec(line);
    if (match === null) return [];
    const [tests, failures, kilobytesPerSecond, result] = match.slice(2).map(Number);
    return [
      {
        thread: match[1]!,
        tests: tests!,
        failures: failures!,
        kilobytesPerSecond: kilobytesPerSecond!,
        result: result!,
      },
    ];
  });
  return {
    channels: said("channel"),
    threads,
    interrupts: sum(said("interrupts").map(Number)),
    done: said("done").length === 1,
  };
}

/** What is wrong with a run of so many channels, threads on each, and copies by each thread; nothing if all is well. */
export function complaints(
  { channels, threads, interrupts, done }: GuestReport,
  wanted: { readonly channels: number; readonly threads: number; readonly iterations: number },
): string[] {
  const found: string[] = [];
  if (!done) found.push("the guest did not come to its end");
  if (channels.length !== wanted.channels) found.push(`${channels.length} of ${wanted.channels} DMA channels`);
  const threadCount = wanted.channels * wanted.threads;
  if (threads.length !== threadCount) found.push(`${threads.length} of ${threadCount} threads of dmatest`);
  for (const { thread, tests, failures, result } of threads)
    if (tests !== wanted.iterations || failures !== 0 || result !== 0)
      found.push(`${thread}: ${tests} of ${wanted.iterations} tests, ${failures} failures, result ${result}`);
  if (interrupts === 0) found.push("no interrupt came");
  return found;
}

/** QEMU's two lines about a mapping that was refused; the second has its guest physical address. */
const REFUSED_MAPPING =
  /^qemu-system-x86_64: VFIO_MAP_DMA failed: Bad address\r?\nqemu-system-x86_64: vfio_dma_map\(0x[0-9a-f]+, 0x([0-9a-f]+), .*\) = -14 \(Bad address\)\r?\n/gm;

/**
 * The output without QEMU's complaints that it cannot map the registers of one device for DMA of the others, which no iommufd
 * lets it do. What is about the guest's memory stays.
 * @param memoryBytes of the guest, at address 0
 */
export function withoutRegisterMappings(output: string, memoryBytes: number): string {
  return output.replace(REFUSED_MAPPING, (lines, address: string) =>
    parseInt(address, 16) < memoryBytes ? lines : "",
  );
}
