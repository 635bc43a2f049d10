/* Instructions, decoded by Zydis: its library is loaded when the first registers are mapped, not with the shim. */
#ifndef SHIM_DECODE_H
#define SHIM_DECODE_H

#include "trap.h"

#ifdef SHIM_HAS_TRAPS

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <Zydis/Zydis.h>

struct shim_instruction {
	ZydisDecodedInstruction decoded;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

/* Loads the library; not in a signal handler. False: it is not there. */
bool shim_decoder_load(void);

/* Decodes the instruction that these bytes begin with; false if they are none. The library has been loaded. */
bool shim_decode(const uint8_t *code, size_t length, struct shim_instruction *instruction);

/* Its mnemonic, for reports. */
const char *shim_mnemonic(const struct shim_instruction *instruction);

#endif

#endif
