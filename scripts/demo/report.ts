/**
 * What the demo prints: numbered steps with facts, tables, checks and times. Owns the rule that a check which finds
 * something else than expected ends the demo with both values. Colour only where a terminal shows it and NO_COLOR
 * (no-color.org) does not forbid it.
 */

/** A step did not do what it was expected to do, or the demo cannot run; the message is one line for the user. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

/** Where the names of facts end and their values begin. */
const NAME_COLUMNS = 16;
const INDENT = "   ";

const escapes = { bold: "1", dim: "2", green: "32", cyan: "36" } as const;
type Style = keyof typeof escapes;

export interface ReportTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class Report {
  readonly #colour: boolean;
  #steps = 0;
  #checks = 0;

  constructor(
    readonly out: ReportTarget,
    environment: NodeJS.ProcessEnv,
  ) {
    this.#colour = out.isTTY === true && !environment["NO_COLOR"];
  }

  /** Checks that found what they expected. */
  get checks(): number {
    return this.#checks;
  }

  /** Steps begun. */
  get steps(): number {
    return this.#steps;
  }

  title(text: string): void {
    this.#line(this.style("bold", text));
  }

  step(title: string): void {
    this.#steps++;
    this.#line("");
    this.#line(`${this.style("cyan", String(this.#steps))}  ${this.style("bold", title)}`);
  }

  /** A short explanation. */
  say(text: string): void {
    this.#line(INDENT + this.style("dim", text));
  }

  fact(name: string, value: string): void {
    this.#line(INDENT + name.padEnd(NAME_COLUMNS) + value);
  }

  /** @param rows as many cells each as there are headings; columns named in `right` are flush right */
  table(headings: readonly string[], rows: readonly (readonly string[])[], right: readonly string[] = []): void {
    const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]!.length)));
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, at) => (right.includes(headings[at]!) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
        .join("  ")
        .trimEnd();
    this.#line(INDENT + this.style("dim", line(headings)));
    for (const row of rows) this.#line(INDENT + line(row));
  }

  /** @throws DemoFailure naming `what`, if `actual` is not `expected` */
  check(what: string, actual: unknown, expected: unknown): void {
    const [found, wanted] = [text(actual), text(expected)];
    if (found !== wanted) throw new DemoFailure(`${what}: expected ${wanted}, found ${found}`);
    this.#checks++;
    this.#line(`${INDENT}${this.style("green", "✓")} ${what}`);
  }

  style(style: Style, plain: string): string {
    return this.#colour ? `\x1b[${escapes[style]}m${plain}\x1b[0m` : plain;
  }

  #line(line: string): void {
    this.out.write(`${line}\n`);
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, (_name, each: unknown) => plainNumber(each));
}

function plainNumber(value: unknown): unknown {
  return typeof value === "bigint" ? hex(value) : value;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** "640 KiB", "94.3 MiB", "1 GiB", with at most one digit behind the point. */
export function size(bytes: number): string {
  const [unit, name] =
    bytes >= GIB ? [GIB, "GiB"] : bytes >= MIB ? [MIB, "MiB"] : bytes >= KIB ? [KIB, "KiB"] : [1, "bytes"];
  return `${Math.round((bytes / unit) * 10) / 10} ${name}`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** "250 MiB in 96 ms, 2604 MiB/s". */
export function throughput(bytes: number, ms: number): string {
  return `${size(bytes)} in ${milliseconds(ms)}, ${Math.round(bytes / MIB / (ms / 1000))} MiB/s`;
}

export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
