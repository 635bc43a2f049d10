/* Catching signals of faults, for scenarios of mapped registers. shim_registers.c has what is declared here. */
#ifndef SHIM_FAULTS_H
#define SHIM_FAULTS_H

#include <setjmp.h>
#include <signal.h>

#include "shim_device.h"

/* Where a handler jumps to, what it was told, and how often it ran. */
extern sigjmp_buf landing;
extern siginfo_t caught;
extern volatile sig_atomic_t times;

void catch(int signal, siginfo_t *info, void *frame);

/* Makes `catch` the handler of a signal. */
void on_signal(int signal, int flags);

/* Waits for a child that must be ended by this signal. */
void expect_signal(pid_t child, int number);

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

#endif
