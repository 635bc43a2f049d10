/*
 * Mapped registers: a load or store of one traps (SIGSEGV), is decoded, and becomes an access of the daemon's. The program
 * goes on behind the instruction as if the register had been there.
 */
#ifndef SHIM_TRAP_H
#define SHIM_TRAP_H

/* Whether this build can carry out instructions: x86-64, with the headers of Zydis. */
#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<Zydis/Zydis.h>)
#define SHIM_HAS_TRAPS
#endif
#endif

/* Prepares for the first mapping of registers; later calls do nothing. 0, or -ENODEV: they cannot be mapped here. */
int shim_trap_registers(void);

#endif
