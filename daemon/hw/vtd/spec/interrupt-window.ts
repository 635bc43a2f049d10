/**
 * VT-d manual, "Handling Requests to Interrupt Address Range": DMA writes of four bytes into this window are interrupt
 * requests and never meet the page tables; every other access to it is a fault.
 */
export const INTERRUPT_WINDOW_FIRST = 0xfee00000;
export const INTERRUPT_WINDOW_LAST = 0xfeefffff;
/** Bytes of the write that is an interrupt request. */
export const INTERRUPT_REQUEST_BYTES = 4;
