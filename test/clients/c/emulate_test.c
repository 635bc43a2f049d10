/*
 * Instructions on mapped registers: each form runs for real on ordinary memory and is carried out on a copy, from the same
 * random state, and both must leave the same registers, flags and memory. Then the order and widths of accesses, and that
 * what fails changes nothing. x86-64 with XSAVE only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "arithmetic.h"
#include "frame.h"

#ifdef SHIM_HAS_TRAPS

#include <cpuid.h>

#include "instruction_forms.h"

/* Trials of each form. */
#define TRIALS 200

/* rdi points to the middle, rsi a quarter before it; in the first 4 GiB, for 32-bit addresses. */
#define MEMORY_BYTES 2048
#define STACK_BYTES 4096

/* More than Linux's frames have without AMX. */
#define AREA_BYTES 4096

/* x87, xmm, ymm, masks, zmm, zmm from 16 on */
#define COMPONENTS 0xe7u

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9 };

/* What an instruction works on. The trampoline has these offsets. */
struct state {
	uint64_t registers[16];
	uint64_t flags, target;
	_Alignas(64) uint8_t area[AREA_BYTES];
};

_Static_assert(offsetof(struct state, flags) == 128 && offsetof(struct state, target) == 136 &&
		       offsetof(struct state, area) == 192,
	       "as the trampoline has them");

/*
 * Loads everything from the state, calls the target on the state's stack, and stores everything again. The state's address
 * waits in a variable, since no register is left for it.
 */
void run_for_real(struct state *state);
__asm__(".pushsection .bss\n"
	".balign 16\n"
	"real_state: .quad 0\n"
	"real_stack: .quad 0\n"
	".popsection\n"
	".text\n"
	"run_for_real:\n"
	"push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
	"mov %rdi, real_state(%rip)\n"
	"mov %rsp, real_stack(%rip)\n"
	"mov $0xe7, %eax\n xor %edx, %edx\n xrstor64 192(%rdi)\n"
	"mov 32(%rdi), %rsp\n"
	"mov 0(%rdi), %rax\n mov 8(%rdi), %rcx\n mov 16(%rdi), %rdx\n mov 24(%rdi), %rbx\n"
	"mov 40(%rdi), %rbp\n mov 48(%rdi), %rsi\n"
	"mov 64(%rdi), %r8\n mov 72(%rdi), %r9\n mov 80(%rdi), %r10\n mov 88(%rdi), %r11\n"
	"mov 96(%rdi), %r12\n mov 104(%rdi), %r13\n mov 112(%rdi), %r14\n mov 120(%rdi), %r15\n"
	"push 136(%rdi)\n push 128(%rdi)\n"
	"mov 56(%rdi), %rdi\n"
	"popf\n"
	"call *(%rsp)\n"
	"lea 8(%rsp), %rsp\n"
	"pushf\n push %rdi\n cld\n"
	"mov real_state(%rip), %rdi\n"
	"mov %rax, 0(%rdi)\n mov %rcx, 8(%rdi)\n mov %rdx, 16(%rdi)\n mov %rbx, 24(%rdi)\n"
	"mov %rbp, 40(%rdi)\n mov %rsi, 48(%rdi)\n"
	"mov %r8, 64(%rdi)\n mov %r9, 72(%rdi)\n mov %r10, 80(%rdi)\n mov %r11, 88(%rdi)\n"
	"mov %r12, 96(%rdi)\n mov %r13, 104(%rdi)\n mov %r14, 112(%rdi)\n mov %r15, 120(%rdi)\n"
	"pop 56(%rdi)\n pop 128(%rdi)\n"
	"mov %rsp, 32(%rdi)\n"
	"mov $0xe7, %eax\n xor %edx, %edx\n xsave64 192(%rdi)\n"
	"mov real_stack(%rip), %rsp\n"
	"pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	"ret\n");

/* ---- the two machines ---------------------------------------------------------------------------------------------- */

/* Both machines use the same addresses; the emulated one has a copy of what lies there. */
static uint8_t *memory, stack[STACK_BYTES] __attribute__((aligned(64)));
static uint8_t copied_memory[MEMORY_BYTES], copied_stack[STACK_BYTES];

struct emulated {
	ucontext_t frame;
	/* Accesses so far, and which of them is to fail, from 1. */
	unsigned int accesses, failing;
	/* "L4@0 S4@0 ": loads and stores, bytes, and where from the middle of the memory. */
	char log[512];
};

#define REFUSED 7

/* Where the emulated machine keeps what lies at an address; NULL: nowhere, it is code or constant data. */
static uint8_t *place_of(uint64_t address, size_t length)
{
	if (address - (uintptr_t)memory <= MEMORY_BYTES - length)
		return copied_memory + (address - (uintptr_t)memory);
	if (address - (uintptr_t)stack <= STACK_BYTES - length)
		return copied_stack + (address - (uintptr_t)stack);
	return NULL;
}

static int note(struct emulated *emulated, char kind, uint64_t address, size_t length)
{
	size_t used = strlen(emulated->log);

	assert_true(length == 1 || length == 2 || length == 4 || length == 8);
	if (used < sizeof(emulated->log) - 32)
		snprintf(emulated->log + used, sizeof(emulated->log) - used, "%c%zu@%d ", kind, length,
			 (int)(int64_t)(address - ((uintptr_t)memory + MEMORY_BYTES / 2)));
	return ++emulated->accesses == emulated->failing ? REFUSED : 0;
}

static int load(void *context, uint64_t address, void *to, size_t length)
{
	const uint8_t *place = place_of(address, length);

	if (note(context, 'L', address, length))
		return REFUSED;
	memcpy(to, place ? place : (const uint8_t *)(uintptr_t)address, length);
	return 0;
}

static int store(void *context, uint64_t address, const void *from, size_t length)
{
	uint8_t *place = place_of(address, length);

	assert_non_null(place);
	if (note(context, 'S', address, length))
		return REFUSED;
	memcpy(place, from, length);
	return 0;
}

static bool read_vector(void *context, unsigned int number, uint8_t value[SHIM_VECTOR_BYTES])
{
	return shim_frame_read_vector(&((struct emulated *)context)->frame, number, value);
}

static bool write_vector(void *context, unsigned int number, const uint8_t value[SHIM_VECTOR_BYTES])
{
	return shim_frame_write_vector(&((struct emulated *)context)->frame, number, value);
}

/* Carries out the instructions of [begin, end): what the first one that fails returns, or 0. */
static int run_emulated(struct state *state, struct emulated *emulated, const uint8_t *begin, const uint8_t *end)
{
	const struct shim_machine machine = { load, store, read_vector, write_vector, emulated };
	struct shim_processor processor = { .instruction = (uintptr_t)begin, .flags = state->flags };
	struct shim_instruction instruction;
	int error = 0;

	emulated->frame.uc_mcontext.fpregs = (fpregset_t)(void *)state->area;
	memcpy(processor.registers, state->registers, sizeof(processor.registers));
	while (!error && processor.instruction != (uintptr_t)end) {
		assert_true(shim_decode((const uint8_t *)processor.instruction, 15, &instruction));
		error = shim_emulate(&processor, &machine, &instruction);
	}
	memcpy(state->registers, processor.registers, sizeof(processor.registers));
	state->flags = processor.flags;
	return error;
}

/* ---- states -------------------------------------------------------------------------------------------------------- */

static uint64_t random_state;

/* xorshift64* */
static uint64_t draw(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1d;
}

/* Often one of the numbers at which something changes. */
static uint64_t draw_value(void)
{
	static const uint64_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
					  0xffffffff, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX };

	return draw() % 3 ? draw() : edges[draw() % (sizeof(edges) / sizeof(edges[0]))];
}

static void draw_memory(void)
{
	size_t i;

	for (i = 0; i < MEMORY_BYTES / 8; i++) {
		uint64_t value = draw_value();

		memcpy(memory + 8 * i, &value, sizeof(value));
	}
	memcpy(copied_memory, memory, MEMORY_BYTES);
	memset(stack, 0, sizeof(stack));
	memset(copied_stack, 0, sizeof(copied_stack));
}

/* What Linux puts into the bytes that XSAVE leaves to software. */
static void mark_area(uint8_t *area, uint64_t features)
{
	const uint32_t magic = 0x46505853;

	memcpy(area + 464, &magic, sizeof(magic));
	memcpy(area + 472, &features, sizeof(features));
}

static uint64_t enabled_features(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low | (uint64_t)high << 32) & COMPONENTS;
}

static void draw_state(struct state *state, const uint8_t *target)
{
	ucontext_t frame;
	unsigned int i;

	memset(state, 0, sizeof(*state));
	for (i = 0; i < 16; i++)
		state->registers[i] = draw_value();
	state->registers[RCX] = draw() % 32;
	state->registers[RBX] = draw() % 8;
	state->registers[R9] = draw() % 512 - 256;
	state->registers[RDI] = (uintptr_t)memory + MEMORY_BYTES / 2;
	state->registers[RSI] = (uintptr_t)memory + MEMORY_BYTES / 4;
	state->registers[RSP] = (uintptr_t)stack + STACK_BYTES / 2;
	state->flags = (draw() & (SHIM_STATUS_FLAGS | SHIM_DIRECTION_FLAG)) | 0x202;
	state->target = (uintptr_t)target;
	/* The default control word and MXCSR; the x87 registers are not in use. */
	state->area[0] = 0x7f;
	state->area[1] = 0x03;
	state->area[24] = 0x80;
	state->area[25] = 0x1f;
	mark_area(state->area, enabled_features());
	frame.uc_mcontext.fpregs = (fpregset_t)(void *)state->area;
	/* Some registers stay out of use with all of their component. */
	for (i = 0; i < 32 && draw() % 16; i++) {
		uint8_t value[SHIM_VECTOR_BYTES];
		size_t at;

		for (at = 0; at < sizeof(value); at += 8) {
			uint64_t word = draw();

			memcpy(value + at, &word, sizeof(word));
		}
		shim_frame_write_vector(&frame, i, value);
	}
}

/* The first difference, or NULL. */
static const char *difference(const struct state *real, const struct state *emulated)
{
	static const char *const names[] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
					     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
	static char text[64];
	ucontext_t left, right;
	unsigned int i;

	for (i = 0; i < 16; i++)
		if (real->registers[i] != emulated->registers[i])
			return names[i];
	if ((real->flags ^ emulated->flags) & (SHIM_STATUS_FLAGS | SHIM_DIRECTION_FLAG)) {
		snprintf(text, sizeof(text), "flags, %#llx for %#llx", (unsigned long long)emulated->flags,
			 (unsigned long long)real->flags);
		return text;
	}
	left.uc_mcontext.fpregs = (fpregset_t)(void *)real->area;
	right.uc_mcontext.fpregs = (fpregset_t)(void *)emulated->area;
	for (i = 0; i < 32; i++) {
		uint8_t one[SHIM_VECTOR_BYTES], other[SHIM_VECTOR_BYTES];

		if (shim_frame_read_vector(&left, i, one) != shim_frame_read_vector(&right, i, other) ||
		    memcmp(one, other, sizeof(one)) != 0) {
			snprintf(text, sizeof(text), "vector %u", i);
			return text;
		}
	}
	return memcmp(memory, copied_memory, MEMORY_BYTES) ? "memory" : NULL;
}

static bool available(uint64_t need)
{
	unsigned int a, b, c, d, leaf1c = 0, leaf7b = 0;

	if (__get_cpuid(1, &a, &b, &c, &d))
		leaf1c = c;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		leaf7b = b;
	switch ((enum need)need) {
	case ANY:
		return true;
	case MOVBE:
		return leaf1c & 1u << 22;
	case BMI:
		return leaf7b & 1u << 3;
	case AVX:
		return leaf7b & 1u << 5 && enabled_features() & 4;
	case AVX512:
		return leaf7b & 1u << 30 && leaf7b & 1u << 31 && (enabled_features() & 0xe0) == 0xe0;
	}
	return false;
}

static int prepare(void **state)
{
	const char *seed = getenv("SEED");

	(void)state;
	random_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL) * 2 + 1;
	print_message("SEED=%#llx\n", (unsigned long long)random_state);
	memory = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (memory == MAP_FAILED || !shim_decoder_load())
		return -1;
	shim_frame_prepare();
	return 0;
}

/* ---- tests --------------------------------------------------------------------------------------------------------- */

static void each_form_leaves_what_the_processor_leaves(void **unused)
{
	static struct state real, emulated;
	const struct form *form;
	unsigned int trial, forms = 0;

	(void)unused;
	for (form = __start_instruction_forms; form < __stop_instruction_forms; form++) {
		if (!available(form->need))
			continue;
		forms++;
		for (trial = 0; trial < TRIALS; trial++) {
			struct emulated machine = { .accesses = 0 };
			const char *differs;

			draw_memory();
			draw_state(&real, form->begin);
			emulated = real;
			run_for_real(&real);
			assert_int_equal(run_emulated(&emulated, &machine, form->begin, form->end), 0);
			differs = difference(&real, &emulated);
			if (differs)
				fail_msg("%s: %s differs", form->text, differs);
		}
	}
	assert_true(forms > 250);
}

/* A form with `text`. */
static const struct form *form_of(const char *text)
{
	const struct form *form;

	for (form = __start_instruction_forms; form < __stop_instruction_forms; form++)
		if (!strcmp(form->text, text))
			return form;
	fail_msg("no form is %s", text);
	return NULL;
}

/* Runs a form from a state with these rcx and rax and checks which accesses it makes, in which order. */
static void expect_accesses(const char *text, uint64_t rcx, const char *accesses)
{
	static struct state state;
	struct emulated machine = { .accesses = 0 };
	const struct form *form = form_of(text);

	draw_memory();
	draw_state(&state, form->begin);
	state.registers[RCX] = rcx;
	state.registers[RAX] = ~(uint64_t)0;
	memset(copied_memory, 0x11, sizeof(copied_memory));
	state.flags &= ~(uint64_t)SHIM_DIRECTION_FLAG;
	assert_int_equal(run_emulated(&state, &machine, form->begin, form->end), 0);
	assert_string_equal(machine.log, accesses);
}

static void accesses_have_the_widths_and_the_order_of_the_instruction(void **unused)
{
	(void)unused;
	expect_accesses("movb (%rdi), %al", 0, "L1@0 ");
	expect_accesses("movw %dx, 2(%rdi)", 0, "S2@2 ");
	expect_accesses("movzbl (%rdi), %eax", 0, "L1@0 ");
	expect_accesses("movq %r14, -8(%rdi)", 0, "S8@-8 ");
	expect_accesses("orl %eax, (%rdi)", 0, "L4@0 S4@0 ");
	expect_accesses("cmpl %eax, (%rdi)", 0, "L4@0 ");
	expect_accesses("testb %al, (%rdi)", 0, "L1@0 ");
	expect_accesses("btl $40, (%rdi)", 0, "L4@0 ");
	expect_accesses("xchgl %edx, (%rdi)", 0, "L4@0 S4@0 ");
	/* Not equal: memory is written all the same. */
	expect_accesses("cmpxchgl %edx, (%rdi)", 0, "L4@0 S4@0 ");
	expect_accesses("setb (%rdi)", 0, "S1@0 ");
	expect_accesses("rep stosb", 3, "S1@0 S1@1 S1@2 ");
	expect_accesses("rep stosl", 2, "S4@0 S4@4 ");
	expect_accesses("rep movsq", 2, "L8@-512 S8@0 L8@-504 S8@8 ");
	expect_accesses("rep movsb", 0, "");
	expect_accesses("movdqu (%rdi), %xmm9", 0, "L8@0 L8@8 ");
	expect_accesses("movups %xmm15, 64(%rdi)", 0, "S8@64 S8@72 ");
	expect_accesses("movhps (%rdi), %xmm7", 0, "L8@0 ");
	expect_accesses("movd (%rdi), %xmm2", 0, "L4@0 ");
	if (available(AVX))
		expect_accesses("vmovdqu (%rdi), %ymm12", 0, "L8@0 L8@8 L8@16 L8@24 ");
	expect_accesses("clflush (%rdi)", 0, "");
}

static void an_access_that_fails_leaves_everything_as_it_was(void **unused)
{
	static struct state before, after;
	const struct form *form;

	(void)unused;
	for (form = __start_instruction_forms; form < __stop_instruction_forms; form++) {
		struct emulated machine = { .failing = 1 };

		if (!available(form->need) || strstr(form->text, "clflush"))
			continue;
		draw_memory();
		draw_state(&before, form->begin);
		before.registers[RCX] |= 1;
		after = before;
		assert_int_equal(run_emulated(&after, &machine, form->begin, form->end), REFUSED);
		if (difference(&before, &after))
			fail_msg("%s: %s has changed", form->text, difference(&before, &after));
	}
}

static void elements_that_a_repeated_instruction_has_done_stay_done(void **unused)
{
	static struct state state;
	struct emulated machine = { .failing = 5 };
	const struct form *form = form_of("rep movsl");

	(void)unused;
	draw_memory();
	draw_state(&state, form->begin);
	state.registers[RCX] = 10;
	state.flags &= ~(uint64_t)SHIM_DIRECTION_FLAG;
	assert_int_equal(run_emulated(&state, &machine, form->begin, form->end), REFUSED);
	assert_int_equal(state.registers[RCX], 8);
	assert_true(state.registers[RDI] == (uintptr_t)memory + MEMORY_BYTES / 2 + 8);
	assert_memory_equal(copied_memory + MEMORY_BYTES / 2, copied_memory + MEMORY_BYTES / 4, 8);
	/* Once it succeeds, the rest is done. */
	machine.failing = 0;
	assert_int_equal(run_emulated(&state, &machine, form->begin, form->end), 0);
	assert_memory_equal(copied_memory + MEMORY_BYTES / 2, copied_memory + MEMORY_BYTES / 4, 40);
}

static void an_instruction_of_another_kind_is_unknown_and_accesses_nothing(void **unused)
{
	static const uint8_t *const codes[] = { by_segment, masked, long_jump, added };
	static struct state before, after;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct emulated machine = { .accesses = 0 };

		draw_memory();
		draw_state(&before, codes[i]);
		after = before;
		assert_int_equal(run_emulated(&after, &machine, codes[i], NULL), SHIM_UNKNOWN_INSTRUCTION);
		assert_null(difference(&before, &after));
		assert_int_equal(machine.accesses, 0);
	}
}

static void an_area_without_xsave_has_xmm_registers_only(void **unused)
{
	_Alignas(64) uint8_t area[512] = { 0 };
	uint8_t value[SHIM_VECTOR_BYTES], found[SHIM_VECTOR_BYTES];
	ucontext_t frame;

	(void)unused;
	frame.uc_mcontext.fpregs = (fpregset_t)(void *)area;
	memset(value, 0x5a, sizeof(value));
	assert_true(shim_frame_write_vector(&frame, 3, value));
	assert_true(shim_frame_read_vector(&frame, 3, found));
	assert_memory_equal(found, value, 16);
	assert_int_equal(found[16], 0);
	assert_memory_equal(area + 160 + 3 * 16, value, 16);
	assert_false(shim_frame_read_vector(&frame, 16, found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_leaves_what_the_processor_leaves),
		cmocka_unit_test(accesses_have_the_widths_and_the_order_of_the_instruction),
		cmocka_unit_test(an_access_that_fails_leaves_everything_as_it_was),
		cmocka_unit_test(elements_that_a_repeated_instruction_has_done_stay_done),
		cmocka_unit_test(an_instruction_of_another_kind_is_unknown_and_accesses_nothing),
		cmocka_unit_test(an_area_without_xsave_has_xmm_registers_only),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}

#else

int main(void)
{
	return 0;
}

#endif
