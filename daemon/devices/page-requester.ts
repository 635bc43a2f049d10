/**
 * The page requests of an endpoint (PCI Express, "Page Request Services"): one group for each page that a DMA waits for.
 *
 * It owns the group indices: one is used again when its request has been answered, even if nobody waits for that any more.
 */
import { IndexAllocator } from "../hw/engine/index-allocator.js";
import type { MissingPage, PageResponse } from "../hw/interface.js";

/** A group index has 9 bits. */
export const PAGE_REQUESTS_MAX = 512;

/** "abandoned": nobody wants the page any more. */
export type PageAnswer = PageResponse | "abandoned";

interface QueuedRequest {
  readonly page: MissingPage;
  readonly signal: AbortSignal | undefined;
  readonly respond: (response: PageResponse) => void;
}

export class PageRequester {
  private readonly groups = new IndexAllocator(0, PAGE_REQUESTS_MAX - 1);
  /** Those that no group was left for, oldest first. */
  private readonly queue: QueuedRequest[] = [];

  /** Requests that have not been answered. */
  get open(): number {
    return PAGE_REQUESTS_MAX - this.groups.available;
  }

  /** @param signal says that nobody wants the page any more */
  ask(page: MissingPage, signal: AbortSignal | undefined): PageAnswer | Promise<PageAnswer> {
    if (signal?.aborted === true) return "abandoned";
    const outcome: { answer?: PageAnswer; settle?: (answer: PageAnswer) => void } = {};
    this.send({
      page,
      signal,
      respond: (response) => {
        outcome.answer = response;
        outcome.settle?.(response);
      },
    });
    if (outcome.answer !== undefined) return outcome.answer;
    return new Promise((resolve) => {
      const abandon = (): void => {
        resolve("abandoned");
      };
      signal?.addEventListener("abort", abandon);
      outcome.settle = (answer) => {
        signal?.removeEventListener("abort", abandon);
        resolve(answer);
      };
    });
  }

  private send(request: QueuedRequest): void {
    const group = this.groups.allocate();
    if (group < 0) {
      this.queue.push(request);
      return;
    }
    request.page.ask(group, (response) => {
      this.groups.free(group);
      request.respond(response);
      this.sendQueued();
    });
  }

  private sendQueued(): void {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      if (next.signal?.aborted === true) continue;
      this.send(next);
      return;
    }
  }
}
