/* Fault injection; see inject.h. */
#include "inject.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "description.h"
#include "memory.h"
#include "system.h"
#include "wrapped.h"

/* Names of the files in memory; the id of the task follows the first. */
#define FAIL_NTH_NAME "iommufd-emu-fail-nth-"
#define KNOB_NAME "iommufd-emu-ignore-gfp-wait"

static const char debugfs[] = "/sys/kernel/debug";
static const char knob[] = "failslab/ignore-gfp-wait";

/* The longest name, path or text of these files, with its end. */
#define TEXT_BYTES 64

/* Tasks of a process for which something is set at the same time. */
#define TASKS_MAX 64

static struct task {
	/* 0: the entry is free. */
	_Atomic int id;
	_Atomic uint32_t left;
} tasks[TASKS_MAX];

/* Entries that are taken, of this process or of the one that it was forked from. */
static _Atomic unsigned int tasks_set;

/* debugfs's default: ordinary allocations do not fail. */
static _Atomic bool ignore_ordinary = true;

/* One of the files has been opened. */
static _Atomic bool opened;

static struct task *find_task(int id)
{
	size_t i;

	for (i = 0; i < TASKS_MAX; i++)
		if (atomic_load(&tasks[i].id) == id)
			return &tasks[i];
	return NULL;
}

static struct task *take_task(int id)
{
	size_t i;

	for (i = 0; i < TASKS_MAX; i++) {
		int vacant = 0;

		if (!atomic_compare_exchange_strong(&tasks[i].id, &vacant, id))
			continue;
		atomic_fetch_add(&tasks_set, 1);
		return &tasks[i];
	}
	return NULL;
}

static uint32_t left_of(int id)
{
	struct task *task = atomic_load(&tasks_set) ? find_task(id) : NULL;

	return task ? atomic_load(&task->left) : 0;
}

/* 0, or -ENOMEM. */
static long set_left(int id, uint32_t left)
{
	struct task *task = find_task(id);

	if (!task && !left)
		return 0;
	if (!task)
		task = take_task(id);
	if (!task)
		return -ENOMEM;
	atomic_store(&task->left, left);
	if (!left) {
		atomic_fetch_sub(&tasks_set, 1);
		atomic_store(&task->id, 0);
	}
	return 0;
}

uint32_t shim_inject_armed(bool *ordinary)
{
	*ordinary = !atomic_load(&ignore_ordinary);
	return atomic_load(&tasks_set) ? left_of((int)emu_sys(gettid, 0)) : 0;
}

void shim_inject_left(uint32_t left)
{
	set_left((int)emu_sys(gettid, 0), left);
}

/* IOMMUFD_EMU_FAIL_NTH is for programs that know nothing of fault injection: it holds for the first task. */
__attribute__((constructor)) static void set_from_environment(void)
{
	const char *nth = getenv("IOMMUFD_EMU_FAIL_NTH");

	if (!nth)
		return;
	atomic_store(&ignore_ordinary, false);
	set_left((int)emu_sys(getpid, 0), (uint32_t)strtoul(nth, NULL, 10));
}

/* ---- texts -------------------------------------------------------------------------------------------------------- */

/* Writes `prefix`, the digits of `number` and `suffix` to `text`, which has room for them. Returns the length. */
static size_t compose(char text[TEXT_BYTES], const char *prefix, uint32_t number, const char *suffix)
{
	char digits[10];
	size_t count = 0, length = strlen(prefix);

	memcpy(text, prefix, length);
	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		text[length++] = digits[--count];
	memcpy(text + length, suffix, strlen(suffix) + 1);
	return length + strlen(suffix);
}

/* What follows `prefix` in `path`, or NULL. */
static const char *after(const char *path, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(path, prefix, length) ? NULL : path + length;
}

/* ---- paths -------------------------------------------------------------------------------------------------------- */

/* A task's id at the start of `path`, which moves behind it; 0: there is none. */
static int take_id(const char **path)
{
	unsigned long id;
	char *end;

	if (**path < '1' || **path > '9')
		return 0;
	id = strtoul(*path, &end, 10);
	*path = end;
	return id <= INT_MAX ? (int)id : 0;
}

static bool is_own_task(int id)
{
	char path[TEXT_BYTES];
	struct stat status;

	compose(path, "/proc/self/task/", (uint32_t)id, "");
	return !emu_sys(newfstatat, AT_FDCWD, path, &status, 0);
}

/* The task of this process whose fail-nth `path` is; 0: it is none. */
static int task_of_path(const char *path)
{
	const char *rest = after(path, "/proc/");
	const char *in_self, *in_task;
	int id;

	if (!rest)
		return 0;
	if ((in_self = after(rest, "self/")) != NULL) {
		id = (int)emu_sys(getpid, 0);
		rest = in_self;
	} else if ((in_self = after(rest, "thread-self/")) != NULL) {
		id = (int)emu_sys(gettid, 0);
		rest = in_self;
	} else {
		id = take_id(&rest);
		if (*rest++ != '/')
			return 0;
	}
	in_task = after(rest, "task/");
	if (in_task) {
		id = take_id(&in_task);
		if (*in_task++ != '/')
			return 0;
		rest = in_task;
	}
	return !strcmp(rest, "fail-nth") && id && is_own_task(id) ? id : 0;
}

/* The path behind a descriptor, or as much of it as fits; "" if it is not open. */
static void path_behind(int fd, char path[TEXT_BYTES])
{
	char link[TEXT_BYTES];
	long length;

	compose(link, "/proc/self/fd/", (uint32_t)fd, "");
	length = emu_sys(readlinkat, AT_FDCWD, link, path, TEXT_BYTES - 1);
	path[length < 0 ? 0 : length] = 0;
}

static bool is_knob(int directory, const char *path)
{
	const char *rest = after(path, debugfs);
	char parent[TEXT_BYTES];

	if (rest && *rest == '/')
		return !strcmp(rest + 1, knob);
	if (strcmp(path, knob))
		return false;
	path_behind(directory, parent);
	return !strcmp(parent, debugfs);
}

static long open_file(const char *name, int flags)
{
	long fd;

	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	fd = emu_sys(memfd_create, name, flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
	if (fd >= 0)
		atomic_store(&opened, true);
	return fd;
}

bool shim_inject_open(int directory, const char *path, int flags, long *result)
{
	const char *last = path ? strrchr(path, '/') : NULL;
	char name[TEXT_BYTES] = KNOB_NAME;
	int task;

	/* Most paths are dismissed by their last component. */
	if (!last || (strcmp(last, "/fail-nth") && strcmp(last, "/ignore-gfp-wait")))
		return false;
	if (flags & O_PATH || shim_node_present())
		return false;
	task = task_of_path(path);
	if (!task && !is_knob(directory, path))
		return false;
	if (task)
		compose(name, FAIL_NTH_NAME, (uint32_t)task, "");
	*result = open_file(name, flags);
	return true;
}

/* ---- descriptors -------------------------------------------------------------------------------------------------- */

/* Whether `fd` is one of the files. *task: whose fail-nth; 0: it is the knob. */
static bool identify(int fd, int *task)
{
	char path[TEXT_BYTES];
	const char *name, *id;

	if (!atomic_load(&opened) || fd < 0)
		return false;
	path_behind(fd, path);
	name = after(path, "/memfd:");
	if (!name)
		return false;
	id = after(name, FAIL_NTH_NAME);
	*task = id ? take_id(&id) : 0;
	return *task || after(name, KNOB_NAME);
}

void shim_inject_refresh(int fd)
{
	char text[TEXT_BYTES];
	size_t length = 2;
	int task;

	if (!identify(fd, &task))
		return;
	if (task)
		length = compose(text, "", left_of(task), "\n");
	else
		memcpy(text, atomic_load(&ignore_ordinary) ? "Y\n" : "N\n", length);
	emu_sys(ftruncate, fd, length);
	emu_sys(pwrite64, fd, text, length, 0);
}

/* A number as the kernel reads one from user space: with the prefix of its base, and one newline. */
static long write_number(int task, char *text, size_t length)
{
	unsigned long value;
	char *end;

	if (length && text[length - 1] == '\n')
		text[length - 1] = 0;
	/* strtoul takes signs and spaces. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	value = strtoul(text, &end, 0);
	if (*end)
		return -EINVAL;
	return value > UINT_MAX ? -ERANGE : set_left(task, (uint32_t)value);
}

static long write_truth(const char *text)
{
	static const char yes[] = "yYtT1", no[] = "nNfF0";

	if (*text && (strchr(yes, *text) || !strncmp(text, "on", 2)))
		atomic_store(&ignore_ordinary, true);
	else if (*text && (strchr(no, *text) || !strncmp(text, "of", 2)))
		atomic_store(&ignore_ordinary, false);
	else
		return -EINVAL;
	return 0;
}

bool shim_inject_write(int fd, const void *from, size_t length, long *result)
{
	char text[TEXT_BYTES] = { 0 };
	int task;

	if (!identify(fd, &task))
		return false;
	if (length >= sizeof(text))
		*result = -EINVAL;
	else if (emu_memory_read(text, (uintptr_t)from, length) != length)
		*result = -EFAULT;
	else
		*result = task ? write_number(task, text, length) : write_truth(text);
	if (!*result)
		*result = (long)length;
	return true;
}
