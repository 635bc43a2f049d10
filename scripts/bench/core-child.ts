/**
 * The state machine without a socket, in a process of its own that can collect garbage when told (`--expose-gc`):
 * MAP + UNMAP in tables of several sizes, beside a JavaScript Map with the same keys, what an area costs in memory, and
 * other calls.
 *
 * `core-child.js PLAN` prints a CoreResult; both are JSON.
 */
import { Accounts } from "../../daemon/core/accounting.js";
import { Context } from "../../daemon/core/context.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { Dispatcher } from "../../daemon/uapi/dispatch.js";
import type { UserMemory } from "../../daemon/uapi/user-memory.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import type { Field, Fields, StructLayout } from "../../proto/uapi/layout.js";
import { FakeCaller, FakeSpace, noDescriptors, noMemory } from "../../test/support/machine.js";
import { measureOperations, type OperationResult } from "./core-operations.js";
import type { Plan } from "./plan.js";
import { reachableBytes } from "./reachable.js";
import { requestOf } from "./requests.js";
import { alternate, randomNumbers, shuffled } from "./rounds.js";

export interface SizeResult {
  readonly areas: number;
  /** Nanoseconds for a MAP and an UNMAP, and for a set and a delete of a Map. */
  readonly pairNs: number;
  readonly mapPairNs: number;
  /** Bytes for an area, and for an entry of a Map. */
  readonly areaBytes: number;
  readonly mapEntryBytes: number;
}

export interface ObjectsResult {
  /** Nanoseconds to make and to destroy an IOAS of many in one context, and of few in each of many contexts. */
  readonly objectNs: number;
  readonly fewObjectsNs: number;
  /** To add an object to a Map and to take it out. */
  readonly mapObjectNs: number;
  readonly objectBytes: number;
  readonly mapObjectBytes: number;
}

export interface CoreResult {
  readonly sizes: readonly SizeResult[];
  readonly operations: readonly OperationResult[];
  readonly objects: ObjectsResult;
}

export type CorePlan = Pick<Plan, "rounds" | "areas" | "pairs" | "objects" | "fewObjects">;

/** The first page of the lowest area: IOVA 0 is not used. */
const PAGE_FIRST = 16;

const ARGUMENT = U64.fromNumber(PAGE_SIZE);
const USER_ADDRESS = U64.fromWords(0x7f00, 0);
const STRUCT_BYTES_MAX = 64;

/** The argument struct of the call that is being made. */
class Argument implements UserMemory {
  private readonly bytes = new Uint8Array(STRUCT_BYTES_MAX);
  private readonly view = new DataView(this.bytes.buffer);

  begin(layout: StructLayout): void {
    this.bytes.fill(0);
    this.view.setUint32(0, layout.bytes, true);
  }

  setU32(field: Field<"u32">, value: number): void {
    this.view.setUint32(field.offset, value, true);
  }

  setU64(field: Field<"u64">, value: U64): void {
    this.view.setInt32(field.offset, value.low, true);
    this.view.setInt32(field.offset + 4, value.high, true);
  }

  u32(field: Field<"u32">): number {
    return this.view.getUint32(field.offset, true);
  }

  read(_address: U64, into: Uint8Array, length: number): number {
    const available = Math.min(length, STRUCT_BYTES_MAX);
    into.set(available === STRUCT_BYTES_MAX ? this.bytes : this.bytes.subarray(0, available));
    return available;
  }

  write(_address: U64, bytes: Uint8Array): boolean {
    this.bytes.set(bytes);
    return true;
  }
}

const dispatcher = new Dispatcher({ selftest: false, kernelFixes: false, allocateKernel: () => errno.ENOMEM });
const argument = new Argument();
const caller = new FakeCaller(new FakeSpace(1));
const pageBytes = U64.fromNumber(PAGE_SIZE);
const requests = {
  alloc: requestOf("IOMMU_IOAS_ALLOC"),
  map: requestOf("IOMMU_IOAS_MAP"),
  unmap: requestOf("IOMMU_IOAS_UNMAP"),
};

function makeContext(objectsMax: number): Context {
  return new Context(new Accounts(), noMemory, {
    perProcessAccounting: false,
    objectsMax,
    allocateShared: () => errno.ENOMEM,
  });
}

function call(context: Context, request: number): void {
  const result = dispatcher.ioctl(context, caller, argument, request, ARGUMENT, noDescriptors);
  if (result !== 0) throw new Error(`ioctl ${request.toString(16)}: ${result}`);
}

/** @returns its id */
function makeIoas(context: Context): number {
  argument.begin(api.iommu_ioas_alloc);
  call(context, requests.alloc);
  return argument.u32(api.iommu_ioas_alloc.fields.out_ioas_id);
}

/** One IOAS with single pages mapped at every second page, entered in an order without order. */
class Table {
  private readonly context = makeContext(16);
  private readonly ioasId = makeIoas(this.context);

  map(page: number): void {
    const { fields } = begin(api.iommu_ioas_map);
    argument.setU32(fields.flags, MAP_FLAGS);
    argument.setU32(fields.ioas_id, this.ioasId);
    argument.setU64(fields.user_va, USER_ADDRESS);
    argument.setU64(fields.length, pageBytes);
    argument.setU64(fields.iova, U64.fromPage(page));
    call(this.context, requests.map);
  }

  unmap(page: number): void {
    const { fields } = begin(api.iommu_ioas_unmap);
    argument.setU32(fields.ioas_id, this.ioasId);
    argument.setU64(fields.iova, U64.fromPage(page));
    argument.setU64(fields.length, pageBytes);
    call(this.context, requests.unmap);
  }
}

const MAP_FLAGS = api.IOMMU_IOAS_MAP_FIXED_IOVA | api.IOMMU_IOAS_MAP_READABLE | api.IOMMU_IOAS_MAP_WRITEABLE;

function begin<F extends Fields>(layout: StructLayout<F>): StructLayout<F> {
  argument.begin(layout);
  return layout;
}

interface Pair {
  readonly areas: number;
  readonly table: Table;
  readonly map: Map<number, number>;
  readonly areaBytes: number;
  readonly mapEntryBytes: number;
}

function build(areas: number): Pair {
  const order = shuffled(areas, areas);
  const before = reachableBytes();
  const table = new Table();
  for (const index of order) table.map(PAGE_FIRST + 2 * index);
  const between = reachableBytes();
  const map = new Map<number, number>();
  for (const index of order) map.set(PAGE_FIRST + 2 * index, index);
  const after = reachableBytes();
  return { areas, table, map, areaBytes: (between - before) / areas, mapEntryBytes: (after - between) / areas };
}

/** Maps and unmaps pages between areas, at random places. */
function churn(pairs: number, areas: number, add: (page: number) => void, remove: (page: number) => void): void {
  const random = randomNumbers(pairs);
  for (let count = 0; count < pairs; count++) {
    const page = PAGE_FIRST + 2 * random(areas) + 1;
    add(page);
    remove(page);
  }
}

function contextWith(objects: number): Context {
  const context = makeContext(objects);
  for (let count = 0; count < objects; count++) makeIoas(context);
  return context;
}

function mapWith(objects: number): Map<number, object> {
  const map = new Map<number, object>();
  for (let id = 1; id <= objects; id++) map.set(id, { id });
  return map;
}

/** Bytes that an IOAS and an object in a Map take. */
function objectMemory(objects: number): Pick<ObjectsResult, "objectBytes" | "mapObjectBytes"> {
  const before = reachableBytes();
  const context = contextWith(objects);
  const between = reachableBytes();
  const map = mapWith(objects);
  const after = reachableBytes();
  if (context.objects.size !== map.size) throw new Error("not as many objects as asked for");
  return { objectBytes: (between - before) / objects, mapObjectBytes: (after - between) / objects };
}

function measureObjects({ rounds, objects, fewObjects }: CorePlan): ObjectsResult {
  const [objectNs, fewObjectsNs, mapObjectNs] = alternate(rounds, [
    () => {
      contextWith(objects).release();
    },
    () => {
      for (let count = 0; count < objects; count += fewObjects) contextWith(fewObjects).release();
    },
    () => {
      const objectsById = mapWith(objects);
      for (let id = 1; id <= objects; id++) objectsById.delete(id);
    },
  ]).map((ns) => ns / objects);
  return {
    objectNs: objectNs!,
    fewObjectsNs: fewObjectsNs!,
    mapObjectNs: mapObjectNs!,
    ...objectMemory(objects),
  };
}

const plan = JSON.parse(process.argv[2] ?? "") as CorePlan;
// Before there are large tables, which every collection of garbage would have to look at.
const objects = measureObjects(plan);
const built = plan.areas.map(build);
const subjects = built.flatMap(({ areas, table, map }) => [
  () => {
    churn(
      plan.pairs,
      areas,
      (page) => {
        table.map(page);
      },
      (page) => {
        table.unmap(page);
      },
    );
  },
  () => {
    churn(
      plan.pairs,
      areas,
      (page) => map.set(page, page),
      (page) => map.delete(page),
    );
  },
]);
const medians = alternate(plan.rounds, subjects).map((ns) => ns / plan.pairs);
const result: CoreResult = {
  sizes: built.map(({ areas, areaBytes, mapEntryBytes }, index) => ({
    areas,
    pairNs: medians[2 * index]!,
    mapPairNs: medians[2 * index + 1]!,
    areaBytes,
    mapEntryBytes,
  })),
  operations: measureOperations(plan.rounds, plan.pairs),
  objects,
};
process.stdout.write(JSON.stringify(result));
