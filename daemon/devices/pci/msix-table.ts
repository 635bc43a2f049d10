/**
 * The MSI-X table and pending bits of a function, which lie in one of its BARs (PCI Local Bus Specification 3.0, section 6.8.2).
 */
import { MSIX_ENTRY_BYTES, MSIX_ENTRY_CONTROL_AT, MSIX_ENTRY_MASKED } from "./config-registers.js";
import type { InterruptDescription } from "./model.js";

export class MsixTable {
  private readonly table: Uint8Array;
  private readonly pending: Uint8Array;

  constructor(private readonly description: NonNullable<InterruptDescription["msix"]>) {
    this.table = new Uint8Array(description.vectors * MSIX_ENTRY_BYTES);
    // Pending bits come in quadwords.
    this.pending = new Uint8Array(Math.ceil(description.vectors / 64) * 8);
    this.reset();
  }

  /** @returns whether the bytes are of the table or the pending bits */
  read(bar: number, offset: number, into: Uint8Array): boolean {
    const found = this.find(bar, offset, into.length);
    if (found === undefined) return false;
    into.set(found.bytes.subarray(found.at, found.at + into.length));
    return true;
  }

  /** Pending bits are read-only. @returns as `read` */
  write(bar: number, offset: number, from: Uint8Array): boolean {
    const found = this.find(bar, offset, from.length);
    if (found?.bytes === this.table) this.table.set(from, found.at);
    return found !== undefined;
  }

  isMasked(vector: number): boolean {
    return (this.table[vector * MSIX_ENTRY_BYTES + MSIX_ENTRY_CONTROL_AT]! & MSIX_ENTRY_MASKED) !== 0;
  }

  isPending(vector: number): boolean {
    return (this.pending[vector >> 3]! & (1 << (vector & 7))) !== 0;
  }

  setPending(vector: number, on: boolean): void {
    const bit = 1 << (vector & 7);
    this.pending[vector >> 3] = on ? this.pending[vector >> 3]! | bit : this.pending[vector >> 3]! & ~bit;
  }

  reset(): void {
    this.table.fill(0);
    this.pending.fill(0);
    for (let vector = 0; vector < this.description.vectors; vector++)
      this.table[vector * MSIX_ENTRY_BYTES + MSIX_ENTRY_CONTROL_AT] = MSIX_ENTRY_MASKED;
  }

  private find(
    bar: number,
    offset: number,
    length: number,
  ): { readonly bytes: Uint8Array; readonly at: number } | undefined {
    const { bar: own, tableOffset, pbaOffset } = this.description;
    if (bar !== own) return undefined;
    for (const [bytes, start] of [
      [this.table, tableOffset],
      [this.pending, pbaOffset],
    ] as const) {
      const at = offset - start;
      if (at >= 0 && at + length <= bytes.length) return { bytes, at };
    }
    return undefined;
  }
}
