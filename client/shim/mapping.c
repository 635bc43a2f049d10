/* What is mapped; see mapping.h. */
#include "mapping.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#include "channel.h"
#include "lock.h"
#include "made.h"
#include "report.h"
#include "system.h"
#include "trap.h"
#include "wrapped.h"

/* Pieces of mappings. Programs map one page or two of each vIOMMU and a BAR or two of each device, once. */
#define PIECES_MAX 512
#define PAGE_BYTES 4096ul

/* A part of a mapping. Parts of one mapping share the descriptor that keeps it. */
struct piece {
	/* 0: there is none. */
	uintptr_t start;
	size_t length;
	_Atomic int fd;
	/* Of a device, which cannot grow. */
	bool fixed;
	/* Registers, with the protection that the program wants, and where in the mapping they begin. */
	bool registers;
	int protection;
	uint64_t offset;
};

/* As many mappings can end in one call and be waited for. */
#define ENDED_MAX 16

/* What kept mappings that have ended: still open, to be closed without the lock. */
struct ended {
	int fds[ENDED_MAX];
	unsigned int count;
};

static struct piece pieces[PIECES_MAX];
/* How many there are: with none, unmapping costs nothing. */
static _Atomic unsigned int count;

static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(sigset_t *before)
{
	shim_lock(&busy, before);
}

static void unlock(const sigset_t *before)
{
	shim_unlock(&busy, before);
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

static bool add(const struct piece *added)
{
	struct piece *piece = find_free();

	if (!piece)
		return false;
	piece->length = added->length;
	atomic_store(&piece->fd, atomic_load(&added->fd));
	piece->fixed = added->fixed;
	piece->registers = added->registers;
	piece->protection = added->protection;
	piece->offset = added->offset;
	piece->start = added->start;
	count++;
	return true;
}

/* Gives up a piece; with the last one of a mapping ends what kept it. */
static void forget(struct piece *piece, struct ended *ended)
{
	int fd = atomic_load(&piece->fd);
	size_t i;

	piece->start = 0;
	count--;
	for (i = 0; i < PIECES_MAX; i++)
		if (pieces[i].start && atomic_load(&pieces[i].fd) == fd)
			return;
	if (ended->count < ENDED_MAX)
		ended->fds[ended->count++] = fd;
	else
		emu_sys(close, fd);
}

/* Closes them, and waits until the daemon has handled it: to the program, the call that ended them does. */
static void close_ended(const struct ended *ended)
{
	struct shim_description description;
	struct emu_address daemon;
	unsigned int i;

	for (i = 0; i < ended->count; i++) {
		bool known = shim_identify(ended->fds[i], &description) && !shim_daemon_of(ended->fds[i], &daemon);

		emu_sys(close, ended->fds[i]);
		if (known)
			shim_settle(&daemon, &description);
	}
}

/* Makes two pieces of the one that goes over `at`. Without room for another it stays one. */
static void split(uintptr_t at)
{
	struct piece rear;
	size_t i, front;

	for (i = 0; i < PIECES_MAX; i++) {
		if (!pieces[i].start || at <= pieces[i].start || at - pieces[i].start >= pieces[i].length)
			continue;
		front = at - pieces[i].start;
		rear = pieces[i];
		rear.start = at;
		rear.length -= front;
		rear.offset += front;
		if (add(&rear))
			pieces[i].length = front;
		return;
	}
}

static bool is_within(const struct piece *piece, uintptr_t start, uintptr_t end)
{
	return piece->start && piece->start >= start && piece->start + piece->length <= end;
}

static bool overlaps(const struct piece *piece, uintptr_t start, uintptr_t end)
{
	return piece->start && piece->start < end && start < piece->start + piece->length;
}

/* Takes [start, end) out of the pieces. */
static void cut(uintptr_t start, uintptr_t end, struct ended *ended)
{
	size_t i;

	split(start);
	split(end);
	for (i = 0; i < PIECES_MAX; i++)
		if (is_within(&pieces[i], start, end))
			forget(&pieces[i], ended);
}

static size_t whole_pages(size_t length)
{
	return (length + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

void shim_unmapped(uintptr_t start, size_t length)
{
	struct ended ended = { .count = 0 };
	sigset_t before;

	if (!atomic_load(&count))
		return;
	lock(&before);
	cut(start, start + whole_pages(length), &ended);
	unlock(&before);
	close_ended(&ended);
}

void shim_moved(uintptr_t from, size_t from_length, uintptr_t to, size_t to_length)
{
	uintptr_t end = from + whole_pages(from_length);
	struct ended ended = { .count = 0 };
	sigset_t before;
	size_t i;

	if (!atomic_load(&count))
		return;
	lock(&before);
	split(from);
	split(end);
	if (from != to)
		cut(to, to + whole_pages(to_length), &ended);
	for (i = 0; i < PIECES_MAX; i++)
		if (is_within(&pieces[i], from, end))
			pieces[i].start = to + (pieces[i].start - from);
	if (to_length < from_length)
		cut(to + whole_pages(to_length), to + (end - from), &ended);
	unlock(&before);
	close_ended(&ended);
}

bool shim_find_registers(uintptr_t address, struct shim_registers *registers)
{
	bool found = false;
	sigset_t before;
	size_t i;

	if (!atomic_load(&count))
		return false;
	lock(&before);
	for (i = 0; i < PIECES_MAX && !found; i++) {
		uintptr_t within = address - pieces[i].start;

		if (!pieces[i].start || !pieces[i].registers || within >= pieces[i].length)
			continue;
		registers->fd = atomic_load(&pieces[i].fd);
		registers->offset = pieces[i].offset + within;
		registers->room = pieces[i].length - within;
		registers->protection = pieces[i].protection;
		found = true;
	}
	unlock(&before);
	return found;
}

/* The lowest piece of [start, end) that is wanted, or NULL. */
static struct piece *first_of(uintptr_t start, uintptr_t end, bool registers)
{
	struct piece *first = NULL;
	size_t i;

	for (i = 0; i < PIECES_MAX; i++) {
		if (!overlaps(&pieces[i], start, end) || (registers && !pieces[i].registers))
			continue;
		if (!first || pieces[i].start < first->start)
			first = &pieces[i];
	}
	return first;
}

bool shim_has_registers(uintptr_t start, size_t length)
{
	bool found;
	sigset_t before;

	if (!atomic_load(&count))
		return false;
	lock(&before);
	found = first_of(start, start + whole_pages(length), true) != NULL;
	unlock(&before);
	return found;
}

bool shim_is_fixed(uintptr_t start, size_t length)
{
	struct piece *first;
	sigset_t before;
	bool fixed;

	if (!atomic_load(&count))
		return false;
	lock(&before);
	first = first_of(start, start + whole_pages(length), false);
	fixed = first && first->fixed;
	unlock(&before);
	return fixed;
}

/* What the kernel takes; the rest of the bits is for it to refuse. */
#define PROTECTIONS (PROT_READ | PROT_WRITE | PROT_EXEC)

long shim_protect(uintptr_t start, size_t length, int protection)
{
	uintptr_t at = start, end = start + whole_pages(length);
	struct piece *registers;
	sigset_t before;
	long error = 0;

	if (start & (PAGE_BYTES - 1) || protection & ~PROTECTIONS)
		return -EINVAL;
	lock(&before);
	split(start);
	split(end);
	while (!error && at < end) {
		registers = first_of(at, end, true);
		if (registers && registers->start <= at) {
			registers->protection = protection;
			at = registers->start + registers->length;
		} else {
			uintptr_t next = registers ? registers->start : end;

			error = emu_sys(mprotect, at, next - at, protection);
			at = next;
		}
	}
	unlock(&before);
	return error;
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

/* Flags of mmap(2) that say where. */
#define PLACE_FLAGS (MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_32BIT)

static bool is_error(long address)
{
	return address < 0 && address > -(long)PAGE_BYTES;
}

/* Maps the memory among the pieces over the mapping that is reserved at `address`. 0 or a negative errno. */
static long map_memory(const struct emu_mappable *mappable, uintptr_t address, int protection, int flags)
{
	long fd, mapped = 0;
	unsigned int i;

	if (!mappable->path[0])
		return 0;
	fd = emu_sys(openat, AT_FDCWD, mappable->path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0) {
		shim_report("cannot map", mappable->path, (int)fd);
		return -ENXIO;
	}
	for (i = 0; i < mappable->count && !is_error(mapped); i++) {
		const struct emu_piece *piece = &mappable->pieces[i];

		if (!piece->registers)
			mapped = emu_sys(mmap, address + piece->offset, piece->length, protection,
					 (flags & ~PLACE_FLAGS) | MAP_FIXED, fd, piece->file_offset);
	}
	emu_sys(close, fd);
	return is_error(mapped) ? mapped : 0;
}

/* Notes the pieces of a mapping. On an error some may have been. */
static bool add_all(const struct emu_mappable *mappable, uintptr_t address, int keeper, bool fixed, int protection)
{
	unsigned int i;

	for (i = 0; i < mappable->count; i++) {
		struct piece piece = {
			.start = address + mappable->pieces[i].offset,
			.length = mappable->pieces[i].length,
			.fixed = fixed,
			.registers = mappable->pieces[i].registers,
			.protection = protection & PROTECTIONS,
			.offset = mappable->pieces[i].offset,
		};

		atomic_init(&piece.fd, keeper);
		if (!add(&piece))
			return false;
	}
	return true;
}

static bool any_registers(const struct emu_mappable *mappable)
{
	unsigned int i;

	for (i = 0; i < mappable->count; i++)
		if (mappable->pieces[i].registers)
			return true;
	return false;
}

/*
 * Makes the mapping that `keeper` keeps: all of it is reserved, pages of registers stay so. Its address, or a negative
 * errno.
 */
static long place(const struct emu_mappable *mappable, int keeper, bool fixed, void *address, size_t length,
		  int protection, int flags)
{
	struct ended ended = { .count = 0 };
	long error, start;
	sigset_t before;
	bool noted;

	start = emu_sys(mmap, address, length, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & PLACE_FLAGS), -1, 0);
	if (is_error(start))
		return start;
	error = map_memory(mappable, (uintptr_t)start, protection, flags);
	lock(&before);
	cut((uintptr_t)start, (uintptr_t)start + length, &ended);
	noted = !error && add_all(mappable, (uintptr_t)start, keeper, fixed, protection);
	if (!noted) {
		emu_sys(munmap, start, length);
		/* What has been noted does not close the keeper, which is the caller's. */
		for (size_t i = 0; i < PIECES_MAX; i++) {
			if (pieces[i].start && atomic_load(&pieces[i].fd) == keeper) {
				pieces[i].start = 0;
				count--;
			}
		}
	}
	unlock(&before);
	close_ended(&ended);
	return noted ? start : error ? error : -ENOMEM;
}

/* Connects a channel for registers now: when one is used, the program may have no descriptor left. */
static void prepare_access(int keeper)
{
	struct shim_description description;

	if (shim_identify(keeper, &description))
		shim_prepare(keeper, &description);
}

long shim_map(int fd, const struct shim_description *description, void *address, size_t length, int protection,
	      int flags, off_t offset)
{
	struct emu_mappable mappable;
	long mapped;
	int keeper, error;

	length = whole_pages(length);
	error = shim_ask_map(fd, description, (uint64_t)offset, length, &mappable);
	if (error)
		return error;
	keeper = keep(fd, &mappable);
	if (keeper < 0)
		return keeper;
	mapped = any_registers(&mappable) ? shim_trap_registers() : 0;
	if (!mapped)
		mapped = place(&mappable, keeper, shim_is_device(description->node), address, length, protection,
			       flags);
	if (is_error(mapped))
		close_ended(&(struct ended){ .fds = { keeper }, .count = 1 });
	else if (any_registers(&mappable))
		prepare_access(keeper);
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
