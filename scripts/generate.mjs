/**
 * Writes everything that is generated and committed: the wire code from proto/wire/*.proto, and what follows from the
 * uAPI rows in proto/uapi (the C header, docs/ioctls.md). With --check it writes nothing and fails if a file is not
 * what would be written.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes("--check");
const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-generate-"));

function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

/** Path in the repository to what it must hold. */
const outputs = new Map();

const bin = (name) => join(root, "node_modules/protobufjs-cli/bin", name);
const wire = join(scratch, "wire.js");
node(
  ...[bin("pbjs"), "-t", "static-module", "-w", "esm", "--dts", "--no-verify", "--no-convert", "--no-delimited"],
  ...["--no-service", "--no-typeurl", "--force-long", "-p", "proto/wire", "-o", wire, "iommufd_emu.proto"],
);
outputs.set("proto/wire/generated/wire.js", readFileSync(wire, "utf8"));
outputs.set("proto/wire/generated/wire.d.ts", readFileSync(join(scratch, "wire.d.ts"), "utf8"));

// The wire code must stand before the TypeScript that imports it compiles, and the renderers below are TypeScript.
if (!check) (write("proto/wire/generated/wire.js"), write("proto/wire/generated/wire.d.ts"));
node(join(root, "scripts/build.mjs"));
const { renderings } = await import(pathToFileURL(join(root, "build/scripts/render-uapi.js")).href);
for (const [path, text] of renderings()) outputs.set(path, text);

function write(path) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), outputs.get(path));
}

let stale = 0;
for (const [path, text] of outputs) {
  const same = existsSync(join(root, path)) && readFileSync(join(root, path), "utf8") === text;
  if (same) continue;
  if (check) {
    console.error(`${path} is not what \`npm run generate\` writes`);
    stale++;
  } else {
    write(path);
    console.log(`wrote ${path}`);
  }
}
rmSync(scratch, { recursive: true });
process.exitCode = stale ? 1 : 0;
