/*
 * Regions of a VFIO device: pread(2), pwrite(2), and mappings whose registers are loaded and stored by the daemon and whose
 * memory is the daemon's file. The public header documents the calls. Invariant: memory of a mapping that has no file behind
 * it just now is found out, not run into.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "context.h"
#include "iommufd_emu_vfio.h"
#include "memory.h"
#include "system.h"

#define PAGE_BYTES 4096u

/* ---- transfers --------------------------------------------------------------------------------------------------- */

int iommufd_emu_pread(struct iommufd_emu *context, void *buffer, size_t count, uint64_t offset)
{
	return emu_context_transfer(context, true, (uintptr_t)buffer, count, &offset);
}

int iommufd_emu_pwrite(struct iommufd_emu *context, const void *buffer, size_t count, uint64_t offset)
{
	return emu_context_transfer(context, false, (uintptr_t)buffer, count, &offset);
}

/* ---- mappings ---------------------------------------------------------------------------------------------------- */

struct iommufd_emu_vfio_mapping {
	struct emu_piece pieces[EMU_PIECES_MAX];
	/* Where the memory of a piece is mapped; NULL of registers. */
	void *memory[EMU_PIECES_MAX];
	unsigned int count;
	/* Keeps the device, and speaks for the mapping. */
	struct iommufd_emu *holder;
};

static void unmap_memory(struct iommufd_emu_vfio_mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < mapping->count; i++)
		if (mapping->memory[i])
			emu_sys(munmap, mapping->memory[i], mapping->pieces[i].length);
}

static int map_memory(struct iommufd_emu_vfio_mapping *mapping, const char *path)
{
	unsigned int i;

	for (i = 0; i < mapping->count; i++) {
		const struct emu_piece *piece = &mapping->pieces[i];
		long address;

		if (piece->registers)
			continue;
		address = emu_map_file(path, piece->length, piece->file_offset);
		if (address < 0 && address > -4096)
			return (int)address;
		mapping->memory[i] = (void *)address;
	}
	return 0;
}

int iommufd_emu_vfio_map(struct iommufd_emu *device, uint64_t offset, size_t length,
			 struct iommufd_emu_vfio_mapping **mapping)
{
	struct iommufd_emu_vfio_mapping *made;
	struct emu_mappable mappable;
	struct iommufd_emu *holder;
	int error = emu_context_map(device, offset, length, &mappable, &holder);

	if (error)
		return error;
	made = calloc(1, sizeof(*made));
	if (!made) {
		iommufd_emu_close(holder);
		return -ENOMEM;
	}
	made->holder = holder;
	made->count = mappable.count;
	memcpy(made->pieces, mappable.pieces, sizeof(made->pieces));
	error = map_memory(made, mappable.path);
	if (error)
		iommufd_emu_vfio_unmap(made);
	else
		*mapping = made;
	return error;
}

int iommufd_emu_vfio_unmap(struct iommufd_emu_vfio_mapping *mapping)
{
	int result;

	if (!mapping)
		return 0;
	unmap_memory(mapping);
	result = iommufd_emu_close(mapping->holder);
	free(mapping);
	return result;
}

/* The piece that has all of [offset, offset + length), of registers within a page. */
static int piece_of(const struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, size_t length, unsigned int *index)
{
	unsigned int i;

	for (i = 0; i < mapping->count; i++) {
		const struct emu_piece *piece = &mapping->pieces[i];
		uint64_t into = offset - piece->offset;

		if (offset < piece->offset || into >= piece->length || length > piece->length - into)
			continue;
		if (piece->registers && (length > EMU_ACCESS_BYTES_MAX || length > PAGE_BYTES - offset % PAGE_BYTES))
			return -EINVAL;
		*index = i;
		return 0;
	}
	return -EINVAL;
}

static uint64_t address_at(const struct iommufd_emu_vfio_mapping *mapping, unsigned int index, uint64_t offset)
{
	return (uintptr_t)mapping->memory[index] + (offset - mapping->pieces[index].offset);
}

int iommufd_emu_vfio_load(struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, void *to, size_t length)
{
	unsigned int index;
	int error = length ? piece_of(mapping, offset, length, &index) : -EINVAL;
	uint64_t address;
	size_t done, part;

	if (error)
		return error;
	if (mapping->pieces[index].registers)
		return emu_access_load(&mapping->holder->connection, offset, to, length);
	address = address_at(mapping, index, offset);
	for (done = 0; done < length; done += part) {
		part = emu_memory_read((uint8_t *)to + done, address + done, length - done);
		if (!part)
			return -EFAULT;
	}
	return 0;
}

int iommufd_emu_vfio_store(struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, const void *from, size_t length)
{
	unsigned int index;
	int error = length ? piece_of(mapping, offset, length, &index) : -EINVAL;
	uint64_t address;
	size_t done, part;

	if (error)
		return error;
	if (mapping->pieces[index].registers)
		return emu_access_store(&mapping->holder->connection, offset, from, length);
	address = address_at(mapping, index, offset);
	for (done = 0; done < length; done += part) {
		part = emu_memory_write(address + done, (const uint8_t *)from + done, length - done);
		if (!part)
			return -EFAULT;
	}
	return 0;
}

void *iommufd_emu_vfio_memory(const struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, size_t *length)
{
	unsigned int index;

	*length = 0;
	if (piece_of(mapping, offset, 1, &index) || mapping->pieces[index].registers)
		return NULL;
	*length = (size_t)(mapping->pieces[index].offset + mapping->pieces[index].length - offset);
	return (void *)(uintptr_t)address_at(mapping, index, offset);
}
