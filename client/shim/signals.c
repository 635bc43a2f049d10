/* SIGSEGV for the shim and for the program; see signals.h. */
#include "signals.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "channel.h"
#include "lock.h"
#include "system.h"
#include "wrapped.h"

/* The signals are 1 to this. */
#define SIGNAL_LAST 64

static atomic_flag busy = ATOMIC_FLAG_INIT;

/* The shim's handler; NULL: faults are not taken, and everything goes to the C library. */
static void (*_Atomic fault_handler)(int signal, siginfo_t *info, void *frame);

/* What the program wants of SIGSEGV. */
static struct sigaction wanted_of_faults;

/* Whose handlers are to run with SIGSEGV blocked, a bit for each signal: to the program they do. */
static uint64_t blocking;

/* Whether the program has blocked SIGSEGV in this thread. */
static __thread bool blocked __attribute__((tls_model("initial-exec")));

/* ---- masks --------------------------------------------------------------------------------------------------------- */

static uint64_t bit_of(int signal)
{
	return signal >= 1 && signal <= SIGNAL_LAST ? (uint64_t)1 << (signal - 1) : 0;
}

/* The signals of a set. The kernel's sets, one of which a frame has, are no longer. */
static uint64_t bits_of(const sigset_t *set)
{
	uint64_t bits;

	memcpy(&bits, set, sizeof(bits));
	return bits;
}

static void set_bits(sigset_t *set, uint64_t bits)
{
	memcpy(set, &bits, sizeof(bits));
}

/* Puts SIGSEGV into a set or takes it out. */
static void include_faults(sigset_t *set, bool included)
{
	uint64_t others = bits_of(set) & ~bit_of(SIGSEGV);

	set_bits(set, included ? others | bit_of(SIGSEGV) : others);
}

static bool includes_faults(const sigset_t *set)
{
	return bits_of(set) & bit_of(SIGSEGV);
}

/* ---- dispositions -------------------------------------------------------------------------------------------------- */

/* Whether a call about dispositions or masks is the shim's to answer. */
static bool takes_faults(void)
{
	return atomic_load(&fault_handler) && !shim_is_vforked();
}

/* Makes the shim's handler run where the program's would: on its stack, with system calls restarted or not. */
static int install(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = atomic_load(&fault_handler);
	action.sa_flags = SA_SIGINFO | SA_NODEFER | (wanted_of_faults.sa_flags & (SA_ONSTACK | SA_RESTART));
	set_bits(&action.sa_mask, bit_of(SIGBUS));
	return NEXT(sigaction)(SIGSEGV, &action, NULL);
}

/* A handler that blocks SIGSEGV could not reach a register. */
static void unblock_in_handlers(void)
{
	struct sigaction action;
	int signal;

	for (signal = 1; signal <= SIGNAL_LAST; signal++) {
		if (NEXT(sigaction)(signal, NULL, &action) || !includes_faults(&action.sa_mask))
			continue;
		include_faults(&action.sa_mask, false);
		if (!NEXT(sigaction)(signal, &action, NULL))
			blocking |= bit_of(signal);
	}
}

int shim_take_faults(void (*handler)(int signal, siginfo_t *info, void *frame))
{
	sigset_t before;
	int error = 0;

	shim_lock(&busy, &before);
	if (!atomic_load(&fault_handler)) {
		error = NEXT(sigaction)(SIGSEGV, NULL, &wanted_of_faults);
		atomic_store(&fault_handler, handler);
		if (!error)
			error = install();
		if (error)
			atomic_store(&fault_handler, NULL);
		else
			unblock_in_handlers();
		blocked = !error && includes_faults(&before);
		include_faults(&before, includes_faults(&before) && error);
	}
	shim_unlock(&busy, &before);
	return error ? -EINVAL : 0;
}

static int set_fault_action(const struct sigaction *wanted, struct sigaction *old)
{
	struct sigaction had;
	sigset_t before;
	int result = 0;

	shim_lock(&busy, &before);
	had = wanted_of_faults;
	if (wanted) {
		wanted_of_faults = *wanted;
		result = install();
	}
	shim_unlock(&busy, &before);
	if (old)
		*old = had;
	return result;
}

/* The action of another signal: what it says of SIGSEGV is only remembered. */
static int set_other_action(int signal, const struct sigaction *wanted, struct sigaction *old)
{
	struct sigaction action;
	sigset_t before;
	bool blocks;
	int result;

	shim_lock(&busy, &before);
	blocks = blocking & bit_of(signal);
	if (wanted) {
		action = *wanted;
		include_faults(&action.sa_mask, false);
	}
	result = NEXT(sigaction)(signal, wanted ? &action : NULL, old);
	if (!result && wanted)
		blocking = includes_faults(&wanted->sa_mask) ? blocking | bit_of(signal) : blocking & ~bit_of(signal);
	shim_unlock(&busy, &before);
	if (!result && old && blocks)
		include_faults(&old->sa_mask, true);
	return result;
}

static int set_action(int signal, const struct sigaction *wanted, struct sigaction *old)
{
	return signal == SIGSEGV ? set_fault_action(wanted, old) : set_other_action(signal, wanted, old);
}

/* What signal(2) and its kin do with an action of these flags. */
static sighandler_t set_handler(int signal, sighandler_t handler, int flags)
{
	struct sigaction wanted, old;

	if (handler == SIG_ERR || !bit_of(signal)) {
		shim_return(-EINVAL);
		return SIG_ERR;
	}
	memset(&wanted, 0, sizeof(wanted));
	wanted.sa_handler = handler;
	wanted.sa_flags = flags;
	if (!(flags & SA_NODEFER))
		set_bits(&wanted.sa_mask, bit_of(signal));
	return set_action(signal, &wanted, &old) ? SIG_ERR : old.sa_handler;
}

SHIM_EXPORT int sigaction(int signal, const struct sigaction *wanted, struct sigaction *before)
{
	return takes_faults() ? set_action(signal, wanted, before) : NEXT(sigaction)(signal, wanted, before);
}

SHIM_EXPORT int __sigaction(int signal, const struct sigaction *wanted, struct sigaction *before)
{
	return takes_faults() ? set_action(signal, wanted, before) : NEXT(__sigaction)(signal, wanted, before);
}

#define BSD_FLAGS SA_RESTART
#define SYSTEM_V_FLAGS (SA_RESETHAND | SA_NODEFER)

#define WRAP_SIGNAL(name, flags)                                                                                       \
	SHIM_EXPORT sighandler_t name(int number, sighandler_t handler)                                                \
	{                                                                                                              \
		return takes_faults() ? set_handler(number, handler, flags) : NEXT(name)(number, handler);             \
	}

WRAP_SIGNAL(signal, BSD_FLAGS)
WRAP_SIGNAL(bsd_signal, BSD_FLAGS)
WRAP_SIGNAL(ssignal, BSD_FLAGS)
WRAP_SIGNAL(sysv_signal, SYSTEM_V_FLAGS)
WRAP_SIGNAL(__sysv_signal, SYSTEM_V_FLAGS)

/* glibc discourages the use of these two. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* Of the other signals the C library's own functions do it, which say nothing of SIGSEGV. */
SHIM_EXPORT sighandler_t sigset(int signal, sighandler_t handler)
{
	bool was = blocked;
	sighandler_t old;

	if (!takes_faults() || signal != SIGSEGV)
		return NEXT(sigset)(signal, handler);
	if (handler == SIG_HOLD) {
		struct sigaction action;

		set_action(signal, NULL, &action);
		old = action.sa_handler;
	} else {
		old = set_handler(signal, handler, 0);
		if (old == SIG_ERR)
			return old;
	}
	blocked = handler == SIG_HOLD;
	return was ? SIG_HOLD : old;
}

SHIM_EXPORT int sigignore(int signal)
{
	if (!takes_faults() || signal != SIGSEGV)
		return NEXT(sigignore)(signal);
	return set_handler(signal, SIG_IGN, 0) == SIG_ERR ? -1 : 0;
}

/* ---- blocking ------------------------------------------------------------------------------------------------------ */

/* What of a change of the mask goes to the C library; SIGSEGV is taken out, and remembered after it worked. */
static const sigset_t *without_faults(const sigset_t *set, sigset_t *copy)
{
	if (!set)
		return NULL;
	*copy = *set;
	include_faults(copy, false);
	return copy;
}

static void after_change(int how, const sigset_t *set, bool named, sigset_t *old)
{
	if (old && blocked)
		include_faults(old, true);
	if (set && how == SIG_SETMASK)
		blocked = named;
	else if (set && named)
		blocked = how == SIG_BLOCK;
}

SHIM_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	bool named = set && includes_faults(set);
	sigset_t copy;
	int result;

	if (!takes_faults())
		return NEXT(sigprocmask)(how, set, old);
	result = NEXT(sigprocmask)(how, without_faults(set, &copy), old);
	if (!result)
		after_change(how, set, named, old);
	return result;
}

SHIM_EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	bool named = set && includes_faults(set);
	sigset_t copy;
	int result;

	if (!takes_faults())
		return NEXT(pthread_sigmask)(how, set, old);
	result = NEXT(pthread_sigmask)(how, without_faults(set, &copy), old);
	if (!result)
		after_change(how, set, named, old);
	return result;
}

/* ---- delivery ------------------------------------------------------------------------------------------------------ */

static void restore_default(int signal)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	NEXT(sigaction)(signal, &action, NULL);
}

/* Sends this thread a signal with this information, as the kernel allows it to. */
static void queue(int signal, siginfo_t *info)
{
	emu_sys(rt_tgsigqueueinfo, emu_sys(getpid, 0), emu_sys(gettid, 0), signal, info);
}

/* The program's action for the fault now. One that is to be reset is. */
static struct sigaction take_action(void)
{
	struct sigaction action;
	sigset_t before;

	shim_lock(&busy, &before);
	action = wanted_of_faults;
	if (action.sa_flags & SA_RESETHAND)
		wanted_of_faults.sa_handler = SIG_DFL;
	shim_unlock(&busy, &before);
	return action;
}

/* Runs the program's handler with the signals blocked that it asked for, and a frame that says what is blocked. */
static void run_handler(const struct sigaction *action, siginfo_t *info, ucontext_t *frame)
{
	uint64_t mask = bits_of(&frame->uc_sigmask) | bits_of(&action->sa_mask);

	mask &= ~bit_of(SIGSEGV);
	emu_sys(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof(mask));
	include_faults(&frame->uc_sigmask, blocked);
	if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(SIGSEGV, info, frame);
	else
		action->sa_handler(SIGSEGV);
	blocked = includes_faults(&frame->uc_sigmask);
	include_faults(&frame->uc_sigmask, false);
}

void shim_deliver_fault(siginfo_t *info, ucontext_t *frame)
{
	struct sigaction action = take_action();
	/* Of an instruction, not of kill(2) and its like: it can be neither ignored nor blocked. */
	bool synchronous = info->si_code > 0;

	if (action.sa_handler == SIG_IGN && !synchronous)
		return;
	if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN && !(blocked && synchronous)) {
		run_handler(&action, info, frame);
		return;
	}
	/* The instruction faults again, and the kernel ends the process as it would have. */
	restore_default(SIGSEGV);
	if (!synchronous)
		queue(SIGSEGV, info);
}

void shim_raise_bus_error(void *address, ucontext_t *frame)
{
	struct sigaction action;
	siginfo_t info;

	if (NEXT(sigaction)(SIGBUS, NULL, &action) || action.sa_handler == SIG_IGN ||
	    bits_of(&frame->uc_sigmask) & bit_of(SIGBUS)) {
		restore_default(SIGBUS);
		set_bits(&frame->uc_sigmask, bits_of(&frame->uc_sigmask) & ~bit_of(SIGBUS));
	}
	memset(&info, 0, sizeof(info));
	info.si_signo = SIGBUS;
	info.si_code = BUS_ADRERR;
	info.si_addr = address;
	/* It is blocked until the end of the handler, and so comes at the instruction. */
	queue(SIGBUS, &info);
}
