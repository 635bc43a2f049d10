/** Ioctls over rings, from C and from a processor of the client's own: by the C library, and unmodified under the preload shim. */
import { figure, type Figure, type Target } from "./figure.js";
import type { Plan } from "./plan.js";
import { columnMedians } from "./rounds.js";
import { exchangeArguments } from "./sockets.js";
import type { Workshop } from "./workshop.js";

/** The yardstick wakes nobody, but makes two system calls on each side. */
const DESTROY_TARGET: Target = { of: "ratio", is: "at most", bound: 0.25 };
const MAP_TARGET: Target = { of: "ratio", is: "at most", bound: 0.5 };
const IN_FLIGHT_TARGET: Target = { of: "value", is: "at least", bound: 1e6 };

export async function ring(plan: Plan, workshop: Workshop): Promise<Figure[]> {
  const { warmUps, rounds, calls, inFlight } = plan;
  const echoSocket = await workshop.socket("spinningEcho");
  const rows = await workshop.runBesideUnderShim("ring", warmUps, rounds, calls, echoSocket);
  const [echo, library, destroy, map] = columnMedians(rows).map((ns) => ns / calls);
  const parts = { section: "ring", unit: "ns", yardstick: { name: "echo, both spin", value: echo! } } as const;

  const targets = [`library:${await workshop.socket("daemon")}`, `frames:${await workshop.socket("cEcho")}`];
  const many = await workshop.runBeside("exchange", ...exchangeArguments(plan, inFlight), ...targets);
  const [libraryRate, echoRate] = columnMedians(many).map((ns) => (1e9 * calls) / ns);
  return [
    figure({ ...parts, name: "DESTROY, shim", value: destroy!, target: DESTROY_TARGET }),
    figure({ ...parts, name: "MAP or UNMAP of a page, shim", value: map!, target: MAP_TARGET }),
    figure({ ...parts, name: "DESTROY, C library", value: library! }),
    figure({
      section: "ring",
      unit: "calls/s",
      name: `DESTROY, C library, ${inFlight} in flight`,
      value: libraryRate!,
      yardstick: { name: "echo in C", value: echoRate! },
      target: IN_FLIGHT_TARGET,
    }),
  ];
}
