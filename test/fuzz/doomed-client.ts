/**
 * A process that holds something of every kind and is killed: mappings, registered memory, a bound and attached device, a
 * joined description, requests that wait for memory that it serves itself, and half a frame. Says "ready", then waits.
 */
import { Endpoint, GuestMemory, IommuFd, socketTransport, type Transport } from "../../client/ts/index.js";
import { frame } from "../support/daemon.js";

const PAGE = 4096;

async function main(socket: string): Promise<void> {
  let write: ((bytes: Uint8Array) => void) | undefined;
  const inner = socketTransport(socket);
  const transport: Transport = {
    name: inner.name,
    async open(events) {
      const duplex = await inner.open(events);
      write = (bytes) => {
        duplex.write(bytes);
      };
      return duplex;
    },
  };
  const fd = await IommuFd.open({ transport });
  const memory = GuestMemory.create({ bytes: 64 * PAGE });
  const { address } = await fd.registerMemory(memory);
  const ioasId = await fd.ioasAlloc();
  await fd.map({ ioasId, userVa: address, length: memory.bytes, iova: 0 });
  await fd.mapFile({ ioasId, fd: memory.fd, start: 0, length: memory.bytes, iova: 0x100_0000 });

  const never = new Promise<never>(() => undefined);
  const served = await fd.registerCallback({ length: PAGE, read: () => never, write: () => never });
  await fd.map({ ioasId, userVa: served.address, length: PAGE, iova: 0x200_0000 });

  const device = await Endpoint.open({ socket, name: "dma0" });
  await device.bind(fd);
  await device.attach(ioasId);
  await (await IommuFd.join(fd.token, { socket })).ioasAlloc();
  await device.fill(0, PAGE, 7);
  void device.read(0x200_0000, 16);

  const broken = frame({ ioctl: { request: 0x3b81 } });
  write!(broken.subarray(0, broken.length - 3));
  process.send!("ready");
}

// The test that was to end this process is gone.
process.once("disconnect", () => process.exit());

await main(process.argv[2]!);
