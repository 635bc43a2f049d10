/** What a measurement gives: a figure beside its yardstick, their ratio, and whether the target for it was met. */

/** Every unit that figures have. Of "ns" and "bytes" less is better, of rates more. */
export type Unit = "ns" | "calls/s" | "translations/s" | "answers" | "GB/s" | "bytes";

export interface Target {
  /** Whether the bound is for the ratio of figure to yardstick, for the figure itself, or for what it is above the yardstick. */
  readonly of: "ratio" | "value" | "difference";
  readonly is: "at most" | "at least";
  readonly bound: number;
}

export interface Figure {
  readonly section: string;
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
  /** In the same unit, from the same run. */
  readonly yardstick: { readonly name: string; readonly value: number };
  /** value / yardstick.value */
  readonly ratio: number;
  readonly target?: Target & { readonly met: boolean };
}

export type FigureParts = Omit<Figure, "ratio" | "target"> & { readonly target?: Target };

export function figure({ target, ...parts }: FigureParts): Figure {
  const ratio = parts.value / parts.yardstick.value;
  return target === undefined ? { ...parts, ratio } : { ...parts, ratio, target: { ...target, met: meets(target) } };

  function meets({ of, is, bound }: Target): boolean {
    const measured = { ratio, value: parts.value, difference: parts.value - parts.yardstick.value }[of];
    return is === "at most" ? measured <= bound : measured >= bound;
  }
}

/** A section that this machine cannot measure; the message says why. */
export class LeftOut extends Error {
  override readonly name = "LeftOut";
}
