/** Fails unless what `npm run build:c` makes is there: a build that leaves parts out is no success here. */
import { statSync } from "node:fs";

const parts = [
  "build/client/c/libiommufd-emu.a",
  "build/client/c/libiommufd-emu.so.0",
  "build/client/shim/libiommufd-emu-shim.so",
];
let missing = 0;
for (const part of parts) {
  const bytes = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  console.log(bytes > 0 ? `${part}: ${bytes} bytes` : `${part} was not built`);
  if (bytes === 0) missing++;
}
process.exitCode = missing === 0 ? 0 : 1;
