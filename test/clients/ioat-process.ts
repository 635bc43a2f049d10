/**
 * A process that is killed in mid-DMA: an IOAT copies within its memory, over and over, by one descriptor that points at itself.
 * Arguments: the daemon's socket, the device's address. Prints a line when the engine has copied for the first time.
 */
import { DESCRIPTOR, STATE } from "../support/ioat-driver.js";
import { IOVA, IoatUser } from "../support/ioat-user.js";

const COUNT_MAX = 0xffff;

const [socket, address] = process.argv.slice(2);
const user = await IoatUser.start({ socket: socket! }, address!, () => Promise.resolve());
const { SOURCE: source, DESTINATION: destination } = IOVA;
user.putRing([{ size: 4096, control: DESCRIPTOR.COMPLETION, source, destination }]);
for (;;) {
  user.bytes(IOVA.WORD, 8).fill(0);
  await user.go(COUNT_MAX);
  while (user.bytes(IOVA.WORD, 8).readBigUInt64LE() === 0n) await new Promise((resolve) => setImmediate(resolve));
  process.stdout.write("copying\n");
  while ((await user.state()) === STATE.ACTIVE) await new Promise((resolve) => setImmediate(resolve));
}
