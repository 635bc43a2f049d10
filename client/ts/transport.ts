/**
 * How the SDK reaches a daemon: a `Transport` makes `Duplex`es, ordered byte streams in both directions. A Unix socket
 * is one, the daemon in this process (testing.ts) is another, and nothing above knows which.
 *
 * A stream that broke is never made anew behind the caller's back: it was an open file description, and that is closed.
 */
import { connect } from "node:net";
import { ProtocolError } from "./errors.js";

/** What happens on a stream. Nothing is called after `ended`. */
export interface DuplexEvents {
  /** The bytes are the receiver's to keep. */
  received(bytes: Uint8Array): void;
  /** The stream is over, once. @param reason What broke it; absent after an orderly end */
  ended(reason?: Error): void;
}

/** An ordered byte stream in both directions. */
export interface Duplex {
  /** Queues bytes; the stream keeps them, the caller no longer changes them. */
  write(bytes: Uint8Array): void;
  /** Ends the stream after what was written; `ended` follows. May be called more than once. */
  close(): void;
  /** Of the socket to the daemon, where the stream is one: by it rings are possible. */
  readonly descriptor?: number | undefined;
}

export interface Transport {
  /** For messages: "/run/user/1000/iommufd-emu/iommufd.sock". */
  readonly name: string;
  /** @throws ProtocolError CONNECT_FAILED */
  open(events: DuplexEvents): Promise<Duplex>;
}

/** The daemon that listens on a Unix socket. @param path Of the socket; 107 bytes at most, as Linux has it */
export function socketTransport(path: string): Transport {
  return {
    name: path,
    open: (events) =>
      new Promise((resolve, reject) => {
        const socket = connect(path);
        let connected = false;
        let broken: Error | undefined;
        socket.on("error", (error) => {
          broken = error;
          if (!connected) reject(connectFailure(path, error));
        });
        socket.on("connect", () => {
          connected = true;
          resolve({
            write: (bytes) => void socket.write(bytes),
            close: () => void socket.end(),
            get descriptor() {
              return (socket as typeof socket & { readonly _handle?: { readonly fd?: number } | null })._handle?.fd;
            },
          });
        });
        socket.on("data", (chunk) => {
          events.received(chunk);
        });
        socket.on("close", () => {
          if (connected) events.ended(broken);
        });
      }),
  };
}

function connectFailure(path: string, cause: NodeJS.ErrnoException): ProtocolError {
  const why =
    cause.code === "ENOENT" || cause.code === "ECONNREFUSED"
      ? `no daemon listens at ${path} (${cause.code}); start one with \`iommufd-emu serve\``
      : `cannot connect to ${path}: ${cause.message}`;
  return ProtocolError.local("CONNECT_FAILED", why, { cause });
}
