/**
 * read(2), pread(2), write(2) and pwrite(2) of what a connection has open.
 *
 * Follows `Read`, `Write` and `FileReply` of proto/wire/iommufd_emu.proto. Invariant: what the daemon stores lies in the
 * buffer, below the count that it returns.
 */
import type { Connection } from "./connection.js";
import { IommufdError, ProtocolError } from "./errors.js";
import { fromLong, toLong, type Uint64 } from "./wire64.js";

/** Where the buffer is said to lie. */
const BUFFER_ADDRESS = 0x1_0000n;

interface TransferOptions {
  /** In the file; without it the transfer is at the file's position. */
  readonly offset?: Uint64 | undefined;
  /** Notices of arrivals hold no longer, so many. Called before an error is thrown. */
  readonly onWithdrawn?: (count: number) => void;
}

/** @param count In bytes @throws IommufdError, ProtocolError */
export async function readFile(
  connection: Connection,
  count: number,
  { offset, onWithdrawn }: TransferOptions = {},
): Promise<Uint8Array> {
  const address = toLong(BUFFER_ADDRESS, "address");
  const read = { address, count: toLong(count, "count"), writable: [{ address, length: count }], ...place(offset) };
  const reply = await connection.request({ read }, "file");
  const result = reply.result ?? 0;
  onWithdrawn?.(reply.withdrawn ?? 0);
  if (result < 0) throw new IommufdError(offset === undefined ? "read" : "pread", -result);
  const data = new Uint8Array(result);
  for (const segment of reply.written ?? []) {
    const at = fromLong(segment.address) - BUFFER_ADDRESS;
    const bytes = segment.data ?? new Uint8Array();
    if (at < 0n || at + BigInt(bytes.length) > BigInt(result))
      throw ProtocolError.local("BAD_REPLY", "the daemon wrote outside the buffer");
    data.set(bytes, Number(at));
  }
  return data;
}

/** @returns the bytes taken @throws IommufdError, ProtocolError */
export async function writeFile(
  connection: Connection,
  data: Uint8Array,
  { offset, onWithdrawn }: TransferOptions = {},
): Promise<number> {
  const address = toLong(BUFFER_ADDRESS, "address");
  const write = { address, count: toLong(data.length, "length"), readable: [{ address, data }], ...place(offset) };
  const reply = await connection.request({ write }, "file");
  const result = reply.result ?? 0;
  onWithdrawn?.(reply.withdrawn ?? 0);
  if (result < 0) throw new IommufdError(offset === undefined ? "write" : "pwrite", -result);
  return result;
}

function place(offset: Uint64 | undefined) {
  return offset === undefined ? {} : { offset: toLong(offset, "offset") };
}
