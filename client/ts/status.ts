/** The daemon's view of itself: the tree that `iommufd-emu status --json` prints. */
import { Connection } from "./connection.js";
import { ProtocolError } from "./errors.js";
import type { Transport } from "./transport.js";

/** A tree of names, for people and scripts; 64-bit numbers are text in hexadecimal. */
export interface StatusTree {
  readonly [name: string]: StatusValue;
}
export type StatusValue = string | number | boolean | null | readonly StatusValue[] | StatusTree;

export async function statusOf(connection: Connection): Promise<StatusTree> {
  const reply = await connection.request({ status: {} }, "status");
  const tree: unknown = JSON.parse(reply.json ?? "");
  if (typeof tree !== "object" || tree === null) throw ProtocolError.local("BAD_REPLY", "the status is no tree");
  return tree as StatusTree;
}

/** Asks a daemon for its status on a connection of its own. @throws ProtocolError */
export async function statusBy(transport: Transport): Promise<StatusTree> {
  const connection = await Connection.open(transport);
  try {
    return await statusOf(connection);
  } finally {
    await connection.end();
  }
}
