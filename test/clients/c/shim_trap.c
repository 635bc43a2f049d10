/* Scenarios: mapped registers, and the signals of a program that has them. */
#include "shim_device.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/uio.h>
#include <ucontext.h>

/* ---- registers ----------------------------------------------------------------------------------------------------- */

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

static sigjmp_buf landing;
static siginfo_t caught;
static volatile sig_atomic_t times;

static void catch(int signal, siginfo_t *info, void *frame)
{
	(void)signal;
	(void)frame;
	caught = *info;
	times++;
	siglongjmp(landing, 1);
}

static void on_signal(int signal, int flags)
{
	struct sigaction action = { .sa_sigaction = catch, .sa_flags = SA_SIGINFO | flags };

	CHECK(sigaction(signal, &action, NULL) == 0);
}

/* Whether the statement leads to a signal with this code at this address. */
#define CATCHES(statement, number, code, address)                                                                      \
	({                                                                                                             \
		times = 0;                                                                                             \
		if (!sigsetjmp(landing, 1)) {                                                                          \
			statement;                                                                                     \
		}                                                                                                      \
		times == 1 && caught.si_signo == (number) && caught.si_code == (code) &&                               \
			caught.si_addr == (void *)(address);                                                           \
	})

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

/* Waits for a child that must be ended by this signal. */
static void expect_signal(pid_t child, int number)
{
	int status;

	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == number);
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

/* ---- signals ------------------------------------------------------------------------------------------------------- */

/* An address that is never mapped. */
static volatile int *volatile nowhere = (volatile int *)16;

static int touch_nothing(void)
{
	return *nowhere;
}

static void faults_of_the_program(void)
{
	int device = open_device(), i;
	uint8_t *bar;

	/* Set before and after there are registers. */
	on_signal(SIGSEGV, 0);
	bar = map_bar(device, PROT_READ | PROT_WRITE);
	for (i = 0; i < 3; i++) {
		CHECK(CATCHES(touch_nothing(), SIGSEGV, SEGV_MAPERR, nowhere));
		set_register32(bar, 0x40, (uint32_t)i);
		CHECK(register32(bar, 0x40) == (uint32_t)i);
	}
	on_signal(SIGSEGV, SA_NODEFER);
	CHECK(CATCHES(touch_nothing(), SIGSEGV, SEGV_MAPERR, nowhere));
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void land(int signal)
{
	times = signal;
	siglongjmp(landing, 1);
}

static void plain_handler(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ);

	CHECK(signal(SIGSEGV, land) == SIG_DFL);
	if (!sigsetjmp(landing, 1))
		touch_nothing();
	CHECK(times == SIGSEGV);
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(signal(SIGSEGV, SIG_IGN) == land);
	CHECK(signal(SIGSEGV, SIG_DFL) == SIG_IGN);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void dispositions_are_answered(void)
{
	struct sigaction action = { .sa_sigaction = catch, .sa_flags = SA_SIGINFO | SA_ONSTACK }, found;
	int device = open_device();
	uint8_t *bar;

	sigaddset(&action.sa_mask, SIGUSR1);
	CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
	bar = map_bar(device, PROT_READ);
	CHECK(sigaction(SIGSEGV, NULL, &found) == 0);
	CHECK(found.sa_sigaction == catch && (found.sa_flags & (SA_SIGINFO | SA_ONSTACK | SA_NODEFER)) ==
							(SA_SIGINFO | SA_ONSTACK));
	CHECK(sigismember(&found.sa_mask, SIGUSR1) == 1 && sigismember(&found.sa_mask, SIGBUS) == 0);
	action.sa_handler = SIG_DFL;
	action.sa_flags = 0;
	CHECK(sigaction(SIGSEGV, &action, &found) == 0 && found.sa_sigaction == catch);
	CHECK(sigaction(SIGSEGV, NULL, &found) == 0 && found.sa_handler == SIG_DFL);
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void handler_that_is_reset(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ);
	struct sigaction found;
	pid_t child;

	on_signal(SIGSEGV, SA_RESETHAND);
	CHECK(CATCHES(touch_nothing(), SIGSEGV, SEGV_MAPERR, nowhere));
	CHECK(sigaction(SIGSEGV, NULL, &found) == 0 && found.sa_handler == SIG_DFL);
	CHECK(register32(bar, 0) == register32(bar, 0));
	child = fork();
	if (!child)
		_exit(touch_nothing());
	expect_signal(child, SIGSEGV);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void faults_without_a_handler(void)
{
	int device = open_device(), kind;
	uint8_t *bar = map_bar(device, PROT_READ);

	for (kind = 0; kind < 5; kind++) {
		pid_t child = fork();

		if (!child) {
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGSEGV);
			if (kind == 1)
				signal(SIGSEGV, SIG_IGN);
			if (kind == 2) {
				on_signal(SIGSEGV, 0);
				pthread_sigmask(SIG_BLOCK, &set, NULL);
			}
			if (kind == 3)
				set_register32(bar, 0, 1);
			if (kind == 4)
				raise(SIGSEGV);
			_exit(touch_nothing());
		}
		expect_signal(child, SIGSEGV);
	}
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static uint8_t *alternate;
static volatile bool on_alternate;

static void look_at_the_stack(int signal, siginfo_t *info, void *frame)
{
	uint8_t here;

	on_alternate = &here >= alternate && &here < alternate + 16 * PAGE;
	catch(signal, info, frame);
}

/* Far more than a stack has. */
static volatile unsigned int depth_max = 1u << 30;

/* Deeper and deeper, until the stack ends. */
static int recurse(unsigned int depth)
{
	volatile uint8_t bytes[4096];

	bytes[0] = (uint8_t)depth;
	return depth < depth_max ? recurse(depth + 1) + bytes[0] : 0;
}

static void stack_that_ends(void)
{
	struct sigaction action = { .sa_sigaction = look_at_the_stack, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ);
	stack_t stack = { .ss_size = 16 * PAGE };

	alternate = stack.ss_sp = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(sigaltstack(&stack, NULL) == 0);
	CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
	times = 0;
	if (!sigsetjmp(landing, 1))
		recurse(0);
	CHECK(times == 1 && on_alternate);
	CHECK(register32(bar, 0) == register32(bar, 0));
	/* Without the flag the handler is on the stack that the fault was on. */
	action.sa_flags = SA_SIGINFO;
	CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
	CHECK(CATCHES(touch_nothing(), SIGSEGV, SEGV_MAPERR, nowhere) && !on_alternate);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static sigset_t in_handler;

/* Goes on behind a load of 2 bytes, `mov (%rax), %ecx`, with another value. */
static void skip(int signal, siginfo_t *info, void *frame)
{
	ucontext_t *context = frame;

	(void)signal;
	(void)info;
	pthread_sigmask(SIG_SETMASK, NULL, &in_handler);
	context->uc_mcontext.gregs[REG_RIP] += 2;
	context->uc_mcontext.gregs[REG_RCX] = 42;
	sigaddset(&context->uc_sigmask, SIGUSR2);
}

static void handler_that_returns(void)
{
	struct sigaction action = { .sa_sigaction = skip, .sa_flags = SA_SIGINFO };
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ);
	sigset_t after;
	uint64_t found;

	sigaddset(&action.sa_mask, SIGUSR1);
	CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
	__asm__ volatile("mov (%%rax), %%ecx" : "=c"(found) : "a"(nowhere) : "memory");
	CHECK(found == 42);
	CHECK(sigismember(&in_handler, SIGUSR1) == 1 && sigismember(&in_handler, SIGBUS) == 0);
	CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
	CHECK(sigismember(&after, SIGUSR2) == 1 && sigismember(&after, SIGUSR1) == 0);
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void blocked_faults(void)
{
	int device = open_device();
	uint8_t *bar;
	sigset_t set, found;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	bar = map_bar(device, PROT_READ);
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(sigprocmask(SIG_BLOCK, NULL, &found) == 0);
	CHECK(sigismember(&found, SIGSEGV) == 1 && sigismember(&found, SIGUSR1) == 1);
	CHECK(pthread_sigmask(SIG_UNBLOCK, &set, &found) == 0 && sigismember(&found, SIGSEGV) == 1);
	CHECK(pthread_sigmask(SIG_BLOCK, NULL, &found) == 0 && sigismember(&found, SIGSEGV) == 0);
	sigfillset(&set);
	CHECK(sigprocmask(SIG_SETMASK, &set, NULL) == 0);
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(sigprocmask(SIG_SETMASK, NULL, &found) == 0 && sigismember(&found, SIGSEGV) == 1);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static uint8_t *registers_of_handler;

static void use_a_register(int signal)
{
	(void)signal;
	set_register32(registers_of_handler, 0x50, 0x99);
	times = 1;
}

static void handlers_that_block_everything(void)
{
	struct sigaction action = { .sa_handler = use_a_register }, found;
	int device = open_device();
	uint8_t *bar;

	sigfillset(&action.sa_mask);
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	bar = registers_of_handler = map_bar(device, PROT_READ | PROT_WRITE);
	CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0 && times == 1);
	times = 0;
	CHECK(raise(SIGUSR2) == 0 && times == 1);
	CHECK(register32(bar, 0x50) == 0x99);
	CHECK(sigaction(SIGUSR1, NULL, &found) == 0 && sigismember(&found.sa_mask, SIGSEGV) == 1);
	CHECK(sigaction(SIGUSR2, NULL, &found) == 0 && sigismember(&found.sa_mask, SIGSEGV) == 1);
	sigemptyset(&action.sa_mask);
	CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
	CHECK(sigaction(SIGUSR2, NULL, &found) == 0 && sigismember(&found.sa_mask, SIGSEGV) == 0);
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void signals_that_are_sent(void)
{
	int device = open_device();
	uint8_t *bar = map_bar(device, PROT_READ);

	on_signal(SIGSEGV, 0);
	times = 0;
	if (!sigsetjmp(landing, 1))
		kill(getpid(), SIGSEGV);
	CHECK(times == 1 && caught.si_code == SI_USER && caught.si_pid == getpid());
	CHECK(signal(SIGSEGV, SIG_IGN) != SIG_ERR);
	CHECK(kill(getpid(), SIGSEGV) == 0);
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

static void vforked_child_sets_a_handler(void)
{
	struct sigaction found;
	int device = open_device(), status;
	uint8_t *bar = map_bar(device, PROT_READ);
	pid_t child;

	on_signal(SIGSEGV, 0);
	child = vfork();
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(sigaction(SIGSEGV, NULL, &found) == 0 && found.sa_sigaction == catch);
	CHECK(CATCHES(touch_nothing(), SIGSEGV, SEGV_MAPERR, nowhere));
	CHECK(register32(bar, 0) == register32(bar, 0));
	CHECK(munmap(bar, BAR_BYTES) == 0 && close(device) == 0);
}

const struct scenario trap_scenarios[] = {
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
	{ "faults_of_the_program", "the program's faults reach its handler, which may jump out",
	  faults_of_the_program },
	{ "plain_handler", "signal sets a handler of SIGSEGV and answers the last one", plain_handler },
	{ "dispositions_are_answered", "sigaction answers what the program has set", dispositions_are_answered },
	{ "handler_that_is_reset", "SA_RESETHAND leaves the default action", handler_that_is_reset },
	{ "faults_without_a_handler", "by default, ignored or blocked, a fault ends the program by SIGSEGV",
	  faults_without_a_handler },
	{ "stack_that_ends", "SA_ONSTACK decides on which stack the handler runs", stack_that_ends },
	{ "handler_that_returns", "a handler may change the registers and the mask, and return", handler_that_returns },
	{ "blocked_faults", "SIGSEGV looks blocked and registers still work", blocked_faults },
	{ "handlers_that_block_everything", "handlers of other signals reach registers, whatever they block",
	  handlers_that_block_everything },
	{ "signals_that_are_sent", "kill reaches the handler, or is ignored", signals_that_are_sent },
	{ "vforked_child_sets_a_handler", "a vforked child does not change its parent's handler",
	  vforked_child_sets_a_handler },
	{ NULL, NULL, NULL },
};
