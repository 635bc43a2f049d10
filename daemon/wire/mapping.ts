/** A client's mapping of memory that a vIOMMU offers: as long as it exists, the vIOMMU and the context do. */
import type { Context } from "../core/context.js";
import type { IommufdObject } from "../core/objects.js";
import type { DescriptorTarget } from "../uapi/descriptors.js";

export class Mapping implements DescriptorTarget {
  readonly node = "mapping";

  constructor(
    private readonly context: Context,
    private readonly owner: IommufdObject,
  ) {
    context.hold();
    owner.users++;
  }

  release(): void {
    this.owner.users--;
    this.context.release();
  }
}
