/*
 * The registers of an interrupted program; see frame.h. Vector registers lie in an area of XSAVE in its standard format
 * (Intel manual, volume 1, chapter 13), of which Linux says in bytes that the format leaves to software what it holds.
 */
#include "frame.h"

#ifdef SHIM_HAS_TRAPS

#include <cpuid.h>
#include <string.h>

static const int general[16] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8,	 REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

/* State components, by their bits in XSTATE_BV: halves and quarters of the registers, and those from 16 on. */
#define SSE 1
#define AVX 2
#define ZMM_HI256 6
#define HI16_ZMM 7
#define COMPONENTS 8

#define XMM_AT 160
#define XMM_BYTES 16
#define XSTATE_BV_AT 512
/* Linux's bytes: a mark that the area is one of XSAVE, and the components that it has room for. */
#define MAGIC_AT 464
#define MAGIC 0x46505853u
#define FEATURES_AT 472

#define REGISTERS 16u

/* Of a component: where it lies, and the bytes of all its registers. */
struct component {
	uint32_t at, bytes;
};

static struct component components[COMPONENTS] = { [SSE] = { XMM_AT, REGISTERS * XMM_BYTES } };

void shim_frame_prepare(void)
{
	static const unsigned int searched[] = { AVX, ZMM_HI256, HI16_ZMM };
	unsigned int i, bytes, at, unused, more;

	for (i = 0; i < sizeof(searched) / sizeof(searched[0]); i++) {
		if (!__get_cpuid_count(0xd, searched[i], &bytes, &at, &unused, &more))
			return;
		components[searched[i]] = (struct component){ at, bytes };
	}
}

void shim_frame_read(const ucontext_t *frame, struct shim_processor *processor)
{
	unsigned int i;

	for (i = 0; i < REGISTERS; i++)
		processor->registers[i] = (uint64_t)frame->uc_mcontext.gregs[general[i]];
	processor->instruction = (uint64_t)frame->uc_mcontext.gregs[REG_RIP];
	processor->flags = (uint64_t)frame->uc_mcontext.gregs[REG_EFL];
}

void shim_frame_write(ucontext_t *frame, const struct shim_processor *processor)
{
	unsigned int i;

	for (i = 0; i < REGISTERS; i++)
		frame->uc_mcontext.gregs[general[i]] = (greg_t)processor->registers[i];
	frame->uc_mcontext.gregs[REG_RIP] = (greg_t)processor->instruction;
	frame->uc_mcontext.gregs[REG_EFL] = (greg_t)processor->flags;
}

static uint8_t *area_of(const ucontext_t *frame)
{
	return (uint8_t *)frame->uc_mcontext.fpregs;
}

static uint64_t word_at(const uint8_t *area, size_t at)
{
	uint64_t word;

	memcpy(&word, area + at, sizeof(word));
	return word;
}

/* Whether the area is one of XSAVE; else it has xmm registers only. */
static bool is_extended(const uint8_t *area)
{
	return (uint32_t)word_at(area, MAGIC_AT) == MAGIC;
}

static bool has_component(const uint8_t *area, unsigned int number)
{
	if (!is_extended(area))
		return number == SSE;
	return word_at(area, FEATURES_AT) >> number & 1 && components[number].bytes;
}

/* A component that is not in use holds zeros, wherever it lies. */
static bool in_use(const uint8_t *area, unsigned int number)
{
	return !is_extended(area) || word_at(area, XSTATE_BV_AT) >> number & 1;
}

/* A register's part in a component. */
static size_t part_bytes(unsigned int component)
{
	return components[component].bytes / REGISTERS;
}

static void read_part(const uint8_t *area, unsigned int component, unsigned int number, uint8_t *value)
{
	size_t bytes = part_bytes(component);

	if (has_component(area, component) && in_use(area, component))
		memcpy(value, area + components[component].at + number * bytes, bytes);
}

static void write_part(uint8_t *area, unsigned int component, unsigned int number, const uint8_t *value)
{
	size_t bytes = part_bytes(component);
	uint64_t used;

	if (!has_component(area, component))
		return;
	if (!in_use(area, component)) {
		memset(area + components[component].at, 0, components[component].bytes);
		used = word_at(area, XSTATE_BV_AT) | (uint64_t)1 << component;
		memcpy(area + XSTATE_BV_AT, &used, sizeof(used));
	}
	memcpy(area + components[component].at + number * bytes, value, bytes);
}

bool shim_frame_read_vector(const ucontext_t *frame, unsigned int number, uint8_t value[SHIM_VECTOR_BYTES])
{
	const uint8_t *area = area_of(frame);

	memset(value, 0, SHIM_VECTOR_BYTES);
	if (!area || (number >= REGISTERS && !has_component(area, HI16_ZMM)))
		return false;
	if (number >= REGISTERS) {
		read_part(area, HI16_ZMM, number - REGISTERS, value);
		return true;
	}
	read_part(area, SSE, number, value);
	read_part(area, AVX, number, value + XMM_BYTES);
	read_part(area, ZMM_HI256, number, value + 2 * XMM_BYTES);
	return true;
}

bool shim_frame_write_vector(ucontext_t *frame, unsigned int number, const uint8_t value[SHIM_VECTOR_BYTES])
{
	uint8_t *area = area_of(frame);

	if (!area || (number >= REGISTERS && !has_component(area, HI16_ZMM)))
		return false;
	if (number >= REGISTERS) {
		write_part(area, HI16_ZMM, number - REGISTERS, value);
		return true;
	}
	write_part(area, SSE, number, value);
	write_part(area, AVX, number, value + XMM_BYTES);
	write_part(area, ZMM_HI256, number, value + 2 * XMM_BYTES);
	return true;
}

#endif
