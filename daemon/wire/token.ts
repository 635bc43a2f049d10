/** Tokens, by which connections find an open file description. */
import { ProtocolViolation } from "./protocol-error.js";

const TOKEN_BYTES_MIN = 16;
const TOKEN_BYTES_MAX = 64;

/** A token as a key of a map: hexadecimal. */
export function tokenKey(token: Uint8Array): string {
  return Buffer.from(token.buffer, token.byteOffset, token.byteLength).toString("hex");
}

/** @throws ProtocolViolation TOKEN_INVALID */
export function checkToken(token: Uint8Array): void {
  if (token.length < TOKEN_BYTES_MIN || token.length > TOKEN_BYTES_MAX)
    throw new ProtocolViolation("TOKEN_INVALID", `${token.length} bytes`);
}
