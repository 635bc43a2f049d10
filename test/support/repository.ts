/** Where the repository is, seen from the compiled tests. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** build/test/support is three levels below. */
export const repositoryRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
