/* The keeper; see keeper.h. */
#include "keeper.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "channel.h"
#include "description.h"
#include "iommufd_emu_uapi.h"
#include "system.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* VFIO_IOMMU_MAP_DMA of the compatibility container. */
#define VFIO_MAP_DMA 0x3b71

/* For a function that calls nothing but the kernel. */
#define STACK_BYTES 16384

#define MARK_BYTES 32

/* Room for a Keep frame without contents, with which the keeper says that the program has ended. */
#define PROMPT_BYTES 32

/* NONE also after a keeper has ended: the kernel clears the word (CLONE_CHILD_CLEARTID). */
enum { NONE, STARTING, RUNNING, REFUSED };

/*
 * What the program and the keeper share: memory of its own, because it has to read as zero in a forked child, which has
 * other memory and so no keeper.
 */
struct keeper {
	_Alignas(16) uint8_t stack[STACK_BYTES];
	/* A futex. */
	_Atomic int state;
	/* Tells the daemon this memory from what the process has after an exec. */
	uint8_t mark[MARK_BYTES];
	int connection, program;
	/* Of the last keeper, to be reaped. */
	pid_t task;
	uint8_t prompt[PROMPT_BYTES];
	size_t prompt_bytes;
};

static _Atomic(struct keeper *) place;

/*
 * System calls of the keeper, which has the thread-local memory of the thread that made it: not even errno is its own.
 * The result is the call's value or a negative errno.
 */
static inline __attribute__((always_inline)) long call(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
	long result;
	register long fourth __asm__("r10") = d;
	/* Zero: prctl(2) wants that of the arguments that mean nothing. */
	register long fifth __asm__("r8") = 0;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long nr __asm__("x8") = number;
	register long first __asm__("x0") = a;
	register long second __asm__("x1") = b;
	register long third __asm__("x2") = c;
	register long fourth __asm__("x3") = d;
	register long fifth __asm__("x4") = 0;

	__asm__ volatile("svc 0"
			 : "+r"(first)
			 : "r"(nr), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
			 : "memory");
	return first;
#else
	(void)number, (void)a, (void)b, (void)c, (void)d;
	return -ENOSYS;
#endif
}

#if defined(__x86_64__)
#define HAS_CALL true
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define HAS_CALL true
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define HAS_CALL false
#define ARCHITECTURE 0
#endif

#define ALLOW(name)                                                                                                    \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/*
 * What is left to the keeper once it has begun: waiting, its connection, and its end. It has the rights that the program
 * had when it was made, in memory that the program can write; what the program gives up must not be had through it.
 */
static const struct sock_filter allowed[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(ppoll),
	ALLOW(restart_syscall),
	ALLOW(read),
	ALLOW(write),
	ALLOW(futex),
	ALLOW(exit),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

/* Closes every descriptor but two. */
static inline __attribute__((always_inline)) void close_others(unsigned int one, unsigned int other)
{
	unsigned int low = one < other ? one : other, high = one < other ? other : one;

	if (low)
		call(SYS_close_range, 0, low - 1, 0, 0);
	if (high > low + 1)
		call(SYS_close_range, low + 1, high - 1, 0, 0);
	call(SYS_close_range, high + 1, ~0u, 0, 0);
}

#if defined(__has_attribute) && __has_attribute(no_stack_protector)
#define WITHOUT_CANARY __attribute__((no_stack_protector))
#else
#define WITHOUT_CANARY __attribute__((optimize("no-stack-protector")))
#endif

/*
 * The whole life of the keeper. All signals are blocked, as in the thread that made it. The thread-local memory that it
 * would find may be gone with that thread.
 */
WITHOUT_CANARY __attribute__((noinline, no_sanitize("address", "undefined"))) static int keeper_main(void *argument)
{
	struct sock_fprog filter = { sizeof(allowed) / sizeof(allowed[0]), (struct sock_filter *)allowed };
	struct keeper *keeper = argument;
	struct pollfd watched[2];
	uint8_t reply[64];
	long count = 2, got;

	close_others((unsigned int)keeper->connection, (unsigned int)keeper->program);
	call(SYS_setsid, 0, 0, 0, 0);
	call(SYS_chdir, (long)"/", 0, 0, 0);
	call(SYS_prctl, PR_SET_NAME, (long)"iommufd-keeper", 0, 0);
	if (call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0) ||
	    call(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&filter, 0))
		return 0;
	watched[0].fd = keeper->connection;
	watched[1].fd = keeper->program;
	watched[0].events = watched[1].events = POLLIN;
	atomic_store(&keeper->state, RUNNING);
	call(SYS_futex, (long)&keeper->state, FUTEX_WAKE, 64, 0);
	for (;;) {
		/* Without a timeout, and a mask that stays as it is. */
		got = call(SYS_ppoll, (long)watched, count, 0, 0);
		if (got < 0 && got != -EINTR)
			return 0;
		if (got <= 0)
			continue;
		if (watched[0].revents) {
			got = call(SYS_read, watched[0].fd, (long)reply, sizeof(reply), 0);
			if (got <= 0 && got != -EINTR)
				return 0;
		}
		if (count == 2 && watched[1].revents) {
			/* The daemon may not see the end of the program otherwise: its children may hold its connections. */
			call(SYS_write, watched[0].fd, (long)keeper->prompt, (long)keeper->prompt_bytes, 0);
			count = 1;
		}
	}
}

/* Asks the daemon to take the other end of `connection` for a keeper's, and prepares the prompt. 0 or a negative errno. */
static int introduce(struct emu_connection *connection, struct keeper *keeper)
{
	struct emu_pending pending;
	struct emu_bytes body, frame;
	int error = emu_hello(connection, keeper->connection);

	if (error)
		return error;
	if (!connection->limits.process_memory)
		return -EPERM;
	emu_request_begin(connection, &pending, EMU_KEEP);
	emu_put_varint(&pending.writer, EMU_KEEP_ADDRESS, (uintptr_t)keeper->mark);
	emu_put_bytes(&pending.writer, EMU_KEEP_MARK, keeper->mark, MARK_BYTES);
	error = emu_exchange(connection, &pending, EMU_ANSWER_RESULT, &body);
	if (!error)
		error = -(int)emu_get_varint(body, EMU_REPLY_ERROR);
	if (error)
		return error;
	emu_request_begin(connection, &pending, EMU_KEEP);
	if (!emu_request_end(&pending, &frame) || frame.length > PROMPT_BYTES)
		return -EMSGSIZE;
	memcpy(keeper->prompt, frame.data, frame.length);
	keeper->prompt_bytes = frame.length;
	return 0;
}

static int connect_keeper(int iommufd, struct keeper *keeper)
{
	uint8_t send[EMU_SMALL_BUFFER_BYTES], receive[EMU_SMALL_BUFFER_BYTES];
	struct emu_connection connection = {
		.send = send,
		.send_capacity = sizeof(send),
		.receive = receive,
		.receive_capacity = sizeof(receive),
	};
	struct emu_address daemon;
	int error = shim_daemon_of(iommufd, &daemon);

	if (error)
		return error;
	keeper->connection = emu_connect(&daemon, NULL, SOCK_CLOEXEC);
	if (keeper->connection < 0)
		return keeper->connection;
	keeper->connection = shim_raise_fd(keeper->connection);
	return introduce(&connection, keeper);
}

/*
 * Makes the task. It has copies of the program's descriptors until it has closed them, so that is waited for: what the
 * program closes after this call is closed.
 */
static int make_task(struct keeper *keeper)
{
	int saved = errno, flags = CLONE_VM | CLONE_UNTRACED | CLONE_CHILD_CLEARTID;
	long task;

	/* No signal at its end: wait(2) does not see such a child without __WALL or __WCLONE. */
	task = clone(keeper_main, keeper->stack + STACK_BYTES, flags, keeper, NULL, NULL, &keeper->state);
	if (task < 0)
		task = -errno;
	errno = saved;
	if (task < 0)
		return (int)task;
	keeper->task = (pid_t)task;
	while (atomic_load(&keeper->state) == STARTING)
		emu_sys(futex, &keeper->state, FUTEX_WAIT, STARTING, 0);
	/* Else it has ended already: something forbids what it does. */
	return atomic_load(&keeper->state) == RUNNING ? 0 : -ECHILD;
}

static int start(int iommufd, struct keeper *keeper)
{
	int error;

	keeper->connection = keeper->program = -1;
	/* Whether the kernel has it at all. */
	error = (int)emu_sys(close_range, ~0u, ~0u, 0);
	if (!error && emu_sys(getrandom, keeper->mark, MARK_BYTES, 0) != MARK_BYTES)
		error = -EAGAIN;
	if (!error)
		error = connect_keeper(iommufd, keeper);
	if (!error) {
		keeper->program = (int)emu_sys(pidfd_open, emu_sys(getpid, 0), 0);
		error = keeper->program < 0 ? keeper->program : 0;
	}
	if (!error) {
		keeper->program = shim_raise_fd(keeper->program);
		error = make_task(keeper);
	}
	if (keeper->connection >= 0)
		emu_sys(close, keeper->connection);
	if (keeper->program >= 0)
		emu_sys(close, keeper->program);
	return error;
}

/* Where the keeper of this memory has its place, or NULL. */
static struct keeper *find_place(void)
{
	struct keeper *keeper = atomic_load(&place), *none = NULL;
	long address;

	if (keeper)
		return keeper;
	address = emu_sys(mmap, 0, sizeof(*keeper), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (address < 0 && address > -4096)
		return NULL;
	keeper = (struct keeper *)address;
	if (!emu_sys(madvise, keeper, sizeof(*keeper), MADV_WIPEONFORK) &&
	    atomic_compare_exchange_strong(&place, &none, keeper))
		return keeper;
	emu_sys(munmap, keeper, sizeof(*keeper));
	return none;
}

/* Valgrind ends a program that makes such a task; and who wants none says so. */
static bool wanted(void)
{
	const char *preload = getenv("LD_PRELOAD"), *refusal = getenv("IOMMUFD_EMU_NO_KEEPER");

	return HAS_CALL && !(preload && strstr(preload, "vgpreload_")) && !(refusal && !strcmp(refusal, "1"));
}

void shim_keep_for(int fd, uint32_t request)
{
	struct keeper *keeper;
	sigset_t all, before;
	int error, expected = NONE;

	if (request != IOMMU_IOAS_MAP && request != VFIO_MAP_DMA)
		return;
	keeper = find_place();
	if (!keeper || atomic_load(&keeper->state) != NONE || !wanted())
		return;
	if (!atomic_compare_exchange_strong(&keeper->state, &expected, STARTING))
		return;
	memset(&all, 0xff, sizeof(all));
	emu_sys(rt_sigprocmask, SIG_SETMASK, &all, &before, _NSIG / 8);
	/* The word is cleared just before the end. */
	if (keeper->task)
		emu_sys(wait4, keeper->task, 0, __WCLONE, 0);
	keeper->task = 0;
	error = start(fd, keeper);
	if (error) {
		/* For want of a descriptor the next call tries again. */
		atomic_store(&keeper->state, error == -EMFILE || error == -ENFILE ? NONE : REFUSED);
	}
	emu_sys(rt_sigprocmask, SIG_SETMASK, &before, 0, _NSIG / 8);
}
