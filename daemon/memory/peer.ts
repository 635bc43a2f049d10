/**
 * Who is at the other end of a connection: process, user, rights and limits, from the socket and /proc, never from what
 * the client says.
 *
 * Connections of one process image share one address space; after an exec there is a new one. Owns the invariant that a
 * process that the daemon can look into is never taken for another one with the same pid.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { BackingFile, Caller } from "../core/mm.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import { ClientAddressSpace } from "./address-space.js";
import { openBackingFile } from "./file-memory.js";
import { FileTable } from "./file-object.js";
import { EventCounters, type EventDescriptor } from "./event-counters.js";
import type { FrameTable } from "./frames.js";
import type { Native, PeerCredentials } from "./native.js";
import { ProcessDirectory } from "./process-directory.js";
import { ProcessMemory, type Keeper, type VmaMethod } from "./process-memory.js";
import {
  RegionSet,
  type RegionInspection,
  type RegionRefusal,
  type RegionRequest,
  type RegionRights,
} from "./regions.js";
import { USER_PAGES } from "./vmas.js";

/** capabilities(7) */
const CAP_IPC_LOCK = 14;
const CAP_SYS_RESOURCE = 24;

/** One connection's other end. */
export interface Peer extends Caller {
  readonly mm: ClientAddressSpace;
  /** undefined: not known, for want of koffi or because the process is in a PID namespace that cannot be seen. */
  readonly pid: number | undefined;
  /** Effective group id. */
  readonly gid: number;
  /** For people: the command's name. */
  readonly name: string;
  /** Whether the process has this descriptor open. */
  isOpen(fd: number): boolean;
  /** One of its eventfds. @returns EBADF, or EINVAL for a file of another kind */
  openEvent(fd: number): EventDescriptor | Errno;
  addRegion(request: RegionRequest): RegionRefusal | undefined;
  removeRegion(address: U64): RegionRefusal | undefined;
  /**
   * This connection is held by a task that shares the memory of the process.
   * @param dismiss ends the connection, and so the task
   * @returns 0, EFAULT when the mark is not there, or ESRCH when the memory cannot be kept
   */
  keep(address: U64, mark: Uint8Array, dismiss: () => void): Errno;
  /** Dismisses the keeper of the process's memory if there is no need of it any more. */
  reviewKeeper(): void;
  /** From now on requests come by memory that the image which the process has now has mapped, so from no other one. */
  stay(): void;
  /** For inspection: the regions of this connection. */
  listRegions(): RegionInspection[];
  /** The connection has ended: its regions go. */
  close(): void;
}

export interface PeerOptions {
  readonly native: Native | undefined;
  readonly frames: FrameTable;
  readonly files: FileTable;
  /** Numbers for address spaces, none twice. */
  readonly nextId: () => number;
  readonly vmaMethod?: VmaMethod;
  /** Regions of one address space. */
  readonly regionsMax: number;
}

/** One process image and the connections it has. */
interface ProcessImage {
  readonly directory: ProcessDirectory;
  readonly memory: ProcessMemory;
  readonly space: ClientAddressSpace;
  readonly name: string;
  readonly inInitialNamespace: boolean;
  readonly boundingSet: readonly number[];
  connections: number;
}

/** The processes that have connected. One per daemon. */
export class PeerRegistry {
  /** By pid: the image that the process has now, as far as seen. */
  private readonly images = new Map<number, ProcessImage>();
  /** Images without a connection, or of the past, that may still have pinned pages. */
  private readonly idle = new Set<ProcessImage>();

  /** undefined iff there are no native calls. */
  readonly events: EventCounters | undefined;

  constructor(readonly options: PeerOptions) {
    this.events = options.native && new EventCounters(options.native);
  }

  /** The ways to client memory, each "on" or why it is off. */
  providers(): Record<string, string> {
    const needsNative = "koffi does not load here, so the peer of a connection is not known";
    const state = this.options.native === undefined ? needsNative : "on";
    return { process: state, file: state, region: "on", callback: "on" };
  }

  /** @param socketFd The accepted socket's descriptor; undefined where it cannot be had */
  identify(socketFd: number | undefined): Peer {
    this.forgetGone();
    const { native } = this.options;
    const credentials = socketFd === undefined ? undefined : native?.peerCredentials(socketFd);
    if (native === undefined || socketFd === undefined || credentials === undefined) return new AnonymousPeer(this);
    const image = this.current(native, credentials.pid, () => native.peerPidfd(socketFd));
    return image === undefined ? new AnonymousPeer(this) : new KnownPeer(this, native, credentials, image);
  }

  /** The image that the process of this one has now: itself, or its successor after an exec. */
  successor(native: Native, image: ProcessImage): ProcessImage {
    const { pid } = image.directory;
    if (!image.directory.exists()) return image;
    const next = this.current(native, pid, () => native.pidfdOpen(pid));
    if (next === undefined) return image;
    this.disconnect(image);
    return next;
  }

  /** Takes one connection from an image. */
  disconnect(image: ProcessImage): void {
    image.connections--;
    image.memory.review();
    if (image.connections === 0) this.idle.add(image);
    this.forgetGone();
  }

  private current(native: Native, pid: number, pidfd: () => number): ProcessImage | undefined {
    const known = this.images.get(pid);
    if (known !== undefined && known.directory.exists() && !known.memory.isGone()) {
      known.connections++;
      this.idle.delete(known);
      return known;
    }
    const directory = ProcessDirectory.open(native, pid, pidfd());
    if (directory === undefined) return undefined;
    const { frames, files, nextId, vmaMethod, regionsMax } = this.options;
    const regions = new RegionSet(files, regionsMax);
    const memory = new ProcessMemory(native, files, directory, vmaMethod);
    const command = directory.text("comm")?.trimEnd() ?? "";
    const space = new ClientAddressSpace(nextId(), `pid ${pid} (${command})`, frames, regions, memory, () =>
      directory.statusPages("VmLck"),
    );
    const inInitialNamespace = isInInitialNamespace(directory);
    const boundingSet = boundingSetOf(directory);
    const image = { directory, memory, space, name: command, inInitialNamespace, boundingSet, connections: 1 };
    this.images.set(pid, image);
    // Opened at once, so that an exec from here on is seen.
    memory.open();
    return image;
  }

  /** Gives back the descriptors of images that neither have a connection nor ever will have memory again. */
  private forgetGone(): void {
    for (const image of this.idle) {
      if (image.directory.exists() && !image.memory.isGone()) continue;
      if (image.memory.isKept()) continue;
      this.idle.delete(image);
      if (this.images.get(image.directory.pid) === image) this.images.delete(image.directory.pid);
      image.memory.close();
      image.directory.close();
    }
  }
}

class KnownPeer implements Peer {
  readonly pid: number;
  readonly gid: number;
  readonly name: string;
  private readonly realUid: number;
  private readonly regionSpaces = new Set<ClientAddressSpace>();
  private readonly regionRights: RegionRights;
  private lastLimitPages = 0;
  private closed = false;
  /** The image is that of the process, as seen a moment ago. */
  private looked = false;
  /** It will not be another one. */
  private stays = false;
  private readonly lookAgain = (): void => {
    this.looked = false;
  };
  /** What this connection keeps. */
  private kept: { memory: ProcessMemory; keeper: Keeper } | undefined;

  constructor(
    private readonly registry: PeerRegistry,
    private readonly native: Native,
    credentials: PeerCredentials,
    private image: ProcessImage,
  ) {
    this.pid = credentials.pid;
    this.gid = credentials.gid;
    this.name = image.name;
    const status = /^Uid:\t(\d+)/m.exec(image.directory.text("status") ?? "");
    this.realUid = status === null ? credentials.uid : Number(status[1]);
    this.memlockLimitPages();
    this.regionRights = {
      mayOpenPaths: credentials.uid === 0 || credentials.uid === process.geteuid?.(),
      copyDescriptor: (fd) => this.image.directory.copyDescriptor(fd),
      openFlags: (fd) => native.openFlags(fd),
    };
  }

  get mm(): ClientAddressSpace {
    if (this.closed || this.stays || this.looked) return this.image.space;
    if (this.image.space.isGone()) this.image = this.registry.successor(this.native, this.image);
    // No request of another image is handled before the event loop has gone round.
    this.looked = true;
    queueMicrotask(this.lookAgain);
    return this.image.space;
  }

  uid(): number {
    return this.realUid;
  }

  hasIpcLock(): boolean {
    return this.has(CAP_IPC_LOCK);
  }

  hasSysResource(): boolean {
    return this.has(CAP_SYS_RESOURCE);
  }

  /** Of a process that is gone, the last that was seen: what it mapped stays charged and limited. */
  memlockLimitPages(): number {
    const { directory } = this.image;
    if (directory.exists()) {
      const bytes = this.native.memlockLimitBytes(this.pid) ?? memlockLimitByText(directory.text("limits"));
      if (bytes !== undefined) this.lastLimitPages = Math.floor(bytes / PAGE_SIZE);
    }
    return this.lastLimitPages;
  }

  openFile(fd: number): BackingFile | Errno {
    const copy = this.image.directory.copyDescriptor(fd);
    return copy < 0 ? -copy : openBackingFile(copy, this.registry.options.files, this.registry.options.frames);
  }

  isOpen(fd: number): boolean {
    return linkText(this.image.directory.path(`fd/${fd}`)) !== undefined;
  }

  openEvent(fd: number): EventDescriptor | Errno {
    const { events } = this.registry;
    const copy = this.image.directory.copyDescriptor(fd);
    return copy < 0 || events === undefined ? errno.EBADF : events.adopt(copy);
  }

  addRegion(request: RegionRequest): RegionRefusal | undefined {
    const space = this.mm;
    this.regionSpaces.add(space);
    return space.regions.add(this, request, this.regionRights);
  }

  removeRegion(address: U64): RegionRefusal | undefined {
    return this.mm.regions.remove(this, address);
  }

  keep(address: U64, mark: Uint8Array, dismiss: () => void): Errno {
    if (address.page() >= USER_PAGES) return errno.EFAULT;
    const keeper = { address: address.page() * PAGE_SIZE + address.pageOffset(), mark, dismiss };
    const { memory } = this.image;
    const error = memory.keep(keeper);
    if (error === errno.OK) this.kept = { memory, keeper };
    return error;
  }

  reviewKeeper(): void {
    this.kept?.memory.review();
  }

  stay(): void {
    if (!this.stays) this.stays = !this.mm.isGone();
  }

  listRegions(): RegionInspection[] {
    return this.mm.regions.list(this);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.kept?.memory.unkeep(this.kept.keeper);
    for (const space of this.regionSpaces) space.regions.removeOwned(this);
    this.registry.disconnect(this.image);
  }

  /**
   * A capability that the process cannot have because it is outside its bounding set was withheld by the sandbox that
   * the machine runs in (containers do so), which /dev/iommu of a machine of one's own would not know. There it is the
   * effective user id that tells a privileged program from others, as it would decide on such a machine.
   */
  private has(capability: number): boolean {
    const { directory, boundingSet, inInitialNamespace } = this.image;
    if (!inInitialNamespace) return false;
    if (boundingSet.includes(capability)) return this.native.hasCapability(this.pid, capability);
    return /^Uid:\t\d+\t0\t/m.test(directory.text("status") ?? "");
  }
}

/** CapBnd of /proc/PID/status: the capabilities that the process can ever have. */
function boundingSetOf(directory: ProcessDirectory): number[] {
  const match = /^CapBnd:\t([0-9a-f]+)/m.exec(directory.text("status") ?? "");
  const set = match === null ? 0n : BigInt(`0x${match[1]!}`);
  return Array.from({ length: 64 }, (_, capability) => capability).filter((bit) => ((set >> BigInt(bit)) & 1n) === 1n);
}

/**
 * A peer whose process is not known has regions only. It counts as privileged, because a limit that is charged to the
 * wrong one would be worse than none: the uid is the daemon's own, whose real charges the daemon does not see.
 */
class AnonymousPeer implements Peer {
  readonly pid = undefined;
  readonly gid = process.getegid?.() ?? 0;
  readonly name = "unknown";
  readonly mm: ClientAddressSpace;

  constructor(registry: PeerRegistry) {
    const { frames, files, nextId, regionsMax } = registry.options;
    const regions = new RegionSet(files, regionsMax);
    const id = nextId();
    this.mm = new ClientAddressSpace(id, `unknown process ${id}`, frames, regions, undefined, () => 0);
  }

  uid(): number {
    return process.getuid?.() ?? 0;
  }

  hasIpcLock(): boolean {
    return true;
  }

  hasSysResource(): boolean {
    return true;
  }

  memlockLimitPages(): number {
    return Infinity;
  }

  openFile(): Errno {
    return errno.EBADF;
  }

  isOpen(): boolean {
    return false;
  }

  openEvent(): Errno {
    return errno.EBADF;
  }

  addRegion(request: RegionRequest): RegionRefusal | undefined {
    // Who may connect at all is decided by the socket's directory, which by default is the daemon's user's own.
    return this.mm.regions.add(this, request, {
      mayOpenPaths: true,
      copyDescriptor: () => -errno.EBADF,
      openFlags: () => -errno.EBADF,
    });
  }

  removeRegion(address: U64): RegionRefusal | undefined {
    return this.mm.regions.remove(this, address);
  }

  keep(): Errno {
    return errno.ESRCH;
  }

  stay(): void {
    // It is one image to the daemon.
  }

  reviewKeeper(): void {
    // There is none.
  }

  listRegions(): RegionInspection[] {
    return this.mm.regions.list(this);
  }

  close(): void {
    this.mm.regions.removeOwned(this);
    this.mm.end();
  }
}

/** The soft limit in bytes from /proc/PID/limits, which unlike prlimit(2) needs no right over the process. */
function memlockLimitByText(text: string | undefined): number | undefined {
  const match = /^Max locked memory +(\d+|unlimited) /m.exec(text ?? "");
  return match === null ? undefined : match[1] === "unlimited" ? Infinity : Number(match[1]);
}

/**
 * Capabilities count only in the initial user namespace: that of process 1, or where it may not be asked, the daemon's.
 * A process whose namespace may not be asked either is judged by its user id map, which is public.
 */
function isInInitialNamespace(directory: ProcessDirectory): boolean {
  const namespace = linkText(directory.path("ns/user"));
  if (namespace !== undefined) return namespace === (linkText("/proc/1/ns/user") ?? linkText("/proc/self/ns/user"));
  const map = directory.text("uid_map");
  return map !== undefined && map === readFileSync("/proc/self/uid_map", "latin1");
}

function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
