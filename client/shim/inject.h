/*
 * Fault injection as a program drives it on Linux: fail-nth in /proc of each of its tasks, and failslab's
 * ignore-gfp-wait in debugfs. Their descriptors are files in memory with a name that says what they are; what is
 * written to them holds for this process. A forked child has a task of its own, for which nothing fails.
 */
#ifndef SHIM_INJECT_H
#define SHIM_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether open(path, flags) relative to `directory` is about one of them. *result: the descriptor or a negative errno. */
bool shim_inject_open(int directory, const char *path, int flags, long *result);

/* Before `fd` is read: if it is one of them, its file says what holds now. */
void shim_inject_refresh(int fd);

/* Whether `fd` is one of them. Then *result is that of write(2). */
bool shim_inject_write(int fd, const void *text, size_t length, long *result);

/* Which fallible step of the calling task's ioctl is to fail, 0: none. *ordinary: allocations and copies are steps. */
uint32_t shim_inject_armed(bool *ordinary);

/* What is left of shim_inject_armed after that ioctl. */
void shim_inject_left(uint32_t left);

#endif
