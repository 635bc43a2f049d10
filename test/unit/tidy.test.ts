/**
 * The rules of the repository that no compiler holds: which folder may import what, what is kept out of the deterministic
 * part, how a file begins and how long it may be, words that do not belong here, what lies at the top.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path/posix";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { repositoryRoot } from "../support/repository.js";

/** Written by a program from what is checked here, or recorded elsewhere. */
const NOT_WRITTEN_HERE = ["proto/wire/generated/", "test/conformance/oracle/"];
const SOURCE = /\.(ts|[cm]?js|c|h|py|sh|proto)$|^bin\//;

const text = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

const sources = ["client", "daemon", "proto", "scripts", "test"]
  .flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(repositoryRoot.length + 1)),
  )
  .filter((path) => SOURCE.test(path) && !NOT_WRITTEN_HERE.some((folder) => path.startsWith(folder)))
  .sort();

const typescript = sources.filter((path) => path.endsWith(".ts"));
const within = (...folders: readonly string[]): string[] =>
  typescript.filter((path) => folders.some((folder) => path.startsWith(folder)) && !path.endsWith(".d.ts"));

interface Finding {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

const shown = (findings: readonly Finding[]): string[] =>
  findings.map(({ path, line, what }) => `${path}:${line}: ${what}`);

/** Every node of a file's syntax tree: code only, no comments and no text. */
function* nodes(path: string): Generator<{ readonly node: ts.Node; readonly line: number }> {
  const file = ts.createSourceFile(path, text(path), ts.ScriptTarget.ES2023, true);
  const stack: ts.Node[] = [file];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield { node, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 };
    stack.push(...node.getChildren(file));
  }
}

/** Nodes that a rule forbids, in the files that it holds for. */
function forbidden(paths: readonly string[], rule: (node: ts.Node) => boolean): string[] {
  const findings: Finding[] = [];
  for (const path of paths)
    for (const { node, line } of nodes(path)) if (rule(node)) findings.push({ path, line, what: node.getText() });
  return shown(findings);
}

/** What a file imports, also for types and by `import()`: paths in the repository, or names of packages as they stand. */
function importsOf(path: string): Finding[] {
  const source = text(path);
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName, pos }) => ({
    path,
    line: source.slice(0, pos).split("\n").length,
    what: fileName.startsWith(".") ? join(path, "..", fileName).replace(/\.js$/, ".ts") : fileName,
  }));
}

const isIdentifier = (node: ts.Node, names: ReadonlySet<string>): boolean =>
  ts.isIdentifier(node) && names.has(node.text);

/** Whether an identifier stands for itself, rather than being the name of a member or a property. */
function isFree(node: ts.Node): boolean {
  const { parent } = node;
  const named =
    ts.isPropertyAccessExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent);
  return !(named && parent.name === node);
}

describe("imports go downward", () => {
  interface Layer {
    /** Folder, or one file, that the row is for. The first row that fits counts. */
    readonly of: string;
    /** Folders and files of this repository that it may import, besides its own. */
    readonly from: readonly string[];
    /** Packages, or Node's own modules. */
    readonly packages?: readonly (string | RegExp)[];
  }

  const NODE = /^node:/;
  const U64 = "daemon/u64.ts";
  const PACKAGES = "daemon/packages.ts";
  const ERRNO = "proto/uapi/errno.ts";
  const HARDWARE = "daemon/hw/interface.ts";
  const layers: readonly Layer[] = [
    { of: "proto/", from: [], packages: ["protobufjs/minimal.js"] },
    { of: U64, from: [] },
    { of: PACKAGES, from: [], packages: ["node:module"] },
    // The manual as data: no algorithm, nothing that could have one.
    { of: "daemon/hw/vtd/spec/", from: ["daemon/hw/engine/bit-field.ts"] },
    { of: "daemon/hw/", from: [U64, "proto/uapi/"] },
    { of: "daemon/devices/", from: ["daemon/hw/", U64, ERRNO] },
    { of: "daemon/core/", from: [HARDWARE, U64, ERRNO] },
    { of: "daemon/memory/", from: ["daemon/core/mm.ts", HARDWARE, U64, ERRNO], packages: [NODE] },
    { of: "daemon/vfio/", from: ["daemon/core/", "daemon/devices/", HARDWARE, U64, "proto/uapi/"] },
    { of: "daemon/uapi/", from: ["daemon/vfio/", "daemon/core/", HARDWARE, U64, "proto/uapi/"] },
    {
      of: "daemon/wire/",
      from: ["daemon/uapi/", "daemon/core/", "daemon/devices/", "daemon/memory/", HARDWARE, U64, "proto/"],
      packages: [NODE, "node-ipc", "pino", "protobufjs/minimal.js"],
    },
    {
      of: "daemon/observe/",
      from: [
        "daemon/wire/",
        "daemon/devices/",
        "daemon/memory/",
        "daemon/core/",
        "daemon/hw/",
        U64,
        PACKAGES,
        "proto/",
      ],
      packages: [NODE, "pino"],
    },
    { of: "daemon/main/", from: ["daemon/", "proto/"], packages: [NODE, "pino", "zod"] },
    // The double for tests is the daemon itself, without a socket.
    { of: "client/ts/testing.ts", from: ["client/ts/", "daemon/", "proto/"], packages: [NODE, "pino"] },
    // One package has one version.
    {
      of: "client/ts/",
      from: ["proto/", "daemon/main/version.ts"],
      packages: ["node:crypto", "node:fs", "node:module", "node:net", "node:os", "node:path", "protobufjs/minimal.js"],
    },
    { of: "client/cli/", from: ["client/ts/", "daemon/main/", "proto/"], packages: [NODE, "commander"] },
  ];

  const fits = (path: string, place: string): boolean =>
    path === place || (place.endsWith("/") && path.startsWith(place));
  const layerOf = (path: string): Layer | undefined => layers.find((layer) => fits(path, layer.of));

  function mayImport(layer: Layer, imported: string): boolean {
    if ([layer.of, ...layer.from].some((place) => fits(imported, place))) return true;
    return (layer.packages ?? []).some((name) => (typeof name === "string" ? name === imported : name.test(imported)));
  }

  const files = typescript.filter((path) => /^(client|daemon|proto)\//.test(path));

  test("in every folder, by the table", () => {
    const findings = files.flatMap((path) => {
      const layer = layerOf(path);
      if (layer === undefined) return [{ path, line: 1, what: "belongs to no layer of the table" }];
      return importsOf(path).filter(({ what }) => !mayImport(layer, what));
    });
    expect(shown(findings)).toEqual([]);
  });

  test("and the rule sees upward imports, packages and Node", () => {
    const core = layerOf("daemon/core/ioas.ts")!;
    for (const imported of ["daemon/uapi/map.ts", "daemon/hw/vtd/iommu.ts", "proto/uapi/iommufd.ts", "node:fs", "long"])
      expect([imported, mayImport(core, imported)]).toEqual([imported, false]);
    expect(mayImport(core, "daemon/hw/interface.ts")).toBe(true);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(200);
  });

  test("and each package that needs care is imported in one place", () => {
    const importers = (name: string): string[] => {
      const paths = typescript.filter((path) => !path.startsWith("test/") && !path.endsWith(".d.ts"));
      // koffi is optional, so it is loaded by a require of its own.
      return paths.filter(
        (path) => importsOf(path).some(({ what }) => what === name) || text(path).includes(`("${name}")`),
      );
    };
    expect(importers("koffi")).toEqual(["client/ts/native-mapping.ts", "daemon/memory/native.ts"]);
    expect(importers("node-ipc")).toEqual(["daemon/wire/unix-transport.ts"]);
    expect(importers("protobufjs/minimal.js")).toEqual(["client/ts/wire64.ts", "daemon/wire/wire64.ts"]);
    // An import of it is another class than the one that protobufjs uses.
    expect(importers("long")).toEqual([]);
  });
});

describe("core, hw and devices are deterministic", () => {
  const outside = new Set([
    ...["Date", "performance", "process", "globalThis", "console", "crypto", "fetch", "WebSocket", "Worker"],
    ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
  ]);

  test("they read no clock, no process, no network and print nothing: what they need is passed in", () => {
    const paths = within("daemon/core/", "daemon/hw/", "daemon/devices/", "daemon/vfio/");
    expect(paths.length).toBeGreaterThan(20);
    expect(forbidden(paths, (node) => isIdentifier(node, outside) && isFree(node))).toEqual([]);
  });

  test("they draw no random number", () => {
    const paths = within("daemon/core/", "daemon/hw/", "daemon/devices/", "daemon/vfio/", "daemon/uapi/");
    expect(forbidden(paths, (node) => isIdentifier(node, new Set(["random"])))).toEqual([]);
  });
});

describe("64-bit numbers", () => {
  test("are no bigints where requests are handled: U64 and page numbers are exact too, and fast", () => {
    const bigint = new Set(["BigInt", "BigInt64Array", "BigUint64Array", "fromBigInt", "toBigInt"]);
    const isBigint = (node: ts.Node): boolean =>
      ts.isBigIntLiteral(node) || node.kind === ts.SyntaxKind.BigIntKeyword || isIdentifier(node, bigint);
    const folders = ["core", "devices", "hw", "uapi", "vfio", "wire"].map((name) => `daemon/${name}/`);
    expect(forbidden(within(...folders), isBigint)).toEqual([]);
    expect(forbidden(["daemon/u64.ts"], isBigint)).not.toEqual([]);
  });

  test("of messages are made and read by the two wire64.ts only, and no cast gets around the compiler", () => {
    const helpers = ["daemon/wire/wire64.ts", "client/ts/wire64.ts"];
    const paths = within("daemon/", "client/", "scripts/").filter((path) => !helpers.includes(path));
    expect(forbidden(paths, (node) => isIdentifier(node, new Set(["Long"])))).toEqual([]);
    expect(forbidden(paths, (node) => node.kind === ts.SyntaxKind.AnyKeyword)).toEqual([]);
    for (const path of paths)
      expect([path, /@ts-(ignore|nocheck|expect-error)/.exec(text(path))]).toEqual([path, null]);
  });
});

describe("a source file", () => {
  const LINES_MAX = 600;
  /** Longer ones, each with what keeps it together. */
  const longer: ReadonlyMap<string, string> = new Map([
    ["client/c/include/iommufd_emu_uapi.h", "generated from the uAPI rows"],
    ["test/unit/core-edge-cases.test.ts", "one case after another, each on its own"],
  ]);
  const linesOf = (path: string): number => text(path).split("\n").length - 1;

  test("opens with a comment that says what it is", () => {
    const opens = (path: string): boolean => /^(#!.*\n)?(\/\*|\/\/|#(?!include|define|if|pragma)|""")/.test(text(path));
    expect(sources.filter((path) => !opens(path))).toEqual([]);
  });

  test(`has at most ${LINES_MAX} lines`, () => {
    const long = sources.filter((path) => linesOf(path) > LINES_MAX);
    expect(long.filter((path) => !longer.has(path))).toEqual([]);
  });

  test("is no exception longer than it needs to be one", () => {
    expect([...longer.keys()].filter((path) => linesOf(path) <= LINES_MAX)).toEqual([]);
  });

  const pages = ["CHANGELOG.md", "Dockerfile", "README.md"].filter((path) =>
    readdirSync(repositoryRoot).includes(path),
  );
  const documents = readdirSync(join(repositoryRoot, "docs")).map((name) => `docs/${name}`);

  test.each([
    // In two parts each, since this file is checked as well.
    ["a plan", new RegExp("\\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b")],
    ["the number of an issue", /\b(?:issue|ticket|pull request|PR) #?\d|[\s(]#\d+\b(?![.-])/i],
    ["a path of somebody's machine", new RegExp("(?<![\\w$}.])/(?:home|root|work|Users)" + "/\\w")],
    [
      "how the work went",
      new RegExp("\\b((next|last|previous|earlier|future) ses" + "sion|coding ag" + "ent|language mo" + "del)\\b", "i"),
    ],
    ["a conflict", /^(<{7}|>{7}) /m],
  ])("and every document is free of %s", (_what, pattern) => {
    const findings: Finding[] = [];
    for (const path of [...sources, ...documents, ...pages])
      for (const [index, line] of text(path).split("\n").entries())
        if (pattern.test(line)) findings.push({ path, line: index + 1, what: line.trim() });
    expect(shown(findings)).toEqual([]);
  });
});

test("the top level holds what the layout names, and what tools look for there", () => {
  const fixed = ["Dockerfile", "client", "daemon", "package.json", "proto", "scripts", "test", "tsconfig.json"];
  const usual = ["CHANGELOG.md", "LICENSE", "README.md", "docs", "package-lock.json"];
  const demanded = ["eslint.config.js", "jest.config.js"];
  const notCommitted = ["build", "node_modules"];
  const found = readdirSync(repositoryRoot).filter((name) => !name.startsWith(".") && !name.endsWith(".log"));
  const known = [...fixed, ...usual, ...demanded, ...notCommitted];
  expect(found.filter((name) => !known.includes(name))).toEqual([]);
  expect(fixed.filter((name) => !found.includes(name))).toEqual([]);
});
