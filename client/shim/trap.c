/* Mapped registers: what happens at a fault; see trap.h. All but the preparation runs in the handler of SIGSEGV. */
#include "trap.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "report.h"

#ifdef SHIM_HAS_TRAPS

#include "channel.h"
#include "frame.h"
#include "mapping.h"
#include "memory.h"
#include "signals.h"
#include "transport.h"
#include "wrapped.h"

/* The longest instruction. */
#define CODE_BYTES_MAX 15

/* Why an access fails: what the program gets for it. */
enum refusal { BUS_ERROR = 1, FAULT };

struct trap {
	ucontext_t *frame;
	/* Of the access that failed. */
	uint64_t address;
};

static int refuse(struct trap *trap, uint64_t address, enum refusal refusal)
{
	trap->address = address;
	return refusal;
}

/* On this processor whatever can be touched can be read. */
static bool is_permitted(const struct shim_registers *registers, bool loads)
{
	return loads ? registers->protection != PROT_NONE : registers->protection & PROT_WRITE;
}

static int access_registers(struct trap *trap, const struct shim_registers *registers, bool loads, uint64_t address,
			    void *bytes, size_t length)
{
	struct shim_description description;
	int error;

	if (!is_permitted(registers, loads))
		return refuse(trap, address, FAULT);
	if (!shim_identify(registers->fd, &description))
		return refuse(trap, address, BUS_ERROR);
	error = shim_access(registers->fd, &description, loads, registers->offset, bytes, length);
	return error ? refuse(trap, address, BUS_ERROR) : 0;
}

/* Memory of the program that an instruction reaches beside registers: moves from memory to memory, the stack. */
static int access_memory(struct trap *trap, bool loads, uint64_t address, void *bytes, size_t length)
{
	size_t done = loads ? emu_memory_read(bytes, address, length) : emu_memory_write(address, bytes, length);

	return done < length ? refuse(trap, address + done, FAULT) : 0;
}

/* Registers or memory; where an access is in part the one and in part the other, each half by itself. */
static int access_any(struct trap *trap, bool loads, uint64_t address, uint8_t *bytes, size_t length)
{
	struct shim_registers first, last;
	bool begins = shim_find_registers(address, &first);
	int error;

	if (begins && first.room >= length)
		return access_registers(trap, &first, loads, address, bytes, length);
	if (!begins && !shim_find_registers(address + length - 1, &last))
		return access_memory(trap, loads, address, bytes, length);
	error = access_any(trap, loads, address, bytes, length / 2);
	if (error)
		return error;
	return access_any(trap, loads, address + length / 2, bytes + length / 2, length - length / 2);
}

static int load(void *context, uint64_t address, void *to, size_t length)
{
	return access_any(context, true, address, to, length);
}

static int store(void *context, uint64_t address, const void *from, size_t length)
{
	uint8_t copy[sizeof(uint64_t)];

	memcpy(copy, from, length);
	return access_any(context, false, address, copy, length);
}

static bool read_vector(void *context, unsigned int number, uint8_t value[SHIM_VECTOR_BYTES])
{
	return shim_frame_read_vector(((struct trap *)context)->frame, number, value);
}

static bool write_vector(void *context, unsigned int number, const uint8_t value[SHIM_VECTOR_BYTES])
{
	return shim_frame_write_vector(((struct trap *)context)->frame, number, value);
}

/* Carries out the instruction that the program was interrupted in: as shim_emulate. */
static int carry_out(struct trap *trap)
{
	const struct shim_machine machine = { load, store, read_vector, write_vector, trap };
	struct shim_instruction instruction;
	struct shim_processor processor;
	uint8_t code[CODE_BYTES_MAX];
	size_t length;
	int error;

	shim_frame_read(trap->frame, &processor);
	length = emu_memory_read(code, processor.instruction, sizeof(code));
	if (!shim_decode(code, length, &instruction))
		return SHIM_UNKNOWN_INSTRUCTION;
	error = shim_emulate(&processor, &machine, &instruction);
	shim_frame_write(trap->frame, &processor);
	if (error == SHIM_UNKNOWN_INSTRUCTION)
		shim_report("cannot carry out", shim_mnemonic(&instruction), -ENOSYS);
	return error;
}

static void at_registers(siginfo_t *info, ucontext_t *frame)
{
	struct trap trap = { .frame = frame, .address = (uintptr_t)info->si_addr };
	int error = carry_out(&trap);

	if (!error)
		return;
	if (error != FAULT) {
		shim_raise_bus_error((void *)(uintptr_t)trap.address, frame);
		return;
	}
	info->si_addr = (void *)(uintptr_t)trap.address;
	shim_deliver_fault(info, frame);
}

static void on_fault(int signal, siginfo_t *info, void *frame)
{
	struct shim_registers registers;
	int saved = errno;

	(void)signal;
	/* An instruction that lies in registers itself cannot be read. */
	if (info->si_code == SEGV_ACCERR && shim_find_registers((uintptr_t)info->si_addr, &registers) &&
	    ((ucontext_t *)frame)->uc_mcontext.gregs[REG_RIP] != (greg_t)info->si_addr)
		at_registers(info, frame);
	else
		shim_deliver_fault(info, frame);
	errno = saved;
}

int shim_trap_registers(void)
{
	static _Atomic bool prepared;

	if (atomic_load(&prepared))
		return 0;
	if (!shim_decoder_load()) {
		shim_report("cannot map", "registers", -ENODEV);
		return -ENODEV;
	}
	shim_frame_prepare();
	if (shim_take_faults(on_fault))
		return -ENODEV;
	atomic_store(&prepared, true);
	return 0;
}

#else

int shim_trap_registers(void)
{
	shim_report("cannot map", "registers", -ENODEV);
	return -ENODEV;
}

#endif
