/* SPDX-License-Identifier: MIT */
/*
 * libiommufd-emu: the ioctls of /dev/iommu, served by the iommufd-emu daemon instead of the kernel. C99 and C++.
 *
 * Results are 0 or a value, or a negative errno. The errnos of a call are those of the ioctl of the same name; beside
 * them every function that talks to the daemon may return -EPIPE or -ECONNRESET (the daemon is gone), -EPROTO (it
 * refused the connection, see iommufd_emu_refusal, or it does not speak this protocol), -EMSGSIZE (too long for one
 * frame) and -EBUSY (calls are in flight, see iommufd_emu_submit).
 *
 * A context is not thread-safe: one thread at a time. Several contexts may share one open file description
 * (iommufd_emu_join), so give each thread one. After fork a child must not use its parent's contexts, but may join.
 */
#ifndef IOMMUFD_EMU_H
#define IOMMUFD_EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define IOMMUFD_EMU_API __attribute__((visibility("default")))
#else
#define IOMMUFD_EMU_API
#endif

/* ---- contexts ---------------------------------------------------------------------------------------------------- */

/* A connection that speaks for one open file description of /dev/iommu. */
struct iommufd_emu;

/* A token names an open file description. Keep it secret: whoever knows it can use the description. */
#define IOMMUFD_EMU_TOKEN_BYTES_MAX 64
struct iommufd_emu_token {
	uint8_t bytes[IOMMUFD_EMU_TOKEN_BYTES_MAX];
	size_t length;
};

/*
 * Opens /dev/iommu, or another node of the daemon ("/dev/vfio/vfio"); NULL: "/dev/iommu".
 *
 * socket_path: the daemon's socket. NULL: IOMMUFD_EMU_SOCKET, else $XDG_RUNTIME_DIR/iommufd-emu/iommufd.sock, else
 * ${TMPDIR:-/tmp}/iommufd-emu-UID/iommufd.sock in a directory that only this user may enter.
 * Errors: -ENOENT, -ECONNREFUSED (no daemon there), -EACCES, -ENAMETOOLONG, -ENOMEM; the daemon's answer to the open.
 */
IOMMUFD_EMU_API int iommufd_emu_open(const char *socket_path, const char *node, struct iommufd_emu **context);

/*
 * A further context of an open file description: hold true keeps it open like dup(2), false does not.
 * Errors: as open, and -EBADF: nothing open has this token.
 */
IOMMUFD_EMU_API int iommufd_emu_join(const char *socket_path, const struct iommufd_emu_token *token, bool hold,
				     struct iommufd_emu **context);

/* The token by which others join. */
IOMMUFD_EMU_API void iommufd_emu_token(const struct iommufd_emu *context, struct iommufd_emu_token *token);

/*
 * Gives up the context and frees it; NULL is allowed. If it was the last that held the description, everything in it
 * has been released when this returns. 1: that was so; 0: others hold it; a negative errno: the daemon could not be
 * asked (the context is freed all the same).
 */
IOMMUFD_EMU_API int iommufd_emu_close(struct iommufd_emu *context);

/* The stable code for which the daemon ended the connection, such as "FRAME_TOO_LONG"; "" if it did not. */
IOMMUFD_EMU_API const char *iommufd_emu_refusal(const struct iommufd_emu *context);

/* Whether the daemon can read and write this process: if not, memory to map has to be registered as a region. */
IOMMUFD_EMU_API bool iommufd_emu_process_memory(const struct iommufd_emu *context);

/* ---- ioctls ------------------------------------------------------------------------------------------------------ */

/*
 * What ioctl(2) does on the descriptor: any request and the address of its struct (iommufd_emu_uapi.h), or its value.
 * A pointer to memory that is not there gives -EFAULT.
 */
IOMMUFD_EMU_API int iommufd_emu_ioctl(struct iommufd_emu *context, uint32_t request, void *argument);

/* What a number stands for where an ioctl's struct holds a file descriptor. The caller chooses the numbers, from 0. */
struct iommufd_emu_descriptor {
	int32_t number;
	struct iommufd_emu_token token;
};

/*
 * As iommufd_emu_ioctl, of ioctls that name or make descriptors.
 *
 * named: what the numbers in the struct stand for, `count` of them; others mean nothing that the daemon has open.
 * made, which may be NULL: the token of the open file description that the call made; of length 0 if it made none. It is
 * held by `context` until then: join it with `hold` to keep it. No number is stored in the struct for it.
 */
IOMMUFD_EMU_API int iommufd_emu_ioctl_naming(struct iommufd_emu *context, uint32_t request, void *argument,
					     const struct iommufd_emu_descriptor *named, size_t count,
					     struct iommufd_emu_token *made);

/*
 * Fault injection: the nth fallible step of the ioctls that follow on this context fails; 0: none. The count goes on from
 * call to call until it has fired, and `iommufd_emu_fail_nth_left` says what is left of it. A call that fails so has
 * changed nothing, unless storing its answer was what failed (-EFAULT). Not of batches and pipelined calls.
 * ordinary: allocations and copies are such steps, too, not only those of iommufd's own.
 */
IOMMUFD_EMU_API void iommufd_emu_fail_nth(struct iommufd_emu *context, uint32_t nth, bool ordinary);
IOMMUFD_EMU_API uint32_t iommufd_emu_fail_nth_left(const struct iommufd_emu *context);

/* IOMMU_DESTROY */
IOMMUFD_EMU_API int iommufd_emu_destroy(struct iommufd_emu *context, uint32_t id);

/* IOMMU_IOAS_ALLOC */
IOMMUFD_EMU_API int iommufd_emu_ioas_alloc(struct iommufd_emu *context, uint32_t *ioas_id);

/* A range of IOVA, both ends inclusive: struct iommu_iova_range. */
struct iommufd_emu_range {
	uint64_t start;
	uint64_t last;
};

/*
 * IOMMU_IOAS_IOVA_RANGES: fills up to *count ranges and sets *count to how many there are. `alignment` may be NULL.
 * -EMSGSIZE: there are more than there was room for, and *count is set.
 */
IOMMUFD_EMU_API int iommufd_emu_iova_ranges(struct iommufd_emu *context, uint32_t ioas_id,
					    struct iommufd_emu_range *ranges, uint32_t *count, uint64_t *alignment);

/* IOMMU_IOAS_ALLOW_IOVAS */
IOMMUFD_EMU_API int iommufd_emu_allow_iovas(struct iommufd_emu *context, uint32_t ioas_id,
					    const struct iommufd_emu_range *ranges, uint32_t count);

/*
 * IOMMU_IOAS_MAP. flags: IOMMU_IOAS_MAP_FIXED_IOVA 1, _WRITEABLE 2, _READABLE 4. `iova` is read with FIXED_IOVA, and
 * set. length is in bytes. `memory` is an address of this process or of a registered region.
 */
IOMMUFD_EMU_API int iommufd_emu_map(struct iommufd_emu *context, uint32_t ioas_id, uint32_t flags, const void *memory,
				    uint64_t length, uint64_t *iova);

/* IOMMU_IOAS_MAP_FILE: `length` bytes of the file that this process has open as `fd`, from byte `start` on. */
IOMMUFD_EMU_API int iommufd_emu_map_file(struct iommufd_emu *context, uint32_t ioas_id, uint32_t flags, int fd,
					 uint64_t start, uint64_t length, uint64_t *iova);

/* IOMMU_IOAS_COPY. `destination_iova` is read with FIXED_IOVA, and set. */
IOMMUFD_EMU_API int iommufd_emu_copy(struct iommufd_emu *context, uint32_t source_ioas_id, uint64_t source_iova,
				     uint64_t length, uint32_t destination_ioas_id, uint32_t flags,
				     uint64_t *destination_iova);

/* IOMMU_IOAS_UNMAP. `unmapped`, the bytes removed, may be NULL. iova 0 with length 2^64 - 1 removes everything. */
IOMMUFD_EMU_API int iommufd_emu_unmap(struct iommufd_emu *context, uint32_t ioas_id, uint64_t iova, uint64_t length,
				      uint64_t *unmapped);

/* IOMMU_OPTION. option: IOMMU_OPTION_RLIMIT_MODE 0 (object_id 0), IOMMU_OPTION_HUGE_PAGES 1 (object_id: an IOAS). */
IOMMUFD_EMU_API int iommufd_emu_option_get(struct iommufd_emu *context, uint32_t option, uint32_t object_id,
					   uint64_t *value);
IOMMUFD_EMU_API int iommufd_emu_option_set(struct iommufd_emu *context, uint32_t option, uint32_t object_id,
					   uint64_t value);

/* IOMMU_VFIO_IOAS: the IOAS that VFIO container ioctls use. */
IOMMUFD_EMU_API int iommufd_emu_vfio_ioas_get(struct iommufd_emu *context, uint32_t *ioas_id);
IOMMUFD_EMU_API int iommufd_emu_vfio_ioas_set(struct iommufd_emu *context, uint32_t ioas_id);
IOMMUFD_EMU_API int iommufd_emu_vfio_ioas_clear(struct iommufd_emu *context);

/* IOMMU_IOAS_CHANGE_PROCESS */
IOMMUFD_EMU_API int iommufd_emu_change_process(struct iommufd_emu *context);

/* IOMMU_HWPT_ALLOC of a kernel-managed page table: pt_id is an IOAS, dev_id a bound device. */
IOMMUFD_EMU_API int iommufd_emu_hwpt_alloc(struct iommufd_emu *context, uint32_t dev_id, uint32_t pt_id, uint32_t flags,
					   uint32_t *hwpt_id);

/*
 * IOMMU_GET_HW_INFO: fills up to `capacity` bytes of `data`, zeroes behind what the device has. *length, which may be
 * NULL, is the length that it has; `type` (IOMMU_HW_INFO_TYPE_*) and `capabilities` (IOMMU_HW_CAP_*) may be NULL.
 */
IOMMUFD_EMU_API int iommufd_emu_get_hw_info(struct iommufd_emu *context, uint32_t dev_id, void *data, uint32_t capacity,
					    uint32_t *length, uint32_t *type, uint64_t *capabilities);

/* ---- many ioctls at a time --------------------------------------------------------------------------------------- */

/* One ioctl of a batch. */
struct iommufd_emu_call {
	uint32_t request;
	void *argument;
	/* What ioctl(2) would return, or a negative errno; -ECANCELED if it was left out. */
	int result;
};

/*
 * Runs ioctls in order, as few frames as their limits allow. stop_on_error leaves out what follows the first failure.
 * A struct must not need what an earlier call of the same batch writes: all are read before the first runs.
 * Returns how many ran, or a negative errno if the daemon could not be asked.
 */
IOMMUFD_EMU_API int iommufd_emu_batch(struct iommufd_emu *context, struct iommufd_emu_call *calls, size_t count,
				      bool stop_on_error);

/*
 * Pipelining: submit sends an ioctl (not necessarily at once) without waiting, complete waits for the oldest one that
 * is in flight and returns its result. The struct must stay in place until then; it is read at submit and written at
 * complete, both directly: unlike with iommufd_emu_ioctl a bad pointer is the caller's crash. Meanwhile every other call on this context returns -EBUSY.
 * submit: 0, or -EAGAIN when IOMMUFD_EMU_IN_FLIGHT_MAX are in flight.
 * complete: stores the ioctl's result in *result and returns 0; -ENOENT when none is in flight.
 */
#define IOMMUFD_EMU_IN_FLIGHT_MAX 1024
IOMMUFD_EMU_API int iommufd_emu_submit(struct iommufd_emu *context, uint32_t request, void *argument);
IOMMUFD_EMU_API int iommufd_emu_complete(struct iommufd_emu *context, int *result);
IOMMUFD_EMU_API size_t iommufd_emu_in_flight(const struct iommufd_emu *context);

/* ---- memory regions ---------------------------------------------------------------------------------------------- */

/*
 * Registers [address, address + length) of this client's address space, page aligned, as a window on a file from byte
 * `offset` on: then the daemon uses the file for these addresses and never this process.
 * The file is a regular one that the daemon opens, or one that this process has open (which the daemon must know:
 * -EOPNOTSUPP otherwise).
 */
IOMMUFD_EMU_API int iommufd_emu_region_add_path(struct iommufd_emu *context, uint64_t address, uint64_t length,
						const char *path, uint64_t offset, bool writable);
IOMMUFD_EMU_API int iommufd_emu_region_add_fd(struct iommufd_emu *context, uint64_t address, uint64_t length, int fd,
					      uint64_t offset, bool writable);
IOMMUFD_EMU_API int iommufd_emu_region_remove(struct iommufd_emu *context, uint64_t address);

/* ---- simulated endpoints ----------------------------------------------------------------------------------------- */

/* A device that does DMA through the simulated IOMMU. Like a context it is not thread-safe. */
struct iommufd_emu_endpoint;

/* A fault record of the IOMMU. */
struct iommufd_emu_fault {
	uint64_t number;       /* counts the daemon's faults from 1 */
	uint64_t address;      /* the IOVA */
	uint32_t requester_id; /* bus 15:8, device 7:3, function 2:0 */
	uint32_t reason;       /* the code of the architecture's manual */
	uint32_t pasid;        /* of the request; 0: it had none */
	bool write;
	char name[64];         /* its name there */
};

struct iommufd_emu_dma {
	uint64_t transferred; /* bytes moved before the end, the error or the fault */
	bool faulted;         /* then `fault` says why, and the result was -EIO */
	struct iommufd_emu_fault fault;
};

/* Opens an endpoint by its name in the topology, such as "dma0". Errors: as iommufd_emu_open; -ENOENT, -EBUSY. */
IOMMUFD_EMU_API int iommufd_emu_endpoint_open(const char *socket_path, const char *name,
					      struct iommufd_emu_endpoint **endpoint);

/* As iommufd_emu_close; the device is detached and unbound first. */
IOMMUFD_EMU_API int iommufd_emu_endpoint_close(struct iommufd_emu_endpoint *endpoint);

/* Binds it to an iommufd; *dev_id is the device's object id there. */
IOMMUFD_EMU_API int iommufd_emu_endpoint_bind(struct iommufd_emu_endpoint *endpoint, const struct iommufd_emu *context,
					      uint32_t *dev_id);

/* Attaches it to an IOAS or HWPT, or replaces what it is attached to. *hwpt_id, which may be NULL: the HWPT in use. */
IOMMUFD_EMU_API int iommufd_emu_endpoint_attach(struct iommufd_emu_endpoint *endpoint, uint32_t pt_id,
						uint32_t *hwpt_id);
IOMMUFD_EMU_API int iommufd_emu_endpoint_detach(struct iommufd_emu_endpoint *endpoint);

/*
 * The same for one PASID of the device, from 1; 0 stands for requests without PASID. -EINVAL: the device does not have it,
 * or an HWPT in use was not allocated with IOMMU_HWPT_ALLOC_PASID.
 */
IOMMUFD_EMU_API int iommufd_emu_endpoint_attach_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid,
						      uint32_t pt_id, uint32_t *hwpt_id);
IOMMUFD_EMU_API int iommufd_emu_endpoint_detach_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid);

/*
 * DMA of any alignment and length; long ones travel in several frames. 0, -EIO: stopped by an IOMMU fault, -EFAULT: the
 * memory behind a page is gone, -EINVAL: no bytes, beyond 2^64 - 1, or a copy or fill longer than the daemon's limit
 * dmaMoveBytesMax. `dma` may be NULL. Where the HWPT has a fault queue, a call returns when each page that it misses has
 * been mapped and answered there, by another thread or process, or refused.
 */
IOMMUFD_EMU_API int iommufd_emu_dma_read(struct iommufd_emu_endpoint *endpoint, uint64_t iova, void *data,
					 size_t length, struct iommufd_emu_dma *dma);
IOMMUFD_EMU_API int iommufd_emu_dma_write(struct iommufd_emu_endpoint *endpoint, uint64_t iova, const void *data,
					  size_t length, struct iommufd_emu_dma *dma);
IOMMUFD_EMU_API int iommufd_emu_dma_copy(struct iommufd_emu_endpoint *endpoint, uint64_t source_iova,
					 uint64_t destination_iova, uint64_t length, struct iommufd_emu_dma *dma);
IOMMUFD_EMU_API int iommufd_emu_dma_fill(struct iommufd_emu_endpoint *endpoint, uint64_t iova, uint64_t length,
					 uint8_t value, struct iommufd_emu_dma *dma);

/* The same with a PASID in the device's requests; 0: without. -EINVAL also for a PASID that the device does not have. */
IOMMUFD_EMU_API int iommufd_emu_dma_read_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t iova,
					       void *data, size_t length, struct iommufd_emu_dma *dma);
IOMMUFD_EMU_API int iommufd_emu_dma_write_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t iova,
						const void *data, size_t length, struct iommufd_emu_dma *dma);
IOMMUFD_EMU_API int iommufd_emu_dma_copy_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid,
					       uint64_t source_iova, uint64_t destination_iova, uint64_t length,
					       struct iommufd_emu_dma *dma);
IOMMUFD_EMU_API int iommufd_emu_dma_fill_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t iova,
					       uint64_t length, uint8_t value, struct iommufd_emu_dma *dma);

/*
 * The fault records of this endpoint, oldest first: fills up to `capacity` and returns how many there are. *lost, which
 * may be NULL: records that were dropped because the log was full. `clear` empties the log.
 */
IOMMUFD_EMU_API int iommufd_emu_endpoint_faults(struct iommufd_emu_endpoint *endpoint, struct iommufd_emu_fault *faults,
						size_t capacity, bool clear, uint64_t *lost);

/* ---- what ioctls make -------------------------------------------------------------------------------------------- */

/*
 * read(2) and write(2) on a context that joined what an ioctl made: a queue of page requests (records of 40 bytes, answers
 * of 8) or of events. They never wait. The bytes, at most 64 KiB where the daemon cannot reach this process; 0: nothing is
 * there; -EINVAL, -ESPIPE, -EFAULT as the kernel has them.
 */
IOMMUFD_EMU_API int iommufd_emu_read(struct iommufd_emu *context, void *buffer, size_t count);
IOMMUFD_EMU_API int iommufd_emu_write(struct iommufd_emu *context, const void *buffer, size_t count);

/*
 * A descriptor that poll(2) finds readable (POLLIN) as long as there is something to read; wait for it and do nothing else
 * with it. It belongs to the context. -EBUSY: another context has one.
 */
IOMMUFD_EMU_API int iommufd_emu_poll_fd(struct iommufd_emu *context);

/* The bytes of what a context joined, if it has a size: a dma-buf. Else 0. */
IOMMUFD_EMU_API uint64_t iommufd_emu_size(const struct iommufd_emu *context);

/* Memory that is mapped, and what keeps it. */
struct iommufd_emu_memory {
	void *address;
	size_t length; /* bytes */
	struct iommufd_emu *holder;
};

/*
 * mmap(2) of an iommufd: memory that a virtual IOMMU offers, at the offset that IOMMU_VIOMMU_ALLOC told in the driver's
 * struct. -ENXIO: not exactly what is offered; -EACCES, -ENOENT: this process may not open the daemon's file; -EOPNOTSUPP:
 * there are registers of a VFIO device: see iommufd_emu_vfio_map.
 */
IOMMUFD_EMU_API int iommufd_emu_mmap(struct iommufd_emu *context, uint64_t offset, size_t length,
				     struct iommufd_emu_memory *memory);
IOMMUFD_EMU_API int iommufd_emu_munmap(struct iommufd_emu_memory *memory);

/* ---- inspection -------------------------------------------------------------------------------------------------- */

/* The daemon's state as JSON (`iommufd-emu status --json`), a C string to be given to free(3). */
IOMMUFD_EMU_API int iommufd_emu_status(const char *socket_path, char **json);

#ifdef __cplusplus
}
#endif

#endif
