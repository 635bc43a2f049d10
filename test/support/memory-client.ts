/** Client processes for the memory tests: each a child connected over a Unix socket, so that the daemon's code sees a peer. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { repositoryRoot } from "./repository.js";
import type { ChildRequest } from "./memory-child.js";

/** mmap(2) */
export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_READ_WRITE = 3;
export const MAP_SHARED = 0x1;
export const MAP_PRIVATE = 0x2;
export const MAP_ANONYMOUS = 0x20;
export const MAP_HUGETLB = 0x40000;
const MAP_NORESERVE = 0x4000;
const MAP_FIXED_NOREPLACE = 0x100000;

const childProgram = join(repositoryRoot, "build/test/support/memory-child.js");

export class MemoryClient {
  private readonly lines: Interface;

  constructor(
    private readonly child: ChildProcess,
    private readonly socket: Socket,
  ) {
    this.lines = createInterface({ input: socket });
    socket.on("error", () => undefined);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The descriptor of the accepted socket. */
  get socketFd(): number {
    return (this.socket as unknown as { _handle: { fd: number } })._handle.fd;
  }

  async ask(request: ChildRequest): Promise<number | string> {
    this.socket.write(JSON.stringify(request) + "\n");
    const [line] = (await once(this.lines, "line")) as [string];
    const reply = JSON.parse(line) as { result?: number | string; error?: string };
    if (reply.error !== undefined) throw new Error(`${request.op}: ${reply.error}`);
    return reply.result!;
  }

  async number(request: ChildRequest): Promise<number> {
    return Number(await this.ask(request));
  }

  /** Maps at `address` if not 0. @returns the address */
  map(length: number, options: Partial<Extract<ChildRequest, { op: "map" }>> = {}): Promise<number> {
    const { address = 0, protection = PROT_READ_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS, fd = -1 } = options;
    const placed = flags | MAP_NORESERVE | (address === 0 ? 0 : MAP_FIXED_NOREPLACE);
    return this.number({ op: "map", address, length, protection, flags: placed, fd, offset: options.offset ?? 0 });
  }

  async poke(address: number, bytes: Uint8Array): Promise<void> {
    await this.ask({ op: "poke", address, hex: Buffer.from(bytes).toString("hex") });
  }

  async peek(address: number, length: number): Promise<Uint8Array> {
    return Buffer.from(String(await this.ask({ op: "peek", address, length })), "hex");
  }

  /** Replaces the program by another. Returns when it has happened. */
  async exec(keepSocket: boolean): Promise<void> {
    this.socket.write(JSON.stringify({ op: "exec", keepSocket }) + "\n");
    while (readFileSync(`/proc/${this.pid}/comm`, "latin1") !== "sleep\n")
      await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** kill -9, and waits until it is reaped. */
  async kill(): Promise<void> {
    this.socket.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }
}

/** Starts clients; ends what is left of them. */
export class MemoryClients {
  readonly directory = mkdtempSync(join(tmpdir(), "iommufd-emu-memory-"));
  private readonly clients: MemoryClient[] = [];
  private server: Server | undefined;

  async start(): Promise<MemoryClient> {
    if (this.server === undefined) {
      this.server = createServer();
      this.server.listen(join(this.directory, "socket"));
      await once(this.server, "listening");
    }
    const accepted = once(this.server, "connection") as Promise<[Socket]>;
    const child = spawn(process.execPath, [childProgram, join(this.directory, "socket")], { stdio: "inherit" });
    const failed = once(child, "exit").then(() => {
      throw new Error("the client process ended before it connected");
    });
    const [socket] = await Promise.race([accepted, failed]);
    failed.catch(() => undefined);
    const client = new MemoryClient(child, socket);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) await client.kill();
    this.server?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
