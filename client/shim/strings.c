/* String instructions, alone and repeated; see execution.h. Each element is an access of its own. */
#include "execution.h"

#ifdef SHIM_HAS_TRAPS

#include "arithmetic.h"

enum kind { MOVE, STORE, LOAD, COMPARE, SCAN };

struct row {
	ZydisMnemonic mnemonic;
	enum kind kind;
	unsigned int bytes;
};

#define ROWS(name, kind)                                                                                               \
	{ ZYDIS_MNEMONIC_##name##B, kind, 1 }, { ZYDIS_MNEMONIC_##name##W, kind, 2 },                                  \
		{ ZYDIS_MNEMONIC_##name##D, kind, 4 }, { ZYDIS_MNEMONIC_##name##Q, kind, 8 }

static const struct row rows[] = {
	ROWS(MOVS, MOVE), ROWS(STOS, STORE), ROWS(LODS, LOAD), ROWS(CMPS, COMPARE), ROWS(SCAS, SCAN),
};

static const struct row *find_row(ZydisMnemonic mnemonic)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].mnemonic == mnemonic)
			return &rows[i];
	return NULL;
}

/* The registers of a string instruction, by the width of its addresses and elements. */
struct names {
	ZydisRegister source, destination, count, accumulator;
};

static struct names names_of(const struct shim_execution *execution, unsigned int bytes)
{
	static const ZydisRegister accumulators[] = { ZYDIS_REGISTER_AL, ZYDIS_REGISTER_AX, ZYDIS_REGISTER_EAX,
						      ZYDIS_REGISTER_RAX };
	bool narrow = execution->decoded->address_width == 32;

	return (struct names){
		.source = narrow ? ZYDIS_REGISTER_ESI : ZYDIS_REGISTER_RSI,
		.destination = narrow ? ZYDIS_REGISTER_EDI : ZYDIS_REGISTER_RDI,
		.count = narrow ? ZYDIS_REGISTER_ECX : ZYDIS_REGISTER_RCX,
		.accumulator = accumulators[__builtin_ctz(bytes)],
	};
}

static void advance(struct shim_processor *processor, ZydisRegister name, unsigned int bytes)
{
	uint64_t value = shim_read_general(processor, name);

	shim_write_general(processor, name,
			   processor->flags & SHIM_DIRECTION_FLAG ? value - bytes : value + bytes);
}

/* One element. */
static int step(struct shim_execution *execution, const struct row *row, const struct names *names)
{
	struct shim_processor *processor = &execution->processor;
	uint64_t source = shim_read_general(processor, names->source);
	uint64_t destination = shim_read_general(processor, names->destination);
	uint64_t left = 0, right = 0;
	int error = 0;

	if (row->kind == MOVE || row->kind == LOAD || row->kind == COMPARE)
		error = shim_load(execution, source, &left, row->bytes);
	else
		left = shim_read_general(processor, names->accumulator);
	if (!error && (row->kind == COMPARE || row->kind == SCAN))
		error = shim_load(execution, destination, &right, row->bytes);
	if (!error && (row->kind == MOVE || row->kind == STORE))
		error = shim_store(execution, destination, &left, row->bytes);
	if (error)
		return error;
	if (row->kind == LOAD)
		shim_write_general(processor, names->accumulator, left);
	if (row->kind == COMPARE || row->kind == SCAN)
		shim_binary(SHIM_CMP, row->bytes, left, right, &processor->flags);
	if (row->kind == MOVE || row->kind == LOAD || row->kind == COMPARE)
		advance(processor, names->source, row->bytes);
	if (row->kind != LOAD)
		advance(processor, names->destination, row->bytes);
	return 0;
}

/* Whether a repeated comparison goes on. */
static bool goes_on(const struct shim_execution *execution, const struct row *row)
{
	bool equal = execution->processor.flags & SHIM_ZERO_FLAG;

	if (row->kind != COMPARE && row->kind != SCAN)
		return true;
	return execution->decoded->attributes & ZYDIS_ATTRIB_HAS_REPNE ? !equal : equal;
}

#define REPEATED (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE)
#define BY_SEGMENT (ZYDIS_ATTRIB_HAS_SEGMENT_FS | ZYDIS_ATTRIB_HAS_SEGMENT_GS)

int shim_emulate_string(struct shim_execution *execution)
{
	const struct row *row = find_row(execution->decoded->mnemonic);
	struct names names;
	uint64_t count;
	int error;

	if (!row || execution->decoded->attributes & BY_SEGMENT)
		return SHIM_UNKNOWN_INSTRUCTION;
	names = names_of(execution, row->bytes);
	if (!(execution->decoded->attributes & REPEATED))
		return step(execution, row, &names);
	for (;;) {
		count = shim_read_general(&execution->processor, names.count);
		if (!count)
			return 0;
		error = step(execution, row, &names);
		if (error)
			return error;
		shim_write_general(&execution->processor, names.count, count - 1);
		/* An element that is done stays done if the next one fails. */
		shim_commit(execution);
		if (!goes_on(execution, row))
			return 0;
	}
}

#endif
