/**
 * Connections over a Unix stream socket. node-ipc listens; from there on the sockets are read and written here, since
 * its own reading re-encodes every chunk. A path is probed before it is used, because node-ipc would unlink a live
 * daemon's socket.
 */
import { lstatSync, unlinkSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { IPCModule } from "node-ipc";
import { SOCKET_PATH_BYTES_MAX } from "../../proto/wire/socket-path.js";
import type { Connection, ConnectionEvents, Transport } from "./transport.js";

/** How long a listener may take to accept before it counts as live but stuck. */
const PROBE_TIMEOUT_MS = 2000;

/** How long a client whose connection the daemon has ended may take to read the reason and to close its side. */
const LINGER_MS = 2000;

/** The path cannot be listened on; the message is one line for the user. */
export class SocketPathError extends Error {
  override readonly name = "SocketPathError";
}

/**
 * Makes sure that nothing is in the way at a path. Only a dead socket of this user's own is unlinked.
 * @throws SocketPathError
 */
export async function clearPath(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > SOCKET_PATH_BYTES_MAX)
    throw new SocketPathError(`socket path has ${bytes} bytes, at most ${SOCKET_PATH_BYTES_MAX} are possible: ${path}`);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new SocketPathError(`${path} exists and is not a socket; it was left alone`);
  if (stat.uid !== process.getuid?.())
    throw new SocketPathError(`${path} belongs to another user (uid ${stat.uid}); it was left alone`);
  const state = await probe(path);
  if (state === "live") throw new SocketPathError(`a daemon is already serving ${path}`);
  if (state !== "dead") throw new SocketPathError(`cannot tell whether ${path} is served: ${state}; it was left alone`);
  unlinkSync(path);
}

function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (state: string): void => {
      socket.destroy();
      resolve(state);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => {
      done("live");
    });
    socket.once("connect", () => {
      done("live");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      done(error.code === "ECONNREFUSED" ? "dead" : error.code === "EAGAIN" ? "live" : error.message);
    });
  });
}

export class UnixTransport implements Transport {
  private readonly ipc = new IPCModule();
  private path: string | undefined;

  async listen(path: string, accept: (connection: Connection) => ConnectionEvents): Promise<void> {
    await clearPath(path);
    const { ipc } = this;
    ipc.config.unlink = false;
    ipc.config.silent = true;
    ipc.config.maxConnections = Number.MAX_SAFE_INTEGER;
    await new Promise<void>((resolve, reject) => {
      ipc.serve(path, resolve);
      ipc.server.on("error", (error) => {
        reject(new SocketPathError(`cannot listen on ${path}: ${error.message}`));
      });
      ipc.server.start();
      ipc.server.server.removeAllListeners("connection");
      ipc.server.server.on("connection", (socket) => {
        serve(socket, accept);
      });
    });
    this.path = path;
  }

  stop(): Promise<void> {
    if (this.path === undefined) return Promise.resolve();
    this.path = undefined;
    // Closing the server unlinks its path; connections go on until their sessions end.
    this.ipc.server.stop();
    return Promise.resolve();
  }

  settle(): Promise<void> {
    // One turn of the event loop polls every descriptor; the end of a socket that was ready then has been reported
    // when the turn after it begins.
    return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
}

function serve(socket: Socket, accept: (connection: Connection) => ConnectionEvents): void {
  let events: ConnectionEvents | undefined;
  const connection: Connection = {
    write(bytes) {
      if (socket.destroyed || socket.write(bytes)) return true;
      // A client that does not read its replies is not read from either.
      socket.pause();
      return false;
    },
    close() {
      socket.end();
      socket.resume();
      // A client that neither reads nor closes does not keep a descriptor of the daemon.
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    },
    get socketFd() {
      return (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
    },
  };
  const ended = (): void => {
    events?.ended();
    events = undefined;
  };
  socket.on("drain", () => {
    socket.resume();
    events?.drained();
  });
  socket.on("end", ended);
  socket.on("close", ended);
  socket.on("error", () => {
    socket.destroy();
  });
  events = accept(connection);
  socket.on("data", (chunk) => {
    events?.received(chunk);
  });
}
