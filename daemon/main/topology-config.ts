/**
 * What a topology file may say (docs/topology.md), checked: every mistake is reported, one line each, not just the first.
 * zod is loaded with the first description that is checked, since the default one needs no check.
 */
import type { z as Zod } from "zod";
import type { VtdProfileOptions } from "../hw/vtd/profile.js";
import { INTERRUPT_WINDOW_FIRST, INTERRUPT_WINDOW_LAST } from "../hw/vtd/spec/interrupt-window.js";
import { requirePackage } from "../packages.js";
import { lastOf, PAGE_SIZE, U64 } from "../u64.js";
import { VFIO_DRIVER } from "../vfio/bus.js";

/** More than any test needs; they bound what a description can make the daemon allocate at its start. */
const IOMMUS_MAX = 64;
const ENDPOINTS_MAX = 4096;
const DEVICES_MAX = 4096;
const VDPA_QUEUES_MAX = 64;
const REGIONS_MAX = 64;
const GROUP_MAX = 2 ** 31 - 1;

/** Of a PASID in PCI Express. */
const PASID_BITS_MAX = 20;
/** What the directory of a device's PASIDs can hold in one page. */
const PASID_BITS_DEFAULT = 15;

const KINDS = ["direct", "direct-relaxable", "reserved", "msi", "software-msi"] as const;

/** Instead of the driver that is bound to a device at first: it has none. */
const DRIVER_NONE = "none";

export interface AddressConfig {
  /** In lower case. */
  readonly text: string;
  readonly segment: number;
  readonly requesterId: number;
}

/** A PCI address as text, with the segment and the requester id that it stands for. @returns undefined: it is none */
export function parseAddress(text: string): AddressConfig | undefined {
  const parts = /^([0-9a-f]{4}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/i.exec(text);
  if (parts === null) return undefined;
  const [segment, bus, device, function_] = parts.slice(1).map((part) => parseInt(part, 16)) as [
    number,
    number,
    number,
    number,
  ];
  return { text: text.toLowerCase(), segment, requesterId: (bus << 8) | (device << 3) | function_ };
}

/** What a function has whose description does not say otherwise. */
export const FUNCTION_DEFAULTS = { pasidBits: PASID_BITS_DEFAULT, pageRequests: true } as const;

type Shape = ReturnType<typeof makeShape>;
let madeShape: Shape | undefined;

function shape(): Shape {
  return (madeShape ??= makeShape((requirePackage("zod") as typeof import("zod")).z));
}

function makeShape(z: typeof Zod) {
  const name = z
    .string("must be a text")
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be 1 to 64 letters, digits, '.', '_' or '-'");

  /** An unsigned 64-bit number: JSON number, or text in decimal or with 0x. */
  const u64 = z.union([z.string(), z.number()]).transform((value, context): U64 => {
    const exact =
      typeof value === "number"
        ? Number.isSafeInteger(value) && value >= 0
        : /^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value);
    const number = exact ? BigInt(value) : -1n;
    if (number >= 0n && number < 2n ** 64n) return U64.fromBigInt(number);
    context.addIssue({ code: "custom", message: `${JSON.stringify(value)} is not an unsigned 64-bit number` });
    return z.NEVER;
  });

  const address = z.string("must be a text").transform((text, context) => {
    const parsed = parseAddress(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `"${text}" is not a PCI address like 0000:00:04.0` });
    return z.NEVER;
  });

  const integer = (from: number, to: number): Zod.ZodNumber => {
    const message = `must be a whole number from ${from} to ${to}`;
    return z.int(message).min(from, message).max(to, message);
  };

  const profile = z
    .strictObject({
      mgaw: integer(31, 57).optional(),
      sagaw: integer(2, 14).multipleOf(2, "must be 2, 4, 8 or a sum of them").optional(),
      sslps: integer(0, 3).optional(),
      nd: integer(0, 6).optional(),
      faultRecords: integer(1, 256).optional(),
      snoopControl: z.boolean("must be true or false").optional(),
      pageSelectiveInvalidation: z.boolean("must be true or false").optional(),
      dirtyTracking: z.boolean("must be true or false").optional(),
      pasidBits: integer(0, PASID_BITS_MAX).optional(),
      pageRequests: z.boolean("must be true or false").optional(),
    })
    .transform((options) => options as VtdProfileOptions);

  const iommu = z.strictObject({
    name,
    kind: z.literal("vtd", 'must be "vtd"'),
    profile: profile.optional(),
  });

  const regionSchema = z.strictObject({
    start: u64,
    length: u64,
    kind: z.enum(KINDS, `must be one of ${KINDS.join(", ")}`),
  });

  const endpoint = z.strictObject({
    name,
    address,
    iommu: z.string("must be a text"),
    group: integer(0, GROUP_MAX).optional(),
    reserved: z.array(regionSchema).max(REGIONS_MAX, `must have at most ${REGIONS_MAX} regions`).optional(),
    pasidBits: integer(0, PASID_BITS_MAX).default(FUNCTION_DEFAULTS.pasidBits),
    pageRequests: z.boolean("must be true or false").default(FUNCTION_DEFAULTS.pageRequests),
  });

  const device = z.strictObject({
    model: z.string("must be a text").regex(/^[a-z][a-z0-9-]{0,31}$/, "must be the name of a model"),
    address,
    iommu: z.string("must be a text").optional(),
    group: integer(0, GROUP_MAX).optional(),
    driver: name.default(VFIO_DRIVER).transform((driver) => (driver === DRIVER_NONE ? undefined : driver)),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
    reserved: z.array(regionSchema).max(REGIONS_MAX, `must have at most ${REGIONS_MAX} regions`).optional(),
    pasidBits: integer(0, PASID_BITS_MAX).default(FUNCTION_DEFAULTS.pasidBits),
    pageRequests: z.boolean("must be true or false").default(FUNCTION_DEFAULTS.pageRequests),
  });

  const vdpa = z.strictObject({
    name,
    address,
    iommu: z.string("must be a text").optional(),
    group: integer(0, GROUP_MAX).optional(),
    queues: integer(1, VDPA_QUEUES_MAX).default(1),
    reserved: z.array(regionSchema).max(REGIONS_MAX, `must have at most ${REGIONS_MAX} regions`).optional(),
  });

  return z.strictObject({
    iommus: z.array(iommu).min(1, "must not be empty").max(IOMMUS_MAX, `must have at most ${IOMMUS_MAX} entries`),
    endpoints: z.array(endpoint).max(ENDPOINTS_MAX, `must have at most ${ENDPOINTS_MAX} entries`),
    vdpa: z.array(vdpa).max(DEVICES_MAX, `must have at most ${DEVICES_MAX} entries`).default([]),
    devices: z.array(device).max(DEVICES_MAX, `must have at most ${DEVICES_MAX} entries`).default([]),
  });
}

/** A checked description. */
export type TopologyConfig = Zod.output<Shape>;
export type EndpointConfig = TopologyConfig["endpoints"][number];
export type VdpaConfig = TopologyConfig["vdpa"][number];
export type DeviceConfig = TopologyConfig["devices"][number];
export type RegionConfig = NonNullable<EndpointConfig["reserved"]>[number];

const SHAPE_HINTS: Readonly<Record<string, string>> = { array: "must be a list", object: "must be an object" };

/** @returns the description, or every mistake as a line "place: what is wrong" */
export function parseTopology(json: unknown): { config: TopologyConfig } | { mistakes: readonly string[] } {
  const parsed = shape().safeParse(json, { reportInput: true });
  if (!parsed.success) return { mistakes: parsed.error.issues.flatMap(describeIssue) };
  const mistakes = contradictions(parsed.data);
  return mistakes.length > 0 ? { mistakes } : { config: parsed.data };
}

// ---- mistakes -------------------------------------------------------------------------------------------------------

function describeIssue(issue: Zod.core.$ZodIssue): string[] {
  const place = placeOf(issue.path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${place}: unknown key "${key}"`);
  if (issue.code === "invalid_type" && issue.input === undefined) return [`${place}: is missing`];
  if (issue.code === "invalid_union") return [`${place}: must be a number, or a text such as "0x1000"`];
  const hint = issue.code === "invalid_type" ? SHAPE_HINTS[issue.expected] : undefined;
  return [`${place}: ${hint ?? issue.message}`];
}

/** "endpoints[1].reserved[0].start". */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text.replace(/^\./, "") || "topology";
}

/** What single values do not show: names used twice, references to nothing, groups and regions that do not fit. */
function contradictions({ iommus, endpoints, vdpa, devices }: TopologyConfig): string[] {
  const mistakes: string[] = [];
  const firstUse = new Map<string, string>();
  const claim = (what: string, value: string, place: string): void => {
    const key = `${what} ${value}`;
    const first = firstUse.get(key);
    if (first === undefined) firstUse.set(key, place);
    else mistakes.push(`${place}: ${what} "${value}" is already that of ${first}`);
  };
  for (const [index, { name }] of iommus.entries()) claim("IOMMU name", name, `iommus[${index}]`);
  for (const [index, { name }] of endpoints.entries()) claim("endpoint name", name, `endpoints[${index}]`);
  for (const [index, { name }] of vdpa.entries()) claim("vDPA device name", name, `vdpa[${index}]`);
  const known = new Set(iommus.map((each) => each.name));
  const groupIommu = new Map<number, string>();
  const segments = new Map<string, number>();
  const functions = [
    ...endpoints.map((each, index) => ({ ...each, place: `endpoints[${index}]` })),
    ...vdpa.map((each, index) => ({ ...each, place: `vdpa[${index}]` })),
    ...devices.map((each, index) => ({ ...each, place: `devices[${index}]` })),
  ];
  for (const { place, address: at, group, reserved, iommu: named } of functions) {
    const iommuName = named ?? iommus[0]!.name;
    claim("address", at.text, place);
    if (!known.has(iommuName)) mistakes.push(`${place}.iommu: there is no IOMMU "${iommuName}"`);
    const segment = segments.get(iommuName) ?? at.segment;
    segments.set(iommuName, segment);
    if (segment !== at.segment)
      mistakes.push(`${place}.address: IOMMU "${iommuName}" already serves another PCI segment`);
    if (group !== undefined) {
      const iommuOfGroup = groupIommu.get(group) ?? iommuName;
      groupIommu.set(group, iommuOfGroup);
      if (iommuOfGroup !== iommuName)
        mistakes.push(`${place}.group: group ${group} is already behind IOMMU "${iommuOfGroup}"`);
    }
    mistakes.push(...regionMistakes(reserved ?? [], `${place}.reserved`));
  }
  return mistakes;
}

function regionMistakes(regions: readonly RegionConfig[], place: string): string[] {
  const mistakes: string[] = [];
  const accepted: { start: U64; last: U64; place: string }[] = [
    {
      start: U64.fromNumber(INTERRUPT_WINDOW_FIRST),
      last: U64.fromNumber(INTERRUPT_WINDOW_LAST),
      place: "the interrupt window, which every endpoint has",
    },
  ];
  for (const [index, { start, length }] of regions.entries()) {
    const here = `${place}[${index}]`;
    if (length.isZero()) {
      mistakes.push(`${here}: is empty`);
      continue;
    }
    const last = lastOf(start, length);
    if (last === undefined) {
      mistakes.push(`${here}: ends beyond 2^64`);
      continue;
    }
    if (start.or(length).modPowerOfTwo(PAGE_SIZE) !== 0) mistakes.push(`${here}: is not a whole number of 4 KiB pages`);
    for (const other of accepted)
      if (start.atMost(other.last) && other.start.atMost(last)) mistakes.push(`${here}: overlaps ${other.place}`);
    accepted.push({ start, last, place: here });
  }
  return mistakes;
}
