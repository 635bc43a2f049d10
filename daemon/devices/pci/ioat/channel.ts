/**
 * A channel of the IOAT: fetches descriptors along their chain, executes them in order and says what came of them
 * (specification 50, section 6.7).
 *
 * Invariant: there is a work exactly while the channel is ACTIVE or has the completion word of an error to write, and RESET,
 * ABORT and a new CHAINADDR drop it. Whatever sets a bit of CHANERR halts the channel.
 */
import { errno } from "../../../../proto/uapi/errno.js";
import { U64 } from "../../../u64.js";
import { BUFFER_BYTES_MAX } from "../../dma-engine.js";
import { Work, type Steps, type TurnBudget } from "../../work.js";
import type { DmaPort } from "../model.js";
import { transferData } from "./data-transfer.js";
import { decodeDescriptor, descriptorControl } from "./descriptor.js";
import {
  CHANCMD,
  CHANCTRL,
  CHANERR,
  channelStates,
  COMPLETION_BYTES,
  DESCRIPTOR_BYTES,
  type ChannelState,
} from "./registers.js";

/** What a channel does in one go: a fraction of a millisecond of copying. */
export const CHANNEL_TURN: TurnBudget = { items: 64, bytes: 1024 * 1024 };

/** DMACOUNT has 16 bits. */
const COUNT_MASK = 0xffff;

/** What the device lends a channel. */
export interface ChannelHost {
  readonly dma: DmaPort;
  /** How long a channel that an error has halted takes to start again. */
  readonly restartDelayMs: number;
  /** As PciHost.later. */
  later(task: () => void, delayMs?: number): void;
  /** INTRCTRL lets interrupts through. */
  interruptsEnabled(): boolean;
  interrupt(): void;
}

/** Where a work keeps what it has read. */
class Buffers {
  readonly descriptor = new Uint8Array(DESCRIPTOR_BYTES);
  readonly data = new Uint8Array(BUFFER_BYTES_MAX);
}

export class Channel {
  private currentState: ChannelState = "HALTED";
  private errors = 0;
  private control = 0;
  private inUse = false;
  private chainAddress = U64.ZERO;
  private completionAddress = U64.ZERO;
  /** Of the descriptor to fetch next, of the one fetched last, and of the one completed last. */
  private next = U64.ZERO;
  private current = U64.ZERO;
  private last = U64.ZERO;
  /** Since CHAINADDR, modulo 2^16: descriptors made available, and completed. */
  private available = 0;
  private done = 0;
  private armed = false;
  private wantsAttention = false;
  /** A descriptor is being executed; SUSPEND waits for its end. */
  private executing = false;
  private suspending = false;
  /** No work has begun since an error. */
  private failed = false;
  /** The state that RESUME goes back to if there is nothing to do. */
  private rested: ChannelState = "IDLE";
  private work: Work | undefined;
  private buffers = new Buffers();

  constructor(private readonly host: ChannelHost) {}

  // ---- registers ----------------------------------------------------------------------------------------------------

  get state(): ChannelState {
    return this.currentState;
  }

  /** CHANSTS. */
  get status(): U64 {
    return this.last.or(U64.fromNumber(channelStates[this.currentState]));
  }

  /** CDAR. */
  get currentDescriptor(): U64 {
    return this.current;
  }

  /** CHANERR. */
  get errorBits(): number {
    return this.errors;
  }

  clearErrors(bits: number): void {
    this.errors &= ~bits;
  }

  /** ATTNSTATUS, the channel's bit: an interrupt was sent, and none re-armed since. */
  get attention(): boolean {
    return this.wantsAttention;
  }

  /** CHANCTRL as a load finds it. */
  get controlBits(): number {
    return this.control | (this.inUse ? CHANCTRL.IN_USE : 0);
  }

  /** A load of CHANCTRL takes the channel. */
  take(): void {
    this.inUse = true;
  }

  writeControl(value: number): void {
    this.control = value & ~(CHANCTRL.INT_REARM | CHANCTRL.IN_USE);
    if ((value & CHANCTRL.IN_USE) === 0) this.inUse = false;
    if ((value & CHANCTRL.INT_REARM) === 0) return;
    this.armed = true;
    this.wantsAttention = false;
  }

  /** CHANCMP. */
  get completion(): U64 {
    return this.completionAddress;
  }

  writeCompletionAddress(address: U64): void {
    this.completionAddress = address;
  }

  /** CHAINADDR. */
  get chain(): U64 {
    return this.chainAddress;
  }

  writeChainAddress(address: U64): void {
    this.chainAddress = address;
    if (this.currentState === "ACTIVE" || !isDescriptorAddress(address)) {
      this.begin((work) => this.halt(work, CHANERR.CHAIN_ADDRESS_VALUE));
      return;
    }
    this.dropWork();
    this.next = address;
    this.current = address;
    this.last = U64.ZERO;
    this.available = 0;
    this.done = 0;
    this.currentState = "ARMED";
  }

  /** DMACOUNT. */
  get count(): number {
    return this.available;
  }

  writeCount(count: number): void {
    if (this.currentState === "HALTED") return;
    this.available = count;
    if (this.currentState === "SUSPENDED" || this.currentState === "ACTIVE") return;
    if (this.available !== this.done) this.run();
  }

  /** CHANCMD: of several commands the strongest. */
  command(bits: number): void {
    if ((bits & CHANCMD.RESET) !== 0) this.reset();
    else if ((bits & CHANCMD.ABORT) !== 0) this.abort();
    else if ((bits & CHANCMD.SUSPEND) !== 0) this.suspend();
    else if ((bits & CHANCMD.RESUME) !== 0) this.resume();
  }

  /** Back to the values after power-up. */
  powerUp(): void {
    this.reset();
    this.control = 0;
    this.inUse = false;
    this.chainAddress = U64.ZERO;
    this.completionAddress = U64.ZERO;
    this.failed = false;
  }

  inspect(): Record<string, unknown> {
    return {
      state: this.currentState,
      chainAddress: this.chainAddress,
      currentDescriptor: this.current,
      lastCompleted: this.last,
      completionAddress: this.completionAddress,
      available: this.available,
      done: this.done,
      waitsForMemory: this.work?.waiting ?? false,
      suspending: this.suspending,
      interruptArmed: this.armed,
      errors: Object.entries(CHANERR)
        .filter(([, bit]) => (this.errors & bit) !== 0)
        .map(([name]) => name),
    };
  }

  // ---- commands -----------------------------------------------------------------------------------------------------

  /** Configuration stays: CHANCTRL, CHANCMP and what CHAINADDR reads as. */
  private reset(): void {
    this.dropWork();
    this.currentState = "HALTED";
    this.errors = 0;
    this.next = U64.ZERO;
    this.current = U64.ZERO;
    this.last = U64.ZERO;
    this.available = 0;
    this.done = 0;
    this.armed = false;
    this.wantsAttention = false;
  }

  private abort(): void {
    this.dropWork();
    this.currentState = "HALTED";
  }

  private suspend(): void {
    if (this.currentState === "HALTED" || this.currentState === "SUSPENDED") return;
    if (this.executing) {
      this.suspending = true;
      return;
    }
    this.rested = this.currentState === "ARMED" ? "ARMED" : "IDLE";
    this.dropWork();
    this.currentState = "SUSPENDED";
  }

  private resume(): void {
    this.suspending = false;
    if (this.currentState !== "SUSPENDED") return;
    if (this.available !== this.done) this.run();
    else this.currentState = this.rested;
  }

  // ---- work ---------------------------------------------------------------------------------------------------------

  private run(): void {
    this.currentState = "ACTIVE";
    const delayMs = this.failed ? this.host.restartDelayMs : 0;
    this.failed = false;
    this.begin((work) => this.follow(work), delayMs);
  }

  private begin(steps: (work: Work) => Steps, delayMs = 0): void {
    this.dropWork();
    const work = new Work(CHANNEL_TURN, (task, turnDelayMs) => {
      this.host.later(task, turnDelayMs);
    });
    this.work = work;
    work.start(steps(work), delayMs);
  }

  private dropWork(): void {
    // A transfer that memory answers late may still fill its buffer.
    if (this.work?.waiting === true) this.buffers = new Buffers();
    this.work?.drop();
    this.work = undefined;
    this.executing = false;
    this.suspending = false;
  }

  /** Executes descriptors until there are no more, or until something says stop. */
  private *follow(work: Work): Steps {
    for (;;) {
      yield* work.nextItem();
      if (this.available === this.done) {
        this.currentState = "IDLE";
        return;
      }
      this.executing = true;
      const error = yield* this.execute(work);
      // Whoever takes an interrupt may have gone on already.
      if (work.dropped) return;
      this.executing = false;
      if (error !== 0) {
        yield* this.halt(work, error);
        return;
      }
      if (this.currentState !== "ACTIVE") return;
    }
  }

  /** @returns 0, or the bit of CHANERR that halts the channel */
  private *execute(work: Work): Steps<number> {
    const { buffers, next: address } = this;
    const { dma } = this.host;
    const { cancellation } = work;
    this.current = address;
    if (!isDescriptorAddress(address)) return CHANERR.NEXT_DESCRIPTOR_ALIGNMENT;
    const fetched = yield* work.transfer(dma.read(address, buffers.descriptor, { cancellation }));
    if (fetched.error !== errno.OK) return CHANERR.READ_DATA;
    const descriptor = decodeDescriptor(buffers.descriptor);
    const error = yield* transferData(descriptor, dma, work, buffers.data);
    if (error !== 0) return error;

    if ((descriptor.control & descriptorControl.COMPL_WRITE) !== 0) {
      const isLast = this.available === ((this.done + 1) & COUNT_MASK);
      const failed = yield* this.writeCompletion(work, address, isLast ? "IDLE" : "ACTIVE");
      if (failed !== 0) return failed;
    }

    this.last = address;
    this.next = descriptor.next;
    this.done = (this.done + 1) & COUNT_MASK;
    this.executing = false;
    if (this.suspending) this.suspendAfterDescriptor();
    else if (this.done === this.available) this.currentState = "IDLE";
    if ((descriptor.control & descriptorControl.INT_EN) !== 0) this.interrupt();
    return 0;
  }

  private suspendAfterDescriptor(): void {
    this.suspending = false;
    this.rested = "IDLE";
    this.currentState = "SUSPENDED";
  }

  private *halt(work: Work, error: number): Steps {
    this.errors |= error;
    this.failed = true;
    this.currentState = "HALTED";
    this.suspending = false;
    if ((this.control & CHANCTRL.ERR_COMPLETION_EN) !== 0 && error !== CHANERR.COMPLETION_ADDRESS)
      this.errors |= yield* this.writeCompletion(work, this.last, "HALTED");
    if ((this.control & CHANCTRL.ERR_INT_EN) !== 0) this.interrupt();
  }

  /** @returns 0, or the bit of CHANERR */
  private *writeCompletion(work: Work, descriptor: U64, state: ChannelState): Steps<number> {
    const { completionAddress, host } = this;
    if (completionAddress.modPowerOfTwo(COMPLETION_BYTES) !== 0) return CHANERR.COMPLETION_ADDRESS;
    const word = new Uint8Array(COMPLETION_BYTES);
    descriptor.or(U64.fromNumber(channelStates[state])).writeTo(new DataView(word.buffer), 0);
    const { cancellation } = work;
    const written = yield* work.transfer(host.dma.write(completionAddress, word, { cancellation }));
    return written.error === errno.OK ? 0 : CHANERR.COMPLETION_ADDRESS;
  }

  /** One for each time that the driver arms it. */
  private interrupt(): void {
    if (!this.armed || !this.host.interruptsEnabled()) return;
    this.armed = false;
    this.wantsAttention = true;
    this.host.interrupt();
  }
}

const isDescriptorAddress = (address: U64): boolean => address.modPowerOfTwo(DESCRIPTOR_BYTES) === 0;
