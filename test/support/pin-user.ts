/** The driver behind an access, for tests: it remembers what it pinned and what it was told, and lets go or does not. */
import { errno } from "../../proto/uapi/errno.js";
import { AccessObject, type AccessUser } from "../../daemon/core/access.js";
import { U64 } from "../../daemon/u64.js";
import type { Machine } from "./machine.js";

export interface Pin {
  readonly iova: bigint;
  readonly length: bigint;
}

export class PinUser implements AccessUser {
  readonly pins: Pin[] = [];
  /** Ranges that it was asked to give back. */
  readonly told: Pin[] = [];
  /** Gives nothing back when it is asked to. */
  holdsOn = false;
  access!: AccessObject;

  constructor(
    private readonly machine: Machine,
    readonly pinsPages = true,
  ) {}

  /** Makes an access that is attached to an IOAS. @throws Error with the errno if that fails */
  static attached(machine: Machine, ioasId: number, pinsPages = true): PinUser {
    const user = new PinUser(machine, pinsPages);
    const error = user.create(ioasId);
    if (error !== errno.OK) throw new Error(`errno ${error}`);
    return user;
  }

  create(ioasId: number): number {
    const access = AccessObject.create(this.machine.context, this, ioasId);
    if (typeof access === "number") return access;
    this.access = access;
    access.publish();
    return errno.OK;
  }

  pin(iova: bigint, length: bigint, write = true, frames: number[] = []): number {
    const error = this.access.pin(U64.fromBigInt(iova), U64.fromBigInt(length), write, frames);
    if (error === errno.OK) this.pins.push({ iova, length });
    return error;
  }

  /** Gives back the pin at this place of `pins`. */
  unpin(index: number): void {
    const [{ iova, length }] = this.pins.splice(index, 1) as [Pin];
    this.access.unpin(U64.fromBigInt(iova), U64.fromBigInt(length));
  }

  unmap(start: U64, bytes: U64): void {
    const iova = start.toBigInt();
    const length = bytes.toBigInt();
    this.told.push({ iova, length });
    if (this.holdsOn) return;
    for (let index = this.pins.length - 1; index >= 0; index--) {
      const pin = this.pins[index]!;
      if (pin.iova < iova + length && iova < pin.iova + pin.length) this.unpin(index);
    }
  }

  write(iova: bigint, bytes: Uint8Array, slow = false): number {
    return this.access.transfer(U64.fromBigInt(iova), bytes, true, slow, this.machine.caller);
  }

  /** @returns the bytes, or the errno */
  read(iova: bigint, length: number, slow = false): Uint8Array | number {
    const bytes = new Uint8Array(length);
    const error = this.access.transfer(U64.fromBigInt(iova), bytes, false, slow, this.machine.caller);
    return error === errno.OK ? bytes : error;
  }
}
