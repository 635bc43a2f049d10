/** Whole programs, from their start to their end. */
import { finished } from "./workshop.js";

export interface Program {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly variables?: NodeJS.ProcessEnv;
}

export const nodeProgram = (...parameters: readonly string[]): Program => ({ command: process.execPath, parameters });

/** The least that a start of Node takes. */
export const EMPTY_PROGRAM = nodeProgram("-e", "0");

/** @param directory for what the program keeps while it runs @throws if its status is not 0 */
export async function timed(
  { command, parameters, variables }: Program,
  directory: string,
): Promise<{ readonly ns: number; readonly output: string }> {
  const env = { ...process.env, NODE_OPTIONS: "", RUNTIME_DIRECTORY: directory, ...variables };
  const start = performance.now();
  const { status, output, errors } = await finished(command, parameters, env);
  const ns = (performance.now() - start) * 1e6;
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")} ended with ${status}: ${errors}`);
  return { ns, output };
}
