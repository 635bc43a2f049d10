/**
 * The least that a server in Node can do: writes back what it reads. `echo-server.js SOCKET`; prints a line when it
 * listens, and runs until a signal ends it. What the daemon costs beyond this is its own.
 */
import { createServer } from "node:net";

const path = process.argv[2];
if (path === undefined) throw new Error("usage: echo-server.js SOCKET");

createServer((socket) => {
  socket.on("data", (bytes) => {
    socket.write(bytes);
  });
  socket.on("error", () => {
    socket.destroy();
  });
}).listen(path, () => {
  process.stdout.write("listening\n");
});
