/** The object by which a context knows an IOAS: its id and users, its map, and the HWPTs that were made from it. */
import type { Context } from "./context.js";
import type { HwptPaging } from "./hwpt.js";
import { Ioas } from "./ioas.js";
import { IommufdObject } from "./objects.js";

/** Areas that inspection lists at the most; the count tells how many there are. */
const INSPECTED_AREAS_MAX = 16;

export class IoasObject extends IommufdObject {
  override readonly type = "ioas";
  readonly map: Ioas;
  /** In the order of their creation. Each is a user of this object. */
  readonly hwpts: HwptPaging[] = [];

  constructor(private readonly context: Context) {
    super();
    this.map = new Ioas(context.accounts);
  }

  override teardown(): void {
    if (this.context.compatIoas === this) this.context.compatIoas = undefined;
    this.map.unmapAll();
  }

  override inspect(): Record<string, unknown> {
    return {
      alignment: this.map.alignment,
      hugePages: this.map.hugePagesEnabled,
      domains: this.map.domainCount,
      areaCount: this.map.areaCount,
      areas: this.inspectAreas(),
    };
  }

  private inspectAreas(): Record<string, unknown>[] {
    const listed = [];
    for (const { start, last, prot, pages } of this.map.areas()) {
      if (listed.length === INSPECTED_AREAS_MAX) break;
      const source = pages.file?.name ?? pages.owner.mm.name;
      listed.push({ start, last, prot, source, writable: pages.writable });
    }
    return listed;
  }
}
