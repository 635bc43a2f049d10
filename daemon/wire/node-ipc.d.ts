/** The part of node-ipc 12.0.0 that this project uses; the package has no types. */
declare module "node-ipc" {
  import type { Server } from "node:net";

  export class IPCModule {
    config: { unlink: boolean; silent: boolean; maxConnections: number };
    serve(path: string, started: () => void): void;
    server: {
      server: Server;
      start(): void;
      stop(): void;
      on(event: "error", listener: (error: Error) => void): void;
    };
  }
}
