/**
 * Long random histories against a model. The environment can ask for another seed and for more steps; a failure names
 * both, so that the same history can be run again.
 */
import fc from "fast-check";

const SEED_VARIABLE = "IOMMUFD_EMU_MODEL_SEED";
const STEPS_VARIABLE = "IOMMUFD_EMU_MODEL_STEPS";

/** Steps drawn at a time, so that a long history needs no more memory than a short one. */
const CHUNK_STEPS = 10_000;

export interface History {
  readonly seed: number;
  readonly steps: number;
}

/** What the environment asks for, else what is given. @throws Error if a variable is no number */
export function history(usual: History): History {
  return { seed: asked(SEED_VARIABLE, usual.seed), steps: asked(STEPS_VARIABLE, usual.steps) };
}

function asked(variable: string, usual: number): number {
  const text = process.env[variable];
  if (text === undefined) return usual;
  if (!/^\d+$/.test(text)) throw new Error(`${variable}="${text}" is no number`);
  return Number(text);
}

/** Calls `run` for each step, of which the first is number 1. @throws Error that says how to repeat a failure */
export function runHistory({ seed, steps }: History, run: (step: number) => void): void {
  for (let step = 1; step <= steps; step++) {
    try {
      run(step);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${SEED_VARIABLE}=${seed} ${STEPS_VARIABLE}=${step}: ${message}`, { cause: error });
    }
  }
}

/** The same with steps that an arbitrary gives. */
export function runDrawn<T>(arbitrary: fc.Arbitrary<T>, what: History, run: (drawn: T) => void): void {
  let drawn: T[] = [];
  runHistory(what, (step) => {
    const index = (step - 1) % CHUNK_STEPS;
    // Always whole chunks: a history that stops earlier begins with the same steps.
    if (index === 0) drawn = fc.sample(arbitrary, { numRuns: CHUNK_STEPS, seed: what.seed + (step - 1) / CHUNK_STEPS });
    run(drawn[index]!);
  });
}
