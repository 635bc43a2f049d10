/** The benchmark: its command line, its figures and targets, and one run of every section with counts as small as can be. */
import { describe, expect, test } from "@jest/globals";
import { parseBenchArguments, UsageError } from "../../scripts/bench/arguments.js";
import { figure, type FigureParts, type Target } from "../../scripts/bench/figure.js";
import { FULL_PLAN, type Plan } from "../../scripts/bench/plan.js";
import { ratiosOf, warnings } from "../../scripts/bench/recorded.js";
import { machineLine, quantity, reportJson, reportTable, thisMachine } from "../../scripts/bench/report.js";
import { alternate, columnMedians, median, shuffled } from "../../scripts/bench/rounds.js";
import { measure, sectionNames } from "../../scripts/bench/run.js";

describe("the command line", () => {
  test("without options runs everything and prints a table", () => {
    const nothing = { json: false, quick: false, help: false, compare: false, record: false };
    expect(parseBenchArguments([])).toEqual({ ...nothing, only: sectionNames });
  });

  test("takes --json, --quick and the sections to run", () => {
    expect(parseBenchArguments(["--json", "--quick", "--compare", "--only", "core,dma"])).toEqual({
      json: true,
      quick: true,
      help: false,
      compare: true,
      record: false,
      only: ["core", "dma"],
    });
  });

  test.each([[["--only", "core,nothing"]], [["--only", ""]], [["--loud"]], [["core"]], [["--record"]]])(
    "refuses %j",
    (words) => {
      expect(() => parseBenchArguments(words)).toThrow(UsageError);
    },
  );
});

const parts: FigureParts = {
  section: "core",
  name: "a",
  unit: "ns",
  value: 300,
  yardstick: { name: "b", value: 200 },
};

describe("a figure", () => {
  test("carries its ratio to the yardstick, and no verdict without a target", () => {
    expect(figure(parts)).toEqual({ ...parts, ratio: 1.5 });
  });

  test.each<[Target, boolean]>([
    [{ of: "ratio", is: "at most", bound: 1.5 }, true],
    [{ of: "ratio", is: "at most", bound: 1.4 }, false],
    [{ of: "ratio", is: "at least", bound: 1.5 }, true],
    [{ of: "ratio", is: "at least", bound: 1.6 }, false],
    [{ of: "value", is: "at most", bound: 299 }, false],
    [{ of: "value", is: "at least", bound: 300 }, true],
    [{ of: "difference", is: "at most", bound: 100 }, true],
    [{ of: "difference", is: "at most", bound: 99 }, false],
  ])("says whether the target %j was met", (target, met) => {
    expect(figure({ ...parts, target }).target).toEqual({ ...target, met });
  });

  test.each([
    [3.456, "ns", "3.46 ns"],
    [870.4, "ns", "870 ns"],
    [12_340, "ns", "12.3 us"],
    [178_900_000, "ns", "179 ms"],
    [4.26e9, "ns", "4.26 s"],
    [345_600, "calls/s", "346 k/s"],
    [6_750_000, "translations/s", "6.75 M/s"],
    [4.361, "GB/s", "4.36 GB/s"],
    [0.0543, "GB/s", "54.3 MB/s"],
    [8.023, "bytes", "8.02 bytes"],
    [163.7, "bytes", "164 bytes"],
  ] as const)("of %d %s reads %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
});

describe("recorded ratios", () => {
  test("are those of this run, by section, figure and yardstick", () => {
    expect(ratiosOf([figure(parts)])).toEqual({ "core: a / b": 1.5 });
  });

  test.each([
    [1.01, []],
    [2.2, []],
    [0.99, ["warning: core: a / b: ratio 1.50, recorded 0.99: 1.52 times as much"]],
    [2.4, ["warning: core: a / b: ratio 1.50, recorded 2.4: 1.60 times as little"]],
  ])("of %d and 1.5 now give a warning beyond a factor of 1.5: %j", (before, lines) => {
    expect(warnings([figure(parts)], { "core: a / b": before })).toEqual(lines);
  });

  test("that are missing are named", () => {
    expect(warnings([figure(parts)], {})).toEqual(["warning: core: a / b: no ratio is recorded"]);
  });
});

describe("rounds", () => {
  test("take the subjects in turn, after one round that does not count", () => {
    const order: string[] = [];
    const subjects = ["a", "b"].map((name) => () => void order.push(name));
    expect(alternate(2, subjects)).toHaveLength(2);
    expect(order).toEqual(["a", "b", "a", "b", "a", "b"]);
  });

  test("give the median, by column", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 2, 4])).toBe(3);
    expect(
      columnMedians([
        [1, 20],
        [3, 10],
        [2, 90],
      ]),
    ).toEqual([2, 20]);
  });

  test("shuffle the same way each time, losing nothing", () => {
    const numbers = shuffled(1000, 7);
    expect(shuffled(1000, 7)).toEqual(numbers);
    expect(numbers).not.toEqual(Uint32Array.from(numbers).sort());
    expect(new Set(numbers).size).toBe(1000);
  });
});

describe("a run", () => {
  const TINY: Plan = {
    rounds: 1,
    warmUps: 0,
    calls: 10,
    inFlight: 4,
    batchIoctls: 4,
    batches: 1,
    areas: [10, 100],
    pairs: 10,
    objects: 20,
    fewObjects: 10,
    translations: 10,
    copyBytes: 1,
    clients: 8,
    busyClients: 4,
    clientCalls: 40,
    idleClients: 4,
    contexts: 4,
    copySizes: [4096, 1024 * 1024],
    scaleRounds: 1,
    scalePages: 512,
    scaleAreas: 30,
    startRounds: 1,
    programRounds: 1,
  };

  test("gives figures for every section, or says why it was left out", async () => {
    const seen: string[] = [];
    const outcome = await measure(TINY, sectionNames, ({ figures, leftOut }) => {
      seen.push(...new Set([...figures, ...leftOut].map(({ section }) => section)));
    });
    expect(seen).toEqual(sectionNames);
    // The core and the translation need nothing that a machine may lack.
    const leftOut = outcome.leftOut.map(({ section }) => section);
    expect(leftOut).not.toContain("core");
    expect(leftOut).not.toContain("translation");

    const report = { date: "2000-01-01T00:00:00.000Z", quick: true, machine: thisMachine(), ...outcome };
    const parsed = JSON.parse(reportJson(report)) as typeof report;
    expect(parsed).toEqual(report);
    for (const { unit, value, yardstick, ratio } of parsed.figures) {
      // The heap of a table so small is lost in what else the heap holds.
      if (unit === "bytes") continue;
      expect(value).toBeGreaterThan(0);
      expect(yardstick.value).toBeGreaterThan(0);
      expect(ratio).toBeCloseTo(value / yardstick.value);
    }
    expect(parsed.machine.node).toBe(process.version);
    expect(machineLine(parsed.machine)).toContain(`Node ${process.version}`);

    const table = reportTable(outcome);
    for (const { name } of outcome.figures) expect(table).toContain(name);
    for (const { reason } of outcome.leftOut) expect(table).toContain(reason);
  }, 240_000);

  test("without a compiler leaves out what is driven from C, with the reason, and measures the rest", async () => {
    const before = process.env["CC"];
    process.env["CC"] = "no-such-compiler";
    try {
      const driven = ["round-trip", "pipeline", "batch", "batch-attached", "sessions", "vfio"] as const;
      const { figures, leftOut } = await measure(TINY, [...driven, "translation"]);
      expect(leftOut).toEqual(driven.map((section) => ({ section, reason: "no C compiler: no-such-compiler" })));
      expect(new Set(figures.map(({ section }) => section))).toEqual(new Set(["translation"]));
    } finally {
      if (before === undefined) delete process.env["CC"];
      else process.env["CC"] = before;
    }
  });

  test("measures the sizes and the pipeline depth that the targets are stated for", () => {
    expect([FULL_PLAN.areas[0], FULL_PLAN.areas.at(-1)]).toEqual([1000, 1_000_000]);
    expect([FULL_PLAN.inFlight, FULL_PLAN.batchIoctls]).toEqual([32, 256]);
    expect(FULL_PLAN.copySizes).toContain(1024 * 1024);
    expect([FULL_PLAN.scalePages * 4096, FULL_PLAN.scaleAreas]).toEqual([64 * 2 ** 30, 100_000]);
  });
});
