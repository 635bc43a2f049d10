/** `iommufd-emu status`: what a running daemon holds; its exit code alone tells whether there is one. */
import { status } from "../ts/index.js";
import { defaultSocketPath } from "../ts/socket-path.js";
import { renderTree } from "./tree.js";
import { CommandFailure, EXIT_FAILURE, EXIT_OK, oneLine } from "./usage.js";

export interface StatusOptions {
  readonly socket?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** In milliseconds. */
  readonly timeout: number;
}

export async function statusCommand(options: StatusOptions): Promise<number> {
  const socket = options.socket ?? defaultSocketPath();
  try {
    const tree = await withTimeout(status({ socket }), options.timeout, socket);
    if (!options.quiet)
      process.stdout.write(options.json ? `${JSON.stringify(tree, undefined, 2)}\n` : renderTree(tree));
    return EXIT_OK;
  } catch (error) {
    if (options.quiet) return EXIT_FAILURE;
    throw new CommandFailure(oneLine(error), EXIT_FAILURE, { cause: error });
  }
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number, socket: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new CommandFailure(`the daemon at ${socket} did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
