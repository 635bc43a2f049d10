/* Scenarios: mapped registers. x86-64 only. */
#include "shim_faults.h"

#ifdef __x86_64__

#include <pthread.h>

sigjmp_buf landing;
siginfo_t caught;
volatile sig_atomic_t times;

void catch(int signal, siginfo_t *info, void *frame)
{
	(void)signal;
	(void)frame;
	caught = *info;
	times++;
	siglongjmp(landing, 1);
}

void on_signal(int signal, int flags)
{
	struct sigaction action = { .sa_sigaction = catch, .sa_flags = SA_SIGINFO | flags };

	CHECK(sigaction(signal, &action, NULL) == 0);
}

void expect_signal(pid_t child, int number)
{
	int status;

	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == number);
}

static void registers(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);

	set_register32(bar, 0x10, 0x12345678);
	CHECK(register64(bar, LAST_ACCESS) == STORE_OF(4, 0x10));
	CHECK(*(volatile uint8_t *)(bar + 0x11) == 0x56);
	CHECK(register64(bar, LAST_ACCESS) == LOAD_OF(1, 0x11));
	CHECK(*(volatile uint16_t *)(void *)(bar + 0x12) == 0x1234);
	CHECK(register64(bar, LAST_ACCESS) == LOAD_OF(2, 0x12));
	*(volatile uint64_t *)(void *)(bar + 0x2008) = 0x1122334455667788;
	CHECK(register64(bar, LAST_ACCESS) == STORE_OF(8, 0x2008));
	CHECK(register64(bar, 0x2008) == 0x1122334455667788);
	set_register32(bar, RW1C, 0);
	CHECK(register32(bar, COUNTER) == register32(bar, COUNTER) - 1);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void register_arithmetic(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);
	uint64_t before = register64(bar, ACCESS_COUNT);
	uint8_t zero, old = 3;

	*(volatile uint8_t *)(bar + 0x20) = 0x0f;
	__asm__ volatile("andb $0xf0, %0; setz %1" : "+m"(bar[0x20]), "=r"(zero) : : "cc");
	CHECK(zero == 1);
	__asm__ volatile("lock xaddb %1, %0" : "+m"(bar[0x20]), "+r"(old) : : "cc");
	CHECK(old == 0 && *(volatile uint8_t *)(bar + 0x20) == 3);
	CHECK(register64(bar, ACCESS_COUNT) == before + 6);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void copies_of_registers(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE), bytes[3000], back[3000];
	uint64_t count = sizeof(bytes);
	void *to = back;
	const void *from = bar + 0x2000;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	/* As the C library does it: with the longest registers of vectors, or as a string. */
	for (i = 0; i < 8; i++) {
		size_t length = (size_t)5 << i;

		memset(back, 0, sizeof(back));
		memcpy(bar + 0x2000, bytes, length);
		memcpy(back, bar + 0x2000, length);
		CHECK(!memcmp(back, bytes, length));
	}
	memcpy(bar + 0x2000, bytes, sizeof(bytes));
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
	CHECK(!memcmp(back, bytes, sizeof(bytes)) && count == 0 && to == back + sizeof(back));
	memset(bar + 0x2000, 0, 100);
	CHECK(register64(bar, 0x2058) == 0);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void memory_of_a_bar(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE), *again = map_bar(device, PROT_READ);
	uint64_t before = register64(bar, ACCESS_COUNT);

	strcpy((char *)bar + PAGE, "shared");
	CHECK(!strcmp((char *)again + PAGE, "shared"));
	CHECK(register64(again, ACCESS_COUNT) == before);
	CHECK(munmap(bar, BAR_BYTES) == 0 && munmap(again, BAR_BYTES) == 0 && close(device) == 0);
}

static void across_the_edge(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);
	uint64_t value;

	set_register32(bar, 0x2000, 0x88776655);
	*(volatile uint32_t *)(void *)(bar + 0x1ffc) = 0x44332211;
	__asm__ volatile("mov %1, %0" : "=r"(value) : "m"(bar[0x1ffc]) : "memory");
	CHECK(value == 0x8877665544332211);
	value = 0x0807060504030201;
	__asm__ volatile("mov %1, %0" : "=m"(bar[0xffc]) : "r"(value) : "memory");
	CHECK(register32(bar, 0xffc) == 0x04030201 && register32(bar, 0x1000) == 0x08070605);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void register_that_does_not_answer(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);

	on_signal(SIGBUS, 0);
	set_register32(bar, SWITCH, 1);
	CHECK(CATCHES(register32(bar, 0x2010), SIGBUS, BUS_ADRERR, bar + 0x2010));
	CHECK(CATCHES(set_register32(bar, 0x2010, 1), SIGBUS, BUS_ADRERR, bar + 0x2010));
	set_register32(bar, SWITCH, 0);
	CHECK(register32(bar, 0x2010) == 0);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void bus_error_without_a_handler(void)
{
	int device = open_device(), kind;
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);

	set_register32(bar, SWITCH, 1);
	/* By default, ignored, and blocked: a fault is neither ignored nor does it wait. */
	for (kind = 0; kind < 3; kind++) {
		pid_t child = fork();

		if (!child) {
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGBUS);
			if (kind == 1)
				signal(SIGBUS, SIG_IGN);
			if (kind == 2)
				sigprocmask(SIG_BLOCK, &set, NULL);
			register32(bar, 0x2010);
			_exit(0);
		}
		expect_signal(child, SIGBUS);
	}
	set_register32(bar, SWITCH, 0);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void protection_of_registers(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ);

	on_signal(SIGSEGV, 0);
	CHECK(register32(bar, 0x2000) == register32(bar, 0x2000));
	CHECK(CATCHES(set_register32(bar, 0x2000, 1), SIGSEGV, SEGV_ACCERR, bar + 0x2000));
	CHECK(CATCHES(set_register32(bar, 0x1000, 1), SIGSEGV, SEGV_ACCERR, bar + 0x1000));
	CHECK(mprotect(bar, 2 * PAGE, PROT_READ | PROT_WRITE) == 0);
	set_register32(bar, 0, 5);
	set_register32(bar, 0x1000, 6);
	CHECK(register32(bar, 0) == 5 && register32(bar, 0x1000) == 6);
	CHECK(CATCHES(set_register32(bar, 0x2000, 1), SIGSEGV, SEGV_ACCERR, bar + 0x2000));
	CHECK(mprotect(bar, BAR_BYTES, PROT_NONE) == 0);
	CHECK(CATCHES(register32(bar, 0), SIGSEGV, SEGV_ACCERR, bar));
	CHECK(CATCHES(register32(bar, 0x1004), SIGSEGV, SEGV_ACCERR, bar + 0x1004));
	CHECK_ERRNO(mprotect(bar + 1, PAGE, PROT_READ), EINVAL);
	CHECK(mprotect(bar, BAR_BYTES, PROT_READ) == 0);
	CHECK(register32(bar, 0) == 5);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void parts_of_a_mapping(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);

	on_signal(SIGSEGV, 0);
	set_register32(bar, 0x2004, 0x77);
	CHECK(munmap(bar, PAGE) == 0);
	CHECK(CATCHES(register32(bar, 4), SIGSEGV, SEGV_MAPERR, bar + 4));
	CHECK(register32(bar, 0x2004) == 0x77);
	CHECK(mremap(bar + 2 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
	/* Registers move with their pages. */
	bar = mremap(bar + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, bar);
	CHECK(bar != MAP_FAILED && register32(bar, 4) == 0x77);
	CHECK(register64(bar, 0xff0) == 0);
	CHECK(munmap(bar, 2 * PAGE) == 0 && close(device) == 0);
}

static void mapping_over_a_reservation(void)
{
	int device = open_device();
	uint8_t *place = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *bar;

	bar = mmap(place + PAGE, BAR_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, device, 0);
	CHECK(bar == place + PAGE);
	set_register32(bar, 0x20, 9);
	/* Over itself: the old one goes. */
	CHECK(mmap(bar, BAR_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, device, 0) == bar);
	CHECK(register32(bar, 0x20) == 9);
	CHECK(madvise(bar, BAR_BYTES, MADV_NORMAL) == 0);
	/* Ordinary memory takes the place of registers. */
	CHECK(mmap(bar, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == bar);
	CHECK(register32(bar, 0x20) == 0);
	CHECK(munmap(place, 8 * PAGE) == 0 && close(device) == 0);
}

static void refused_mappings(void)
{
	int device = open_device();

	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, device, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, device, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, device, (off_t)CONFIG_OFFSET) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, device, 5) == MAP_FAILED && errno == EINVAL);
	CHECK(close(device) == 0);
	device = open(CDEV_PATH, O_RDONLY);
	CHECK(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, device, 0) == MAP_FAILED && errno == EACCES);
	CHECK(close(device) == 0);
}

static void registers_keep_the_device(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);
	pid_t child;

	CHECK(close(device) == 0);
	set_register32(bar, 0x30, 4);
	child = fork();
	if (!child) {
		CHECK(register32(bar, 0x30) == 4);
		set_register32(bar, 0x30, 5);
		_exit(0);
	}
	expect_success(child);
	CHECK(register32(bar, 0x30) == 5);
	CHECK(munmap(bar, BAR_BYTES) == 0);
}

#define THREADS 4
#define LOADS 200

static void *load_often(void *bar)
{
	int i;

	for (i = 0; i < LOADS; i++)
		register32(bar, COUNTER);
	return NULL;
}

static void registers_in_threads(void)
{
	int device = open_device(), i;
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);
	uint32_t before = register32(bar, COUNTER);
	pthread_t threads[THREADS];

	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, load_often, bar) == 0);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	CHECK(register32(bar, COUNTER) == before + THREADS * LOADS + 1);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void errno_across_registers(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);

	errno = 77;
	register32(bar, 0);
	CHECK(errno == 77);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void instruction_that_is_not_carried_out(void)
{
	int device = open_device(), output[2], status;
	uint8_t *bar = map_bar(device, PROT_READ | PROT_WRITE);
	char text[300] = "";
	pid_t child;

	CHECK(pipe(output) == 0);
	child = fork();
	if (!child) {
		dup2(output[1], STDERR_FILENO);
		__asm__ volatile("paddd %0, %%xmm0" : : "m"(*(__int128 *)(void *)bar) : "xmm0");
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	CHECK(read(output[0], text, sizeof(text) - 1) > 0);
	CHECK(!strcmp(text, "iommufd-emu: cannot carry out paddd: no such instruction can reach a mapped register\n"));
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

const struct scenario register_scenarios[] = {
	{ "registers", "a load or store of a mapped register reaches the device with its width", registers },
	{ "register_arithmetic", "arithmetic on a register loads and stores it, and leaves its flags",
	  register_arithmetic },
	{ "copies_of_registers", "what the C library copies from and to registers arrives", copies_of_registers },
	{ "memory_of_a_bar", "pages of memory in a BAR are memory", memory_of_a_bar },
	{ "across_the_edge", "an access may be half memory, half register", across_the_edge },
	{ "register_that_does_not_answer", "where nothing answers there is SIGBUS, until it answers",
	  register_that_does_not_answer },
	{ "bus_error_without_a_handler", "SIGBUS that has no handler ends the program", bus_error_without_a_handler },
	{ "protection_of_registers", "registers have the protection of their mapping, which mprotect changes",
	  protection_of_registers },
	{ "parts_of_a_mapping", "parts of a mapping are unmapped and moved, and never grow", parts_of_a_mapping },
	{ "mapping_over_a_reservation", "MAP_FIXED takes the place of what was there, either way",
	  mapping_over_a_reservation },
	{ "refused_mappings", "what a device file does not map", refused_mappings },
	{ "registers_keep_the_device", "registers work after the close and in a forked child",
	  registers_keep_the_device },
	{ "registers_in_threads", "threads use registers at the same time", registers_in_threads },
	{ "errno_across_registers", "a register leaves errno alone", errno_across_registers },
	{ "instruction_that_is_not_carried_out", "another instruction is SIGBUS and one line",
	  instruction_that_is_not_carried_out },
	{ NULL, NULL, NULL },
};

#else

const struct scenario register_scenarios[] = { { NULL, NULL, NULL } };

#endif
