/**
 * What is installed is what was chosen: exact versions, each with its row in docs/dependencies.md, and of node-ipc, whose
 * other versions carried malicious code, the one that was looked at.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../support/repository.js";

const text = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface LockedPackage {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(text("package.json")) as Manifest;
const { packages } = JSON.parse(text("package-lock.json")) as { packages: Readonly<Record<string, LockedPackage>> };
const locked = Object.entries(packages).filter(([place]) => place !== "");
const named = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };

/** Every package in a node_modules directory and in those inside it: name to path, a name with a path for each copy. */
function* installed(directory: string): Generator<{ readonly name: string; readonly path: string }> {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory)) {
    if (entry.startsWith(".")) continue;
    const names = entry.startsWith("@")
      ? readdirSync(join(directory, entry)).map((name) => `${entry}/${name}`)
      : [entry];
    for (const name of names) {
      const path = join(directory, name);
      yield { name, path };
      yield* installed(join(path, "node_modules"));
    }
  }
}

const copies = [...installed(join(repositoryRoot, "node_modules"))];
const versionAt = (path: string): unknown =>
  (JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { version: unknown }).version;
const installedVersions = (name: string): unknown[] =>
  copies.filter((copy) => copy.name === name).map(({ path }) => versionAt(path));
const lockedVersions = (name: string): string[] =>
  locked.filter(([place]) => place.endsWith(`node_modules/${name}`)).map(([, { version }]) => version);

describe("every dependency", () => {
  test("has an exact version, which is the one that is locked and installed", () => {
    expect(Object.keys(named).length).toBeGreaterThan(10);
    for (const [name, version] of Object.entries(named)) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
      expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect([name, installedVersions(name)]).toEqual([name, expect.arrayContaining([named[name]])]);
  });

  test("has a row in docs/dependencies.md, and nothing else has one", () => {
    const rows = [...text("docs/dependencies.md").matchAll(/^\| ([\w@/.-]+) +\| (\d[\w.-]*) +\|/gm)];
    expect(Object.fromEntries(rows.map(([, name, version]) => [name, version]))).toEqual(named);
  });

  test("that ships is used by what ships", () => {
    const shipped = ["daemon", "client", "proto"].flatMap((folder) =>
      readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(ts|js)$/.test(name))
        .map((name) => text(join(folder, name))),
    );
    const isUsed = (name: string): boolean =>
      shipped.some((source) => new RegExp(`(from |\\()"${name}["/]`).test(source));
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(names.filter((name) => !isUsed(name))).toEqual([]);
  });
});

describe("node-ipc", () => {
  test("is 12.0.0 everywhere, with event-pubsub 6.1.1", () => {
    for (const versions of [lockedVersions, installedVersions]) {
      expect(versions("node-ipc")).toEqual(["12.0.0"]);
      expect(versions("event-pubsub")).toEqual(["6.1.1"]);
    }
  });

  test("brings neither peacenotwar nor copyfiles", () => {
    expect(copies.length).toBeGreaterThan(100);
    for (const name of ["peacenotwar", "copyfiles"]) {
      expect([name, lockedVersions(name)]).toEqual([name, []]);
      expect([name, installedVersions(name)]).toEqual([name, []]);
      expect(text("package-lock.json")).not.toContain(`"${name}"`);
    }
  });
});

describe("the lock file", () => {
  /** Whether it is installed where this project runs and is tested. */
  const isForHere = ({ os, cpu }: LockedPackage): boolean =>
    (os?.includes("linux") ?? true) && (cpu?.some((name) => name === "x64" || name === "arm64") ?? true);

  test("names no registry, and has a hash of every package for Linux on x64 and arm64", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    const unhashed = locked.filter(([, entry]) => entry.integrity === undefined && isForHere(entry));
    expect(unhashed.map(([place]) => place)).toEqual([]);
  });

  test("has the variants of a package for all platforms: `npm ci` refuses one that lacks some", () => {
    const missing = locked.flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${place}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
