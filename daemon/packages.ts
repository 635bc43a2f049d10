/**
 * Packages that are loaded when there is a use for them, which not every start has. The joined command is handed a `require` by its
 * loader (client/cli/load.cjs), which has some of them joined, too; a module of its own has none.
 */
import { createRequire } from "node:module";

export const requirePackage: NodeJS.Require = typeof require === "undefined" ? createRequire(import.meta.url) : require;
