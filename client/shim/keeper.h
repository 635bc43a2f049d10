/*
 * The keeper: a task beside the program that shares its memory and sleeps. Pages that the program has mapped into an IOAS
 * and that are pinned stay what they are on Linux when the program exits or executes another; the daemon reaches private
 * ones through the memory of the process only, which ends with its last user. The keeper is that user: it ends when the
 * daemon closes its connection, which happens as soon as the program has left the memory and nothing of it is pinned.
 * Invariant: it holds no descriptor, right, directory, terminal or session of the program, uses no function and no thread-local
 * memory of the C library, and writes nothing but its own page.
 */
#ifndef SHIM_KEEPER_H
#define SHIM_KEEPER_H

#include <stdint.h>

/* Before the ioctl `request` on the iommufd `fd`: if it may pin memory of this process, sees to it that there is a keeper. */
void shim_keep_for(int fd, uint32_t request);

#endif
