/** How connections reach the daemon, whatever carries them: the only thing that sessions know of sockets. */

/** One connection, as a session writes to it. */
export interface Connection {
  /**
   * Queues bytes for the client; the connection keeps them.
   * @returns whether the client keeps up; if not, `drained` is reported once it has what was queued
   */
  write(bytes: Uint8Array): boolean;
  /** Sends what is queued, then ends the connection. */
  close(): void;
  /** The descriptor of the socket, for its peer's credentials; undefined where there is none. */
  readonly socketFd: number | undefined;
}

/** What a connection reports. */
export interface ConnectionEvents {
  received(bytes: Uint8Array): void;
  /** The client has what was queued when `write` said that it does not keep up. */
  drained(): void;
  /** Once; nothing follows. */
  ended(): void;
}

export interface Transport {
  /** @param accept makes the receiver of a new connection's events */
  listen(path: string, accept: (connection: Connection) => ConnectionEvents): Promise<void>;
  /** Takes no more connections; those that there are stay. */
  stop(): Promise<void>;
  /** Resolves once the end of every connection that had ended before this call has been reported. */
  settle(): Promise<void>;
}
