/**
 * The object table of a context: ids, visibility, user counts and destruction (specification 10, section 3).
 *
 * An id is the lowest free number from 1. It is taken when creation starts; the object is visible once published. Every
 * object has one user while it merely exists and can be destroyed only then.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { FailurePoints } from "./failure-points.js";

export type ObjectType =
  | "ioas"
  | "hwpt-paging"
  | "hwpt-nested"
  | "device"
  | "access"
  | "fault"
  | "viommu"
  | "vdevice"
  | "veventq"
  | "hw-queue"
  | "selftest";

const ID_MAX = 0x7fff_ffff;

export abstract class IommufdObject {
  /** Set by the table. */
  id = 0;
  users = 1;
  abstract readonly type: ObjectType;
  /** Releases what the object holds. Called once, when it has left the table. */
  abstract teardown(): void;
  /** At the end of the context, when no other order is left: gives up users that nobody else will. @returns whether it had any */
  letGo(): boolean {
    return false;
  }
  /** What inspection shows besides id, type and users. */
  abstract inspect(): Record<string, unknown>;
}

/** Hands out the lowest free number from 1: ids of objects, cookies of page requests. */
export class IdPool {
  private next = 1;
  /** Binary min-heap of ids below `next` that are free. */
  private readonly freed: number[] = [];

  /** What `take` would give. */
  lowest(): number {
    return this.freed[0] ?? this.next;
  }

  take(): number | undefined {
    const lowest = this.freed[0];
    if (lowest === undefined) return this.next > ID_MAX ? undefined : this.next++;
    const moved = this.freed.pop()!;
    if (this.freed.length > 0) this.sink(moved);
    return lowest;
  }

  give(id: number): void {
    const heap = this.freed;
    let at = heap.length;
    heap.push(id);
    while (at > 0 && heap[(at - 1) >> 1]! > id) {
      heap[at] = heap[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    heap[at] = id;
  }

  /** Puts `id` where the root was. */
  private sink(id: number): void {
    const heap = this.freed;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= id) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = id;
  }
}

export class ObjectTable {
  private readonly ids = new IdPool();
  private readonly objects = new Map<number, IommufdObject>();
  /** Ids in use that stand for no visible object: under construction, or tombstones. */
  private reserved = 0;

  /** @param objectsMax the daemon's limit, beyond the kernel's 2^31 - 1 ids */
  constructor(
    private readonly objectsMax: number,
    private readonly points: FailurePoints,
  ) {}

  /** No id is in use, not even by an object under construction. */
  get isEmpty(): boolean {
    return this.objects.size === 0 && this.reserved === 0;
  }

  get size(): number {
    return this.objects.size;
  }

  /** Takes an id for an object that is not visible yet. @returns ENOMEM at the limit */
  reserve(object: IommufdObject): Errno {
    if (this.points.ordinaryFails() || this.objects.size + this.reserved >= this.objectsMax) return errno.ENOMEM;
    const id = this.ids.take();
    if (id === undefined) return errno.EBUSY;
    object.id = id;
    this.reserved++;
    return errno.OK;
  }

  publish(object: IommufdObject): void {
    this.reserved--;
    this.objects.set(object.id, object);
  }

  /** Gives up a reserved id; the caller has undone the object. */
  abandon(object: IommufdObject): void {
    this.reserved--;
    this.ids.give(object.id);
  }

  find(id: number): IommufdObject | undefined {
    return this.points.stepFails() ? undefined : this.objects.get(id);
  }

  /** Undefined, hence ENOENT, also for an object of another class. */
  findOf<T extends IommufdObject>(id: number, type: abstract new (...args: never[]) => T): T | undefined {
    const object = this.find(id);
    return object instanceof type ? object : undefined;
  }

  /** IOMMU_DESTROY: ENOENT, or EBUSY while the object has users. */
  destroy(id: number): Errno {
    const object = this.objects.get(id);
    if (object === undefined) return errno.ENOENT;
    if (object.users !== 1) return errno.EBUSY;
    this.remove(object);
    return errno.OK;
  }

  /** Takes an object out, whatever its users, and tears it down. */
  remove(object: IommufdObject): void {
    this.objects.delete(object.id);
    object.teardown();
    this.ids.give(object.id);
  }

  /** As `remove`, but the id is never handed out again: its owner still believes to have it. */
  bury(object: IommufdObject): void {
    this.objects.delete(object.id);
    this.reserved++;
    object.teardown();
  }

  /** Visible objects by ascending id. */
  list(): IommufdObject[] {
    return [...this.objects.values()].sort((a, b) => a.id - b.id);
  }

  /** The last close: passes in ascending order over what has no users, until nothing is left. */
  destroyAll(): void {
    while (this.objects.size > 0) {
      const before = this.objects.size;
      for (const object of this.list()) if (object.users === 1 && this.objects.has(object.id)) this.remove(object);
      if (this.objects.size === before && this.list().filter((object) => object.letGo()).length === 0) {
        const held = this.list().map(({ id, type, users }) => `${type} ${id} has ${users} users`);
        throw new Error(`objects hold each other: ${held.join(", ")}`);
      }
    }
  }
}
