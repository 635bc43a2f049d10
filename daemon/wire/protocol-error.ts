/**
 * Violations of the protocol: the table of their stable codes. Each ends the session of the client that committed it,
 * and no other. docs/protocol.md lists the same codes; a test holds the two together.
 */
export const protocolErrors = {
  FRAME_TOO_LONG: "a frame is longer than the limit frame_bytes_max",
  FRAME_MALFORMED: "a frame is not a valid ClientFrame",
  FRAME_EMPTY: "a frame has no message that this daemon knows",
  HELLO_EXPECTED: "the first message of a connection is not Hello",
  HELLO_REPEATED: "a second Hello came on the same connection",
  VERSION_UNSUPPORTED: "the client wants a protocol version that this daemon does not speak",
  FEATURE_UNSUPPORTED: "the client requires a feature that this daemon does not have",
  OPEN_REPEATED: "Open or Join came while the connection has an open file description",
  TOKEN_INVALID: "a token has fewer than 16 or more than 64 bytes",
  TOO_MANY_SEGMENTS: "an ioctl has more segments and windows than the limit segments_max",
  TOO_MANY_IOCTLS: "a batch has more ioctls than the limit batch_ioctls_max",
  TOO_MANY_IN_FLIGHT: "more requests wait for one that is parked, or more DMAs for pages, than the limit in_flight_max",
  TOO_MANY_SESSIONS: "the daemon serves as many connections as sessions_max or its limit of open files allows",
  MEMORY_RESULT_UNKNOWN: "a MemoryResult answers no MemoryRequest that is open",
  MEMORY_RESULT_LENGTH: "a MemoryResult has not as many bytes as were asked for",
  RING_REPEATED: "a second Ring came on the same connection",
  RING_CORRUPT: "a ring holds what no client stores there",
  SHUTTING_DOWN: "the daemon is about to end and takes no new requests",
} as const;

export type ProtocolErrorCode = keyof typeof protocolErrors;

/** Thrown while a frame is handled, caught by the session, which says so to the client and closes. */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";

  constructor(
    readonly code: ProtocolErrorCode,
    detail?: string,
  ) {
    super(detail === undefined ? protocolErrors[code] : `${protocolErrors[code]}: ${detail}`);
  }
}
