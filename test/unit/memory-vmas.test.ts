/** The VMAs of a process: the ioctl and the text agree, and what lies in an area is told from its name and flags. */
import { describe, expect, test } from "@jest/globals";
import { closeSync, openSync, readFileSync } from "node:fs";
import { loadNative } from "../../daemon/memory/native.js";
import {
  isMemoryBySmaps,
  judgeByName,
  pageBytesBySmaps,
  ParsedVmas,
  parseMaps,
  QueriedVmas,
  readWhole,
  type Vma,
  type VmaAnswer,
} from "../../daemon/memory/vmas.js";
import { MemoryClients } from "../support/memory-client.js";
import { requirements } from "../support/requirements.js";

const native = loadNative();
const hasQuery = (): boolean => {
  const fd = openSync("/proc/self/maps", "r");
  try {
    return native !== undefined && QueriedVmas.supported(native, fd);
  } finally {
    closeSync(fd);
  }
};

requirements("native").describe("PROCMAP_QUERY and /proc/PID/maps", () => {
  test("say the same of every area of a process, of the gaps between, and of a process that is gone", async () => {
    if (!hasQuery()) return;
    const clients = new MemoryClients();
    const client = await clients.start();
    // Answered, so that the process rests and its areas stay as they are.
    await client.map(4096);
    const fd = openSync(`/proc/${client.pid}/maps`, "r");
    const query = new QueriedVmas(native!, fd).lookup();
    const text = new ParsedVmas(fd).lookup();
    const all = parseMaps(readWhole(fd));
    expect(all.length).toBeGreaterThan(20);
    const smaps = readFileSync(`/proc/${client.pid}/smaps`, "latin1");
    const byText = (page: number): VmaAnswer => {
      const vma = text(page);
      return typeof vma === "string" ? vma : { ...vma, pageBytes: pageBytesBySmaps(smaps, vma.start) };
    };
    for (const { start, last } of all)
      for (const page of [start - 1, start, last, last + 1]) expect([page, query(page)]).toEqual([page, byText(page)]);
    expect(all.some(({ name }) => name === "[stack]")).toBe(true);
    await clients.stop();
    expect(query(all[0]!.start)).toBe("gone");
    expect(new ParsedVmas(fd).lookup()(all[0]!.start)).toBe("gone");
    closeSync(fd);
  });

  test("the pages of the kernel's own data in a process are no memory by name and by flags", () => {
    const vvar = parseMaps(readFileSync("/proc/self/maps", "latin1")).find(({ name }) => name === "[vvar]");
    if (vvar === undefined) return;
    expect(judgeByName(vvar)).toBe("unpinnable");
    expect(isMemoryBySmaps(readFileSync("/proc/self/smaps", "latin1"), vvar.start)).toBe(false);
  });
});

describe("parseMaps", () => {
  test("reads permissions, sharing, file and name of a line, and leaves out the vsyscall page", () => {
    const text = `55ae0abd9000-55ae0abdd000 rw-s 00003000 fe:1f 4294967297                     /tmp/a b\\012c (deleted)
7f55ede55000-7f55ede57000 --xp 00000000 00:00 0
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;
    expect(parseMaps(text)).toEqual([
      {
        start: 0x55ae0abd9,
        last: 0x55ae0abdc,
        readable: true,
        writable: true,
        shared: true,
        filePage: 3,
        deviceMajor: 0xfe,
        deviceMinor: 0x1f,
        inode: 4294967297n,
        pageBytes: undefined,
        name: "/tmp/a b\nc (deleted)",
      },
      {
        start: 0x7f55ede55,
        last: 0x7f55ede56,
        readable: false,
        writable: false,
        shared: false,
        filePage: 0,
        deviceMajor: 0,
        deviceMinor: 0,
        inode: 0n,
        pageBytes: undefined,
        name: "",
      },
    ]);
  });
});

describe("what lies in an area", () => {
  const named = (name: string): Vma => ({
    start: 1,
    last: 1,
    readable: true,
    writable: true,
    shared: false,
    filePage: 0,
    deviceMajor: 0,
    deviceMinor: 0,
    inode: 1n,
    pageBytes: undefined,
    name,
  });

  test.each([
    ["", "memory"],
    ["[heap]", "memory"],
    ["[vdso]", "memory"],
    ["/memfd:ram (deleted)", "memory"],
    ["/dev/zero (deleted)", "memory"],
    ["/dev/shm/ram", "memory"],
    ["/usr/lib/libc.so.6", "memory"],
    ["[vvar]", "unpinnable"],
    ["[vvar_vclock]", "unpinnable"],
    ["/secretmem (deleted)", "unpinnable"],
    ["/dev/mem", "doubtful"],
    ["/dev/hugepages/ram", "doubtful"],
    ["/dev/zeroes", "doubtful"],
    ["/sys/bus/pci/devices/0000:00:04.0/resource0", "doubtful"],
    ["anon_inode:[vfio-device]", "doubtful"],
    ["/dmabuf:x", "doubtful"],
  ])("%j is %s by its name", (name, judgement) => {
    expect(judgeByName(named(name))).toBe(judgement);
  });

  test("the flags io and pf of just that area decide", () => {
    const area = (range: string, flags: string): string =>
      `${range} rw-p 00000000 00:05 7    /dev/x\nSize:    4 kB\nVmFlags: ${flags} \n`;
    const text = area("7f0000000000-7f0000001000", "rd wr mr mw io") + area("7f0000001000-7f0000002000", "rd wr mr");
    expect(isMemoryBySmaps(text, 0x7f0000000)).toBe(false);
    expect(isMemoryBySmaps(text, 0x7f0000001)).toBe(true);
    expect(isMemoryBySmaps(area("7f0000000000-7f0000001000", "rd pf"), 0x7f0000000)).toBe(false);
    expect(isMemoryBySmaps(text, 0x7f0000002)).toBe(false);
  });

  test("the page size is that of just that area", () => {
    const area = (range: string, size: string): string =>
      `${range} rw-p 00000000 00:05 7    /dev/x\n${size}MMUPageSize: 4 kB\n`;
    const text = area("00400000-00401000", "") + area("7f0000000000-7f0000200000", "KernelPageSize:     2048 kB\n");
    expect(pageBytesBySmaps(text, 0x7f0000000)).toBe(2 * 2 ** 20);
    expect(pageBytesBySmaps(text, 0x400)).toBeUndefined();
    expect(pageBytesBySmaps(text, 0x7f0000200)).toBeUndefined();
  });
});
