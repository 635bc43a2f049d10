/* What is mapped; see mapping.h. */
#include "mapping.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "channel.h"
#include "made.h"
#include "report.h"
#include "system.h"
#include "wrapped.h"

/* Pieces of mappings. Programs map one page or two of each vIOMMU, once. */
#define PIECES_MAX 256
#define PAGE_BYTES 4096ul

/* A part of a mapping. Parts of one mapping share the descriptor that keeps it. */
struct piece {
	/* 0: there is none. */
	uintptr_t start;
	size_t length;
	_Atomic int fd;
};

static struct piece pieces[PIECES_MAX];
/* How many there are: with none, unmapping costs nothing. */
static _Atomic unsigned int count;

/* Held with all signals blocked, so that no handler of the same thread waits for it. */
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(sigset_t *before)
{
	sigset_t all;

	memset(&all, 0xff, sizeof(all));
	emu_sys(rt_sigprocmask, SIG_SETMASK, &all, before, _NSIG / 8);
	while (atomic_flag_test_and_set(&busy))
		emu_sys(sched_yield, 0);
}

static void unlock(const sigset_t *before)
{
	atomic_flag_clear(&busy);
	emu_sys(rt_sigprocmask, SIG_SETMASK, before, 0, _NSIG / 8);
}

/* A free place, or NULL. */
static struct piece *find_free(void)
{
	size_t i;

	for (i = 0; i < PIECES_MAX; i++)
		if (!pieces[i].start)
			return &pieces[i];
	return NULL;
}

static bool add(uintptr_t start, size_t length, int fd)
{
	struct piece *piece = find_free();

	if (!piece)
		return false;
	piece->start = start;
	piece->length = length;
	atomic_store(&piece->fd, fd);
	count++;
	return true;
}

/* Gives up a piece; the last one of a mapping closes what kept it. */
static void forget(struct piece *piece)
{
	int fd = atomic_load(&piece->fd);
	size_t i;

	piece->start = 0;
	count--;
	for (i = 0; i < PIECES_MAX; i++)
		if (pieces[i].start && atomic_load(&pieces[i].fd) == fd)
			return;
	emu_sys(close, fd);
}

/*
 * Takes [start, end) out of a piece. What is left behind it becomes a piece of its own; without room for that it is
 * left out, and the mapping seems to be gone with the front part.
 */
static void cut(struct piece *piece, uintptr_t start, uintptr_t end)
{
	uintptr_t first = piece->start, last = first + piece->length;

	if (end <= first || start >= last)
		return;
	if (end < last && start > first) {
		add(end, last - end, atomic_load(&piece->fd));
		piece->length = start - first;
	} else if (start > first) {
		piece->length = start - first;
	} else if (end < last) {
		piece->start = end;
		piece->length = last - end;
	} else {
		forget(piece);
	}
}

static void cut_all(uintptr_t start, uintptr_t end)
{
	size_t i;

	for (i = 0; i < PIECES_MAX; i++)
		if (pieces[i].start)
			cut(&pieces[i], start, end);
}

static size_t whole_pages(size_t length)
{
	return (length + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

void shim_unmapped(uintptr_t start, size_t length)
{
	sigset_t before;

	if (!atomic_load(&count))
		return;
	lock(&before);
	cut_all(start, start + whole_pages(length));
	unlock(&before);
}

void shim_moved(uintptr_t from, size_t from_length, uintptr_t to, size_t to_length)
{
	uintptr_t end = from + whole_pages(from_length);
	sigset_t before;
	size_t i;

	if (!atomic_load(&count))
		return;
	lock(&before);
	if (from != to)
		cut_all(to, to + whole_pages(to_length));
	for (i = 0; i < PIECES_MAX; i++) {
		if (!pieces[i].start || pieces[i].start < from || pieces[i].start >= end)
			continue;
		pieces[i].start = to + (pieces[i].start - from);
	}
	if (to_length < from_length)
		cut_all(to + whole_pages(to_length), to + (end - from));
	unlock(&before);
}

/* A descriptor that keeps the mapping from now on, or a negative errno. */
static int keep(int iommufd, const struct emu_mappable *mappable)
{
	struct shim_description description = { .node = SHIM_MAPPING, .access = O_RDWR };
	struct emu_address daemon;
	int fd, error = shim_daemon_of(iommufd, &daemon);

	if (error || mappable->token_bytes != SHIM_TOKEN_BYTES)
		return error ? error : -EPROTO;
	memcpy(description.token, mappable->token, SHIM_TOKEN_BYTES);
	fd = (int)emu_sys(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	error = shim_hold(fd, &description, &daemon);
	if (!error)
		return shim_raise_fd(fd);
	emu_sys(close, fd);
	return error;
}

static long map_file(const char *path, void *address, size_t length, int protection, int flags)
{
	long fd = emu_sys(openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	long mapped;

	if (fd < 0) {
		shim_report("cannot map", path, (int)fd);
		return -ENXIO;
	}
	mapped = emu_sys(mmap, address, length, protection, flags, fd, 0);
	emu_sys(close, fd);
	return mapped;
}

long shim_map(int fd, const struct shim_description *description, void *address, size_t length, int protection,
	      int flags, off_t offset)
{
	struct emu_mappable mappable;
	sigset_t before;
	long mapped;
	int keeper, error = shim_ask_map(fd, description, (uint64_t)offset, whole_pages(length), &mappable);

	if (error)
		return error;
	keeper = keep(fd, &mappable);
	if (keeper < 0)
		return keeper;
	mapped = map_file(mappable.path, address, length, protection, flags);
	if (mapped < 0 && mapped > -(long)PAGE_BYTES) {
		emu_sys(close, keeper);
		return mapped;
	}
	lock(&before);
	cut_all((uintptr_t)mapped, (uintptr_t)mapped + whole_pages(length));
	if (!add((uintptr_t)mapped, whole_pages(length), keeper)) {
		emu_sys(munmap, mapped, length);
		emu_sys(close, keeper);
		mapped = -ENOMEM;
	}
	unlock(&before);
	return mapped;
}

int shim_next_mapping(unsigned int first, unsigned int last)
{
	int lowest = -1;
	size_t i;

	if (!atomic_load(&count))
		return -1;
	for (i = 0; i < PIECES_MAX; i++) {
		int fd = pieces[i].start ? atomic_load(&pieces[i].fd) : -1;

		if (fd >= 0 && (unsigned int)fd >= first && (unsigned int)fd <= last && (lowest < 0 || fd < lowest))
			lowest = fd;
	}
	return lowest;
}

void shim_vacate_mapping(int fd)
{
	sigset_t before;
	size_t i;
	int other;

	if (shim_next_mapping((unsigned int)fd, (unsigned int)fd) != fd)
		return;
	lock(&before);
	other = (int)emu_sys(fcntl, fd, F_DUPFD_CLOEXEC, fd + 1);
	for (i = 0; i < PIECES_MAX && other >= 0; i++)
		if (pieces[i].start && atomic_load(&pieces[i].fd) == fd)
			atomic_store(&pieces[i].fd, other);
	unlock(&before);
}
