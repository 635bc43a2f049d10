/**
 * A Linux guest in QEMU, both as Debian packages them, drives an emulated DMA engine that is passed through by vfio-pci; and
 * the guest's root file system and the reading of its console are right. The guest boots only where it has been fetched
 * before (`npm run qemu`), and where everything is required.
 */
import { afterAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archive, directory, executable } from "../../scripts/qemu/cpio.js";
import { isCached } from "../../scripts/qemu/kernel.js";
import { complaints, readReport, withoutRegisterMappings } from "../../scripts/qemu/report.js";
import { runGuest } from "../../scripts/qemu/run.js";
import { requireAll, requirements } from "../support/requirements.js";

/** Fetching and compiling are in it; the run has a limit of its own. */
const RUN_MS_MAX = 15 * 60_000;

const boot = [
  "[    1.977484] ioatdma: Intel(R) QuickData Technology Driver 5.00",
  "guest: channel dma0chan0 of 0x8086:0x2021",
  "[    2.9] dmatest: Started 1 threads using dma0chan0",
  "[    3.1] dmatest: dma0chan0-copy0: summary 100 tests, 0 failures 8000.00 iops 65536 KB/s (0)",
  "guest: interrupts 102",
  "guest: done",
  "[    3.2] reboot: Power down",
].join("\r\n");

describe("the archive of the root file system", () => {
  const entries = [
    directory("lib"),
    executable("lib/odd", Buffer.from("seven b")),
    executable("init", Buffer.from("x")),
  ];
  const bytes = archive(entries);

  test("has headers and contents at multiples of four bytes, and an end", () => {
    expect(bytes.length % 4).toBe(0);
    let at = 0;
    const names: string[] = [];
    while (at < bytes.length) {
      const header = bytes.subarray(at, at + 110).toString("latin1");
      expect(header.slice(0, 6)).toBe("070701");
      const field = (index: number): number => parseInt(header.slice(6 + 8 * index, 14 + 8 * index), 16);
      const nameLength = field(11);
      names.push(bytes.subarray(at + 110, at + 110 + nameLength - 1).toString());
      at = Math.ceil((at + 110 + nameLength) / 4) * 4;
      at = Math.ceil((at + field(6)) / 4) * 4;
    }
    expect(names).toEqual(["lib", "lib/odd", "init", "TRAILER!!!"]);
  });
});

describe("the guest's console", () => {
  const wanted = { channels: 1, threads: 1, iterations: 100 };

  test("tells of channels, threads and interrupts", () => {
    expect(readReport(boot)).toEqual({
      channels: ["dma0chan0 of 0x8086:0x2021"],
      threads: [{ thread: "dma0chan0-copy0", tests: 100, failures: 0, kilobytesPerSecond: 65536, result: 0 }],
      interrupts: 102,
      done: true,
    });
    expect(complaints(readReport(boot), wanted)).toEqual([]);
  });

  test("is wrong with a failure, a missing copy or an error", () => {
    const change = (from: string, to: string): string[] => complaints(readReport(boot.replace(from, to)), wanted);
    expect(change("100 tests, 0", "100 tests, 3")).toEqual(["dma0chan0-copy0: 100 of 100 tests, 3 failures, result 0"]);
    expect(change("100 tests", "99 tests")).toEqual(["dma0chan0-copy0: 99 of 100 tests, 0 failures, result 0"]);
    expect(change("(0)", "(-110)")).toEqual(["dma0chan0-copy0: 100 of 100 tests, 0 failures, result -110"]);
    expect(change("guest: interrupts 102", "")).toEqual(["no interrupt came"]);
    expect(change("guest: done", "")).toEqual(["the guest did not come to its end"]);
  });

  test("is wrong if the guest found no device", () => {
    expect(complaints(readReport("guest: done"), wanted)).toEqual([
      "0 of 1 DMA channels",
      "0 of 1 threads of dmatest",
      "no interrupt came",
    ]);
  });
});

describe("what QEMU says of a mapping that was refused", () => {
  const refused = (address: string): string =>
    "qemu-system-x86_64: VFIO_MAP_DMA failed: Bad address\n" +
    `qemu-system-x86_64: vfio_dma_map(0x55620add8be0, ${address}, 0x2000, 0x7fc1153a2000) = -14 (Bad address)\n`;

  test("is left out for registers of a device, and stays for memory of the guest", () => {
    const memory = refused("0xff000");
    const output = `${refused("0xfebf8000")}guest: a\r\n${memory}guest: b\r\n${refused("0xfebfb000")}`;
    expect(withoutRegisterMappings(output, 2 ** 20)).toBe(`guest: a\r\n${memory}guest: b\r\n`);
  });
});

const cached = requireAll || isCached();
if (!cached) process.stderr.write("skipped: the guest in QEMU: `npm run qemu` fetches it\n");

requirements("root", "native", "compiler", "shim", "qemu").describe("a guest in QEMU", () => {
  const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-qemu-"));
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });
  const devices = ["0000:00:04.0"];
  const options = { devices, iterations: 100, threads: 1, sharedMemory: false, directory: scratch };
  const wanted = { channels: 1, threads: 1, iterations: 100 };

  for (const mapRegisters of [true, false])
    (cached ? test : test.skip)(
      `copies with an engine whose registers are ${mapRegisters ? "mapped" : "read and written by the file"}`,
      async () => {
        const { status, output, report } = await runGuest({ ...options, mapRegisters });
        expect([status, ...complaints(report, wanted), output]).toEqual([0, output]);
      },
      RUN_MS_MAX,
    );
});
