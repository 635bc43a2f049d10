/**
 * The errors that the SDK throws. Two kinds that never mix: what the state machine answers (an errno, as Linux would),
 * and what went wrong between client and daemon (a stable code).
 */
import { errnoName, type Errno } from "../../proto/uapi/errno.js";

/** A call failed as it would have on Linux. */
export class IommufdError extends Error {
  override readonly name: string = "IommufdError";
  /** The errno's name, such as "EINVAL". */
  readonly code: string;

  /**
   * @param call What failed, by its uAPI name where it has one: "IOMMU_IOAS_MAP"
   * @param errno The positive errno, such as 22
   * @param detail What the daemon adds for people
   */
  constructor(
    readonly call: string,
    readonly errno: Errno,
    detail = "",
  ) {
    super(`${call}: ${errnoName(errno)}${detail === "" ? "" : ` (${detail})`}`);
    this.code = errnoName(errno);
  }
}

/** Codes of the errors that this side finds; the daemon's own codes are in docs/protocol.md. */
export type ClientErrorCode =
  /** Nobody listens at the socket path, or it may not be used. */
  | "CONNECT_FAILED"
  /** The connection ended, by `close` or from the other side, while or before the call was made. */
  | "CONNECTION_CLOSED"
  /** The daemon sent what this version does not understand. */
  | "BAD_REPLY";

/** Client and daemon cannot talk to each other, or no longer. The connection is of no further use. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  /** @param code Stable: one of `ClientErrorCode`, or of the daemon's codes, such as "FRAME_TOO_LONG" */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The same with the codes of this side checked by the compiler. */
  static local(code: ClientErrorCode, message: string, options?: ErrorOptions): ProtocolError {
    return new ProtocolError(code, message, options);
  }
}
