/**
 * What a driver of an emulated DMA engine (IOAT) does through VFIO, from C under the preload shim: registers, interrupts and
 * copies.
 */
import { figure, type Figure } from "./figure.js";
import type { Plan } from "./plan.js";
import { columnMedians } from "./rounds.js";
import type { Workshop } from "./workshop.js";

const ADDRESS = "0000:00:04.0";

/** In the order of the columns that the program prints. */
const COPIES = [
  { name: "4 KiB", bytes: 4096 },
  { name: "4 KiB, 32 for a store", bytes: 4096 },
  { name: "64 KiB", bytes: 64 * 1024 },
  { name: "1 MiB", bytes: 1024 * 1024 },
  { name: "16 MiB", bytes: 16 * 1024 * 1024 },
] as const;

export async function vfio({ warmUps, rounds, calls, copyBytes }: Plan, workshop: Workshop): Promise<Figure[]> {
  const echoSocket = await workshop.socket("nodeEcho");
  const parameters = [warmUps, rounds, calls, copyBytes, ADDRESS, echoSocket];
  const rows = await workshop.runUnderShim(["--device", `ioat@${ADDRESS}`], "vfio", ...parameters);
  const [destroy, echo, read, write, load, store, interrupt, pingPong, ...copies] = columnMedians(rows);
  const parts = { section: "vfio", unit: "ns" } as const;
  const inNode = { name: "echo in Node", value: echo! };
  return [
    figure({ ...parts, name: "DESTROY, shim", value: destroy!, yardstick: inNode }),
    figure({ ...parts, name: "register, pread", value: read!, yardstick: inNode }),
    figure({ ...parts, name: "register, pwrite", value: write!, yardstick: inNode }),
    figure({ ...parts, name: "register, mapped, load", value: load!, yardstick: inNode }),
    figure({ ...parts, name: "register, mapped, store", value: store!, yardstick: inNode }),
    figure({
      ...parts,
      name: "register, mapped, load",
      value: load!,
      yardstick: { name: "register, pread", value: read! },
    }),
    figure({
      ...parts,
      name: "store to interrupt",
      value: interrupt!,
      yardstick: { name: "eventfd, there and back", value: pingPong! },
    }),
    figure({
      ...parts,
      name: "store to interrupt",
      value: interrupt!,
      yardstick: { name: "register, mapped, store", value: store! },
    }),
    ...COPIES.map(({ name, bytes }, index) =>
      figure({
        section: "vfio",
        unit: "GB/s",
        name: `IOAT copy, ${name}`,
        value: bytes / copies[2 * index]!,
        yardstick: { name: "memcpy", value: bytes / copies[2 * index + 1]! },
      }),
    ),
  ];
}
