/**
 * Loads and stores of any width on registers of any width: what a store covers of a register, and when it takes effect.
 *
 * A register whose value counts as a whole takes effect with its last byte: 64-bit addresses may be written as two halves, the
 * low one first. The rest takes effect byte by byte.
 */
import { U64 } from "../../u64.js";

export interface Register {
  readonly offset: number;
  readonly bytes: 1 | 2 | 4 | 8;
}

export interface RegisterBehaviour {
  read(): U64;
  /** Absent: read-only. */
  write?(value: U64): void;
  /**
   * What a store leaves out: "kept" it keeps its value, "zero" it counts as 0, "latched" it is what was stored before, and
   * nothing happens until the last byte is stored.
   */
  readonly partial?: "kept" | "zero" | "latched";
  /** After a load that included byte `last` of the register, and none behind it. */
  loaded?(last: number): void;
}

interface Slot {
  readonly register: Register;
  readonly behaviour: RegisterBehaviour;
  /** Bytes stored that have not taken effect. */
  latch: Uint8Array | undefined;
}

export class RegisterFile<Name extends string> {
  private readonly slots: readonly Slot[];

  /** @param registers in ascending order, which is the order in which one store reaches them */
  constructor(registers: Readonly<Record<Name, Register>>, behaviours: Readonly<Record<Name, RegisterBehaviour>>) {
    this.slots = (Object.keys(registers) as Name[]).map((name) => ({
      register: registers[name],
      behaviour: behaviours[name],
      latch: undefined,
    }));
  }

  load(offset: number, into: Uint8Array): void {
    into.fill(0);
    for (const { register, behaviour } of this.slots) {
      const first = Math.max(offset, register.offset);
      const end = Math.min(offset + into.length, register.offset + register.bytes);
      if (first >= end) continue;
      const value = bytesOf(behaviour.read());
      into.set(value.subarray(first - register.offset, end - register.offset), first - offset);
      behaviour.loaded?.(end - 1 - register.offset);
    }
  }

  store(offset: number, from: Uint8Array): void {
    for (const slot of this.slots) {
      const { register, behaviour } = slot;
      const first = Math.max(offset, register.offset);
      const end = Math.min(offset + from.length, register.offset + register.bytes);
      if (first >= end || behaviour.write === undefined) continue;
      const value = slot.latch ?? (behaviour.partial === "zero" ? new Uint8Array(8) : bytesOf(behaviour.read()));
      value.set(from.subarray(first - offset, end - offset), first - register.offset);
      const complete = behaviour.partial !== "latched" || end === register.offset + register.bytes;
      slot.latch = complete ? undefined : value;
      if (complete) behaviour.write(valueOf(value));
    }
  }

  /** Forgets what was stored and has not taken effect. */
  reset(): void {
    for (const slot of this.slots) slot.latch = undefined;
  }
}

function bytesOf(value: U64): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  value.writeTo(view, 0);
  return new Uint8Array(view.buffer);
}

function valueOf(bytes: Uint8Array): U64 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return U64.readFrom(view, 0);
}
