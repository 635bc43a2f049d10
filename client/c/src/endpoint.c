/* Simulated endpoints: bind, attach, DMA and fault records. The public header documents the calls. */
#include "context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Data of one frame: room for it and its envelope on both sides. */
#define CHUNK_BYTES_MAX (EMU_SEND_BYTES / 2)

/* Of an endpoint's node name and of the envelope of a frame, with room to spare. */
#define NODE_BYTES_MAX 256
#define ENVELOPE_BYTES 256

/* Requests of the device without PASID. */
#define NO_PASID 0

int iommufd_emu_endpoint_open(const char *socket_path, const char *name, struct iommufd_emu_endpoint **endpoint)
{
	static const char prefix[] = "endpoint/";
	char node[NODE_BYTES_MAX];
	struct iommufd_emu_endpoint *made;
	struct emu_bytes token;
	int error;

	if (strlen(name) >= sizeof(node) - sizeof(prefix))
		return -ENAMETOOLONG;
	strcpy(node, prefix);
	strcat(node, name);
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	error = emu_connection_start(&made->connection, socket_path);
	if (error) {
		free(made);
		return error;
	}
	error = emu_open_node(&made->connection, node, NULL, 0, &token);
	if (error) {
		emu_connection_stop(&made->connection);
		free(made);
		return error;
	}
	*endpoint = made;
	return 0;
}

int iommufd_emu_endpoint_close(struct iommufd_emu_endpoint *endpoint)
{
	int result;

	if (!endpoint)
		return 0;
	result = emu_connection_leave(&endpoint->connection);
	emu_connection_stop(&endpoint->connection);
	free(endpoint);
	return result;
}

int iommufd_emu_endpoint_bind(struct iommufd_emu_endpoint *endpoint, const struct iommufd_emu *context,
			      uint32_t *dev_id)
{
	struct emu_pending pending;

	emu_request_begin(&endpoint->connection, &pending, EMU_DEVICE_BIND);
	emu_put_bytes(&pending.writer, EMU_BIND_TOKEN, context->token.bytes, context->token.length);
	return emu_exchange_result(&endpoint->connection, &pending, dev_id);
}

int iommufd_emu_endpoint_attach_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint32_t pt_id,
				      uint32_t *hwpt_id)
{
	struct emu_pending pending;

	emu_request_begin(&endpoint->connection, &pending, EMU_DEVICE_ATTACH);
	emu_put_varint(&pending.writer, EMU_ATTACH_PT_ID, pt_id);
	emu_put_varint(&pending.writer, EMU_ATTACH_PASID, pasid);
	return emu_exchange_result(&endpoint->connection, &pending, hwpt_id);
}

int iommufd_emu_endpoint_attach(struct iommufd_emu_endpoint *endpoint, uint32_t pt_id, uint32_t *hwpt_id)
{
	return iommufd_emu_endpoint_attach_pasid(endpoint, NO_PASID, pt_id, hwpt_id);
}

int iommufd_emu_endpoint_detach_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid)
{
	struct emu_pending pending;

	emu_request_begin(&endpoint->connection, &pending, EMU_DEVICE_DETACH);
	emu_put_varint(&pending.writer, EMU_DETACH_PASID, pasid);
	return emu_exchange_result(&endpoint->connection, &pending, NULL);
}

int iommufd_emu_endpoint_detach(struct iommufd_emu_endpoint *endpoint)
{
	return iommufd_emu_endpoint_detach_pasid(endpoint, NO_PASID);
}

static void take_fault(struct emu_bytes message, struct iommufd_emu_fault *fault)
{
	struct emu_bytes name = emu_get_bytes(message, EMU_FAULT_NAME);
	size_t length = name.length < sizeof(fault->name) - 1 ? name.length : sizeof(fault->name) - 1;

	memset(fault, 0, sizeof(*fault));
	fault->number = emu_get_varint(message, EMU_FAULT_NUMBER);
	fault->address = emu_get_varint(message, EMU_FAULT_ADDRESS);
	fault->requester_id = (uint32_t)emu_get_varint(message, EMU_FAULT_REQUESTER);
	fault->reason = (uint32_t)emu_get_varint(message, EMU_FAULT_REASON);
	fault->pasid = (uint32_t)emu_get_varint(message, EMU_FAULT_PASID);
	fault->write = emu_get_varint(message, EMU_FAULT_WRITE) != 0;
	memcpy(fault->name, name.data, length);
}

/*
 * Runs one DMA operation and adds what it moved to `dma`. `data`, if not NULL, takes the `length` bytes of a read.
 * 0, or the negative errno of either level.
 */
static int run_dma(struct iommufd_emu_endpoint *endpoint, struct emu_pending *pending, size_t operation, void *data,
		   size_t length, struct iommufd_emu_dma *dma)
{
	struct emu_bytes body, bytes, fault;
	int error;

	emu_message_end(&pending->writer, operation);
	error = emu_exchange(&endpoint->connection, pending, EMU_ANSWER_DMA, &body);
	if (error)
		return error;
	error = -(int)emu_get_varint(body, EMU_REPLY_ERROR);
	bytes = emu_get_bytes(body, EMU_DMA_REPLY_DATA);
	if (data && (bytes.length > length || (!error && bytes.length < length)))
		return -EPROTO;
	if (data)
		memcpy(data, bytes.data, bytes.length);
	dma->transferred += emu_get_varint(body, EMU_DMA_REPLY_TRANSFERRED);
	fault = emu_get_bytes(body, EMU_DMA_REPLY_FAULT);
	if (fault.length) {
		dma->faulted = true;
		take_fault(fault, &dma->fault);
	}
	return error;
}

static size_t begin_dma(struct iommufd_emu_endpoint *endpoint, struct emu_pending *pending, uint32_t pasid,
			uint32_t operation)
{
	emu_request_begin(&endpoint->connection, pending, EMU_DEVICE_DMA);
	emu_put_varint(&pending->writer, EMU_DMA_PASID, pasid);
	return emu_message_begin(&pending->writer, operation);
}

static size_t chunk_bytes(const struct iommufd_emu_endpoint *endpoint, size_t left)
{
	const struct emu_limits *limits = &endpoint->connection.limits;
	size_t most = CHUNK_BYTES_MAX;

	if (most > limits->dma_bytes)
		most = limits->dma_bytes;
	if (most > limits->frame_bytes - ENVELOPE_BYTES)
		most = limits->frame_bytes - ENVELOPE_BYTES;
	return left < most ? left : most;
}

/* A range beyond 2^64 - 1 fails as a whole, before its first chunk moves. */
static bool beyond_end(uint64_t iova, size_t length)
{
	return length && iova + (length - 1) < iova;
}

int iommufd_emu_dma_read_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t iova, void *data,
			       size_t length, struct iommufd_emu_dma *dma)
{
	struct iommufd_emu_dma own;
	uint8_t *at = data;
	int error;

	if (!dma)
		dma = &own;
	memset(dma, 0, sizeof(*dma));
	if (beyond_end(iova, length))
		return -EINVAL;
	do {
		size_t part = chunk_bytes(endpoint, length);
		struct emu_pending pending;
		size_t operation = begin_dma(endpoint, &pending, pasid, EMU_DMA_READ);

		emu_put_varint(&pending.writer, EMU_DMA_IOVA, iova);
		emu_put_varint(&pending.writer, EMU_DMA_LENGTH, part);
		error = run_dma(endpoint, &pending, operation, at, part, dma);
		iova += part;
		at += part;
		length -= part;
	} while (!error && length);
	return error;
}

int iommufd_emu_dma_read(struct iommufd_emu_endpoint *endpoint, uint64_t iova, void *data, size_t length,
			 struct iommufd_emu_dma *dma)
{
	return iommufd_emu_dma_read_pasid(endpoint, NO_PASID, iova, data, length, dma);
}

int iommufd_emu_dma_write_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t iova,
				const void *data, size_t length, struct iommufd_emu_dma *dma)
{
	struct iommufd_emu_dma own;
	const uint8_t *at = data;
	int error;

	if (!dma)
		dma = &own;
	memset(dma, 0, sizeof(*dma));
	if (beyond_end(iova, length))
		return -EINVAL;
	do {
		size_t part = chunk_bytes(endpoint, length);
		struct emu_pending pending;
		size_t operation = begin_dma(endpoint, &pending, pasid, EMU_DMA_WRITE);

		emu_put_varint(&pending.writer, EMU_DMA_IOVA, iova);
		emu_put_bytes(&pending.writer, EMU_DMA_DATA, at, part);
		error = run_dma(endpoint, &pending, operation, NULL, 0, dma);
		iova += part;
		at += part;
		length -= part;
	} while (!error && length);
	return error;
}

int iommufd_emu_dma_write(struct iommufd_emu_endpoint *endpoint, uint64_t iova, const void *data, size_t length,
			  struct iommufd_emu_dma *dma)
{
	return iommufd_emu_dma_write_pasid(endpoint, NO_PASID, iova, data, length, dma);
}

int iommufd_emu_dma_copy_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t source_iova,
			       uint64_t destination_iova, uint64_t length, struct iommufd_emu_dma *dma)
{
	struct iommufd_emu_dma own;
	struct emu_pending pending;
	size_t operation = begin_dma(endpoint, &pending, pasid, EMU_DMA_COPY);

	if (!dma)
		dma = &own;
	memset(dma, 0, sizeof(*dma));
	emu_put_varint(&pending.writer, EMU_DMA_COPY_SOURCE, source_iova);
	emu_put_varint(&pending.writer, EMU_DMA_COPY_DESTINATION, destination_iova);
	emu_put_varint(&pending.writer, EMU_DMA_COPY_LENGTH, length);
	return run_dma(endpoint, &pending, operation, NULL, 0, dma);
}

int iommufd_emu_dma_copy(struct iommufd_emu_endpoint *endpoint, uint64_t source_iova, uint64_t destination_iova,
			 uint64_t length, struct iommufd_emu_dma *dma)
{
	return iommufd_emu_dma_copy_pasid(endpoint, NO_PASID, source_iova, destination_iova, length, dma);
}

int iommufd_emu_dma_fill_pasid(struct iommufd_emu_endpoint *endpoint, uint32_t pasid, uint64_t iova, uint64_t length,
			       uint8_t value, struct iommufd_emu_dma *dma)
{
	struct iommufd_emu_dma own;
	struct emu_pending pending;
	size_t operation = begin_dma(endpoint, &pending, pasid, EMU_DMA_FILL);

	if (!dma)
		dma = &own;
	memset(dma, 0, sizeof(*dma));
	emu_put_varint(&pending.writer, EMU_DMA_IOVA, iova);
	emu_put_varint(&pending.writer, EMU_DMA_LENGTH, length);
	emu_put_varint(&pending.writer, EMU_DMA_VALUE, value);
	return run_dma(endpoint, &pending, operation, NULL, 0, dma);
}

int iommufd_emu_dma_fill(struct iommufd_emu_endpoint *endpoint, uint64_t iova, uint64_t length, uint8_t value,
			 struct iommufd_emu_dma *dma)
{
	return iommufd_emu_dma_fill_pasid(endpoint, NO_PASID, iova, length, value, dma);
}

int iommufd_emu_endpoint_faults(struct iommufd_emu_endpoint *endpoint, struct iommufd_emu_fault *faults,
				size_t capacity, bool clear, uint64_t *lost)
{
	struct emu_pending pending;
	struct emu_reader reader;
	struct emu_field field;
	struct emu_bytes body;
	size_t count = 0;
	int error;

	emu_request_begin(&endpoint->connection, &pending, EMU_DEVICE_FAULTS);
	emu_put_varint(&pending.writer, EMU_FAULTS_CLEAR, clear);
	error = emu_exchange(&endpoint->connection, &pending, EMU_ANSWER_FAULTS, &body);
	if (error)
		return error;
	emu_reader_init(&reader, body);
	while (emu_next_field(&reader, &field)) {
		if (field.number != EMU_FAULTS_REPLY_FAULTS || field.type != EMU_DELIMITED)
			continue;
		if (count < capacity)
			take_fault(field.bytes, &faults[count]);
		count++;
	}
	if (lost)
		*lost = emu_get_varint(body, EMU_FAULTS_REPLY_LOST);
	return (int)count;
}
