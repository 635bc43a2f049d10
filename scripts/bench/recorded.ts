/** Ratios of an earlier run, which are kept in the repository, and how far those of this one are from them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../support/run-to-end.js";
import type { Figure } from "./figure.js";

/** By section, figure and yardstick. */
export type Ratios = Readonly<Record<string, number>>;

/** Of quick runs: what is measured has other sizes in a full one. */
const path = join(repositoryRoot, "scripts/bench/recorded-ratios.json");

/** Machines are noisy: less is no news. */
const FACTOR_MAX = 1.5;

const keyOf = ({ section, name, yardstick }: Figure): string => `${section}: ${name} / ${yardstick.name}`;

export function ratiosOf(figures: readonly Figure[]): Ratios {
  return Object.fromEntries(figures.map((figure) => [keyOf(figure), Number(figure.ratio.toPrecision(3))]));
}

export function readRecorded(): Ratios {
  return JSON.parse(readFileSync(path, "utf8")) as Ratios;
}

/** What was not measured now keeps its ratio. */
export function record(figures: readonly Figure[]): void {
  const ratios = { ...readRecorded(), ...ratiosOf(figures) };
  writeFileSync(path, JSON.stringify(ratios, undefined, 2) + "\n");
}

/** A line for each figure whose ratio is far from the recorded one, or of which none is recorded. */
export function warnings(figures: readonly Figure[], recorded: Ratios): string[] {
  return figures.flatMap((figure) => {
    const key = keyOf(figure);
    const before = recorded[key];
    if (before === undefined) return [`warning: ${key}: no ratio is recorded`];
    const factor = figure.ratio / before;
    if (factor <= FACTOR_MAX && factor >= 1 / FACTOR_MAX) return [];
    const times = `${(factor > 1 ? factor : 1 / factor).toFixed(2)} times as ${factor > 1 ? "much" : "little"}`;
    return [`warning: ${key}: ratio ${figure.ratio.toPrecision(3)}, recorded ${before}: ${times}`];
  });
}
