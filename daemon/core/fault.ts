/**
 * FAULT: a queue of page requests that user space answers (specification 30, section 12).
 *
 * A group of requests waits to be read, then under a cookie for its response. Either way it belongs to the attachment
 * that it came through: when that ends, the group is answered INVALID and leaves.
 */
import type { PageRequest, PageResponse } from "../hw/interface.js";
import type { Context } from "./context.js";
import type { Attachment } from "./group.js";
import { IdPool, IommufdObject } from "./objects.js";

export interface PageRequestGroup {
  readonly attachment: Attachment;
  /** DEVICE id that the requests are reported with. */
  readonly deviceId: number;
  /** In the order of arrival. */
  readonly requests: readonly PageRequest[];
  readonly respond: (response: PageResponse) => void;
}

export class FaultObject extends IommufdObject {
  override readonly type = "fault";
  /** Oldest first. */
  private unread: PageRequestGroup[] = [];
  private readonly awaiting = new Map<number, PageRequestGroup>();
  private readonly cookies = new IdPool();
  private listener: (() => void) | undefined;

  constructor(private readonly context: Context) {
    super();
  }

  /** The open file of the queue: it uses the queue and holds the context until `close`. */
  open(): void {
    this.users++;
    this.context.hold();
  }

  /** @returns whether that released the context */
  close(): boolean {
    this.users--;
    this.listener = undefined;
    return this.context.release();
  }

  /** @param listener is told of every arrival, and when nothing is left to read */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  deliver(group: PageRequestGroup): void {
    this.unread.push(group);
    this.listener?.();
  }

  /** The group to read next. */
  peek(): PageRequestGroup | undefined {
    return this.unread[0];
  }

  /** The cookie that `take` would give. */
  nextCookie(): number {
    return this.cookies.lowest();
  }

  /** The first group has been read: from now on its cookie stands for it. */
  take(): void {
    const group = this.unread.shift()!;
    this.awaiting.set(this.cookies.take()!, group);
    if (this.unread.length === 0) this.listener?.();
  }

  /** @returns false: no group waits under this cookie */
  respond(cookie: number, response: PageResponse): boolean {
    const group = this.awaiting.get(cookie);
    if (group === undefined) return false;
    this.forget(cookie);
    group.respond(response);
    return true;
  }

  /** An attachment has ended: what came through it is answered INVALID. */
  drop(attachment: Attachment): void {
    this.refuse((group) => group.attachment === attachment);
  }

  private refuse(isGone: (group: PageRequestGroup) => boolean): void {
    const refused = this.unread.filter(isGone);
    if (refused.length > 0) {
      this.unread = this.unread.filter((group) => !isGone(group));
      if (this.unread.length === 0) this.listener?.();
    }
    for (const [cookie, group] of [...this.awaiting]) {
      if (!isGone(group)) continue;
      this.forget(cookie);
      refused.push(group);
    }
    for (const group of refused) group.respond("invalid");
  }

  private forget(cookie: number): void {
    this.awaiting.delete(cookie);
    this.cookies.give(cookie);
  }

  override teardown(): void {
    this.refuse(() => true);
  }

  override inspect(): Record<string, unknown> {
    return { unread: this.unread.length, awaiting: this.awaiting.size };
  }
}
