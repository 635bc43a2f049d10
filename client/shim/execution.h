/* An instruction while it is carried out: what emulate.c, strings.c and vectors.c share. */
#ifndef SHIM_EXECUTION_H
#define SHIM_EXECUTION_H

#include "emulate.h"

#ifdef SHIM_HAS_TRAPS

struct shim_execution {
	/* What the program has, and what it will have if the instruction does not fail. */
	struct shim_processor *program;
	struct shim_processor processor;
	const struct shim_machine *machine;
	const ZydisDecodedInstruction *decoded;
	const ZydisDecodedOperand *operands;
};

/* What the program sees of what has been done so far, the instruction pointer aside. */
static inline void shim_commit(struct shim_execution *execution)
{
	*execution->program = execution->processor;
}

/* A general register of any width, from Zydis's enumeration. */
uint64_t shim_read_general(const struct shim_processor *processor, ZydisRegister name);
void shim_write_general(struct shim_processor *processor, ZydisRegister name, uint64_t value);

/* Where a memory operand is; false: by a segment or a vector, which is not carried out. */
bool shim_address_of(const struct shim_execution *execution, const ZydisDecodedOperand *operand, uint64_t *address);

/* Memory, in parts of at most 8 bytes; 0 or what the machine returned. */
int shim_load(const struct shim_execution *execution, uint64_t address, void *to, size_t length);
int shim_store(const struct shim_execution *execution, uint64_t address, const void *from, size_t length);

/* The families that have files of their own: as shim_emulate, but that they do not advance. */
int shim_emulate_string(struct shim_execution *execution);
int shim_emulate_vector(struct shim_execution *execution);

#endif

#endif
