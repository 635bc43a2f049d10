/**
 * The demo's second process: it shares nothing with the first one but the token of the open file description, joins it,
 * and unmaps a memory slot behind the device's back.
 */
import { fork } from "node:child_process";
import { IommuFd } from "../../client/ts/index.js";
import { DemoFailure } from "./report.js";

/** First argument that makes a process this one. */
export const SECOND_PROCESS_ROLE = "--second-process";

interface Orders {
  readonly socket: string;
  /** In hexadecimal. */
  readonly token: string;
  readonly ioasId: number;
  readonly iova: number;
  /** In bytes. */
  readonly length: number;
}

type Answer = { readonly unmapped: number } | { readonly failure: string };

/** Runs the orders in a process of their own. @returns its pid and the bytes that it unmapped @throws DemoFailure */
export async function unmapFromAnotherProcess(
  script: string,
  orders: Orders,
): Promise<{ pid: number; unmapped: number }> {
  const child = fork(script, [SECOND_PROCESS_ROLE], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  try {
    const answer = await new Promise<Answer>((resolve) => {
      child.on("message", (message) => {
        resolve(message as Answer);
      });
      child.on("exit", (code) => {
        resolve({ failure: `it ended with ${code ?? "a signal"} before it answered` });
      });
      child.send(orders);
    });
    if ("failure" in answer) throw new DemoFailure(`the second process: ${answer.failure}`);
    return { pid: child.pid!, unmapped: answer.unmapped };
  } finally {
    if (child.connected) child.disconnect();
  }
}

/** What runs in that process: until its orders are done, or the first process is gone. */
export function runSecondProcess(): void {
  process.once("disconnect", () => process.exit());
  process.once("message", (message) => {
    void follow(message as Orders).then((answer) => process.send!(answer));
  });
}

async function follow({ socket, token, ioasId, iova, length }: Orders): Promise<Answer> {
  try {
    const fd = await IommuFd.join(Buffer.from(token, "hex"), { socket });
    const unmapped = await fd.unmap({ ioasId, iova, length });
    await fd.close();
    return { unmapped: Number(unmapped) };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}
