/**
 * A context: what one open file description of /dev/iommu owns (specification 10, sections 1, 3 and 8.8).
 *
 * It lives while somebody holds it: the open file itself, and each device bound to it. The last one gone, everything in
 * it is destroyed.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { AccountMode, type Accounts, type Owner } from "./accounting.js";
import { IoasObject } from "./ioas-object.js";
import type { PhysicalMemory } from "../hw/interface.js";
import { MappableMemoryMap } from "./mappable-memory.js";
import type { AllocateSharedMemory, Caller } from "./mm.js";
import { ObjectTable } from "./objects.js";
import type { Pages } from "./pages.js";

export class Context {
  readonly objects: ObjectTable;
  /** What mmap on the open file can map. */
  readonly mappable: MappableMemoryMap;
  /** RLIMIT_MODE: charge locked memory to the process instead of the user. */
  perProcessAccounting: boolean;
  /** The IOAS of VFIO's container ioctls: VFIO_IOAS set it, or a group's joining made it. Not a reference. */
  compatIoas: IoasObject | undefined;
  private holders = 1;
  private lastOwner: Owner | undefined;

  constructor(
    readonly accounts: Accounts,
    /** What page frames hold. */
    readonly memory: PhysicalMemory,
    options: {
      readonly perProcessAccounting: boolean;
      readonly objectsMax: number;
      readonly allocateShared: AllocateSharedMemory;
    },
  ) {
    this.objects = new ObjectTable(options.objectsMax, accounts.points);
    this.mappable = new MappableMemoryMap(options.allocateShared);
    this.perProcessAccounting = options.perProcessAccounting;
  }

  hold(): void {
    this.holders++;
  }

  /** @returns whether this was the last holder, and the context is gone */
  release(): boolean {
    this.holders--;
    if (this.holders > 0) return false;
    this.objects.destroyAll();
    return true;
  }

  /** Undefined, hence ENOENT, also for an object of another type. */
  findIoas(id: number): IoasObject | undefined {
    return this.objects.findOf(id, IoasObject);
  }

  /**
   * Sees to it that there is a compat IOAS when a VFIO group joins (specification 50, section 1.2).
   * @returns ENOMEM or EBUSY when no object can be made, even if there is one already
   */
  provideCompatIoas(): Errno {
    const ioas = new IoasObject(this);
    const error = this.objects.reserve(ioas);
    if (error !== errno.OK) return error;
    if (this.compatIoas === undefined) {
      this.objects.publish(ioas);
      this.compatIoas = ioas;
    } else {
      this.objects.abandon(ioas);
    }
    return errno.OK;
  }

  /** Who is charged for what this caller maps now: one record for all of its mappings, as long as it stays the same. */
  ownerFor(caller: Caller): Owner {
    const { mm } = caller;
    const uid = caller.uid();
    const last = this.lastOwner;
    if (last?.limits === caller && last.mm === mm && last.uid === uid) return last;
    return (this.lastOwner = { mm, uid, limits: caller });
  }

  /** The accounting mode of what this caller maps now. */
  accountModeFor(caller: Caller): AccountMode {
    if (caller.hasIpcLock()) return AccountMode.NONE;
    return this.perProcessAccounting ? AccountMode.MM : AccountMode.USER;
  }

  /**
   * IOAS_CHANGE_PROCESS: makes the caller the owner of every mapping (specification 10, section 8.10).
   * @param kernelFixes a move that was made is not reported as EINVAL because the old owner is gone
   * @returns EINVAL if something other than a file is mapped, ENOMEM over the caller's limit; then nothing has changed
   */
  changeProcess(caller: Caller, kernelFixes: boolean): Errno {
    const owner = this.ownerFor(caller);
    const moving = new Set<Pages>();
    for (const object of this.objects.list()) {
      if (!(object instanceof IoasObject)) continue;
      for (const { pages } of object.map.areas()) {
        if (pages.file === undefined || pages.dmaBuf !== undefined) return errno.EINVAL;
        if (needsMove(pages, owner)) moving.add(pages);
      }
    }
    // The charge comes before the credit, so for a moment the limit has to allow for both owners.
    const pinned = { [AccountMode.USER]: 0, [AccountMode.MM]: 0 };
    for (const pages of moving) if (pages.mode !== AccountMode.NONE) pinned[pages.mode] += pages.pinnedCount();
    const error = this.accounts.charge(owner, AccountMode.USER, pinned[AccountMode.USER]);
    if (error !== errno.OK) return error;
    if (this.accounts.charge(owner, AccountMode.MM, pinned[AccountMode.MM]) !== errno.OK) {
      this.accounts.credit(owner, AccountMode.USER, pinned[AccountMode.USER]);
      return errno.ENOMEM;
    }
    let ownerGone = false;
    for (const pages of moving) {
      ownerGone ||= pages.mode === AccountMode.MM && pages.pinnedCount() > 0 && pages.owner.mm.isGone();
      this.accounts.credit(pages.owner, pages.mode, pages.pinnedCount());
      pages.owner = owner;
    }
    // Linux answers so when a process whose account was charged is gone, although the move is done.
    return ownerGone && !kernelFixes ? errno.EINVAL : errno.OK;
  }
}

function needsMove({ owner, mode }: Pages, to: Owner): boolean {
  if (mode === AccountMode.NONE) return false;
  return owner.mm !== to.mm || (mode === AccountMode.USER && owner.uid !== to.uid);
}
