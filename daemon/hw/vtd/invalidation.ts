/**
 * VT-d manual, "Invalidation Descriptors": what each command drops from which cache. Dropping more than a command names
 * is allowed to hardware, dropping less is not. A command is complete when `submit` returns, so nothing needs a wait.
 */
import { EntryCache, type CachedContext, type CachedPasidEntry } from "./entry-caches.js";
import { Iotlb } from "./iotlb.js";
import type { VtdProfile } from "./profile.js";

export type InvalidationDescriptor =
  | { readonly type: "context-cache"; readonly granularity: "global" }
  /** Context entries of scalable mode carry no domain id: all are dropped. */
  | { readonly type: "context-cache"; readonly granularity: "domain"; readonly domainId: number }
  /** Function mask: 0: one function; 1: bit 2 of the function number is ignored; 2: bits 2:1; 3: bits 2:0. */
  | {
      readonly type: "context-cache";
      readonly granularity: "device";
      readonly sourceId: number;
      readonly functionMask: 0 | 1 | 2 | 3;
    }
  | { readonly type: "pasid-cache"; readonly granularity: "global" }
  | { readonly type: "pasid-cache"; readonly granularity: "domain"; readonly domainId: number }
  | {
      readonly type: "pasid-cache";
      readonly granularity: "pasid";
      readonly domainId: number;
      readonly pasid: number;
    }
  | { readonly type: "iotlb"; readonly granularity: "global" }
  | { readonly type: "iotlb"; readonly granularity: "domain"; readonly domainId: number }
  /** 2^addressMask pages from page number `page`, whose low bits the hardware ignores. */
  | {
      readonly type: "iotlb";
      readonly granularity: "page";
      readonly domainId: number;
      readonly page: number;
      readonly addressMask: number;
    };

/** Function number bits that each function mask ignores. */
const IGNORED_FUNCTION_BITS = [0, 0b100, 0b110, 0b111] as const;

/** Everything that the unit caches. */
export class TranslationCaches {
  readonly contexts = new EntryCache<CachedContext>();
  readonly pasidEntries = new EntryCache<CachedPasidEntry>();
  readonly iotlb: Iotlb;
  /** Commands executed, by type and granularity, for inspection. */
  readonly commands: Readonly<Record<InvalidationDescriptor["type"], Record<string, number>>> = {
    "context-cache": { global: 0, domain: 0, device: 0 },
    "pasid-cache": { global: 0, domain: 0, pasid: 0 },
    iotlb: { global: 0, domain: 0, page: 0 },
  };

  constructor(domainIds: number) {
    this.iotlb = new Iotlb(domainIds);
  }

  submit(descriptor: InvalidationDescriptor): void {
    this.commands[descriptor.type][descriptor.granularity]!++;
    switch (descriptor.type) {
      case "context-cache":
        if (descriptor.granularity === "device") {
          const compared = ~IGNORED_FUNCTION_BITS[descriptor.functionMask];
          const source = descriptor.sourceId & compared;
          this.contexts.invalidate((requesterId) => (requesterId & compared) === source);
        } else this.contexts.invalidate(() => true);
        return;
      case "pasid-cache":
        this.pasidEntries.invalidate(
          (_key, entry) =>
            descriptor.granularity === "global" ||
            (entry.domainId === descriptor.domainId &&
              (descriptor.granularity === "domain" || entry.pasid === descriptor.pasid)),
        );
        return;
      case "iotlb":
        this.submitIotlb(descriptor);
    }
  }

  private submitIotlb(descriptor: InvalidationDescriptor & { readonly type: "iotlb" }): void {
    switch (descriptor.granularity) {
      case "global":
        this.iotlb.invalidateAll();
        return;
      case "domain":
        this.iotlb.invalidateDomain(descriptor.domainId);
        return;
      case "page": {
        const pages = 2 ** descriptor.addressMask;
        const first = descriptor.page - (descriptor.page % pages);
        this.iotlb.invalidatePages(descriptor.domainId, first, first + pages - 1);
      }
    }
  }
}

/**
 * The one command that drops a range of pages: the smallest naturally aligned power of two that holds it, or the whole
 * domain where that is larger than the unit takes.
 * @param count at least 1
 */
export function rangeInvalidation(
  profile: VtdProfile,
  domainId: number,
  page: number,
  count: number,
): InvalidationDescriptor {
  const last = page + count - 1;
  let addressMask = 0;
  while (
    addressMask <= profile.addressMaskMax &&
    Math.floor(page / 2 ** addressMask) !== Math.floor(last / 2 ** addressMask)
  )
    addressMask++;
  return profile.pageSelectiveInvalidation && addressMask <= profile.addressMaskMax
    ? { type: "iotlb", granularity: "page", domainId, page, addressMask }
    : { type: "iotlb", granularity: "domain", domainId };
}
