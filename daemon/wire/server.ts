/** What a session needs of the daemon that it belongs to. */
import type { Errno } from "../../proto/uapi/errno.js";
import type { FailurePoints } from "../core/failure-points.js";
import type { DescriptorTarget } from "../uapi/descriptors.js";
import type { WireLimits } from "./limits.js";
import type { MadeFile, OpenFile, TargetFile } from "./open-file.js";
import type { RingHost } from "./ring-carrier.js";
import type { Session } from "./session.js";

export interface Server {
  /** Name and version. */
  readonly name: string;
  readonly features: readonly string[];
  readonly limits: WireLimits;
  readonly points: FailurePoints;
  /** Absent: there are no rings. */
  readonly rings: RingHost | undefined;
  /** Files that the request in progress has left with nothing to read, while somebody has notices of something. */
  readonly emptied: TargetFile[];

  /**
   * Opens a node.
   * @param token in hexadecimal; undefined: a fresh one is made
   * @returns ENOENT for no such node, EEXIST for a token in use, and what opening the node answers
   */
  open(node: string, token: string | undefined): OpenFile | Errno;
  /** An open file description, with a fresh token, for what an ioctl made. */
  adopt(target: DescriptorTarget): MadeFile;
  /** Plugs in a PCI device, as the command line describes it. @returns why not, for people */
  addDevice(device: string): string | undefined;
  /**
   * Takes a PCI device away.
   * @returns ENODEV: there is none at this address; true: programs still have it open
   */
  removeDevice(address: string): boolean | Errno;
  /** The open file description with this token. */
  find(token: string): OpenFile | undefined;
  /** Resolves once the end of every connection that had ended before has been handled. */
  settle(): Promise<void>;
  /** A session has ended. */
  forget(session: Session): void;
  /** The tree of `iommufd-emu status`. */
  inspect(): Record<string, unknown>;
}
