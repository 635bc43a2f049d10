/*
 * A lock of the shim's own state: held for moments, with all signals blocked, so that no handler of the same thread waits
 * for it. It may be taken in a signal handler.
 */
#ifndef SHIM_LOCK_H
#define SHIM_LOCK_H

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "system.h"

/* `before` keeps the signals that were blocked. */
static inline void shim_lock(atomic_flag *lock, sigset_t *before)
{
	sigset_t all;

	memset(&all, 0xff, sizeof(all));
	emu_sys(rt_sigprocmask, SIG_SETMASK, &all, before, _NSIG / 8);
	while (atomic_flag_test_and_set(lock))
		emu_sys(sched_yield, 0);
}

static inline void shim_unlock(atomic_flag *lock, const sigset_t *before)
{
	atomic_flag_clear(lock);
	emu_sys(rt_sigprocmask, SIG_SETMASK, before, 0, _NSIG / 8);
}

#endif
