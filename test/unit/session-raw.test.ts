/** Connections on which text comes without frames, after Open{raw}. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { DescriptorTarget } from "../../daemon/uapi/descriptors.js";
import { readExactly } from "../../daemon/uapi/user-memory.js";
import { errno } from "../../proto/uapi/errno.js";
import { numberToWire } from "../../daemon/wire/wire64.js";
import { TestDaemon, type TestClient } from "../support/daemon.js";

const TOKEN = Buffer.from("0123456789abcdef");

describe("a raw connection", () => {
  let texts: string[];
  let released: number;
  let result: (text: string) => number;
  let daemon: TestDaemon;
  beforeEach(() => {
    texts = [];
    released = 0;
    result = (text) => text.length;
    const target: DescriptorTarget = {
      node: "attribute",
      write: (memory, address, count) => {
        const text = Buffer.from(readExactly(memory, address, count)!).toString();
        texts.push(text);
        return result(text);
      },
      release: () => released++,
    };
    daemon = new TestDaemon({}, { openAttribute: (path) => (path === "/sys/known" ? target : errno.EACCES) });
  });

  function openRaw(): TestClient {
    const client = daemon.hello();
    expect(client.ask({ open: { node: "/sys/known", token: TOKEN, raw: true } }).open!.error).toBe(0);
    client.replies.length = 0;
    return client;
  }

  test("writes each chunk that comes, and answers nothing", () => {
    const client = openRaw();
    client.session.receive(Buffer.from("one\n"));
    client.session.receive(Buffer.from("two"));
    expect([texts, client.replies, client.closed]).toEqual([["one\n", "two"], [], false]);
  });

  test("is one after an Open that succeeds only", () => {
    const client = daemon.hello();
    expect(client.ask({ open: { node: "/sys/other", raw: true } }).open!.error).toBe(errno.EACCES);
    expect(client.ask({ status: {} }).status).not.toBeNull();
  });

  test("whose end is the end of the file, if nobody else holds it", () => {
    openRaw().session.end();
    expect(released).toBe(1);
  });

  test("leaves an error for the next write of what is open, which is told once and does nothing", () => {
    const client = openRaw();
    const other = daemon.hello();
    expect(other.ask({ join: { token: TOKEN } }).join!.error).toBe(0);
    const write = (data: string) => {
      const address = numberToWire(0);
      const reply = other.ask({
        write: { address, count: numberToWire(data.length), readable: [{ address, data: Buffer.from(data) }] },
      });
      return reply.file!.result;
    };
    result = () => -errno.ENODEV;
    client.session.receive(Buffer.from("bad"));
    result = (text) => text.length;
    expect([write("good"), write("good"), texts]).toEqual([-errno.ENODEV, 4, ["bad", "good"]]);
  });
});
