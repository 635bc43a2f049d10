/** A daemon in this process behind a real socket, with a tree of files of a bus that the test holds. */
import { mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Daemon } from "../../daemon/main/daemon.js";
import { defaultLimits } from "../../daemon/main/limits.js";
import { buildTopology, loadTopology } from "../../daemon/main/topology.js";
import { FileTree, type SysfsMode } from "../../daemon/main/tree/tree.js";
import { treePathOf } from "../../daemon/main/tree/writer.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PeerRegistry } from "../../daemon/memory/peer.js";
import { UnixTransport } from "../../daemon/wire/unix-transport.js";
import { FakeBus, treeIommu } from "./tree-machine.js";

export class TreeDaemon {
  readonly bus = new FakeBus();
  readonly directory = mkdtempSync(join(tmpdir(), "iommufd-emu-tree-"));
  readonly socket = join(this.directory, "socket");
  private readonly tree: FileTree;
  private readonly transport = new UnixTransport();
  private readonly daemon: Daemon;

  private constructor(mode: SysfsMode) {
    const { bus, transport } = this;
    this.tree = new FileTree({ path: treePathOf(this.socket), mode, bus, iommus: () => [treeIommu] });
    const frames = new FrameTable();
    const limits = defaultLimits;
    this.daemon = new Daemon(
      { limits, selftest: false, kernelFixes: false },
      {
        log: pino({ level: "silent" }),
        topology: buildTopology(loadTopology(undefined), frames, { ...limits, kernelFixes: false }),
        frames,
        randomBytes,
        settle: () => transport.settle(),
        openAttribute: (path) => this.tree.attributes.open(path),
        providers: {},
      },
    );
  }

  static async start(mode: SysfsMode = "beside"): Promise<TreeDaemon> {
    const result = new TreeDaemon(mode);
    const { daemon, transport } = result;
    const native = loadNative();
    let ids = 0;
    const peers = new PeerRegistry({
      native,
      frames: new FrameTable(),
      files: new FileTable(native),
      nextId: () => ++ids,
      regionsMax: defaultLimits.regionsMax,
    });
    await transport.listen(result.socket, (connection) => {
      const session = daemon.connect(peers.identify(connection.socketFd), connection);
      return {
        received: (bytes) => {
          session.receive(bytes);
        },
        drained: () => {
          session.drained();
        },
        ended: () => {
          session.end();
        },
      };
    });
    return result;
  }

  async stop(): Promise<void> {
    await this.transport.stop();
    await this.daemon.stop(0);
    this.tree.remove();
    rmSync(this.directory, { recursive: true });
  }
}
