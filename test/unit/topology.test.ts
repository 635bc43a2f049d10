/** The topology file: what it may say, and one line for each mistake (docs/topology.md). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parseTopology } from "../../daemon/main/topology-config.js";
import { parseDeviceText } from "../../daemon/main/device-text.js";
import { DEFAULT_TOPOLOGY, TopologyDescription, TopologyError } from "../../daemon/main/topology-description.js";
import { Topology } from "../../daemon/main/topology.js";
import { errno } from "../../proto/uapi/errno.js";

const NO_MEMORY = { read: () => errno.EFAULT, write: () => errno.EFAULT };
const IOMMU = { name: "iommu0", kind: "vtd" };
const DMA0 = { name: "dma0", address: "0000:00:04.0", iommu: "iommu0" };

function build(json?: unknown): Topology {
  const description = json === undefined ? TopologyDescription.load(undefined) : TopologyDescription.of(json);
  return new Topology(description, {
    memory: NO_MEMORY,
    tablesMax: 64,
    kernelFixes: false,
    later: () => undefined,
    allocateBarMemory: () => undefined,
  });
}

function mistakes(json: unknown): readonly string[] {
  const result = parseTopology(json);
  return "mistakes" in result ? result.mistakes : [];
}

describe("the machine", () => {
  test("without a file is what the check of the default description comes to", () => {
    expect(TopologyDescription.load(undefined).config).toEqual(TopologyDescription.of(DEFAULT_TOPOLOGY).config);
  });

  test("without a file it is one VT-d unit with two endpoints alone and two in one group", () => {
    const { iommus, endpoints, groups, tableMemory } = build();
    expect(iommus.map(({ name }) => name)).toEqual(["iommu0"]);
    expect(
      endpoints.map(({ endpoint, group }) => [endpoint.name, endpoint.address, endpoint.requesterId, group.id]),
    ).toEqual([
      ["dma0", "0000:00:04.0", 0x20, 1],
      ["dma1", "0000:00:05.0", 0x28, 2],
      ["dma2", "0000:00:06.0", 0x30, 3],
      ["dma3", "0000:00:06.1", 0x31, 3],
    ]);
    expect(groups.map(({ id, devices }) => [id, devices.map(({ name }) => name)])).toEqual([
      [1, ["dma0"]],
      [2, ["dma1"]],
      [3, ["dma2", "dma3"]],
    ]);
    expect(tableMemory.used).toBe(1);
  });

  test("every endpoint has the interrupt window, behind the regions that are listed", () => {
    const reserved = [
      { start: "0x1000", length: 8192, kind: "reserved" },
      { start: "0xfffffffffffff000", length: "4096", kind: "direct" },
    ];
    const [only] = build({ iommus: [IOMMU], endpoints: [{ ...DMA0, reserved }] }).endpoints;
    expect(
      only?.endpoint.reservedRegions.map(({ start, last, kind }) => [start.toString(), last.toString(), kind]),
    ).toEqual([
      ["0x1000", "0x2fff", "reserved"],
      ["0xfffffffffffff000", "0xffffffffffffffff", "direct"],
      ["0xfee00000", "0xfeefffff", "msi"],
    ]);
  });

  test("endpoints without a group get groups of their own, with the lowest numbers that are free", () => {
    const { endpoints } = build({
      iommus: [IOMMU],
      endpoints: [
        DMA0,
        { ...DMA0, name: "b", address: "0000:00:05.0", group: 1 },
        { ...DMA0, name: "c", address: "0000:ff:1f.7" },
      ],
    });
    expect(endpoints.map(({ endpoint, group }) => [endpoint.requesterId, group.id])).toEqual([
      [0x20, 2],
      [0x28, 1],
      [0xffff, 3],
    ]);
  });

  test("a profile changes what the unit advertises", () => {
    const profile = { mgaw: 39, sagaw: 2, sslps: 0, nd: 0, faultRecords: 1, snoopControl: false };
    const { iommus } = build({ iommus: [{ ...IOMMU, profile }], endpoints: [] });
    expect(iommus[0]?.profile).toMatchObject({
      mgaw: 39,
      domainIds: 16,
      faultRecords: 1,
      secondStage: { vaLg2: 39, topLevel: 2, pageSizes: [12] },
    });
    expect(iommus[0]?.canEnforceCoherency).toBe(false);
  });
});

test("the example of docs/topology.md is a topology", () => {
  const example = /```json\n(.*?)```/s.exec(readFileSync("docs/topology.md", "utf8"))?.[1] ?? "";
  expect(mistakes(JSON.parse(example))).toEqual([]);
});

// ---- devices ----------------------------------------------------------------------------------------------------------

describe("devices", () => {
  const IOAT = { model: "ioat", address: "0000:00:07.0" };
  const machineOf = (devices: unknown[], endpoints: unknown[] = []) => build({ iommus: [IOMMU], endpoints, devices });
  const shown = ({ devices }: Topology) =>
    devices.map(({ function: { name }, group, driver }) => [name, group.id, driver]);

  test("are bound to vfio-pci unless another driver or none is named, and have groups of their own or those named", () => {
    const devices = [
      IOAT,
      { ...IOAT, address: "0000:00:08.0", driver: "ioatdma", group: 5 },
      { ...IOAT, address: "0000:00:09.0", driver: "none" },
    ];
    expect(shown(machineOf(devices, [DMA0]))).toEqual([
      ["0000:00:07.0", 2, "vfio-pci"],
      ["0000:00:08.0", 5, "ioatdma"],
      ["0000:00:09.0", 3, undefined],
    ]);
  });

  test("may share a group with an endpoint", () => {
    const { groups } = machineOf([{ ...IOAT, group: 4 }], [{ ...DMA0, group: 4 }]);
    expect(groups.map(({ id, devices }) => [id, devices.length])).toEqual([[4, 2]]);
  });

  test("are behind the first IOMMU unless another one is named", () => {
    const second = { ...IOAT, address: "0000:00:08.0", iommu: "b" };
    const iommus = [IOMMU, { ...IOMMU, name: "b" }];
    const topology = build({ iommus, endpoints: [], devices: [IOAT, second] });
    const indexOf = (iommu: unknown) => topology.iommus.findIndex((each) => each === iommu);
    expect(topology.devices.map(({ function: { iommu } }) => indexOf(iommu))).toEqual([0, 1]);
  });

  test("have the interrupt window behind the regions that are listed", () => {
    const reserved = [{ start: 0x1000, length: 0x1000, kind: "reserved" }];
    const [only] = machineOf([{ ...IOAT, reserved }]).devices;
    expect(only!.function.reservedRegions.map(({ start, kind }) => [start.toString(), kind])).toEqual([
      ["0x1000", "reserved"],
      ["0xfee00000", "msi"],
    ]);
  });

  test("take the options of their model", () => {
    const [only] = machineOf([{ ...IOAT, options: { deviceId: 0x0b00, resettable: false } }]).devices;
    const { model } = only!.function;
    expect([model.identity.deviceId, model.resettable]).toEqual([0x0b00, false]);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ model: "toaster" }, 'device 0000:00:07.0: there is no model "toaster"; there are ioat, testdev'],
    [{ options: { speed: 1 } }, 'device 0000:00:07.0: model "ioat" has no option "speed"; it has deviceId, version'],
    [{ options: { version: "new" } }, 'device 0000:00:07.0: option "version" of model "ioat" must be a number'],
    [{ options: { deviceId: 0x1234 } }, "device 0000:00:07.0: "],
  ])("that no model can be, such as %j, are refused", (changed, message) => {
    expect(() => machineOf([{ ...IOAT, ...changed }])).toThrow(TopologyError);
    expect(() => machineOf([{ ...IOAT, ...changed }])).toThrow(message);
  });

  test("come and go: an address, a group that is empty and its number can be used again", () => {
    const topology = machineOf([IOAT]);
    topology.addDevice("ioat@0000:00:08.0");
    expect(shown(topology)).toEqual([
      ["0000:00:07.0", 1, "vfio-pci"],
      ["0000:00:08.0", 2, "vfio-pci"],
    ]);
    expect(() => topology.addDevice("ioat@0000:00:07.0")).toThrow(
      'address "0000:00:07.0" is already that of devices[0]',
    );
    const [first] = topology.devices;
    first!.group.remove(first!.function);
    topology.removeDevice("0000:00:07.0");
    topology.addDevice("ioat@0000:00:07.0");
    expect(shown(topology).map(([address, group]) => [address, group])).toEqual([
      ["0000:00:08.0", 2],
      ["0000:00:07.0", 1],
    ]);
  });

  test("given beside the default machine take the places of its endpoints, beside a file none", () => {
    const { config } = TopologyDescription.load(undefined, ["ioat@0000:00:04.0", "ioat@0000:00:07.0"]);
    expect(config.endpoints.map(({ name }) => name)).toEqual(["dma1", "dma2", "dma3"]);
    expect(config.devices.map(({ address }) => address.text)).toEqual(["0000:00:04.0", "0000:00:07.0"]);
    const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-topology-"));
    const path = join(directory, "machine.json");
    writeFileSync(path, JSON.stringify({ iommus: [IOMMU], endpoints: [DMA0] }));
    expect(() => TopologyDescription.load(path, ["ioat@0000:00:04.0"])).toThrow(
      'device "ioat@0000:00:04.0": devices[0]: address "0000:00:04.0" is already that of endpoints[0]',
    );
    rmSync(directory, { recursive: true });
  });
});

describe("a device as text", () => {
  test.each<[string, Record<string, unknown>]>([
    ["ioat@0000:00:04.0", {}],
    ["ioat@0000:00:04.0,group=7,driver=none,iommu=b", { group: 7, driver: "none", iommu: "b" }],
    ["ioat@0000:00:04.0,pasidBits=0x10,pageRequests=false", { pasidBits: 16, pageRequests: false }],
    [
      "ioat@0000:00:04.0,version=0x34,resettable=true,name=a=b",
      {
        options: { version: 0x34, resettable: true, name: "a=b" },
      },
    ],
    ["ioat@0000:00:04.0,group=seven,empty=", { group: "seven", options: { empty: "" } }],
  ])("%s is an entry of a topology", (text, expected) => {
    expect(parseDeviceText(text)).toEqual({ model: "ioat", address: "0000:00:04.0", options: {}, ...expected });
  });

  test.each([
    ["ioat", 'device "ioat": must be MODEL@ADDRESS'],
    ["a@b@c", 'device "a@b@c": must be MODEL@ADDRESS'],
    ["ioat@0000:00:04.0,fast", 'device "ioat@0000:00:04.0,fast": "fast" must be NAME=VALUE'],
    ["ioat@0000:00:04.0,=1", 'device "ioat@0000:00:04.0,=1": "=1" must be NAME=VALUE'],
    ["ioat@0000:00:04.0,", 'device "ioat@0000:00:04.0,": "" must be NAME=VALUE'],
  ])("%s is none", (text, message) => {
    expect(parseDeviceText(text)).toBe(message);
    expect(() => TopologyDescription.load(undefined, [text])).toThrow(new TopologyError(message));
  });

  test("whose values no entry can have is refused with their places", () => {
    expect(() => TopologyDescription.load(undefined, ["ioat@here,group=seven"])).toThrow(
      [
        'device "ioat@here,group=seven": devices[0].address: "here" is not a PCI address like 0000:00:04.0',
        'device "ioat@here,group=seven": devices[0].group: must be a whole number from 0 to 2147483647',
      ].join("\n"),
    );
  });
});

describe("mistakes", () => {
  test.each<[unknown, string[]]>([
    [null, ["topology: must be an object"]],
    [{}, ["iommus: is missing", "endpoints: is missing"]],
    [{ iommus: {}, endpoints: [] }, ["iommus: must be a list"]],
    [{ iommus: [], endpoints: [] }, ["iommus: must not be empty"]],
    [{ iommus: [IOMMU], endpoints: [], more: 1 }, ['topology: unknown key "more"']],
    [{ iommus: [{ ...IOMMU, colour: 1 }], endpoints: [] }, ['iommus[0]: unknown key "colour"']],
    [{ iommus: [{ name: "x", kind: "smmuv3" }], endpoints: [] }, ['iommus[0].kind: must be "vtd"']],
    [
      { iommus: [{ ...IOMMU, profile: { mgaw: 64, ssads: true } }], endpoints: [] },
      ["iommus[0].profile.mgaw: must be a whole number from 31 to 57", 'iommus[0].profile: unknown key "ssads"'],
    ],
    [
      {
        iommus: [{ ...IOMMU, profile: { pasidBits: 21, pageRequests: 1 } }],
        endpoints: [{ name: "a", address: "0000:00:04.0", iommu: IOMMU.name, pasidBits: -1, pageRequests: "yes" }],
      },
      [
        "iommus[0].profile.pasidBits: must be a whole number from 0 to 20",
        "iommus[0].profile.pageRequests: must be true or false",
        "endpoints[0].pasidBits: must be a whole number from 0 to 20",
        "endpoints[0].pageRequests: must be true or false",
      ],
    ],
    [
      { iommus: [{ ...IOMMU, profile: { mgaw: 35, sagaw: 5 } }], endpoints: [] },
      ["iommus[0].profile.sagaw: must be 2, 4, 8 or a sum of them"],
    ],
    [
      { iommus: [{ ...IOMMU, profile: { mgaw: 31, sagaw: 4, snoopControl: 1 } }], endpoints: [] },
      ["iommus[0].profile.snoopControl: must be true or false"],
    ],
    [{ iommus: [IOMMU, IOMMU], endpoints: [] }, ['iommus[1]: IOMMU name "iommu0" is already that of iommus[0]']],
    [
      { iommus: [IOMMU], endpoints: [DMA0, DMA0] },
      [
        'endpoints[1]: endpoint name "dma0" is already that of endpoints[0]',
        'endpoints[1]: address "0000:00:04.0" is already that of endpoints[0]',
      ],
    ],
    [
      { iommus: [IOMMU], endpoints: [{ ...DMA0, name: "a b", iommu: "iommu9" }] },
      ["endpoints[0].name: must be 1 to 64 letters, digits, '.', '_' or '-'"],
    ],
    [
      { iommus: [IOMMU], endpoints: [{ ...DMA0, iommu: "iommu9" }] },
      ['endpoints[0].iommu: there is no IOMMU "iommu9"'],
    ],
    [
      {
        iommus: [IOMMU],
        endpoints: ["00:04.0", "0000:00:20.0", "0000:00:04.8", "0000:00:04"].map((address) => ({ ...DMA0, address })),
      },
      [
        'endpoints[0].address: "00:04.0" is not a PCI address like 0000:00:04.0',
        'endpoints[1].address: "0000:00:20.0" is not a PCI address like 0000:00:04.0',
        'endpoints[2].address: "0000:00:04.8" is not a PCI address like 0000:00:04.0',
        'endpoints[3].address: "0000:00:04" is not a PCI address like 0000:00:04.0',
      ],
    ],
    [
      {
        iommus: [IOMMU, { ...IOMMU, name: "iommu1" }],
        endpoints: [
          { ...DMA0, group: 4 },
          { name: "dma1", address: "0000:00:05.0", iommu: "iommu1", group: 4 },
          { name: "dma2", address: "0001:00:05.0", iommu: "iommu1", group: -1 },
        ],
      },
      ["endpoints[2].group: must be a whole number from 0 to 2147483647"],
    ],
    [
      {
        iommus: [IOMMU, { ...IOMMU, name: "iommu1" }],
        endpoints: [
          { ...DMA0, group: 4 },
          { name: "dma1", address: "0000:00:05.0", iommu: "iommu1", group: 4 },
          { name: "dma2", address: "0001:00:05.0", iommu: "iommu1" },
        ],
      },
      [
        'endpoints[1].group: group 4 is already behind IOMMU "iommu0"',
        'endpoints[2].address: IOMMU "iommu1" already serves another PCI segment',
      ],
    ],
  ])("%j", (json, expected) => {
    expect(mistakes(json)).toEqual(expected);
  });

  test.each<[unknown[], string[]]>([
    [
      [{ start: 0, length: 4096, kind: "rmrr" }],
      [".kind: must be one of direct, direct-relaxable, reserved, msi, software-msi"],
    ],
    [[{ start: -1, length: 4096, kind: "msi" }], [".start: -1 is not an unsigned 64-bit number"]],
    [
      [{ start: "0x1g", length: 2 ** 53, kind: "msi" }],
      ['.start: "0x1g" is not an unsigned 64-bit number', ".length: 9007199254740992 is not an unsigned 64-bit number"],
    ],
    [
      [{ start: "99999999999999999999", length: 4096, kind: "msi" }],
      ['.start: "99999999999999999999" is not an unsigned 64-bit number'],
    ],
    [[{ start: true, length: 4096, kind: "msi" }], ['.start: must be a number, or a text such as "0x1000"']],
    [[{ start: 0, length: 0, kind: "msi" }], [": is empty"]],
    [[{ start: 0x800, length: 4096, kind: "msi" }], [": is not a whole number of 4 KiB pages"]],
    [[{ start: 0x1000, length: 1, kind: "msi" }], [": is not a whole number of 4 KiB pages"]],
    [[{ start: "0xfffffffffffff000", length: 8192, kind: "msi" }], [": ends beyond 2^64"]],
    [
      [{ start: 0xfee00000, length: 4096, kind: "reserved" }],
      [": overlaps the interrupt window, which every endpoint has"],
    ],
  ])("reserved %j", (reserved, expected) => {
    const json = { iommus: [IOMMU], endpoints: [{ ...DMA0, reserved }] };
    expect(mistakes(json)).toEqual(expected.map((line) => `endpoints[0].reserved[0]${line}`));
  });

  test("overlaps name the region that was there first", () => {
    const reserved = [0x1000, 0x2000, 0].map((start) => ({ start, length: 0x2000, kind: "reserved" }));
    expect(mistakes({ iommus: [IOMMU], endpoints: [{ ...DMA0, reserved }] })).toEqual([
      "endpoints[0].reserved[1]: overlaps endpoints[0].reserved[0]",
      "endpoints[0].reserved[2]: overlaps endpoints[0].reserved[0]",
    ]);
  });

  test("a file that is missing, no JSON or wrong is one error with the path before each line", () => {
    const directory = mkdtempSync(join(tmpdir(), "topology-"));
    try {
      const path = join(directory, "topology.json");
      expect(() => TopologyDescription.load(path)).toThrow(TopologyError);
      writeFileSync(path, "{");
      expect(() => TopologyDescription.load(path)).toThrow(`${path}: `);
      writeFileSync(path, JSON.stringify({ iommus: [IOMMU], endpoints: [DMA0, DMA0] }));
      expect(() => TopologyDescription.load(path)).toThrow(
        `${path}: endpoints[1]: endpoint name "dma0" is already that of endpoints[0]\n${path}: endpoints[1]: address`,
      );
      writeFileSync(path, JSON.stringify({ iommus: [IOMMU], endpoints: [DMA0] }));
      expect(TopologyDescription.load(path).config.endpoints).toHaveLength(1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
