/* Descriptors that were identified; see recall.h. */
#include "recall.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "channel.h"

#define REMEMBERED 4

struct memory {
	/* Of the time that it is of; 0: of none. */
	unsigned int changes;
	int fd;
	struct shim_description description;
};

/* A signal handler may call ioctl, too, so an entry is of no time while it is written. */
static __thread struct memory memories[REMEMBERED] __attribute__((tls_model("initial-exec")));

/* How often descriptors have changed. */
static _Atomic unsigned int changes = 1;

void shim_forget(void)
{
	if (!++changes)
		changes++;
}

bool shim_recall(int fd, struct shim_description *description)
{
	struct memory *memory = &memories[(unsigned int)fd % REMEMBERED];
	unsigned int now = atomic_load(&changes);

	if (memory->changes == now && memory->fd == fd) {
		*description = memory->description;
		return true;
	}
	if (!shim_identify(fd, description))
		return false;
	/* It has descriptors of its own, and the memory of its parent. */
	if (shim_is_vforked())
		return true;
	memory->changes = 0;
	atomic_signal_fence(memory_order_seq_cst);
	memory->fd = fd;
	memory->description = *description;
	atomic_signal_fence(memory_order_seq_cst);
	memory->changes = now;
	return true;
}

bool shim_misremembered(int fd, const struct shim_description *description, long result)
{
	struct shim_description seen;

	/* Of a description that is gone. */
	if (result != -EBADF && result != -EIO)
		return false;
	if (shim_identify(fd, &seen) && !memcmp(seen.token, description->token, sizeof(seen.token)))
		return false;
	shim_forget();
	return true;
}
