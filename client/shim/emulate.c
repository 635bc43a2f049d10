/* Instructions on general registers; see emulate.h. */
#include "emulate.h"

#ifdef SHIM_HAS_TRAPS

#include <string.h>

#include "arithmetic.h"
#include "execution.h"

#define STACK_POINTER 4

/* The four registers of which the second byte has a name. */
#define HIGH_BYTES 4

#define PART_BYTES 8u

enum form {
	MOVE,
	MOVE_SIGNED,
	MOVE_SWAPPED,
	MOVE_IF,
	SET_IF,
	/* op0 = op0 `binary` op1 */
	BINARY,
	COMPARE,
	SHIFT,
	UNARY,
	BIT,
	/* The destination is a register that the operation may leave as it is. */
	SCAN,
	MULTIPLY,
	EXCHANGE,
	EXCHANGE_ADD,
	COMPARE_EXCHANGE,
	PUSH,
	POP,
	/* Of caches, which registers have none of. */
	NOTHING,
};

struct row {
	ZydisMnemonic mnemonic;
	enum form form;
	/* Which operation, or which condition. */
	unsigned int operation;
};

#define ROW(name, form, operation) { ZYDIS_MNEMONIC_##name, form, operation }

static const struct row rows[] = {
	ROW(MOV, MOVE, 0),
	ROW(MOVZX, MOVE, 0),
	ROW(MOVNTI, MOVE, 0),
	ROW(MOVDIRI, MOVE, 0),
	ROW(MOVSX, MOVE_SIGNED, 0),
	ROW(MOVSXD, MOVE_SIGNED, 0),
	ROW(MOVBE, MOVE_SWAPPED, 0),
	ROW(ADD, BINARY, SHIM_ADD),
	ROW(OR, BINARY, SHIM_OR),
	ROW(ADC, BINARY, SHIM_ADC),
	ROW(SBB, BINARY, SHIM_SBB),
	ROW(AND, BINARY, SHIM_AND),
	ROW(SUB, BINARY, SHIM_SUB),
	ROW(XOR, BINARY, SHIM_XOR),
	ROW(CMP, COMPARE, SHIM_CMP),
	ROW(TEST, COMPARE, SHIM_TEST),
	ROW(SHL, SHIFT, SHIM_SHL),
	ROW(SHR, SHIFT, SHIM_SHR),
	ROW(SAR, SHIFT, SHIM_SAR),
	ROW(ROL, SHIFT, SHIM_ROL),
	ROW(ROR, SHIFT, SHIM_ROR),
	ROW(RCL, SHIFT, SHIM_RCL),
	ROW(RCR, SHIFT, SHIM_RCR),
	ROW(INC, UNARY, SHIM_INC),
	ROW(DEC, UNARY, SHIM_DEC),
	ROW(NEG, UNARY, SHIM_NEG),
	ROW(NOT, UNARY, SHIM_NOT),
	ROW(BT, BIT, SHIM_BT),
	ROW(BTS, BIT, SHIM_BTS),
	ROW(BTR, BIT, SHIM_BTR),
	ROW(BTC, BIT, SHIM_BTC),
	ROW(BSF, SCAN, SHIM_BSF),
	ROW(BSR, SCAN, SHIM_BSR),
	ROW(TZCNT, SCAN, SHIM_TZCNT),
	ROW(LZCNT, SCAN, SHIM_LZCNT),
	ROW(POPCNT, SCAN, SHIM_POPCNT),
	ROW(IMUL, MULTIPLY, 0),
	ROW(XCHG, EXCHANGE, 0),
	ROW(XADD, EXCHANGE_ADD, 0),
	ROW(CMPXCHG, COMPARE_EXCHANGE, 0),
	ROW(PUSH, PUSH, 0),
	ROW(POP, POP, 0),
	ROW(CLFLUSH, NOTHING, 0),
	ROW(CLFLUSHOPT, NOTHING, 0),
	ROW(CLWB, NOTHING, 0),
	ROW(SETO, SET_IF, 0),
	ROW(SETNO, SET_IF, 1),
	ROW(SETB, SET_IF, 2),
	ROW(SETNB, SET_IF, 3),
	ROW(SETZ, SET_IF, 4),
	ROW(SETNZ, SET_IF, 5),
	ROW(SETBE, SET_IF, 6),
	ROW(SETNBE, SET_IF, 7),
	ROW(SETS, SET_IF, 8),
	ROW(SETNS, SET_IF, 9),
	ROW(SETP, SET_IF, 10),
	ROW(SETNP, SET_IF, 11),
	ROW(SETL, SET_IF, 12),
	ROW(SETNL, SET_IF, 13),
	ROW(SETLE, SET_IF, 14),
	ROW(SETNLE, SET_IF, 15),
	ROW(CMOVO, MOVE_IF, 0),
	ROW(CMOVNO, MOVE_IF, 1),
	ROW(CMOVB, MOVE_IF, 2),
	ROW(CMOVNB, MOVE_IF, 3),
	ROW(CMOVZ, MOVE_IF, 4),
	ROW(CMOVNZ, MOVE_IF, 5),
	ROW(CMOVBE, MOVE_IF, 6),
	ROW(CMOVNBE, MOVE_IF, 7),
	ROW(CMOVS, MOVE_IF, 8),
	ROW(CMOVNS, MOVE_IF, 9),
	ROW(CMOVP, MOVE_IF, 10),
	ROW(CMOVNP, MOVE_IF, 11),
	ROW(CMOVL, MOVE_IF, 12),
	ROW(CMOVNL, MOVE_IF, 13),
	ROW(CMOVLE, MOVE_IF, 14),
	ROW(CMOVNLE, MOVE_IF, 15),
};

static const struct row *find_row(ZydisMnemonic mnemonic)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].mnemonic == mnemonic)
			return &rows[i];
	return NULL;
}

/* ---- registers ----------------------------------------------------------------------------------------------------- */

static bool is_among(ZydisRegister name, ZydisRegister first, ZydisRegister last)
{
	return name >= first && name <= last;
}

static bool is_general(ZydisRegister name)
{
	return is_among(name, ZYDIS_REGISTER_AL, ZYDIS_REGISTER_R15);
}

/* A general register's number, and the bytes of this name of it; `shift` is 8 for the second byte. */
static unsigned int place_of(ZydisRegister name, unsigned int *bytes, unsigned int *shift)
{
	*shift = 0;
	if (is_among(name, ZYDIS_REGISTER_RAX, ZYDIS_REGISTER_R15)) {
		*bytes = 8;
		return name - ZYDIS_REGISTER_RAX;
	}
	if (is_among(name, ZYDIS_REGISTER_EAX, ZYDIS_REGISTER_R15D)) {
		*bytes = 4;
		return name - ZYDIS_REGISTER_EAX;
	}
	if (is_among(name, ZYDIS_REGISTER_AX, ZYDIS_REGISTER_R15W)) {
		*bytes = 2;
		return name - ZYDIS_REGISTER_AX;
	}
	*bytes = 1;
	if (is_among(name, ZYDIS_REGISTER_AH, ZYDIS_REGISTER_BH)) {
		*shift = 8;
		return name - ZYDIS_REGISTER_AH;
	}
	/* Behind the second bytes the numbers go on. */
	return name < ZYDIS_REGISTER_AH ? name - ZYDIS_REGISTER_AL : name - ZYDIS_REGISTER_AL - HIGH_BYTES;
}

static uint64_t mask_of(unsigned int bytes)
{
	return bytes < 8 ? ((uint64_t)1 << 8 * bytes) - 1 : UINT64_MAX;
}

uint64_t shim_read_general(const struct shim_processor *processor, ZydisRegister name)
{
	unsigned int bytes, shift, number = place_of(name, &bytes, &shift);

	return processor->registers[number] >> shift & mask_of(bytes);
}

void shim_write_general(struct shim_processor *processor, ZydisRegister name, uint64_t value)
{
	unsigned int bytes, shift, number = place_of(name, &bytes, &shift);
	uint64_t mask = mask_of(bytes) << shift;

	/* Writing 32 bits clears the others. */
	if (bytes == 4)
		processor->registers[number] = value & mask;
	else
		processor->registers[number] = (processor->registers[number] & ~mask) | (value << shift & mask);
}

/* ---- operands ------------------------------------------------------------------------------------------------------ */

/* Part of an address: 0 where there is no such register. */
static uint64_t address_part(const struct shim_execution *execution, ZydisRegister name)
{
	if (name == ZYDIS_REGISTER_RIP || name == ZYDIS_REGISTER_EIP)
		return execution->processor.instruction + execution->decoded->length;
	return is_general(name) ? shim_read_general(&execution->processor, name) : 0;
}

bool shim_address_of(const struct shim_execution *execution, const ZydisDecodedOperand *operand, uint64_t *address)
{
	const ZydisDecodedOperandMem *memory = &operand->mem;

	if (memory->type == ZYDIS_MEMOP_TYPE_VSIB || memory->segment == ZYDIS_REGISTER_FS ||
	    memory->segment == ZYDIS_REGISTER_GS)
		return false;
	*address = address_part(execution, memory->base) +
		   address_part(execution, memory->index) * memory->scale + (uint64_t)memory->disp.value;
	if (execution->decoded->address_width == 32)
		*address = (uint32_t)*address;
	return true;
}

int shim_load(const struct shim_execution *execution, uint64_t address, void *to, size_t length)
{
	const struct shim_machine *machine = execution->machine;
	size_t at, part;
	int error = 0;

	for (at = 0; at < length && !error; at += part) {
		part = length - at < PART_BYTES ? length - at : PART_BYTES;
		error = machine->load(machine->context, address + at, (uint8_t *)to + at, part);
	}
	return error;
}

int shim_store(const struct shim_execution *execution, uint64_t address, const void *from, size_t length)
{
	const struct shim_machine *machine = execution->machine;
	size_t at, part;
	int error = 0;

	for (at = 0; at < length && !error; at += part) {
		part = length - at < PART_BYTES ? length - at : PART_BYTES;
		error = machine->store(machine->context, address + at, (const uint8_t *)from + at, part);
	}
	return error;
}

static unsigned int bytes_of(const ZydisDecodedOperand *operand)
{
	return operand->size / 8u;
}

/* The value of an operand, of which the bits beyond its size are 0. */
static int get(const struct shim_execution *execution, const ZydisDecodedOperand *operand, uint64_t *value)
{
	uint64_t address;

	*value = 0;
	if (bytes_of(operand) > sizeof(*value))
		return SHIM_UNKNOWN_INSTRUCTION;
	switch (operand->type) {
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		*value = operand->imm.value.u;
		return 0;
	case ZYDIS_OPERAND_TYPE_REGISTER:
		if (!is_general(operand->reg.value))
			return SHIM_UNKNOWN_INSTRUCTION;
		*value = shim_read_general(&execution->processor, operand->reg.value);
		return 0;
	case ZYDIS_OPERAND_TYPE_MEMORY:
		if (!shim_address_of(execution, operand, &address))
			return SHIM_UNKNOWN_INSTRUCTION;
		return shim_load(execution, address, value, bytes_of(operand));
	default:
		return SHIM_UNKNOWN_INSTRUCTION;
	}
}

static int put(struct shim_execution *execution, const ZydisDecodedOperand *operand, uint64_t value)
{
	uint64_t address;

	if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER && is_general(operand->reg.value)) {
		shim_write_general(&execution->processor, operand->reg.value, value);
		return 0;
	}
	if (operand->type != ZYDIS_OPERAND_TYPE_MEMORY || bytes_of(operand) > sizeof(value) ||
	    !shim_address_of(execution, operand, &address))
		return SHIM_UNKNOWN_INSTRUCTION;
	return shim_store(execution, address, &value, bytes_of(operand));
}

static uint64_t sign_extended(uint64_t value, unsigned int bytes)
{
	unsigned int unused = 64 - 8 * bytes;

	return (uint64_t)((int64_t)(value << unused) >> unused);
}

static uint64_t swapped(uint64_t value, unsigned int bytes)
{
	return __builtin_bswap64(value) >> (64 - 8 * bytes);
}

/* ---- instructions -------------------------------------------------------------------------------------------------- */

static int move(struct shim_execution *execution, const struct row *row)
{
	const ZydisDecodedOperand *to = &execution->operands[0], *from = &execution->operands[1];
	uint64_t value, before;
	int error = get(execution, from, &value);

	if (row->form == MOVE_SIGNED)
		value = sign_extended(value, bytes_of(from));
	if (row->form == MOVE_SWAPPED)
		value = swapped(value, bytes_of(from));
	if (!error && row->form == MOVE_IF && !shim_condition(row->operation, execution->processor.flags)) {
		error = get(execution, to, &before);
		value = before;
	}
	return error ? error : put(execution, to, value);
}

static int set_if(struct shim_execution *execution, const struct row *row)
{
	return put(execution, &execution->operands[0], shim_condition(row->operation, execution->processor.flags));
}

static int binary(struct shim_execution *execution, const struct row *row)
{
	const ZydisDecodedOperand *to = &execution->operands[0], *from = &execution->operands[1];
	uint64_t left, right;
	int error = get(execution, to, &left);

	if (!error)
		error = get(execution, from, &right);
	if (error)
		return error;
	left = shim_binary((enum shim_binary)row->operation, bytes_of(to), left, right, &execution->processor.flags);
	return row->form == COMPARE ? 0 : put(execution, to, left);
}

static int unary(struct shim_execution *execution, const struct row *row)
{
	const ZydisDecodedOperand *operand = &execution->operands[0];
	uint64_t value;
	int error = get(execution, operand, &value);

	if (error)
		return error;
	value = shim_unary((enum shim_unary)row->operation, bytes_of(operand), value, &execution->processor.flags);
	return put(execution, operand, value);
}

/* A bit of memory that a register selects may lie in another word than the one addressed. */
static int bit(struct shim_execution *execution, const struct row *row)
{
	const ZydisDecodedOperand *string = &execution->operands[0], *selector = &execution->operands[1];
	unsigned int bytes = bytes_of(string), bits = 8 * bytes;
	uint64_t address, value = 0, selected;
	int64_t index;
	int error = get(execution, selector, &selected);

	if (error)
		return error;
	if (string->type != ZYDIS_OPERAND_TYPE_MEMORY || !shim_address_of(execution, string, &address))
		return SHIM_UNKNOWN_INSTRUCTION;
	index = (int64_t)sign_extended(selected, bytes_of(selector));
	if (selector->type == ZYDIS_OPERAND_TYPE_REGISTER)
		address += (uint64_t)((index - (int64_t)((uint64_t)index % bits)) / (int64_t)bits * (int64_t)bytes);
	error = shim_load(execution, address, &value, bytes);
	if (error)
		return error;
	value = shim_binary((enum shim_binary)row->operation, bytes, value, (uint64_t)index % bits,
			    &execution->processor.flags);
	return row->operation == SHIM_BT ? 0 : shim_store(execution, address, &value, bytes);
}

static int scan(struct shim_execution *execution, const struct row *row)
{
	const ZydisDecodedOperand *to = &execution->operands[0];
	uint64_t value, source;
	int error = get(execution, &execution->operands[1], &source);

	if (!error)
		error = get(execution, to, &value);
	if (error)
		return error;
	value = shim_binary((enum shim_binary)row->operation, bytes_of(to), value, source,
			    &execution->processor.flags);
	/* Without a bit to be found BSF and BSR write nothing, not even the upper half of the register. */
	if ((row->operation == SHIM_BSF || row->operation == SHIM_BSR) && !source)
		return 0;
	return put(execution, to, value);
}

/* With two or three operands; the form with one, which has two destinations, is not carried out. */
static int multiply(struct shim_execution *execution)
{
	const ZydisDecodedOperand *to = &execution->operands[0];
	unsigned int count = execution->decoded->operand_count_visible;
	uint64_t left, right;
	int error;

	if (count < 2)
		return SHIM_UNKNOWN_INSTRUCTION;
	error = get(execution, &execution->operands[count - 2], &left);
	if (!error)
		error = get(execution, &execution->operands[count - 1], &right);
	if (error)
		return error;
	return put(execution, to,
		   shim_binary(SHIM_IMUL, bytes_of(to), left, right, &execution->processor.flags));
}

/* Which of two operands is the memory. */
static unsigned int memory_index(const struct shim_execution *execution)
{
	return execution->operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY ? 0 : 1;
}

static int exchange(struct shim_execution *execution, const struct row *row)
{
	const ZydisDecodedOperand *memory = &execution->operands[memory_index(execution)];
	const ZydisDecodedOperand *other = &execution->operands[1 - memory_index(execution)];
	uint64_t old, value;
	int error = get(execution, memory, &old);

	if (!error)
		error = get(execution, other, &value);
	if (error)
		return error;
	if (row->form == EXCHANGE_ADD)
		value = shim_binary(SHIM_ADD, bytes_of(memory), old, value, &execution->processor.flags);
	error = put(execution, memory, value);
	return error ? error : put(execution, other, old);
}

/* Memory gets what it had where it differs from the accumulator: the processor writes in any case. */
static int compare_exchange(struct shim_execution *execution)
{
	static const ZydisRegister names[] = { ZYDIS_REGISTER_AL, ZYDIS_REGISTER_AX, ZYDIS_REGISTER_EAX,
					       ZYDIS_REGISTER_RAX };
	const ZydisDecodedOperand *memory = &execution->operands[0];
	unsigned int bytes = bytes_of(memory);
	ZydisRegister accumulator;
	uint64_t old, value;
	bool equal;
	int error = get(execution, memory, &old);

	if (!error)
		error = get(execution, &execution->operands[1], &value);
	if (error)
		return error;
	accumulator = names[__builtin_ctz(bytes)];
	shim_binary(SHIM_CMP, bytes, shim_read_general(&execution->processor, accumulator), old,
		    &execution->processor.flags);
	equal = execution->processor.flags & SHIM_ZERO_FLAG;
	error = put(execution, memory, equal ? value : old);
	if (!error && !equal)
		shim_write_general(&execution->processor, accumulator, old);
	return error;
}

static int push(struct shim_execution *execution)
{
	const ZydisDecodedOperand *operand = &execution->operands[0];
	uint64_t value, *top = &execution->processor.registers[STACK_POINTER];
	int error = get(execution, operand, &value);

	if (error)
		return error;
	*top -= bytes_of(operand);
	return shim_store(execution, *top, &value, bytes_of(operand));
}

/* An address by the stack pointer is that after the pop. */
static int pop(struct shim_execution *execution)
{
	const ZydisDecodedOperand *operand = &execution->operands[0];
	uint64_t value = 0, *top = &execution->processor.registers[STACK_POINTER];
	int error = shim_load(execution, *top, &value, bytes_of(operand));

	*top += bytes_of(operand);
	return error ? error : put(execution, operand, value);
}

static int carry_out(struct shim_execution *execution, const struct row *row)
{
	switch (row->form) {
	case MOVE:
	case MOVE_SIGNED:
	case MOVE_SWAPPED:
	case MOVE_IF:
		return move(execution, row);
	case SET_IF:
		return set_if(execution, row);
	case BINARY:
	case COMPARE:
	case SHIFT:
		return binary(execution, row);
	case UNARY:
		return unary(execution, row);
	case BIT:
		return bit(execution, row);
	case SCAN:
		return scan(execution, row);
	case MULTIPLY:
		return multiply(execution);
	case EXCHANGE:
	case EXCHANGE_ADD:
		return exchange(execution, row);
	case COMPARE_EXCHANGE:
		return compare_exchange(execution);
	case PUSH:
		return push(execution);
	case POP:
		return pop(execution);
	case NOTHING:
		return 0;
	}
	return SHIM_UNKNOWN_INSTRUCTION;
}

int shim_emulate(struct shim_processor *processor, const struct shim_machine *machine,
		 const struct shim_instruction *instruction)
{
	const struct row *row = find_row(instruction->decoded.mnemonic);
	struct shim_execution execution = {
		.program = processor,
		.processor = *processor,
		.machine = machine,
		.decoded = &instruction->decoded,
		.operands = instruction->operands,
	};
	int error;

	if (instruction->decoded.meta.category == ZYDIS_CATEGORY_STRINGOP)
		error = shim_emulate_string(&execution);
	else
		error = row ? carry_out(&execution, row) : shim_emulate_vector(&execution);
	if (error)
		return error;
	execution.processor.instruction += instruction->decoded.length;
	shim_commit(&execution);
	return 0;
}

#endif
