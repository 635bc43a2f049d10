/** Memory pages of BARs as files that a program maps: shared with the device, gone while hidden, back after it. */
import { spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { afterEach, describe, expect, test } from "@jest/globals";
import { allocateBarMemory } from "../../daemon/memory/bar-memory.js";

const BYTES = 3 * 4096;

type Memory = NonNullable<ReturnType<typeof allocateBarMemory>>;
const made: Memory[] = [];

function allocated(): Memory {
  const memory = allocateBarMemory(BYTES)!;
  made.push(memory);
  return memory;
}

afterEach(() => {
  for (const memory of made.splice(0)) memory.release();
});

function bytesAt(memory: Memory, at: number, length: number): number[] {
  const into = new Uint8Array(length);
  memory.read(at, into);
  return [...into];
}

describe("the file", () => {
  test("has as many bytes as were asked for, zeroed", () => {
    const memory = allocated();
    expect(statSync(memory.path()).size).toBe(BYTES);
    expect(bytesAt(memory, 0, BYTES).every((byte) => byte === 0)).toBe(true);
  });

  test("has the bytes that the device has, both ways", () => {
    const memory = allocated();
    const fd = openSync(memory.path(), "r+");
    memory.write(4094, Uint8Array.of(1, 2, 3));
    const found = new Uint8Array(3);
    readSync(fd, found, 0, 3, 4094);
    expect([...found]).toEqual([1, 2, 3]);
    writeSync(fd, Uint8Array.of(9), 0, 1, 4095);
    expect(bytesAt(memory, 4094, 3)).toEqual([1, 9, 3]);
    closeSync(fd);
  });

  test("has no name", () => {
    const fd = openSync(allocated().path(), "r");
    expect(fstatSync(fd).nlink).toBe(0);
    closeSync(fd);
  });
});

describe("hidden memory", () => {
  test("is an empty file, and the device has its bytes and can change them", () => {
    const memory = allocated();
    memory.write(0, Uint8Array.of(1, 2));
    memory.hide();
    expect(statSync(memory.path()).size).toBe(0);
    memory.write(1, Uint8Array.of(7));
    expect(bytesAt(memory, 0, 3)).toEqual([1, 7, 0]);
    memory.show();
    expect(statSync(memory.path()).size).toBe(BYTES);
    expect(bytesAt(memory, 0, 3)).toEqual([1, 7, 0]);
  });

  test("hidden twice is shown by one show, and a show of what is not hidden changes nothing", () => {
    const memory = allocated();
    memory.write(0, Uint8Array.of(1));
    memory.show();
    memory.hide();
    memory.hide();
    memory.show();
    expect([statSync(memory.path()).size, ...bytesAt(memory, 0, 1)]).toEqual([BYTES, 1]);
  });
});

/** Maps the file and, for each line that it gets, loads the byte at 4096: answers "byte N", or ends by the signal. */
const MAPPER = `
import mmap, sys
with open(sys.argv[1], "r+b") as file:
    pages = mmap.mmap(file.fileno(), ${BYTES})
print("mapped", flush=True)
for line in sys.stdin:
    print("byte", pages[4096], flush=True)
`;

class Mapper {
  private readonly child;
  private output = "";
  private heard: (() => void) | undefined;
  readonly end: Promise<string>;

  constructor(path: string) {
    this.child = spawn("python3", ["-c", MAPPER, path], { stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout.on("data", (chunk: Buffer) => {
      this.output += chunk.toString();
      this.heard?.();
    });
    this.child.stdin.on("error", () => {
      // It has ended: `end` says how.
    });
    this.end = new Promise((resolve) => {
      this.child.on("close", (status, signal) => {
        resolve(signal ?? `status ${status}`);
      });
    });
  }

  async line(): Promise<string> {
    const until = new Promise<void>((resolve) => {
      this.heard = () => {
        if (this.output.includes("\n")) resolve();
      };
      this.heard();
    });
    await Promise.race([until, this.end]);
    const [first, ...rest] = this.output.split("\n");
    this.output = rest.join("\n");
    return first!;
  }

  load(): Promise<string> {
    this.child.stdin.write("load\n");
    return this.line();
  }

  close(): void {
    this.child.stdin.end();
  }
}

describe("a program that has the memory mapped", () => {
  test("sees what the device writes, also after it was hidden and shown again", async () => {
    const memory = allocated();
    const mapper = new Mapper(memory.path());
    expect(await mapper.line()).toBe("mapped");
    memory.write(4096, Uint8Array.of(5));
    expect(await mapper.load()).toBe("byte 5");
    memory.hide();
    memory.write(4096, Uint8Array.of(6));
    memory.show();
    expect(await mapper.load()).toBe("byte 6");
    memory.write(4096, Uint8Array.of(7));
    expect(await mapper.load()).toBe("byte 7");
    mapper.close();
    expect(await mapper.end).toBe("status 0");
  });

  test("gets SIGBUS for an access while it is hidden", async () => {
    const memory = allocated();
    const mapper = new Mapper(memory.path());
    expect(await mapper.line()).toBe("mapped");
    expect(await mapper.load()).toBe("byte 0");
    memory.hide();
    expect(await mapper.load()).toBe("");
    expect(await mapper.end).toBe("SIGBUS");
  });

  test("keeps it when the device is gone", async () => {
    const memory = allocateBarMemory(BYTES)!;
    memory.write(4096, Uint8Array.of(5));
    const mapper = new Mapper(memory.path());
    expect(await mapper.line()).toBe("mapped");
    memory.release();
    expect(await mapper.load()).toBe("byte 5");
    mapper.close();
    expect(await mapper.end).toBe("status 0");
  });
});
