/*
 * A program that uses /dev/iommu as any program does and runs under the preload shim. Each scenario runs in a process
 * of its own and states one rule; `shim_program --list` prints the scenarios with their rules.
 */
#ifndef SHIM_PROGRAM_H
#define SHIM_PROGRAM_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "iommufd_emu.h"
#include "iommufd_emu_uapi.h"

#define PAGE 4096ul

/* Channels of the shim have descriptors from here on, where the limit allows. */
#define PRIVATE_FD_FIRST 512

struct scenario {
	const char *name;
	const char *rule;
	void (*run)(void);
};

extern const struct scenario call_scenarios[], file_scenarios[], descriptor_scenarios[], process_scenarios[],
	access_scenarios[], queue_scenarios[], inject_scenarios[], keeper_scenarios[], device_scenarios[],
	register_scenarios[], signal_scenarios[], tree_scenarios[];

/* Ends the process with a message unless it holds. */
#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			failed(__FILE__, __LINE__, #condition);                                                        \
	} while (0)

/* A call that must fail with this errno. */
#define CHECK_ERRNO(call, expected)                                                                                    \
	do {                                                                                                           \
		errno = 0;                                                                                             \
		if ((long)(call) != -1 || errno != (expected))                                                         \
			failed(__FILE__, __LINE__, #call " fails with " #expected);                                    \
	} while (0)

_Noreturn void failed(const char *file, int line, const char *what);

/* open("/dev/iommu", O_RDWR | O_CLOEXEC), which must work. */
int open_iommu(void);

/* The id of a new IOAS. */
uint32_t new_ioas(int fd);

/* IOMMU_IOAS_MAP of `pages` pages at a fixed IOVA: 0, or the errno. */
int map_at(int fd, uint32_t ioas, const void *memory, size_t pages, uint64_t iova);

/* IOMMU_IOAS_UNMAP of everything: the bytes removed. */
uint64_t unmap_all(int fd, uint32_t ioas);

/* A context that shares the open file description of this name and does not hold it open; NULL if there is none. */
struct iommufd_emu *join(const char *name);

/* Whether the daemon still has the open file description of this name, from iommufd_name(). */
bool still_open(const char *name);

/* The name of an iommufd, its token. */
const char *iommufd_name(int fd);

/* Waits for a child that must exit with 0. */
void expect_success(pid_t child);

/* The first descriptor of a channel, from `from` on, or -1. */
int next_channel(int from);

#endif
