/* The registers of an interrupted program, in the frame of a signal. */
#ifndef SHIM_FRAME_H
#define SHIM_FRAME_H

#include <ucontext.h>

#include "emulate.h"

#ifdef SHIM_HAS_TRAPS

/* Finds out where frames keep vector registers. Before the functions on these, and not in a signal handler. */
void shim_frame_prepare(void);

void shim_frame_read(const ucontext_t *frame, struct shim_processor *processor);
void shim_frame_write(ucontext_t *frame, const struct shim_processor *processor);

/* All of a vector register, what the processor does not have of it being 0; false: it has no such register. */
bool shim_frame_read_vector(const ucontext_t *frame, unsigned int number, uint8_t value[SHIM_VECTOR_BYTES]);
bool shim_frame_write_vector(ucontext_t *frame, unsigned int number, const uint8_t value[SHIM_VECTOR_BYTES]);

#endif

#endif
