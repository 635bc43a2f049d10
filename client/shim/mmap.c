/*
 * mmap(2) of one of ours: an iommufd has memory of its vIOMMUs at certain offsets, a device its BARs, nothing else can be
 * mapped. And the calls by which such a mapping changes or goes.
 */
#include <stdarg.h>

#include "mapping.h"
#include "system.h"
#include "wrapped.h"

/*
 * Linux answers in this order: the call's own form, what the file was opened for, then the driver. 0: the offset
 * decides.
 */
static int mmap_error(const struct shim_description *description, size_t length, int protection, int flags,
		      off_t offset)
{
	bool shared = (flags & MAP_TYPE) == MAP_SHARED || (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
	bool read_only = description->access == O_RDONLY;
	enum shim_node node = description->node;

	if (!length || offset & 4095 || (!shared && (flags & MAP_TYPE) != MAP_PRIVATE))
		return -EINVAL;
	if (node == SHIM_ACCESS || node == SHIM_GROUP || node == SHIM_ATTRIBUTE || shim_is_queue(node))
		return -ENODEV;
	if ((shared && protection & PROT_WRITE && read_only) || description->access == O_WRONLY)
		return -EACCES;
	if (shim_is_device(node))
		return shared ? 0 : -EINVAL;
	if (!shared || read_only || node == SHIM_DMABUF)
		return -EINVAL;
	return protection & PROT_EXEC ? -EPERM : 0;
}

/* Whether `fd` is ours; then *mapped is the result of mmap. */
static bool maps_ours(void *address, size_t length, int protection, int flags, int fd, off_t offset, void **mapped)
{
	struct shim_description description;
	long result;

	if (fd < 0 || flags & MAP_ANONYMOUS || !shim_identify(fd, &description))
		return false;
	result = mmap_error(&description, length, protection, flags, offset);
	if (!result)
		result = shim_map(fd, &description, address, length, protection, flags, offset);
	if (result < 0 && result > -4096) {
		shim_return(result);
		*mapped = MAP_FAILED;
	} else {
		*mapped = (void *)result;
	}
	return true;
}

/* The end of an mmap that may have taken the place of something of ours. */
static void *after_mmap(void *mapped, size_t length, int flags)
{
	if (flags & MAP_FIXED && mapped != MAP_FAILED)
		shim_unmapped((uintptr_t)mapped, length);
	return mapped;
}

SHIM_EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	void *mapped;

	if (maps_ours(address, length, protection, flags, fd, offset, &mapped))
		return mapped;
	return after_mmap(NEXT(mmap)(address, length, protection, flags, fd, offset), length, flags);
}

SHIM_EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	void *mapped;

	if (maps_ours(address, length, protection, flags, fd, offset, &mapped))
		return mapped;
	return after_mmap(NEXT(mmap64)(address, length, protection, flags, fd, offset), length, flags);
}

SHIM_EXPORT int munmap(void *address, size_t length)
{
	int result = NEXT(munmap)(address, length);

	if (!result)
		shim_unmapped((uintptr_t)address, length);
	return result;
}

SHIM_EXPORT void *mremap(void *address, size_t old_length, size_t length, int flags, ...)
{
	void *wanted, *moved;
	va_list arguments;

	va_start(arguments, flags);
	wanted = va_arg(arguments, void *);
	va_end(arguments);
	if (length > old_length && shim_is_fixed((uintptr_t)address, old_length)) {
		shim_return(-EFAULT);
		return MAP_FAILED;
	}
	moved = NEXT(mremap)(address, old_length, length, flags, wanted);
	if (moved != MAP_FAILED)
		shim_moved((uintptr_t)address, old_length, (uintptr_t)moved, length);
	return moved;
}

SHIM_EXPORT int mprotect(void *address, size_t length, int protection)
{
	if (!shim_has_registers((uintptr_t)address, length))
		return NEXT(mprotect)(address, length, protection);
	return (int)shim_return(shim_protect((uintptr_t)address, length, protection));
}
