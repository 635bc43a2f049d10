/** File descriptors of one session's client: what those that an ioctl names stand for, and those that it makes. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Context } from "../core/context.js";
import type { Peer } from "../memory/peer.js";
import type { DescriptorTarget, Descriptors, EventCounter } from "../uapi/descriptors.js";
import { U64 } from "../u64.js";
import type { IoctlRequest } from "./ioctl-request.js";
import { EventFile } from "./event-file.js";
import { IommufdFile, TargetFile, type MadeFile, type OpenFile } from "./open-file.js";
import type { Server } from "./server.js";

export interface NewDescriptor {
  /** In hexadecimal. */
  readonly token: string;
  /** Of the s32 that the client stores the number in; 0: it is the result. */
  readonly address: U64;
}

export class SessionDescriptors implements Descriptors {
  /** What the ioctl in progress made. */
  made: NewDescriptor[] | undefined;
  /** Held for clients that have not joined them yet. */
  private readonly files = new Set<MadeFile>();

  constructor(
    private readonly server: Pick<Server, "adopt" | "find">,
    private readonly ioctl: IoctlRequest,
    private readonly peer: Peer,
  ) {}

  begin(): void {
    this.made = undefined;
  }

  find(fd: number): DescriptorTarget | undefined {
    const file = this.fileOf(fd);
    return file instanceof TargetFile ? file.target : undefined;
  }

  findContext(fd: number): Context | Errno {
    const file = this.fileOf(fd);
    if (file instanceof IommufdFile) return file.context;
    return this.isOpen(fd) ? errno.EBADFD : errno.EBADF;
  }

  isOpen(fd: number): boolean {
    return this.fileOf(fd) !== undefined || this.peer.isOpen(fd | 0);
  }

  openEvent(fd: number): EventCounter | Errno {
    const file = this.fileOf(fd);
    if (file === undefined) return this.peer.openEvent(fd | 0);
    return file instanceof TargetFile && file.target instanceof EventFile ? file.target.open() : errno.EINVAL;
  }

  /** What the client has said about the descriptor. */
  private fileOf(fd: number): OpenFile | undefined {
    const named = this.ioctl.descriptors.find((descriptor) => descriptor.fd === (fd | 0));
    return named === undefined ? undefined : this.server.find(named.token);
  }

  create(target: DescriptorTarget, address = U64.ZERO): void {
    (this.made ??= []).push({ token: this.adopt(target), address });
  }

  /** Makes an open file description that this session holds until the client does. @returns its token */
  adopt(target: DescriptorTarget): string {
    const file = this.server.adopt(target);
    this.files.add(file);
    return file.token;
  }

  /** The session is over. */
  end(): void {
    for (const file of this.files) file.abandon();
    this.files.clear();
  }
}
