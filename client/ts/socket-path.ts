/**
 * Where the daemon's socket is if nobody says: IOMMUFD_EMU_SOCKET, else a directory of the user's own.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SOCKET_VARIABLE } from "../../proto/wire/socket-path.js";

const DIRECTORY_NAME = "iommufd-emu";
const SOCKET_NAME = "iommufd.sock";

/**
 * `$IOMMUFD_EMU_SOCKET`, else `$XDG_RUNTIME_DIR/iommufd-emu/iommufd.sock`, else `iommufd-emu-UID/iommufd.sock` under
 * the temp directory. Empty variables count as not set.
 */
export function defaultSocketPath(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment[SOCKET_VARIABLE];
  if (named) return named;
  const runtime = environment["XDG_RUNTIME_DIR"];
  if (runtime) return join(runtime, DIRECTORY_NAME, SOCKET_NAME);
  return join(tmpdir(), `${DIRECTORY_NAME}-${process.getuid?.() ?? 0}`, SOCKET_NAME);
}
