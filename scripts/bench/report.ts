/** How an outcome is printed: JSON for programs, a table for people. */
import { cpus, release, totalmem } from "node:os";
import type { Figure, Target, Unit } from "./figure.js";
import type { Omission, Outcome } from "./run.js";

/** Where a run took place; figures mean nothing without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
}

export interface Report extends Outcome {
  /** ISO 8601. */
  readonly date: string;
  readonly quick: boolean;
  readonly machine: Machine;
}

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
  };
}

export function reportJson(report: Report): string {
  return JSON.stringify(report, undefined, 2) + "\n";
}

export function machineLine({ cpu, cores, memoryBytes, kernel, node }: Machine): string {
  return `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB; Linux ${kernel}; Node ${node}\n`;
}

const HEADINGS = ["", "figure", "yardstick", "", "ratio", "target", ""] as const;

/** A table of figures, and a line for each section that could not be measured. */
export function reportTable({ figures, leftOut }: Outcome): string {
  const rows = figures.map(cellsOf);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((cells) => cells[column]!.length)),
  );
  const isNumber = [false, true, false, true, true, false, false];
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd() + "\n";
  const table = rows.length === 0 ? "" : line(HEADINGS) + rows.map(line).join("");
  return table + leftOut.map(omissionLine).join("");
}

function omissionLine({ section, reason }: Omission): string {
  return `${section} was left out: ${reason}\n`;
}

function cellsOf({ name, unit, value, yardstick, ratio, target }: Figure): string[] {
  return [
    name,
    quantity(value, unit),
    yardstick.name,
    quantity(yardstick.value, unit),
    ratio.toPrecision(3),
    target === undefined ? "" : targetText(target, unit),
    target === undefined ? "" : target.met ? "met" : "MISSED",
  ];
}

function targetText({ of, is, bound }: Target, unit: Unit): string {
  return `${is} ${of === "ratio" ? Number(bound.toPrecision(3)) : quantity(bound, unit)}${of === "difference" ? " more" : ""}`;
}

/** A number with its unit, for people: three digits that count. */
export function quantity(value: number, unit: Unit): string {
  switch (unit) {
    case "ns":
      return duration(value);
    case "GB/s":
      return value < 1 ? `${digits(value * 1e3)} MB/s` : `${digits(value)} GB/s`;
    case "bytes":
      return `${digits(value)} bytes`;
    case "answers":
      return digits(value);
    case "calls/s":
    case "translations/s":
      return value < 1e6 ? `${digits(value / 1e3)} k/s` : `${digits(value / 1e6)} M/s`;
  }
}

function duration(ns: number): string {
  if (ns < 1e3) return `${digits(ns)} ns`;
  if (ns < 1e6) return `${digits(ns / 1e3)} us`;
  return ns < 1e9 ? `${digits(ns / 1e6)} ms` : `${digits(ns / 1e9)} s`;
}

/** A count for people, with commas between its thousands. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
