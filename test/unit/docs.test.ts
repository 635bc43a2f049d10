/**
 * docs/ says what the program does: error codes, features, limits, the fields of every message and the worked example
 * of docs/protocol.md are held against the code, and links lead somewhere.
 */
import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";
import { toLong } from "../../client/ts/wire64.js";
import { BUFFER_BYTES_MAX } from "../../daemon/devices/dma-engine.js";
import { defaultLimits } from "../../daemon/main/limits.js";
import { CALLBACK_BYTES_MAX } from "../../daemon/memory/regions.js";
import { protocolErrors } from "../../daemon/wire/protocol-error.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import { iommu_ioas_alloc } from "../../proto/uapi/iommufd.js";
import { ioctlTable } from "../../proto/uapi/table.js";
import { FRAME_HEADER_BYTES, frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { frame, TestDaemon, type ClientMessage } from "../support/daemon.js";
import { repositoryRoot } from "../support/repository.js";

const read = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");
const protocol = read("docs/protocol.md");
const limits = read("docs/limits.md");

// ---- Markdown -------------------------------------------------------------------------------------------------------

const unquoted = (cell: string): string => cell.replace(/^`(.*)`$/, "$1");

/** The rows of all tables of a page whose heads begin with these columns; cells without the quotes of code. */
function rowsUnder(page: string, ...columns: string[]): string[][] {
  const lines = page.split("\n").map((line) =>
    line.startsWith("|")
      ? line
          .slice(1, line.lastIndexOf("|"))
          .split("|")
          .map((cell) => cell.trim())
      : undefined,
  );
  const isHead = (index: number): boolean =>
    lines[index] !== undefined && lines[index + 1]?.every((cell) => /^-+$/.test(cell)) === true;
  const rows: string[][] = [];
  for (let index = 0; index < lines.length; index++) {
    if (!isHead(index) || !columns.every((column, at) => lines[index]![at] === column)) continue;
    for (index += 2; lines[index] !== undefined; index++) rows.push(lines[index]!.map(unquoted));
  }
  return rows;
}

/** The frames of the worked example: of each line the bytes in front, without what is said of them. */
function exampleFrames(page: string): Uint8Array[] {
  return [...page.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) => {
    const bytes = block!.split("\n").map((line) => /^ *((?:[0-9a-f]{2} ?)*)(?: {2}.*)?$/.exec(line)?.[1] ?? "?");
    return Buffer.from(bytes.join("").replaceAll(" ", ""), "hex");
  });
}

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));

// ---- tables ---------------------------------------------------------------------------------------------------------

describe("docs/protocol.md", () => {
  test("lists every error code with its cause as the daemon words it, and no other", () => {
    const rows = rowsUnder(protocol, "code", "cause", "what a client should do");
    expect(rows.map(([code, cause]) => [code, cause])).toEqual(Object.entries(protocolErrors));
    for (const [code, , advice] of rows) expect([code, advice]).toEqual([code, expect.stringMatching(/./)]);
  });

  test("lists every feature that the daemon offers, and no other", () => {
    const rows = rowsUnder(protocol, "feature", "what it promises");
    // Rings are memory that native calls make, without which the daemon of a test does.
    expect(rows.map(([feature]) => feature)).toEqual([...new TestDaemon().daemon.features, "rings"]);
  });

  test("has the number and the type of every field of the schema, and no other field", () => {
    const { root } = protobuf.parse(read("proto/wire/iommufd_emu.proto"), { keepCase: true });
    const messages = root.lookup("iommufd_emu.v1") as protobuf.Namespace;
    const fields = messages.nestedArray.flatMap((message) => {
      if (!(message instanceof protobuf.Type)) throw new Error(`${message.name} is no message`);
      expect(protocol).toMatch(new RegExp(`\\b${message.name}\\b`));
      return message.fieldsArray.map((field) => [
        `${message.name}.${field.name}`,
        String(field.id),
        (field.repeated ? "repeated " : "") + field.type,
      ]);
    });
    const documented = rowsUnder(protocol, "field", "number", "type", "meaning").map((row) => row.slice(0, 3));
    expect(documented.toSorted()).toEqual(fields.toSorted());
  });

  test("gives the numbers of errnos, limits and the protocol that the code has", () => {
    const errnos = [...protocol.matchAll(/\b(E[A-Z0-9]+) \((\d+)\)/g)];
    expect(errnos.length).toBeGreaterThan(20);
    for (const [text, name, number] of errnos)
      expect([text, errno[name as keyof typeof errno]]).toEqual([text, Number(number)]);
    const atMost = [...protocol.matchAll(/MemoryRequest\.[^\n]* at most (\d+)/g)].map(([, bytes]) => Number(bytes));
    expect(atMost).toEqual([CALLBACK_BYTES_MAX, CALLBACK_BYTES_MAX]);
    expect(protocol).toContain(`in chunks of ${BUFFER_BYTES_MAX} bytes`);
  });
});

describe("docs/limits.md", () => {
  test("lists every configurable limit with its default, and no other", () => {
    const rows = rowsUnder(limits, "name", "default");
    expect(Object.fromEntries(rows.map(([name, value]) => [name, Number(value)]))).toEqual(defaultLimits);
    expect(rows).toHaveLength(Object.keys(defaultLimits).length);
  });

  test("gives every fixed limit the value that its source file has", () => {
    const rows = rowsUnder(limits, "name", "value", "unit", "where");
    expect(rows.length).toBeGreaterThan(10);
    for (const [name, value, , path] of rows) {
      const definition = new RegExp(`\\b${name!}(?: =|:|) (\\d[^;,\n]*)[;,\n]`).exec(read(path!))?.[1];
      expect([name, definition && valueOf(definition)]).toEqual([name, Number(value)]);
    }
  });

  test("names only error codes that exist", () => {
    const known = [...Object.keys(protocolErrors), "BAD_REPLY"];
    const named = [...limits.matchAll(/ends? with `([A-Z_]+)`/g)].map(([, code]) => code);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((code) => !known.includes(code!))).toEqual([]);
  });
});

/** Of a constant expression: products, powers and differences of numbers. */
function valueOf(expression: string): number {
  const product = (term: string): number =>
    term
      .split(" * ")
      .map((factor) => factor.split(" ** ").map((digits) => Number(digits.replaceAll("_", ""))))
      .reduce((value, [base, exponent]) => value * base! ** (exponent ?? 1), 1);
  const [first, ...subtracted] = expression.split(" - ").map(product);
  return subtracted.reduce((value, term) => value - term, first!);
}

// ---- the worked example ---------------------------------------------------------------------------------------------

describe("the worked example of docs/protocol.md", () => {
  const frames = exampleFrames(protocol);
  const fromClient = frames.filter((_, index) => index % 2 === 0);
  const fromDaemon = frames.filter((_, index) => index % 2 === 1);

  const token = Uint8Array.from({ length: 16 }, (_, index) => index * 0x11);
  const address = toLong(0x10000, "address");
  const request = ioctlTable.find(({ name }) => name === "IOMMU_IOAS_ALLOC")!.request;
  const readable = [{ address, data: encodeStruct(iommu_ioas_alloc, {}) }];
  const writable = [{ address, length: iommu_ioas_alloc.bytes }];
  const messages: ClientMessage[] = [
    { sequence: 1, hello: { version: 1, client: "example 1" } },
    { sequence: 2, open: { node: "/dev/iommu", token } },
    { sequence: 3, ioctl: { request, argument: address, readable, writable } },
    { sequence: 4, ioctl: { request, argument: address } },
    { sequence: 1, hello: { version: 2 } },
  ];

  test("has the client's frames as the generated code encodes them", () => {
    expect(fromClient.map(hexOf)).toEqual(messages.map((message) => hexOf(frame(message))));
  });

  test("has the daemon's frames as the daemon answers these", () => {
    const daemon = new TestDaemon();
    const first = daemon.connect();
    for (const bytes of fromClient.slice(0, -1)) first.session.receive(bytes);
    const second = daemon.connect();
    second.session.receive(fromClient.at(-1)!);
    const [hello, ...replies] = [...first.replies, ...second.replies];
    // The daemon of the example is of some version and knows its client; one inside the client's process does not.
    Object.assign(hello!.hello!, { daemon: "iommufd-emu 0.1.0", peerKnown: true, processMemory: true });
    const { ServerFrame } = iommufd_emu.v1;
    const answered = [hello!, ...replies].map((reply) => frameOf(ServerFrame.encode(reply).finish()));
    expect(fromDaemon.map(hexOf)).toEqual(answered.map(hexOf));
    expect([first.closed, second.closed]).toEqual([false, true]);
  });

  test("says of each frame how long it is", () => {
    const said = [...protocol.matchAll(/(?:Client|Server)Frame of (\d+) bytes/g)].map(([, bytes]) => Number(bytes));
    expect(said).toEqual(frames.map((bytes) => bytes.length - FRAME_HEADER_BYTES));
  });
});

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// ---- links ----------------------------------------------------------------------------------------------------------

describe("links", () => {
  const pages = ["README.md", ...readdirSync(join(repositoryRoot, "docs")).map((name) => `docs/${name}`)].filter(
    (path) => path.endsWith(".md") && existsSync(join(repositoryRoot, path)),
  );

  test.each(pages)("of %s lead to files and headings that exist", (path) => {
    const page = read(path);
    const prose = page.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ""));
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const broken = targets.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file, anchor] = target.split("#");
      const to = file ? join(dirname(path), file) : path;
      if (!existsSync(join(repositoryRoot, to))) return true;
      return anchor !== undefined && !anchorsOf(read(to)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
