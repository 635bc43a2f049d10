/* Scenarios: signals of a program that has registers mapped. x86-64 only. */
#include "shim_faults.h"

#ifdef __x86_64__

#include <pthread.h>
#include <ucontext.h>

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

const struct scenario signal_scenarios[] = {
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

#else

const struct scenario signal_scenarios[] = { { NULL, NULL, NULL } };

#endif
