/** File descriptors of one session's client: what those that an ioctl names stand for, and those that it makes. */
import type { DescriptorTarget, Descriptors } from "../uapi/descriptors.js";
import { U64 } from "../u64.js";
import type { IoctlRequest } from "./ioctl-request.js";
import { MadeFile } from "./open-file.js";
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
  ) {}

  begin(): void {
    this.made = undefined;
  }

  find(fd: number): DescriptorTarget | undefined {
    const named = this.ioctl.descriptors.find((descriptor) => descriptor.fd === (fd | 0));
    const file = named === undefined ? undefined : this.server.find(named.token);
    return file instanceof MadeFile ? file.target : undefined;
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
