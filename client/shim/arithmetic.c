/* What the processor computes; see arithmetic.h. */
#include "arithmetic.h"

#ifdef __x86_64__

/*
 * Runs one instruction with the status flags of `flags` and takes those that it leaves. The pushes stay clear of what the
 * compiler may have below the stack pointer.
 */
#define WITH_FLAGS(instruction)                                                                                        \
	"lea -128(%%rsp), %%rsp\n\tpush %[status]\n\tpopf\n\t" instruction                                             \
	"\n\tpushf\n\tpop %[status]\n\tlea 128(%%rsp), %%rsp"

#define RUN_BINARY(name, type)                                                                                         \
	do {                                                                                                           \
		type result = (type)destination;                                                                       \
		__asm__ volatile(WITH_FLAGS(name " %[source], %[result]")                                              \
				 : [result] "+q"(result), [status] "+r"(status)                                        \
				 : [source] "q"((type)source)                                                          \
				 : "cc", "memory");                                                                    \
		destination = result;                                                                                  \
	} while (0)

#define RUN_SHIFT(name, type)                                                                                          \
	do {                                                                                                           \
		type result = (type)destination;                                                                       \
		__asm__ volatile(WITH_FLAGS(name " %%cl, %[result]")                                                   \
				 : [result] "+q"(result), [status] "+r"(status)                                        \
				 : "c"((uint8_t)source)                                                                \
				 : "cc", "memory");                                                                    \
		destination = result;                                                                                  \
	} while (0)

#define RUN_UNARY(name, type)                                                                                          \
	do {                                                                                                           \
		type result = (type)operand;                                                                           \
		__asm__ volatile(WITH_FLAGS(name " %[result]")                                                         \
				 : [result] "+q"(result), [status] "+r"(status)                                        \
				 :                                                                                     \
				 : "cc", "memory");                                                                    \
		operand = result;                                                                                      \
	} while (0)

#define BY_SIZE(run, name)                                                                                             \
	do {                                                                                                           \
		if (bytes == 1)                                                                                        \
			run(name, uint8_t);                                                                            \
		else if (bytes == 2)                                                                                   \
			run(name, uint16_t);                                                                           \
		else if (bytes == 4)                                                                                   \
			run(name, uint32_t);                                                                           \
		else                                                                                                   \
			run(name, uint64_t);                                                                           \
	} while (0)

/* Of the instructions without a form for bytes. */
#define BY_WIDE_SIZE(run, name)                                                                                        \
	do {                                                                                                           \
		if (bytes == 2)                                                                                        \
			run(name, uint16_t);                                                                           \
		else if (bytes == 4)                                                                                   \
			run(name, uint32_t);                                                                           \
		else                                                                                                   \
			run(name, uint64_t);                                                                           \
	} while (0)

/* A flag of the processor that reads as one. */
#define ALWAYS_SET 2u

static uint64_t begin_flags(uint64_t flags)
{
	return (flags & SHIM_STATUS_FLAGS) | ALWAYS_SET;
}

static void end_flags(uint64_t *flags, uint64_t status)
{
	*flags = (*flags & ~(uint64_t)SHIM_STATUS_FLAGS) | (status & SHIM_STATUS_FLAGS);
}

uint64_t shim_binary(enum shim_binary operation, unsigned int bytes, uint64_t destination, uint64_t source,
		     uint64_t *flags)
{
	uint64_t status = begin_flags(*flags);

	switch (operation) {
	case SHIM_ADD:
		BY_SIZE(RUN_BINARY, "add");
		break;
	case SHIM_OR:
		BY_SIZE(RUN_BINARY, "or");
		break;
	case SHIM_ADC:
		BY_SIZE(RUN_BINARY, "adc");
		break;
	case SHIM_SBB:
		BY_SIZE(RUN_BINARY, "sbb");
		break;
	case SHIM_AND:
		BY_SIZE(RUN_BINARY, "and");
		break;
	case SHIM_SUB:
		BY_SIZE(RUN_BINARY, "sub");
		break;
	case SHIM_XOR:
		BY_SIZE(RUN_BINARY, "xor");
		break;
	case SHIM_CMP:
		BY_SIZE(RUN_BINARY, "cmp");
		break;
	case SHIM_TEST:
		BY_SIZE(RUN_BINARY, "test");
		break;
	case SHIM_BT:
		BY_WIDE_SIZE(RUN_BINARY, "bt");
		break;
	case SHIM_BTS:
		BY_WIDE_SIZE(RUN_BINARY, "bts");
		break;
	case SHIM_BTR:
		BY_WIDE_SIZE(RUN_BINARY, "btr");
		break;
	case SHIM_BTC:
		BY_WIDE_SIZE(RUN_BINARY, "btc");
		break;
	case SHIM_IMUL:
		BY_WIDE_SIZE(RUN_BINARY, "imul");
		break;
	case SHIM_BSF:
		BY_WIDE_SIZE(RUN_BINARY, "bsf");
		break;
	case SHIM_BSR:
		BY_WIDE_SIZE(RUN_BINARY, "bsr");
		break;
	case SHIM_TZCNT:
		BY_WIDE_SIZE(RUN_BINARY, "tzcnt");
		break;
	case SHIM_LZCNT:
		BY_WIDE_SIZE(RUN_BINARY, "lzcnt");
		break;
	case SHIM_POPCNT:
		BY_WIDE_SIZE(RUN_BINARY, "popcnt");
		break;
	case SHIM_SHL:
		BY_SIZE(RUN_SHIFT, "shl");
		break;
	case SHIM_SHR:
		BY_SIZE(RUN_SHIFT, "shr");
		break;
	case SHIM_SAR:
		BY_SIZE(RUN_SHIFT, "sar");
		break;
	case SHIM_ROL:
		BY_SIZE(RUN_SHIFT, "rol");
		break;
	case SHIM_ROR:
		BY_SIZE(RUN_SHIFT, "ror");
		break;
	case SHIM_RCL:
		BY_SIZE(RUN_SHIFT, "rcl");
		break;
	case SHIM_RCR:
		BY_SIZE(RUN_SHIFT, "rcr");
		break;
	}
	end_flags(flags, status);
	return destination;
}

uint64_t shim_unary(enum shim_unary operation, unsigned int bytes, uint64_t operand, uint64_t *flags)
{
	uint64_t status = begin_flags(*flags);

	switch (operation) {
	case SHIM_INC:
		BY_SIZE(RUN_UNARY, "inc");
		break;
	case SHIM_DEC:
		BY_SIZE(RUN_UNARY, "dec");
		break;
	case SHIM_NEG:
		BY_SIZE(RUN_UNARY, "neg");
		break;
	case SHIM_NOT:
		BY_SIZE(RUN_UNARY, "not");
		break;
	}
	end_flags(flags, status);
	return operand;
}

bool shim_condition(unsigned int condition, uint64_t flags)
{
	bool carry = flags & 0x1, parity = flags & 0x4, zero = flags & 0x40;
	bool sign = flags & 0x80, overflow = flags & 0x800;
	bool holds = false;

	switch (condition >> 1) {
	case 0:
		holds = overflow;
		break;
	case 1:
		holds = carry;
		break;
	case 2:
		holds = zero;
		break;
	case 3:
		holds = carry || zero;
		break;
	case 4:
		holds = sign;
		break;
	case 5:
		holds = parity;
		break;
	case 6:
		holds = sign != overflow;
		break;
	case 7:
		holds = zero || sign != overflow;
		break;
	}
	/* An odd condition is the contrary of the one before it. */
	return holds != (condition & 1);
}

#endif
