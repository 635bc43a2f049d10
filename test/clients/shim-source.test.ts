/**
 * Code in the shim must not run into the shim's own functions: a wrapper that called close would find itself. Held against
 * the sources of everything that the shim is linked from.
 */
import { beforeAll, expect, test } from "@jest/globals";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildC, runProgram } from "../support/c-programs.js";
import { requirements } from "../support/requirements.js";
import { repositoryRoot } from "../support/repository.js";

/** The parts of the C library in the shim, as scripts/build-c.mjs lists them. */
function libraryParts(): string[] {
  const script = readFileSync(join(repositoryRoot, "scripts/build-c.mjs"), "utf8");
  const [, list] = /const shared = \[(.*?)\];/.exec(script)!;
  return [...list!.matchAll(/"(\w+)"/g)].map(([, name]) => `client/c/src/${name}.c`);
}

const headers = (directory: string): string[] => filesOf(directory, ".h");
const filesOf = (directory: string, ending: string): string[] =>
  readdirSync(join(repositoryRoot, directory))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${directory}/${name}`);

/** Code without comments and strings, which may name what they like. Keeps the line breaks. */
function codeOf(text: string): string {
  return text.replace(/\/\*.*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gs, (match) => match.replace(/[^\n]/g, " "));
}

/** Calls of one of `names`: not its definition or declaration, which a type precedes, nor NEXT(name) or emu_sys(name, ...). */
function calls(code: string, names: readonly string[]): string[] {
  const pattern = new RegExp(`(?<![\\w.>])(${names.join("|")})\\s*\\(`, "g");
  return [...code.matchAll(pattern)]
    .filter(
      ({ index }) =>
        !/(^|\n)[\w\t ]*\b(int|ssize_t|off_t|off64_t|sighandler_t|char|DIR|FILE|void \*|void)\s*\*?$/.test(
          code.slice(0, index).trimEnd(),
        ),
    )
    .map(([, name]) => name!);
}

requirements("compiler").describe("the shim's sources", () => {
  let wrapped: string[];
  beforeAll(async () => {
    await buildC();
    const library = join(repositoryRoot, "build/client/shim/libiommufd-emu-shim.so");
    const { stdout } = await runProgram("nm", ["-D", "--defined-only", library], {});
    wrapped = [...stdout.matchAll(/ [TW] (\w+)$/gm)].map(([, name]) => name!);
  });

  test("export the functions that they wrap, and nothing else", () => {
    const text = readFileSync(join(repositoryRoot, "client/shim/wrapped.h"), "utf8");
    const [, list] = /#define SHIM_WRAPPED\(X\)(.*?)\n\n/s.exec(text)!;
    expect(wrapped.toSorted()).toEqual([...list!.matchAll(/X\((\w+)\)/g)].map(([, name]) => name!).sort());
  });

  test("call none of them by its plain name", () => {
    const sources = [
      ...libraryParts(),
      ...headers("client/c/src"),
      ...filesOf("client/shim", ".c"),
      ...headers("client/shim"),
    ];
    expect(sources.length).toBeGreaterThan(15);
    const found = sources.flatMap((path) => {
      const code = codeOf(readFileSync(join(repositoryRoot, path), "utf8"));
      return calls(code, wrapped).map((name) => `${path}: ${name}`);
    });
    expect(found).toEqual([]);
  });

  test("allocate nothing and use no stdio", () => {
    const forbidden = ["malloc", "calloc", "realloc", "free", "printf", "fprintf", "snprintf", "fputs", "perror"];
    for (const path of [...libraryParts(), ...filesOf("client/shim", ".c")])
      expect([path, calls(codeOf(readFileSync(join(repositoryRoot, path), "utf8")), forbidden)]).toEqual([path, []]);
  });

  test("and the search finds a call where there is one", () => {
    const code =
      "int close(int fd)\n{\n\tint x = close (fd);\n\tNEXT(close)(fd);\n\temu_sys(close, fd);\n\ta.close(1);\n}";
    expect(calls(code, ["close"])).toEqual(["close"]);
  });
});
