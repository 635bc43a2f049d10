/* Memory regions: windows of the client's address space on files. The public header documents the calls. */
#include "context.h"

#include <errno.h>

static void put_region(struct emu_writer *writer, uint64_t address, uint64_t length, uint64_t offset, bool writable)
{
	emu_put_varint(writer, EMU_REGION_ADDRESS, address);
	emu_put_varint(writer, EMU_REGION_LENGTH, length);
	emu_put_varint(writer, EMU_REGION_WRITABLE, writable);
	emu_put_varint(writer, EMU_REGION_OFFSET, offset);
}

int iommufd_emu_region_add_path(struct iommufd_emu *context, uint64_t address, uint64_t length, const char *path,
				uint64_t offset, bool writable)
{
	struct emu_pending pending;
	int error = emu_context_begin(context, &pending, EMU_REGION_ADD);

	if (error)
		return error;
	put_region(&pending.writer, address, length, offset, writable);
	emu_put_string(&pending.writer, EMU_REGION_PATH, path);
	return emu_exchange_result(&context->connection, &pending, NULL);
}

int iommufd_emu_region_add_fd(struct iommufd_emu *context, uint64_t address, uint64_t length, int fd, uint64_t offset,
			      bool writable)
{
	struct emu_pending pending;
	int error = emu_context_begin(context, &pending, EMU_REGION_ADD);

	if (error)
		return error;
	if (!context->connection.limits.peer_known)
		return -EOPNOTSUPP;
	put_region(&pending.writer, address, length, offset, writable);
	emu_put_varint(&pending.writer, EMU_REGION_FD, (uint64_t)fd);
	return emu_exchange_result(&context->connection, &pending, NULL);
}

int iommufd_emu_region_remove(struct iommufd_emu *context, uint64_t address)
{
	struct emu_pending pending;
	int error = emu_context_begin(context, &pending, EMU_REGION_REMOVE);

	if (error)
		return error;
	emu_put_varint(&pending.writer, EMU_REGION_ADDRESS, address);
	return emu_exchange_result(&context->connection, &pending, NULL);
}
