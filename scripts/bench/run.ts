/** The sections of the benchmark, and a run of some of them. */
import { core } from "./core.js";
import { dpdk } from "./dpdk.js";
import { type Figure, LeftOut } from "./figure.js";
import { dma } from "./dma.js";
import { translation } from "./hardware.js";
import type { Plan } from "./plan.js";
import { scale } from "./scale.js";
import { ring } from "./ring.js";
import { sessions as manySessions } from "./sessions.js";
import { start } from "./start.js";
import { batch, batchAttached, pipeline, roundTrip } from "./sockets.js";
import { vfio } from "./vfio.js";
import { Workshop } from "./workshop.js";

type Section = (plan: Plan, workshop: Workshop) => Figure[] | Promise<Figure[]>;

/** In the order in which they run. */
export const sections = {
  "round-trip": roundTrip,
  ring,
  pipeline,
  batch,
  "batch-attached": batchAttached,
  sessions: manySessions,
  core,
  translation,
  dma,
  scale,
  vfio,
  start,
  dpdk,
} satisfies Record<string, Section>;

export type SectionName = keyof typeof sections;

export const sectionNames = Object.keys(sections) as SectionName[];

export interface Omission {
  readonly section: SectionName;
  readonly reason: string;
}

export interface Outcome {
  readonly figures: readonly Figure[];
  readonly leftOut: readonly Omission[];
}

/** @param onSection receives each section's outcome as soon as it is there */
export async function measure(
  plan: Plan,
  only: readonly SectionName[],
  onSection: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome> {
  const figures: Figure[] = [];
  const leftOut: Omission[] = [];
  const workshop = new Workshop();
  try {
    for (const name of sectionNames.filter((each) => only.includes(each))) {
      const outcome = await measureSection(name, plan, workshop);
      figures.push(...outcome.figures);
      leftOut.push(...outcome.leftOut);
      onSection(outcome);
    }
  } finally {
    await workshop.close();
  }
  return { figures, leftOut };
}

async function measureSection(name: SectionName, plan: Plan, workshop: Workshop): Promise<Outcome> {
  try {
    const section: Section = sections[name];
    return { figures: await section(plan, workshop), leftOut: [] };
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error;
    return { figures: [], leftOut: [{ section: name, reason: error.message }] };
  }
}
