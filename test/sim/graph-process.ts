/**
 * A process of the teardown test: makes random calls on an iommufd, several under way at a time, until it is killed.
 * Arguments: the daemon's socket, a seed, and the token of the iommufd to join, if it is to be another process's. Prints
 * the token of its iommufd when it has made most of what there can be.
 */
import { IommuFd } from "../../client/ts/index.js";
import { drawCall } from "../support/random-calls.js";
import { RandomClient } from "../support/random-client.js";
import { Random } from "../support/random.js";

const UNDER_WAY = 4;

const [socket, seed, token] = process.argv.slice(2);
const random = new Random(Number(seed));
const daemon = {
  open: () => IommuFd.open({ socket: socket! }),
  join: (theirs: Uint8Array) => IommuFd.join(theirs, { socket: socket! }),
};
const client = await RandomClient.start(daemon, token === undefined ? undefined : { token: Buffer.from(token, "hex") });
await client.settleIn(random);
process.stdout.write(`${Buffer.from(client.fd.token).toString("hex")}\n`);
for (;;) {
  await Promise.all(Array.from({ length: UNDER_WAY }, () => client.run(drawCall(random, client))));
  if (random.chance(20)) await client.readQueue(random);
  if (random.chance(20)) await client.closeFile(random);
}
