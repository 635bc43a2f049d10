/*
 * One instruction of x86-64 carried out on a program's registers, its memory and vector registers being behind functions.
 * Memory is accessed as the instruction says: in its order, with its widths, vectors in ascending parts of 8 bytes.
 * Invariant: an instruction that fails has changed nothing, but for the elements that a repeated one has done.
 */
#ifndef SHIM_EMULATE_H
#define SHIM_EMULATE_H

#include "decode.h"

#ifdef SHIM_HAS_TRAPS

/* Of a vector register, the longest there are. */
#define SHIM_VECTOR_BYTES 64

struct shim_processor {
	/* In the order of their encoding: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15. */
	uint64_t registers[16];
	/* rip, rflags */
	uint64_t instruction, flags;
};

struct shim_machine {
	/* Of 1, 2, 4 or 8 bytes. Not 0: the instruction fails with that. */
	int (*load)(void *context, uint64_t address, void *to, size_t length);
	int (*store)(void *context, uint64_t address, const void *from, size_t length);
	/* All of a vector register; false: the processor has no such state. */
	bool (*read_vector)(void *context, unsigned int number, uint8_t value[SHIM_VECTOR_BYTES]);
	bool (*write_vector)(void *context, unsigned int number, const uint8_t value[SHIM_VECTOR_BYTES]);
	void *context;
};

/* The instruction is none of those that can be carried out. */
#define SHIM_UNKNOWN_INSTRUCTION (-1)

/*
 * Carries out the instruction, which lies at `processor->instruction`, and advances that: 0,
 * SHIM_UNKNOWN_INSTRUCTION, or what a function of the machine returned.
 */
int shim_emulate(struct shim_processor *processor, const struct shim_machine *machine,
		 const struct shim_instruction *instruction);

#endif

#endif
