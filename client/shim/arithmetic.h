/*
 * What the processor computes: each operation runs as the instruction itself, on values in registers, so that its result
 * and its flags are the processor's own, those that manuals leave undefined included.
 */
#ifndef SHIM_ARITHMETIC_H
#define SHIM_ARITHMETIC_H

#include <stdbool.h>
#include <stdint.h>

/* The flags that instructions compute: CF, PF, AF, ZF, SF and OF. */
#define SHIM_STATUS_FLAGS 0x8d5u
#define SHIM_CARRY_FLAG 0x1u
#define SHIM_ZERO_FLAG 0x40u
#define SHIM_DIRECTION_FLAG 0x400u

enum shim_binary {
	SHIM_ADD,
	SHIM_OR,
	SHIM_ADC,
	SHIM_SBB,
	SHIM_AND,
	SHIM_SUB,
	SHIM_XOR,
	SHIM_CMP,
	SHIM_TEST,
	SHIM_BT,
	SHIM_BTS,
	SHIM_BTR,
	SHIM_BTC,
	SHIM_IMUL,
	SHIM_BSF,
	SHIM_BSR,
	SHIM_TZCNT,
	SHIM_LZCNT,
	SHIM_POPCNT,
	SHIM_SHL,
	SHIM_SHR,
	SHIM_SAR,
	SHIM_ROL,
	SHIM_ROR,
	SHIM_RCL,
	SHIM_RCR,
};

enum shim_unary { SHIM_INC, SHIM_DEC, SHIM_NEG, SHIM_NOT };

/*
 * `destination` op `source`, of 1, 2, 4 or 8 bytes; shifts take the count as the source. Returns the new destination,
 * which is the old one of those that only compare, and changes the status flags in `flags`.
 */
uint64_t shim_binary(enum shim_binary operation, unsigned int bytes, uint64_t destination, uint64_t source,
		     uint64_t *flags);
uint64_t shim_unary(enum shim_unary operation, unsigned int bytes, uint64_t operand, uint64_t *flags);

/* Whether a condition holds: the low four bits of the opcodes of Jcc, SETcc and CMOVcc. */
bool shim_condition(unsigned int condition, uint64_t flags);

#endif
