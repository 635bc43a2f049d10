/**
 * Is there an order of these calls, one at a time, that explains every result? The calls are on one slot that holds a
 * value or nothing; an order must keep every call that returned before another one began ahead of that one.
 *
 * After Wing and Gong, "Testing and Verifying Concurrent Objects" (1993): events are taken in the order of time, and every
 * configuration that is possible so far is kept. Invariant: no configuration is kept that contradicts a result.
 */

/** What a slot holds: 0 for nothing. */
export type Value = number;

export interface SlotCall {
  readonly kind: "put" | "take" | "get";
  /** put: what is put, if the slot is empty. get: what was found. take: 0. */
  readonly value: Value;
  /** put: the slot was empty; take: it was not. get: true. */
  readonly succeeded: boolean;
  /** Of one clock for all processes; any unit. */
  readonly begin: number;
  readonly end: number;
}

/** @returns the value after the call, or undefined if it cannot have had this result here */
export function apply({ kind, value, succeeded }: SlotCall, held: Value): Value | undefined {
  switch (kind) {
    case "put":
      return succeeded === (held === 0) ? (succeeded ? value : held) : undefined;
    case "take":
      return succeeded === (held !== 0) ? 0 : undefined;
    case "get":
      return held === value ? held : undefined;
  }
}

/** What may be the case at a moment. */
interface Configuration {
  readonly held: Value;
  /** Calls under way that have taken effect. */
  readonly done: ReadonlySet<SlotCall>;
}

/** @returns undefined if there is such an order; else the first call, by its end, for which there is none */
export function inexplicable(history: readonly SlotCall[], initial: Value = 0): SlotCall | undefined {
  const numbers = new Map(history.map((call, number) => [call, number]));
  const keyOf = ({ held, done }: Configuration): string =>
    `${held}:${[...done]
      .map((call) => numbers.get(call)!)
      .sort((a, b) => a - b)
      .join()}`;
  const events = history
    .flatMap((call) => [
      { time: call.begin, begins: true, call },
      { time: call.end, begins: false, call },
    ])
    // At the same time, calls that begin come first: they may have been under way together.
    .sort((a, b) => a.time - b.time || Number(b.begins) - Number(a.begins));
  const underWay = new Set<SlotCall>();
  let configurations: Configuration[] = [{ held: initial, done: new Set() }];
  for (const { begins, call } of events) {
    if (begins) {
      underWay.add(call);
      continue;
    }
    const next = new Map<string, Configuration>();
    const seen = new Set<string>();
    const stack = configurations;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const key = keyOf(at);
      if (seen.has(key)) continue;
      seen.add(key);
      if (at.done.has(call)) {
        const done = new Set(at.done);
        done.delete(call);
        const settled = { held: at.held, done };
        next.set(keyOf(settled), settled);
        continue;
      }
      for (const candidate of underWay) {
        if (at.done.has(candidate)) continue;
        const held = apply(candidate, at.held);
        if (held !== undefined) stack.push({ held, done: new Set([...at.done, candidate]) });
      }
    }
    underWay.delete(call);
    if (next.size === 0) return call;
    configurations = [...next.values()];
  }
  return undefined;
}
