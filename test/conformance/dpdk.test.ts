/**
 * DPDK, as Debian packages it, drives emulated DMA engines through VFIO: its own test of DMA devices passes, and testpmd starts
 * and stops. The reading of what its programs print is right.
 */
import { afterAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { autotestComplaints, forwardComplaints, readAutotest, readForward } from "../../scripts/dpdk/report.js";
import { runAutotest, runTestpmd } from "../../scripts/dpdk/run.js";
import { requirements } from "../support/requirements.js";

/** The run has a limit of its own. */
const RUN_MS_MAX = 10 * 60_000;
const DEVICES = ["0000:00:04.0", "0000:00:04.1"];

const autotestOutput = [
  "### Test dmadev infrastructure using skeleton driver",
  "Total tests   : 11",
  "Passed        : 11",
  "Failed        : 0",
  "",
  "### Test dmadev instance 0 [0000:00:04.0]",
  "DMA Dev 0: Running copy Tests  ",
  "Ops submitted: 133\tOps completed: 133\tErrors: 0\rOps submitted: 266\tOps completed: 265\tErrors: 1\r",
  "DMA Dev 0: Running burst capacity Tests  ",
  "Ops submitted: 1024\tOps completed: 1000\tErrors: 1",
  "DMA Dev 0: device does not report errors, skipping error handling tests",
  "### Test dmadev instance 1 [dma_skeleton]",
  "DMA Dev 1: Running copy Tests  ",
  "Test OK",
  "RTE>>",
].join("\n");

const testpmdOutput = [
  "EAL: Probe PCI driver: dmadev_ioat (8086:2021) device: 0000:00:04.0 (socket -1)",
  "  ---------------------- Forward statistics for port 0  ----------------------",
  "  RX-packets: 3296           RX-dropped: 0             RX-total: 3296",
  "  TX-packets: 3328           TX-dropped: 0             TX-total: 3328",
  "  +++++++++++++++ Accumulated forward statistics for all ports+++++++++++++++",
  "  RX-packets: 6592           RX-dropped: 0             RX-total: 6592",
  "  TX-packets: 6656           TX-dropped: 0             TX-total: 6656",
  "Bye...",
].join("\n");

describe("what dmadev_autotest printed", () => {
  const report = readAutotest(autotestOutput);

  test("has a report of each device, with the last counts of all groups together", () => {
    expect(report.verdict).toBe("Test OK");
    expect(report.instances).toEqual([
      {
        name: "0000:00:04.0",
        ran: ["copy", "burst capacity"],
        skipped: ["device does not report errors, skipping error handling tests"],
        completed: 1265,
        errors: 2,
      },
      { name: "dma_skeleton", ran: ["copy"], skipped: [], completed: 0, errors: 0 },
    ]);
  });

  test("is right only with every device tested, and the program's own verdict", () => {
    expect(autotestComplaints(report, ["0000:00:04.0"])).toEqual([]);
    expect(autotestComplaints(report, ["0000:00:04.0"], ["fill"])).toEqual([
      "0000:00:04.0: the fill tests did not run",
    ]);
    expect(autotestComplaints(report, DEVICES)).toEqual(["0000:00:04.1 is no DMA device to DPDK"]);
    expect(autotestComplaints(report, ["dma_skeleton"])).toEqual([
      "dma_skeleton: the burst capacity tests did not run",
      "dma_skeleton completed nothing",
    ]);
    const cut = readAutotest(autotestOutput.slice(0, autotestOutput.indexOf("Test OK")));
    expect(autotestComplaints(cut, ["0000:00:04.0"])).toEqual(["dmadev_autotest did not come to its end"]);
    const failed = readAutotest(autotestOutput.replace("Test OK", "Test Failed"));
    expect(autotestComplaints(failed, ["0000:00:04.0"])).toEqual(["Test Failed"]);
  });
});

describe("what testpmd printed", () => {
  test("counts the packets of all ports", () => {
    expect(readForward(testpmdOutput)).toEqual({ received: 6592, sent: 6656, left: true });
  });

  test("is right only with the device found, packets forwarded and the program gone by itself", () => {
    expect(forwardComplaints(testpmdOutput, "0000:00:04.0")).toEqual([]);
    expect(forwardComplaints(testpmdOutput, "0000:00:04.1")).toEqual(["0000:00:04.1 found no driver"]);
    expect(forwardComplaints("", "0000:00:04.0")).toEqual([
      "0000:00:04.0 found no driver",
      "0 packets received, 0 sent",
      "testpmd did not leave by itself",
    ]);
  });
});

requirements("root", "native", "shim", "dpdk").describe("DPDK", () => {
  const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-dpdk-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test.each([
    { version: "0x33", groups: ["fill"] },
    { version: "0x34", groups: ["error handling", "fill"] },
  ])(
    "passes its own test of DMA devices, $groups among them, on two of version $version at a time",
    async ({ version, groups }) => {
      const { status, output } = await runAutotest({
        devices: DEVICES,
        directory,
        deviceOptions: `version=${version}`,
      });
      expect([status, ...autotestComplaints(readAutotest(output), DEVICES, groups), output]).toEqual([0, output]);
    },
    RUN_MS_MAX,
  );

  test(
    "starts testpmd with a device beside its ports, and stops it",
    async () => {
      const { status, output } = await runTestpmd({ devices: DEVICES.slice(0, 1), directory });
      expect([status, ...forwardComplaints(output, DEVICES[0]!), output]).toEqual([0, output]);
    },
    RUN_MS_MAX,
  );

  test("keeps its files where it was told to", () => {
    expect(readdirSync(directory)).toContain("dpdk");
  });
});
