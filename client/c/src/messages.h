/*
 * Field numbers of proto/wire/iommufd_emu.proto that a C client uses, and the envelope of the daemon's answers.
 * The numbers are the schema's and change with it only.
 */
#ifndef EMU_MESSAGES_H
#define EMU_MESSAGES_H

#include "wire.h"

#define EMU_PROTOCOL_VERSION 1

/* ClientFrame */
#define EMU_FRAME_SEQUENCE 1
enum emu_request {
	EMU_HELLO = 2,
	EMU_OPEN = 3,
	EMU_JOIN = 4,
	EMU_IOCTL = 5,
	EMU_BATCH = 6,
	EMU_CLOSE = 7,
	EMU_SYNC = 8,
	EMU_REGION_ADD = 9,
	EMU_REGION_REMOVE = 10,
	EMU_DEVICE_BIND = 12,
	EMU_DEVICE_ATTACH = 13,
	EMU_DEVICE_DETACH = 14,
	EMU_DEVICE_DMA = 15,
	EMU_DEVICE_FAULTS = 16,
	EMU_STATUS = 18,
	EMU_READ = 19,
	EMU_WRITE = 20,
	EMU_MAP = 21,
	EMU_KEEP = 22,
	EMU_ACCESS = 23,
	EMU_RING = 26,
};

/* ServerFrame */
enum emu_answer_kind {
	EMU_ANSWER_ERROR = 2,
	EMU_ANSWER_HELLO = 3,
	EMU_ANSWER_OPEN = 4,
	EMU_ANSWER_JOIN = 5,
	EMU_ANSWER_IOCTL = 6,
	EMU_ANSWER_BATCH = 7,
	EMU_ANSWER_CLOSE = 8,
	EMU_ANSWER_SYNC = 9,
	EMU_ANSWER_RESULT = 10,
	EMU_ANSWER_DMA = 12,
	EMU_ANSWER_FAULTS = 13,
	EMU_ANSWER_STATUS = 15,
	EMU_ANSWER_FILE = 16,
	EMU_ANSWER_MAP = 18,
	EMU_ANSWER_ACCESS = 19,
	EMU_ANSWER_RING = 20,
};

enum { EMU_ERROR_CODE = 1, EMU_ERROR_MESSAGE = 2 };
enum { EMU_HELLO_VERSION = 1, EMU_HELLO_CLIENT = 3 };
enum {
	EMU_HELLO_REPLY_VERSION = 1,
	EMU_HELLO_REPLY_LIMITS = 3,
	EMU_HELLO_REPLY_PEER_KNOWN = 5,
	EMU_HELLO_REPLY_PROCESS_MEMORY = 6,
};
enum { EMU_LIMITS_FRAME = 1, EMU_LIMITS_BATCH = 3, EMU_LIMITS_IN_FLIGHT = 4, EMU_LIMITS_DMA = 6 };
enum { EMU_OPEN_NODE = 1, EMU_OPEN_TOKEN = 2, EMU_OPEN_RAW = 3 };
enum { EMU_JOIN_TOKEN = 1, EMU_JOIN_HOLD = 2, EMU_JOIN_NOTIFY = 3, EMU_JOIN_REPLY_SIZE = 2 };
/* OpenReply, JoinReply, Result, DmaReply, MapReply, AccessReply */
enum { EMU_REPLY_ERROR = 1, EMU_OPEN_REPLY_TOKEN = 2, EMU_RESULT_ID = 2, EMU_RESULT_MESSAGE = 3 };
enum { EMU_RING_REPLY_PATH = 2, EMU_RING_REPLY_SLOTS = 3, EMU_RING_REPLY_SLOT_BYTES = 4, EMU_RING_REPLY_PIECE_BYTES = 5 };
enum { EMU_SYNC_TOKEN = 1, EMU_SYNC_REPLY_OPEN = 1 };
enum { EMU_SEGMENT_ADDRESS = 1, EMU_SEGMENT_DATA = 2, EMU_WINDOW_ADDRESS = 1, EMU_WINDOW_LENGTH = 2 };
enum {
	EMU_IOCTL_REQUEST = 1,
	EMU_IOCTL_ARGUMENT = 2,
	EMU_IOCTL_READABLE = 3,
	EMU_IOCTL_WRITABLE = 4,
	EMU_IOCTL_DESCRIPTORS = 5,
	EMU_IOCTL_FAIL_NTH = 6,
	EMU_IOCTL_FAIL_ORDINARY = 7,
};
enum { EMU_DESCRIPTOR_FD = 1, EMU_DESCRIPTOR_TOKEN = 2 };
enum {
	EMU_IOCTL_REPLY_RESULT = 1,
	EMU_IOCTL_REPLY_WRITTEN = 2,
	EMU_IOCTL_REPLY_DESCRIPTORS = 3,
	EMU_IOCTL_REPLY_EMPTIED = 4,
	EMU_IOCTL_REPLY_FAIL_NTH = 5,
};
enum { EMU_MAP_OFFSET = 1, EMU_MAP_LENGTH = 2 };
enum { EMU_MAP_REPLY_PATH = 2, EMU_MAP_REPLY_TOKEN = 3, EMU_MAP_REPLY_PIECES = 4 };
enum { EMU_PIECE_OFFSET = 1, EMU_PIECE_LENGTH = 2, EMU_PIECE_REGISTERS = 3, EMU_PIECE_FILE_OFFSET = 4 };
enum { EMU_ACCESS_OFFSET = 1, EMU_ACCESS_LENGTH = 2, EMU_ACCESS_DATA = 3, EMU_ACCESS_REPLY_DATA = 2 };
/* Read and Write; FileReply begins as IoctlReply. */
enum { EMU_FILE_ADDRESS = 1, EMU_FILE_COUNT = 2, EMU_FILE_OFFSET = 5, EMU_FILE_REPLY_WITHDRAWN = 3 };
enum { EMU_NEW_DESCRIPTOR_TOKEN = 1, EMU_NEW_DESCRIPTOR_ADDRESS = 2 };
enum { EMU_BATCH_IOCTLS = 1, EMU_BATCH_STOP = 2, EMU_BATCH_REPLIES = 1 };
enum {
	EMU_REGION_ADDRESS = 1,
	EMU_REGION_LENGTH = 2,
	EMU_REGION_WRITABLE = 3,
	EMU_REGION_PATH = 4,
	EMU_REGION_FD = 5,
	EMU_REGION_OFFSET = 7,
};
enum { EMU_KEEP_ADDRESS = 1, EMU_KEEP_MARK = 2 };
enum { EMU_BIND_TOKEN = 1, EMU_ATTACH_PT_ID = 1, EMU_ATTACH_PASID = 2, EMU_DETACH_PASID = 1 };
enum { EMU_DMA_READ = 1, EMU_DMA_WRITE = 2, EMU_DMA_COPY = 3, EMU_DMA_FILL = 4, EMU_DMA_PASID = 5 };
/* DmaRead and DmaFill; DmaWrite with data in place of the length. */
enum { EMU_DMA_IOVA = 1, EMU_DMA_LENGTH = 2, EMU_DMA_DATA = 2, EMU_DMA_VALUE = 3 };
enum { EMU_DMA_COPY_SOURCE = 1, EMU_DMA_COPY_DESTINATION = 2, EMU_DMA_COPY_LENGTH = 3 };
enum { EMU_DMA_REPLY_TRANSFERRED = 2, EMU_DMA_REPLY_DATA = 3, EMU_DMA_REPLY_FAULT = 4 };
enum {
	EMU_FAULT_REQUESTER = 1,
	EMU_FAULT_ADDRESS = 2,
	EMU_FAULT_WRITE = 3,
	EMU_FAULT_REASON = 4,
	EMU_FAULT_NAME = 5,
	EMU_FAULT_NUMBER = 6,
	EMU_FAULT_PASID = 8,
};
enum { EMU_FAULTS_CLEAR = 1, EMU_FAULTS_REPLY_FAULTS = 1, EMU_FAULTS_REPLY_LOST = 2 };
enum { EMU_STATUS_JSON = 1 };

/* A ServerFrame: which request it answers and the message in its oneof. */
struct emu_answer {
	uint32_t sequence;
	/* enum emu_answer_kind, a kind of a later version, or 0 if there is none. */
	uint32_t kind;
	struct emu_bytes body;
};

/* False if `message` is not valid protobuf. */
bool emu_parse_answer(struct emu_bytes message, struct emu_answer *answer);

/* The last varint field `number` of a message, or 0: the rule of proto3 for a field that is absent. */
uint64_t emu_get_varint(struct emu_bytes message, uint32_t number);

/* The last bytes, string or message field `number` of a message, or no bytes. */
struct emu_bytes emu_get_bytes(struct emu_bytes message, uint32_t number);

/* Whether the whole message, without what is nested in it, is valid protobuf. */
bool emu_message_valid(struct emu_bytes message);

#endif
