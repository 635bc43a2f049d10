/** Large machines: what a page, a dirty page and an area cost where there are very many. */
import { PAGE_SIZE } from "../../daemon/u64.js";
import { figure, type Figure } from "./figure.js";
import type { Plan } from "./plan.js";
import { grouped } from "./report.js";
import type { AreasResult, DirtyResult, ScalePlan, TablesResult } from "./scale-child.js";
import { resultOfChild } from "./workshop.js";

const TIME = { section: "scale", unit: "ns" } as const;
const MEMORY = { section: "scale", unit: "bytes" } as const;

export async function scale({ scaleRounds: rounds, scalePages: pages, scaleAreas: areas }: Plan): Promise<Figure[]> {
  const small = await tables({ measurement: "tables", rounds, pages, hugePages: false });
  const large = await tables({ measurement: "tables", rounds, pages, hugePages: true });
  const whole = `of ${sized(pages)}, 4 KiB pages only`;
  return [
    ...entryFigures(pages, small),
    ...entryFigures(pages, large),
    figure({
      ...TIME,
      name: `MAP ${whole}`,
      value: small.mapNs,
      yardstick: { name: "with large pages", value: large.mapNs },
    }),
    figure({
      ...TIME,
      name: `UNMAP ${whole}`,
      value: small.unmapNs,
      yardstick: { name: "with large pages", value: large.unmapNs },
    }),
    ...(await dirty({ measurement: "dirty", rounds, pages })),
    ...(await unmapAll({ measurement: "areas", rounds, areas })),
  ];
}

async function tables(plan: ScalePlan & { readonly measurement: "tables" }): Promise<TablesResult> {
  return (await resultOfChild("scale-child.js", plan)) as TablesResult;
}

function entryFigures(pages: number, result: TablesResult): Figure[] {
  const entries = Object.values(result.leaves).reduce((sum, count) => sum + count, 0);
  const sizes = Object.entries(result.leaves).filter(([, count]) => count > 0);
  const what = `${sized(pages)} as ${sizes.map(([size, count]) => `${grouped(count)} x ${size}`).join(" + ")}`;
  return [
    figure({
      ...TIME,
      name: `MAP of ${what}, an entry`,
      value: result.mapNs / entries,
      yardstick: { name: "storing a word of 64 bits", value: result.storeNs / entries },
    }),
    figure({
      ...TIME,
      name: `UNMAP of ${what}, an entry`,
      value: result.unmapNs / entries,
      yardstick: { name: "clearing a word of 64 bits", value: result.clearNs / entries },
    }),
    ...(result.bytes === undefined ? [] : [memoryFigure(what, result.bytes / entries)]),
  ];
}

function memoryFigure(what: string, value: number): Figure {
  return figure({
    ...MEMORY,
    name: `memory of ${what}, an entry`,
    value,
    yardstick: { name: "a word of 64 bits", value: 8 },
  });
}

async function dirty(plan: ScalePlan & { readonly measurement: "dirty" }): Promise<Figure[]> {
  const { pages } = plan;
  const result = (await resultOfChild("scale-child.js", plan)) as DirtyResult;
  const bitmap = `dirty bitmap of ${sized(pages)}`;
  const bit = { name: "testing a bit of a bitmap", value: result.loopNs / pages };
  return [
    figure({ ...TIME, name: `${bitmap}, none dirty, a page`, value: result.readCleanNs / pages, yardstick: bit }),
    figure({ ...TIME, name: `${bitmap}, 1 in 100 dirty, a page`, value: result.readNs / pages, yardstick: bit }),
    figure({
      ...TIME,
      name: `${bitmap}, ${grouped(result.dirtyPages)} dirty, a dirty page`,
      value: result.readNs / result.dirtyPages,
      yardstick: { name: "testing all bits, a dirty page", value: result.loopNs / result.dirtyPages },
    }),
  ];
}

async function unmapAll(plan: ScalePlan & { readonly measurement: "areas" }): Promise<Figure[]> {
  const { areas } = plan;
  const result = (await resultOfChild("scale-child.js", plan)) as AreasResult;
  const what = `${grouped(areas)} areas, 2 domains, 3 accesses`;
  return [
    figure({
      ...TIME,
      name: `UNMAP of everything, ${what}, an area`,
      value: result.unmapNs / areas,
      yardstick: { name: "Map, delete", value: result.mapDeleteNs / areas },
    }),
    figure({
      ...MEMORY,
      name: `memory of ${what}, an area`,
      value: result.bytes / areas,
      yardstick: { name: "an entry of a Map", value: result.mapBytes / areas },
    }),
  ];
}

/** Bytes of so many pages, in the largest unit that gives a whole number. */
function sized(pages: number): string {
  const bytes = pages * PAGE_SIZE;
  const unit = bytes % 2 ** 30 === 0 ? { name: "GiB", bytes: 2 ** 30 } : { name: "MiB", bytes: 2 ** 20 };
  return `${grouped(bytes / unit.bytes)} ${unit.name}`;
}
