/**
 * The page requests of an endpoint (PCI Express, "Page Request Services"): one group for each page that a DMA waits for.
 *
 * It owns the group indices: one is used again when its request has been answered, even if nobody waits for that any more.
 */
import { IndexAllocator } from "../hw/engine/index-allocator.js";
import type { MissingPage, PageResponse } from "../hw/interface.js";
import type { Cancellation } from "./cancellation.js";

/** A group index has 9 bits. */
export const PAGE_REQUESTS_MAX = 512;

/** "abandoned": nobody wants the page any more. */
export type PageAnswer = PageResponse | "abandoned";

interface Request {
  readonly page: MissingPage;
  readonly respond: (response: PageResponse) => void;
}

export class PageRequester {
  private readonly groups = new IndexAllocator(0, PAGE_REQUESTS_MAX - 1);
  /** Those that have no group yet, oldest first. */
  private readonly queue = new Set<Request>();
  private sending = false;

  /** Requests that have not been answered. */
  get open(): number {
    return PAGE_REQUESTS_MAX - this.groups.available;
  }

  /** @param cancellation says that nobody wants the page any more */
  ask(page: MissingPage, cancellation: Cancellation | undefined): PageAnswer | Promise<PageAnswer> {
    if (cancellation?.cancelled === true) return "abandoned";
    const outcome: { answer?: PageAnswer; settle?: (answer: PageAnswer) => void } = {};
    const request: Request = {
      page,
      respond: (response) => {
        outcome.answer = response;
        outcome.settle?.(response);
      },
    };
    this.queue.add(request);
    this.sendQueued();
    if (outcome.answer !== undefined) return outcome.answer;
    return new Promise((resolve) => {
      const abandon = (): void => {
        this.queue.delete(request);
        resolve("abandoned");
      };
      cancellation?.add(abandon);
      outcome.settle = (answer) => {
        cancellation?.remove(abandon);
        resolve(answer);
      };
    });
  }

  /** As many as there are groups. One that is answered at once makes room for the next within the same loop. */
  private sendQueued(): void {
    if (this.sending) return;
    this.sending = true;
    for (const request of this.queue) {
      const group = this.groups.allocate();
      if (group < 0) break;
      this.queue.delete(request);
      request.page.ask(group, (response) => {
        this.groups.free(group);
        request.respond(response);
        this.sendQueued();
      });
    }
    this.sending = false;
  }
}
