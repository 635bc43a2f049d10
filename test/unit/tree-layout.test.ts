/** What a program reads of the simulated machine: formats, links and permissions of specification 50, section 5.1. */
import { describe, expect, test } from "@jest/globals";
import { posix } from "node:path";
import type { DirectoryEntry, TreeEntries } from "../../daemon/main/tree/entries.js";
import { layoutTree } from "../../daemon/main/tree/layout.js";
import { withHost, chooseMajors, type HostEntry, type HostFiles } from "../../daemon/main/tree/host.js";
import { VFIO_DRIVER } from "../../daemon/vfio/bus.js";
import { U64 } from "../../daemon/u64.js";
import { FakeBus, FakeFunction, MSI_WINDOW, treeIommu } from "../support/tree-machine.js";

const MAJORS = { vfio: 253, vfioDev: 252 };
const ADDRESS = "0000:00:04.0";
const DEVICE = `sys/devices/pci0000:00/${ADDRESS}`;

function busWith(...functions: readonly [FakeFunction, number, string | undefined][]): FakeBus {
  const bus = new FakeBus();
  for (const [pci, group, driver] of functions) bus.add(pci, group, driver);
  return bus;
}

function layout(bus: FakeBus, options: { cpus?: number; instead?: boolean } = {}): TreeEntries {
  const machine = { slots: bus.slots(), iommus: [treeIommu], cpus: options.cpus ?? 2, majors: MAJORS };
  return layoutTree(machine, options.instead);
}

function textOf(entries: TreeEntries, path: string): string | undefined {
  const entry = entries.get(path);
  return entry?.kind === "file" ? Buffer.from(entry.content).toString() : undefined;
}

const linkOf = (entries: TreeEntries, path: string): string | undefined => {
  const entry = entries.get(path);
  return entry?.kind === "link" ? entry.target : undefined;
};

const modeOf = (entries: TreeEntries, path: string): string | undefined => {
  const entry = entries.get(path);
  return entry !== undefined && "mode" in entry ? entry.mode.toString(8) : undefined;
};

const plain = (): TreeEntries => layout(busWith([new FakeFunction(ADDRESS), 7, VFIO_DRIVER]));

describe("attributes of a PCI device", () => {
  test.each([
    ["vendor", "0x8086\n"],
    ["device", "0x2021\n"],
    ["subsystem_vendor", "0x8086\n"],
    ["subsystem_device", "0x0000\n"],
    ["class", "0x088000\n"],
    ["revision", "0x04\n"],
    ["numa_node", "-1\n"],
    ["local_cpus", "3\n"],
    ["local_cpulist", "0-1\n"],
    ["modalias", "pci:v00008086d00002021sv00008086sd00000000bc08sc80i00\n"],
    ["enable", "0\n"],
    ["driver_override", "(null)\n"],
    ["power_state", "D0\n"],
    ["reset_method", "flr\n"],
  ])("%s", (name, text) => {
    expect(textOf(plain(), `${DEVICE}/${name}`)).toBe(text);
  });

  test("uevent names driver, class, ids, slot and alias, the driver only while there is one", () => {
    const rest =
      "PCI_CLASS=88000\nPCI_ID=8086:2021\nPCI_SUBSYS_ID=8086:0000\nPCI_SLOT_NAME=0000:00:04.0\n" +
      "MODALIAS=pci:v00008086d00002021sv00008086sd00000000bc08sc80i00\n";
    expect(textOf(plain(), `${DEVICE}/uevent`)).toBe(`DRIVER=vfio-pci\n${rest}`);
    const unbound = layout(busWith([new FakeFunction(ADDRESS), 7, undefined]));
    expect(textOf(unbound, `${DEVICE}/uevent`)).toBe(rest);
  });

  test("resource has start, end and flags of 13 resources; the partner of a 64-bit BAR and what is absent are zero", () => {
    const model = {
      bars: [
        { bytes: 0x4000, space: "memory64", prefetchable: false },
        undefined,
        { bytes: 0x10000, space: "memory64", prefetchable: true },
        undefined,
        { bytes: 0x1000, space: "memory32", prefetchable: false },
        { bytes: 32, space: "io", prefetchable: false },
      ] as const,
      rom: new Uint8Array(2048),
    };
    const pci = new FakeFunction(ADDRESS, { model });
    new DataView(pci.config.buffer).setUint32(0x30, 0xfeb0_0001, true);
    const zero = `${"0x0000000000000000 ".repeat(2)}0x0000000000000000`;
    const text = textOf(layout(busWith([pci, 7, undefined])), `${DEVICE}/resource`);
    expect(text!.trimEnd().split("\n")).toEqual([
      "0x0000380000000000 0x0000380000003fff 0x0000000000140204",
      zero,
      "0x0000380000200000 0x000038000020ffff 0x000000000014220c",
      zero,
      "0x0000380000400000 0x0000380000400fff 0x0000000000040200",
      "0x0000000000003000 0x000000000000301f 0x0000000000040101",
      "0x00000000feb00000 0x00000000feb007ff 0x0000000000046200",
      ...Array.from({ length: 6 }, () => zero),
    ]);
  });

  test("there is a file for each BAR and the ROM, for the owner alone", () => {
    const bars = [undefined, { bytes: 32, space: "io", prefetchable: false }] as const;
    const pci = new FakeFunction(ADDRESS, { model: { bars, rom: new Uint8Array(2048) } });
    const entries = layout(busWith([pci, 7, undefined]));
    const modes = ["resource0", "resource1", "rom"].map((name) => modeOf(entries, `${DEVICE}/${name}`));
    expect(modes).toEqual([undefined, "600", "600"]);
  });

  test("config is configuration space as it is now, 256 or 4096 bytes", () => {
    const pci = new FakeFunction(ADDRESS, { model: { configBytes: 256 } });
    pci.config.set([0x86, 0x80, 0x21, 0x20]);
    const entry = layout(busWith([pci, 7, undefined])).get(`${DEVICE}/config`);
    expect(entry).toMatchObject({ kind: "file", content: pci.config });
    expect(pci.config).toHaveLength(256);
  });

  test("power_state is that of the PM capability", () => {
    const pci = new FakeFunction(ADDRESS);
    pci.config[0x06] = 0x10;
    pci.config[0x34] = 0x50;
    pci.config.set([0x05, 0x40], 0x50);
    pci.config.set([0x01, 0x00, 0, 0, 0x03], 0x40);
    expect(textOf(layout(busWith([pci, 7, undefined])), `${DEVICE}/power_state`)).toBe("D3hot\n");
  });

  test("a list of capabilities without an end is given up", () => {
    const pci = new FakeFunction(ADDRESS);
    pci.config[0x06] = 0x10;
    pci.config[0x34] = 0x50;
    pci.config.set([0x05, 0x50], 0x50);
    expect(textOf(layout(busWith([pci, 7, undefined])), `${DEVICE}/power_state`)).toBe("D0\n");
  });

  test("a function without a pin has no interrupt line", () => {
    const lineOf = (pin: number): string | undefined => {
      const pci = new FakeFunction(ADDRESS, { model: { interrupts: { pin } } });
      return textOf(layout(busWith([pci, 7, undefined])), `${DEVICE}/irq`);
    };
    expect([lineOf(0), lineOf(1), lineOf(2)]).toEqual(["0\n", "16\n", "17\n"]);
  });

  test.each([
    [1, "1\n", "0\n"],
    [12, "fff\n", "0-11\n"],
    [32, "ffffffff\n", "0-31\n"],
    [40, "ff,ffffffff\n", "0-39\n"],
  ])("of %d CPUs, all are near", (cpus, mask, list) => {
    const entries = layout(busWith([new FakeFunction(ADDRESS), 7, undefined]), { cpus });
    expect([textOf(entries, `${DEVICE}/local_cpus`), textOf(entries, `${DEVICE}/local_cpulist`)]).toEqual([mask, list]);
  });

  test("without a reset there is neither reset nor reset_method; beyond the root bus there is that of the bus", () => {
    const still = new FakeFunction(ADDRESS, { model: { resettable: false } });
    const far = new FakeFunction("0000:01:00.0");
    const entries = layout(busWith([still, 7, undefined], [far, 8, undefined]));
    expect([entries.has(`${DEVICE}/reset`), entries.has(`${DEVICE}/reset_method`)]).toEqual([false, false]);
    expect(textOf(entries, "sys/devices/pci0000:01/0000:01:00.0/reset_method")).toBe("flr bus\n");
  });

  test("enable says whether a program has the device open; driver_override what was set", () => {
    const bus = busWith([new FakeFunction(ADDRESS), 7, VFIO_DRIVER]);
    bus.setOpened(ADDRESS, true);
    bus.setDriverOverride(ADDRESS, "vfio-pci");
    const entries = layout(bus);
    expect(textOf(entries, `${DEVICE}/enable`)).toBe("1\n");
    expect(textOf(entries, `${DEVICE}/driver_override`)).toBe("vfio-pci\n");
  });

  test("what can be written has write bits, the rest has none", () => {
    const entries = plain();
    const writable = [...entries.keys()].filter((path) => {
      const entry = entries.get(path)!;
      return entry.kind === "file" && path.startsWith(DEVICE) && (entry.mode & 0o222) !== 0;
    });
    expect(writable.map((path) => `${path.slice(DEVICE.length + 1)} ${modeOf(entries, path)!}`).sort()).toEqual([
      "driver_override 644",
      "reset 200",
    ]);
  });
});

describe("links", () => {
  test.each([
    [`sys/bus/pci/devices/${ADDRESS}`, `../../../devices/pci0000:00/${ADDRESS}`],
    [`${DEVICE}/driver`, "../../../bus/pci/drivers/vfio-pci"],
    [`${DEVICE}/subsystem`, "../../../bus/pci"],
    [`${DEVICE}/iommu_group`, "../../../kernel/iommu_groups/7"],
    [`${DEVICE}/iommu`, "../../virtual/iommu/dmar0"],
    [`${DEVICE}/vfio-dev/vfio0/device`, `../../../${ADDRESS}`],
    [`${DEVICE}/vfio-dev/vfio0/subsystem`, "../../../../../class/vfio-dev"],
    [`sys/kernel/iommu_groups/7/devices/${ADDRESS}`, `../../../../devices/pci0000:00/${ADDRESS}`],
    ["sys/class/iommu/dmar0", "../../devices/virtual/iommu/dmar0"],
    [`sys/devices/virtual/iommu/dmar0/devices/${ADDRESS}`, `../../../../pci0000:00/${ADDRESS}`],
    ["sys/class/vfio/7", "../../devices/virtual/vfio/7"],
    ["sys/class/vfio-dev/vfio0", `../../devices/pci0000:00/${ADDRESS}/vfio-dev/vfio0`],
    ["sys/class/misc/iommu", "../../devices/virtual/misc/iommu"],
    [`sys/bus/pci/drivers/vfio-pci/${ADDRESS}`, `../../../../devices/pci0000:00/${ADDRESS}`],
    ["sys/bus/pci/drivers/vfio-pci/module", "../../../../module/vfio_pci"],
  ])("%s", (path, target) => {
    expect(linkOf(plain(), path)).toBe(target);
  });

  test("each leads to an entry of the tree", () => {
    const bus = busWith([new FakeFunction(ADDRESS), 7, VFIO_DRIVER], [new FakeFunction("0001:02:1f.7"), 7, "ioatdma"]);
    const entries = layout(bus);
    const dangling = [...entries].filter(
      ([path, entry]) => entry.kind === "link" && !entries.has(posix.join(posix.dirname(path), entry.target)),
    );
    expect(dangling).toEqual([]);
    expect([...entries.values()].filter(({ kind }) => kind === "link").length).toBeGreaterThan(20);
  });

  test("a device without a driver has no link to one, and none from vfio-pci", () => {
    const entries = layout(busWith([new FakeFunction(ADDRESS), 7, undefined]));
    expect(linkOf(entries, `${DEVICE}/driver`)).toBeUndefined();
    expect(linkOf(entries, `sys/bus/pci/drivers/vfio-pci/${ADDRESS}`)).toBeUndefined();
  });

  test("a device behind no unit of the machine has no link to one", () => {
    const pci = new FakeFunction(ADDRESS, { iommu: {} as never });
    expect(linkOf(layout(busWith([pci, 7, undefined])), `${DEVICE}/iommu`)).toBeUndefined();
  });
});

describe("IOMMUs and groups", () => {
  test("a unit shows its registers in hexadecimal without 0x", () => {
    const entries = plain();
    const texts = ["address", "cap", "ecap", "version", "domains_supported", "domains_used"].map((name) =>
      textOf(entries, `sys/devices/virtual/iommu/dmar0/intel-iommu/${name}`),
    );
    expect(texts).toEqual(["fed90000\n", "d2008c22260286\n", "f050da\n", "1:0\n", "65536\n", "2\n"]);
  });

  test("reserved regions are those of all devices of the group, each once, ascending", () => {
    const region = (start: number, last: number, kind: "direct" | "software-msi") => ({
      start: U64.fromNumber(start),
      last: U64.fromNumber(last),
      kind,
    });
    const one = new FakeFunction(ADDRESS, {
      reservedRegions: [MSI_WINDOW, region(0x8000_0000, 0x8000_ffff, "direct")],
    });
    const two = new FakeFunction("0000:00:04.1", { reservedRegions: [MSI_WINDOW, region(0, 0xfff, "software-msi")] });
    const text = textOf(
      layout(busWith([one, 7, undefined], [two, 7, undefined])),
      "sys/kernel/iommu_groups/7/reserved_regions",
    );
    expect(text).toBe(
      "0x0000000000000000 0x0000000000000fff msi\n" +
        "0x0000000080000000 0x000000008000ffff direct\n" +
        "0x00000000fee00000 0x00000000feefffff msi\n",
    );
  });

  test("the type of a group is DMA, and it has no name", () => {
    const entries = plain();
    expect(textOf(entries, "sys/kernel/iommu_groups/7/type")).toBe("DMA\n");
    expect(entries.has("sys/kernel/iommu_groups/7/name")).toBe(false);
  });
});

describe("VFIO", () => {
  test("a group and a device are character devices of their majors, mode 0600", () => {
    const entries = plain();
    expect(entries.get("dev/vfio/7")).toEqual({ kind: "node", major: 253, minor: 7, mode: 0o600 });
    expect(entries.get("dev/vfio/devices/vfio0")).toEqual({ kind: "node", major: 252, minor: 0, mode: 0o600 });
    expect(entries.get("dev/vfio/vfio")).toEqual({ kind: "node", major: 10, minor: 196, mode: 0o666 });
  });

  test("their dev and uevent have the same numbers and names", () => {
    const entries = plain();
    expect(textOf(entries, "sys/devices/virtual/vfio/7/dev")).toBe("253:7\n");
    expect(textOf(entries, "sys/devices/virtual/vfio/7/uevent")).toBe("MAJOR=253\nMINOR=7\nDEVNAME=vfio/7\n");
    expect(textOf(entries, `${DEVICE}/vfio-dev/vfio0/dev`)).toBe("252:0\n");
    const text = "MAJOR=252\nMINOR=0\nDEVNAME=vfio/devices/vfio0\n";
    expect(textOf(entries, `${DEVICE}/vfio-dev/vfio0/uevent`)).toBe(text);
  });

  test("misc devices say their mode", () => {
    const entries = plain();
    const textOfMisc = (name: string) => textOf(entries, `sys/devices/virtual/misc/${name}/uevent`);
    expect(textOfMisc("iommu")).toBe("MAJOR=10\nMINOR=123\nDEVNAME=iommu\nDEVMODE=0660\n");
    expect(textOfMisc("vfio")).toBe("MAJOR=10\nMINOR=196\nDEVNAME=vfio/vfio\nDEVMODE=0666\n");
  });

  test("a device of another driver or of none has none of these files", () => {
    const entries = layout(
      busWith([new FakeFunction(ADDRESS), 7, "ioatdma"], [new FakeFunction("0000:00:05.0"), 8, undefined]),
    );
    const found = [...entries.keys()].filter((path) => /vfio-dev\/vfio|vfio\/\d|virtual\/vfio\/./.test(path));
    expect(found).toEqual([]);
    expect(entries.has("dev/vfio/devices")).toBe(true);
  });

  test("the modules are there, with the parameters of vfio_pci; there is no parameter for a mode without IOMMU", () => {
    const entries = plain();
    for (const name of ["vfio", "vfio_pci", "iommufd"])
      expect(entries.get(`sys/module/${name}`)?.kind).toBe("directory");
    for (const name of ["disable_denylist", "disable_idle_d3", "nointxmask"])
      expect(textOf(entries, `sys/module/vfio_pci/parameters/${name}`)).toBe("N\n");
    expect(entries.has("sys/module/vfio/parameters")).toBe(false);
  });

  test.each(["bind", "unbind", "new_id", "remove_id"])("a driver's %s is for writing only", (name) => {
    const entries = layout(busWith([new FakeFunction(ADDRESS), 7, "ioatdma"]));
    for (const driver of [VFIO_DRIVER, "ioatdma"])
      expect(modeOf(entries, `sys/bus/pci/drivers/${driver}/${name}`)).toBe("200");
  });

  test.each(["drivers_probe", "rescan"])("and so is the bus's %s", (name) => {
    expect(modeOf(plain(), `sys/bus/pci/${name}`)).toBe("200");
  });
});

// ---- the machine itself ---------------------------------------------------------------------------------------------

function hostWith(
  lists: Readonly<Record<string, readonly HostEntry[]>>,
  texts: Readonly<Record<string, string>> = {},
): HostFiles {
  return { list: (path) => lists[path] ?? [], read: (path) => texts[path] ?? "" };
}

describe("beside the machine's own", () => {
  const host = hostWith({
    "/sys/bus/pci/devices": [
      { name: ADDRESS, link: `../../../devices/pci0000:00/${ADDRESS}` },
      { name: "0000:00:01.0", link: "../../../devices/pci0000:00/0000:00:01.0" },
    ],
    "/sys/devices/pci0000:00": [{ name: ADDRESS }, { name: "0000:00:01.0" }, { name: "power" }],
    "/sys/devices": [{ name: "pci0000:00" }, { name: "pci0000:80" }, { name: "system" }],
    "/sys/kernel/debug": [{ name: "iommu" }, { name: "tracing" }],
    "/sys/module": [{ name: "vfio" }, { name: "kvm" }],
    "/dev/vfio": [{ name: "vfio" }, { name: "12" }],
  });
  const beside = withHost(plain(), host, MAJORS, false);
  const instead = withHost(
    layout(busWith([new FakeFunction(ADDRESS), 7, VFIO_DRIVER]), { instead: true }),
    host,
    MAJORS,
    true,
  );

  test("its devices are links with their own text, to links that lead out of the tree", () => {
    expect(linkOf(beside, "sys/bus/pci/devices/0000:00:01.0")).toBe("../../../devices/pci0000:00/0000:00:01.0");
    expect(linkOf(beside, "sys/devices/pci0000:00/0000:00:01.0")).toBe("/sys/devices/pci0000:00/0000:00:01.0");
    expect(linkOf(beside, "sys/devices/pci0000:80")).toBe("/sys/devices/pci0000:80");
    expect(linkOf(beside, "dev/vfio/12")).toBe("/dev/vfio/12");
  });

  test("what has the same name is ours", () => {
    expect(beside.get(DEVICE)?.kind).toBe("directory");
    expect(beside.get("sys/module/vfio")?.kind).toBe("directory");
    expect(beside.get("dev/vfio/vfio")?.kind).toBe("node");
  });

  test("debugfs shows no IOMMU", () => {
    expect([beside.has("sys/kernel/debug/iommu"), beside.has("sys/kernel/debug/tracing")]).toEqual([false, true]);
  });

  test("instead of them: no PCI device, group or VFIO file of the machine, but modules and other devices", () => {
    for (const path of [
      "sys/bus/pci/devices/0000:00:01.0",
      "sys/devices/pci0000:00/power",
      "sys/devices/pci0000:80",
      "dev/vfio/12",
    ])
      expect([path, instead.has(path)]).toEqual([path, false]);
    for (const path of ["sys/module/kvm", "sys/devices/system"])
      expect([path, instead.has(path)]).toEqual([path, true]);
  });

  test("a device's own directory shows nothing of the machine's", () => {
    const shared = [...plain()].filter(([, entry]) => (entry as DirectoryEntry).shares !== undefined);
    expect(shared.filter(([path]) => path.startsWith(DEVICE))).toEqual([]);
  });
});

describe("/proc", () => {
  const real = "Character devices:\n  1 mem\n 10 misc\n253 dimmctl\n254 ndctl\n\nBlock devices:\n  7 loop\n253 zram\n";
  const host = hostWith({}, { "/proc/devices": real, "/proc/misc": "232 kvm\n123 other\n" });

  test("majors are the highest that no other character device has", () => {
    expect(chooseMajors(host)).toEqual({ vfio: 252, vfioDev: 251 });
    expect(chooseMajors(hostWith({}))).toEqual({ vfio: 253, vfioDev: 252 });
  });

  test("/proc/devices has them among the character devices, and the block devices as they are", () => {
    const text = textOf(withHost(plain(), host, { vfio: 252, vfioDev: 251 }, false), "proc/devices");
    expect(text).toBe(
      "Character devices:\n  1 mem\n 10 misc\n251 vfio-dev\n252 vfio\n253 dimmctl\n254 ndctl\n" +
        "\nBlock devices:\n  7 loop\n253 zram\n",
    );
  });

  test("a machine without any shows ours, misc among them", () => {
    const text = textOf(withHost(plain(), hostWith({}), MAJORS, false), "proc/devices");
    expect(text).toBe("Character devices:\n 10 misc\n252 vfio-dev\n253 vfio\n\nBlock devices:\n");
  });

  test("/proc/misc has both misc devices; a minor that is ours is nobody else's", () => {
    expect(textOf(withHost(plain(), host, MAJORS, false), "proc/misc")).toBe("123 iommu\n196 vfio\n232 kvm\n");
  });
});
