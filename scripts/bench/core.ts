/** The state machine alone: how the cost of a call and the memory of an area grow with the number of areas. */
import type { CorePlan, CoreResult, ObjectsResult, SizeResult } from "./core-child.js";
import type { OperationResult } from "./core-operations.js";
import { figure, type Figure, type Target } from "./figure.js";
import type { Plan } from "./plan.js";
import { grouped } from "./report.js";
import { resultOfChild } from "./workshop.js";

/** Logarithmic cost, and memory that is farther away: a thousand times the areas may cost this much more. */
const GROWTH_TARGET: Target = { of: "ratio", is: "at most", bound: 3 };
/** What lives for long is moved by the collection of garbage, twice; beside that nothing may grow. */
const OBJECTS_TARGET: Target = { of: "ratio", is: "at most", bound: 5 };
/** Tens of bytes and not kilobytes: a million areas fit into what a small machine can spare. */
const MEMORY_TARGET: Target = { of: "value", is: "at most", bound: 200 };

export async function core({ rounds, areas, pairs, objects, fewObjects }: Plan): Promise<Figure[]> {
  const plan: CorePlan = { rounds, areas, pairs, objects, fewObjects };
  const result = (await resultOfChild("core-child.js", plan)) as CoreResult;
  return [...areaFigures(result.sizes), ...operationFigures(result.operations), ...objectFigures(plan, result.objects)];
}

function areaFigures(sizes: readonly SizeResult[]): Figure[] {
  const first = sizes[0]!;
  const last = sizes.at(-1)!;
  const time = { section: "core", unit: "ns" } as const;
  return [
    ...sizes.map((size) =>
      figure({
        ...time,
        name: `MAP + UNMAP, ${grouped(size.areas)} areas`,
        value: size.pairNs,
        yardstick: { name: `Map, set + delete, ${grouped(size.areas)} keys`, value: size.mapPairNs },
      }),
    ),
    figure({
      ...time,
      name: `MAP + UNMAP, ${grouped(last.areas)} areas`,
      value: last.pairNs,
      yardstick: { name: `${grouped(first.areas)} areas`, value: first.pairNs },
      target: GROWTH_TARGET,
    }),
    figure({
      section: "core",
      unit: "bytes",
      name: `an area of ${grouped(last.areas)}`,
      value: last.areaBytes,
      yardstick: { name: "an entry of a Map", value: last.mapEntryBytes },
      target: MEMORY_TARGET,
    }),
  ];
}

function operationFigures(operations: readonly OperationResult[]): Figure[] {
  return operations.map(({ name, ns, yardstick, yardstickNs }) =>
    figure({ section: "core", unit: "ns", name, value: ns, yardstick: { name: yardstick, value: yardstickNs } }),
  );
}

function objectFigures({ objects, fewObjects }: CorePlan, result: ObjectsResult): Figure[] {
  const made = {
    section: "core",
    unit: "ns",
    name: `an IOAS made and destroyed, ${grouped(objects)} in a context`,
  } as const;
  return [
    figure({ ...made, value: result.objectNs, yardstick: { name: "an object in a Map", value: result.mapObjectNs } }),
    figure({
      ...made,
      value: result.objectNs,
      yardstick: { name: `${grouped(fewObjects)} in each context`, value: result.fewObjectsNs },
      target: OBJECTS_TARGET,
    }),
    figure({
      section: "core",
      unit: "bytes",
      name: `an IOAS of ${grouped(objects)}`,
      value: result.objectBytes,
      yardstick: { name: "an object in a Map", value: result.mapObjectBytes },
    }),
  ];
}
