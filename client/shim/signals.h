/*
 * SIGSEGV, which the shim needs once registers are mapped, and which stays the program's all the same: what the program
 * sets is kept and answered here, and gets every fault that is not the shim's. Invariant: while faults are taken, SIGSEGV
 * is blocked in no thread that the program's calls can block it in.
 */
#ifndef SHIM_SIGNALS_H
#define SHIM_SIGNALS_H

#include <signal.h>
#include <ucontext.h>

/*
 * Makes `handler` that of SIGSEGV, on the stack that the program's would be on, with SIGBUS blocked; later calls do
 * nothing. 0 or a negative errno.
 */
int shim_take_faults(void (*handler)(int signal, siginfo_t *info, void *frame));

/* Does with a SIGSEGV what the program's disposition says; returns where its handler does. In the handler only. */
void shim_deliver_fault(siginfo_t *info, ucontext_t *frame);

/* Makes the program find a SIGBUS at the interrupted instruction, as from the kernel. In the handler only. */
void shim_raise_bus_error(void *address, ucontext_t *frame);

#endif
