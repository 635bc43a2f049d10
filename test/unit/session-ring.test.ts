/** A session whose client uses a ring: which form answers have, their order, and what waits. */
import { describe, expect, test } from "@jest/globals";
import { FrameParser } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { RING_SLOTS } from "../../daemon/wire/ring.js";
import { encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { type ClientMessage, frame } from "../support/daemon.js";
import { ringSession } from "../support/rings.js";

const ARGUMENT = 0x7fff_0000_1000n;
const DESTROY = 0x3b80;
const IOAS_ALLOC = 0x3b81;
const FAULT_QUEUE_ALLOC = 0x3b8e;

function start(limits?: Parameters<typeof ringSession>[0]) {
  const { client, side, poll } = ringSession(limits);
  let sequence = 0;
  const answers: string[] = [];
  const parser = new FrameParser(
    2 ** 20,
    (bytes, from, to) => {
      const reply = iommufd_emu.v1.ServerFrame.decode(bytes.slice(from, to));
      const body = reply.ioctl
        ? `ioctl ${reply.ioctl.result ?? 0}`
        : Object.keys(reply).find((key) => key !== "sequence");
      answers.push(`${reply.sequence} frame ${body}`);
    },
    () => undefined,
  );
  return {
    client,
    poll,
    ioctl: <F extends Fields>(kind: number, layout: StructLayout<F>, values: StructValues<F>): void => {
      const struct = (layout.bytes << 16) | layout.bytes;
      side.submit(encodeStruct(layout, values), { kind, struct, argument: ARGUMENT, sequence: ++sequence });
    },
    send: (message: ClientMessage): void => {
      side.submit(frame({ sequence: ++sequence, ...message }));
    },
    /** What has come: the sequence, the form, and what it is. */
    answers: (): string[] => {
      for (let completion = side.completion(); completion !== undefined; completion = side.completion()) {
        const [kind, answered, result, stored] = completion.words;
        if (kind === 0) parser.push(completion.payload);
        else answers.push(`${answered} slot ${result} ${stored}`);
      }
      return answers.splice(0);
    },
  };
}

const missing = { size: 8, id: 77 };

describe("ioctls by a ring", () => {
  test("are answered in slots, without anything on the socket", () => {
    const { client, poll, ioctl, answers } = start();
    ioctl(IOAS_ALLOC, api.iommu_ioas_alloc, { size: 12, flags: 0, out_ioas_id: 0 });
    ioctl(DESTROY, api.iommu_destroy, missing);
    poll();
    expect(answers()).toEqual(["1 slot 0 12", `2 slot ${-errno.ENOENT} 0`]);
    expect([client.writes, client.session.inspect()["ring"]]).toEqual([0, true]);
  });

  test("that make descriptors are answered by a frame", () => {
    const { poll, ioctl, answers } = start();
    ioctl(FAULT_QUEUE_ALLOC, api.iommu_fault_alloc, { size: 16, flags: 0, out_fault_id: 0, out_fault_fd: 0 });
    ioctl(DESTROY, api.iommu_destroy, missing);
    poll();
    expect(answers()).toEqual(["1 frame ioctl 0", `2 slot ${-errno.ENOENT} 0`]);
  });

  test("wait behind a request that is parked, and are answered in order", async () => {
    const { client, poll, send, ioctl, answers } = start();
    send({ sync: { token: Buffer.from("0123456789abcdef") } });
    ioctl(IOAS_ALLOC, api.iommu_ioas_alloc, { size: 12, flags: 0, out_ioas_id: 0 });
    ioctl(DESTROY, api.iommu_destroy, missing);
    poll();
    expect(answers()).toEqual([]);
    await client.session.idle();
    ioctl(DESTROY, api.iommu_destroy, missing);
    poll();
    expect(answers()).toEqual([
      ...["1 frame sync", "2 frame ioctl 0", `3 frame ioctl ${-errno.ENOENT}`],
      `4 slot ${-errno.ENOENT} 0`,
    ]);
  });

  test("do not wait without limit", () => {
    const { client, poll, send, ioctl } = start({ inFlightMax: 3 });
    send({ sync: { token: Buffer.from("0123456789abcdef") } });
    for (let count = 0; count < 4; count++) ioctl(DESTROY, api.iommu_destroy, missing);
    poll();
    expect([client.replies.map(({ error }) => error?.code), client.closed]).toEqual([["TOO_MANY_IN_FLIGHT"], true]);
  });

  test("whose answers find no room are answered when there is some, in order", () => {
    const { poll, ioctl, answers } = start();
    const count = RING_SLOTS + 10;
    for (let done = 0; done < count; done += RING_SLOTS / 2) {
      for (let more = done; more < Math.min(count, done + RING_SLOTS / 2); more++)
        ioctl(DESTROY, api.iommu_destroy, missing);
      poll();
    }
    const first = answers();
    poll();
    const all = [...first, ...answers()];
    expect(all.map((text) => Number(text.split(" ")[0]))).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    expect(new Set(all.map((text) => text.split(" ")[1]))).toEqual(new Set(["slot", "frame"]));
  });
});
