/* Moves between memory and vector registers: SSE, AVX and, without a mask, AVX-512; see execution.h. */
#include "execution.h"

#ifdef SHIM_HAS_TRAPS

#include <string.h>

/* A register of SSE: what a move of SSE leaves as it is lies behind it. */
#define XMM_BYTES 16u
#define HALF_BYTES 8u

enum kind {
	/* All of the register, or its low bytes: those behind them get 0. */
	WHOLE,
	/* The low or the high half of an xmm register; the other half stays, or comes from a second register. */
	LOW,
	HIGH,
	/* One element again and again. */
	BROADCAST,
};

struct row {
	ZydisMnemonic mnemonic;
	enum kind kind;
};

#define ROW(name, kind) { ZYDIS_MNEMONIC_##name, kind }

static const struct row rows[] = {
	ROW(MOVAPS, WHOLE),	    ROW(MOVUPS, WHOLE),	      ROW(MOVAPD, WHOLE),	ROW(MOVUPD, WHOLE),
	ROW(MOVDQA, WHOLE),	    ROW(MOVDQU, WHOLE),	      ROW(LDDQU, WHOLE),	ROW(MOVNTDQ, WHOLE),
	ROW(MOVNTDQA, WHOLE),	    ROW(MOVNTPS, WHOLE),      ROW(MOVNTPD, WHOLE),	ROW(MOVD, WHOLE),
	ROW(MOVQ, WHOLE),	    ROW(MOVSS, WHOLE),	      ROW(MOVSD, WHOLE),	ROW(MOVLPS, LOW),
	ROW(MOVLPD, LOW),	    ROW(MOVHPS, HIGH),	      ROW(MOVHPD, HIGH),	ROW(VMOVAPS, WHOLE),
	ROW(VMOVUPS, WHOLE),	    ROW(VMOVAPD, WHOLE),      ROW(VMOVUPD, WHOLE),	ROW(VMOVDQA, WHOLE),
	ROW(VMOVDQU, WHOLE),	    ROW(VLDDQU, WHOLE),	      ROW(VMOVNTDQ, WHOLE),	ROW(VMOVNTDQA, WHOLE),
	ROW(VMOVNTPS, WHOLE),	    ROW(VMOVNTPD, WHOLE),     ROW(VMOVD, WHOLE),	ROW(VMOVQ, WHOLE),
	ROW(VMOVSS, WHOLE),	    ROW(VMOVSD, WHOLE),	      ROW(VMOVLPS, LOW),	ROW(VMOVLPD, LOW),
	ROW(VMOVHPS, HIGH),	    ROW(VMOVHPD, HIGH),	      ROW(VMOVDQA32, WHOLE),	ROW(VMOVDQA64, WHOLE),
	ROW(VMOVDQU8, WHOLE),	    ROW(VMOVDQU16, WHOLE),    ROW(VMOVDQU32, WHOLE),	ROW(VMOVDQU64, WHOLE),
	ROW(VBROADCASTSS, BROADCAST), ROW(VBROADCASTSD, BROADCAST), ROW(VPBROADCASTB, BROADCAST),
	ROW(VPBROADCASTW, BROADCAST), ROW(VPBROADCASTD, BROADCAST), ROW(VPBROADCASTQ, BROADCAST),
	ROW(VBROADCASTF128, BROADCAST), ROW(VBROADCASTI128, BROADCAST),
};

static const struct row *find_row(ZydisMnemonic mnemonic)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].mnemonic == mnemonic)
			return &rows[i];
	return NULL;
}

/* The number of a vector register; false: it is another register. */
static bool number_of(const ZydisDecodedOperand *operand, unsigned int *number)
{
	ZydisRegister name = operand->reg.value;

	if (operand->type != ZYDIS_OPERAND_TYPE_REGISTER)
		return false;
	if (name >= ZYDIS_REGISTER_XMM0 && name <= ZYDIS_REGISTER_XMM31)
		*number = name - ZYDIS_REGISTER_XMM0;
	else if (name >= ZYDIS_REGISTER_YMM0 && name <= ZYDIS_REGISTER_YMM31)
		*number = name - ZYDIS_REGISTER_YMM0;
	else if (name >= ZYDIS_REGISTER_ZMM0 && name <= ZYDIS_REGISTER_ZMM31)
		*number = name - ZYDIS_REGISTER_ZMM0;
	else
		return false;
	return true;
}

static bool read_vector(const struct shim_execution *execution, unsigned int number, uint8_t value[SHIM_VECTOR_BYTES])
{
	return execution->machine->read_vector(execution->machine->context, number, value);
}

static bool write_vector(const struct shim_execution *execution, unsigned int number,
			 const uint8_t value[SHIM_VECTOR_BYTES])
{
	return execution->machine->write_vector(execution->machine->context, number, value);
}

static bool is_legacy(const struct shim_execution *execution)
{
	return execution->decoded->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;
}

/* What the register is before the bytes from memory go into it. */
static bool begin_load(const struct shim_execution *execution, enum kind kind, unsigned int number,
		       uint8_t value[SHIM_VECTOR_BYTES])
{
	unsigned int other = number;

	if (kind == LOW || kind == HIGH) {
		if (!is_legacy(execution) && !number_of(&execution->operands[1], &other))
			return false;
		if (!read_vector(execution, other, value))
			return false;
		if (!is_legacy(execution))
			memset(value + XMM_BYTES, 0, SHIM_VECTOR_BYTES - XMM_BYTES);
		return true;
	}
	if (!is_legacy(execution)) {
		memset(value, 0, SHIM_VECTOR_BYTES);
		return true;
	}
	if (!read_vector(execution, number, value))
		return false;
	memset(value, 0, XMM_BYTES);
	return true;
}

static int load(struct shim_execution *execution, enum kind kind, uint64_t address, size_t bytes)
{
	uint8_t value[SHIM_VECTOR_BYTES], element[SHIM_VECTOR_BYTES];
	size_t at, end = kind == BROADCAST ? execution->operands[0].size / 8u : bytes;
	unsigned int number;
	int error;

	if (!number_of(&execution->operands[0], &number) || !begin_load(execution, kind, number, value))
		return SHIM_UNKNOWN_INSTRUCTION;
	error = shim_load(execution, address, element, bytes);
	if (error)
		return error;
	for (at = 0; at < end; at += bytes)
		memcpy(value + at + (kind == HIGH ? HALF_BYTES : 0), element, bytes);
	return write_vector(execution, number, value) ? 0 : SHIM_UNKNOWN_INSTRUCTION;
}

static int store(struct shim_execution *execution, enum kind kind, const ZydisDecodedOperand *from, uint64_t address,
		 size_t bytes)
{
	uint8_t value[SHIM_VECTOR_BYTES];
	unsigned int number;

	if (!number_of(from, &number) || !read_vector(execution, number, value))
		return SHIM_UNKNOWN_INSTRUCTION;
	return shim_store(execution, address, value + (kind == HIGH ? HALF_BYTES : 0), bytes);
}

static bool is_masked(const struct shim_execution *execution)
{
	ZydisRegister mask = execution->decoded->avx.mask.reg;

	return mask != ZYDIS_REGISTER_NONE && mask != ZYDIS_REGISTER_K0;
}

int shim_emulate_vector(struct shim_execution *execution)
{
	const struct row *row = find_row(execution->decoded->mnemonic);
	unsigned int last = execution->decoded->operand_count_visible - 1u;
	const ZydisDecodedOperand *memory;
	uint64_t address;
	bool stores;

	if (!row || is_masked(execution))
		return SHIM_UNKNOWN_INSTRUCTION;
	stores = execution->operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY;
	memory = &execution->operands[stores ? 0 : last];
	if (memory->type != ZYDIS_OPERAND_TYPE_MEMORY || memory->size / 8u > SHIM_VECTOR_BYTES ||
	    !shim_address_of(execution, memory, &address))
		return SHIM_UNKNOWN_INSTRUCTION;
	if (stores)
		return store(execution, row->kind, &execution->operands[last], address, memory->size / 8u);
	return load(execution, row->kind, address, memory->size / 8u);
}

#endif
