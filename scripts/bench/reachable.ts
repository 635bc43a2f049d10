/** How much memory a child of the benchmark holds: only what is reachable, so it collects garbage first. */

/** Bytes of the heap and of array buffers that are reachable now. Preconditions: the process has `--expose-gc`. */
export function reachableBytes(): number {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
