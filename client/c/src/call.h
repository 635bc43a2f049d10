/*
 * One ioctl on its way to the daemon and back: the struct's own bytes and the user memory that its pointers name go
 * along as segments (ioctl_table.h says which), what may be written as windows, file descriptors that it names as the
 * tokens behind them, and what the daemon wrote is stored here. Invariant: nothing is stored outside the windows of
 * the call.
 */
#ifndef EMU_CALL_H
#define EMU_CALL_H

#include "form.h"
#include "transport.h"
#include "wire.h"

/* The struct, and the memory that pointers name. */
#define EMU_WINDOWS_MAX 3

struct emu_window {
	uint64_t address;
	size_t length;
	/* It cannot go away while the call lasts: the struct of a caller that said own_struct, or one on the stack. */
	bool own;
};

struct emu_call {
	uint32_t sequence;
	/* The third argument of ioctl(2). */
	uint64_t argument;
	struct emu_window windows[EMU_WINDOWS_MAX];
	unsigned int count;
	/* What the call makes a descriptor of if it succeeds: enum iommufd_emu_makes. */
	uint8_t makes;
	/* Flags of open(2) for it. */
	int open_flags;
	/* The call's errno when no descriptor number is free; 0: that of opening a file. */
	uint8_t none_free;
};

/* The process that makes the call. */
struct emu_caller {
	/* What the call is made on: enum iommufd_emu_file. */
	uint8_t file;
	/* The daemon reaches its memory: what only some operations of an ioctl name need not go along. */
	bool process_memory;
	/* The struct is there, as long as its `size` says: it is read and written directly, not as the kernel would. */
	bool own_struct;
	/* The nth fallible step of the call is to fail, 0: none. Allocations and copies are steps, too. */
	uint32_t fail_nth;
	bool fail_ordinary;
	/*
	 * Copies the token of the open file description that is the process's descriptor `fd` and returns its length,
	 * 0 if that is none of the daemon's. NULL: none is.
	 */
	size_t (*token_of)(const struct emu_caller *caller, int fd, uint8_t token[EMU_TOKEN_BYTES_MAX]);
};

/* What ioctls on a node of /dev are made on: enum iommufd_emu_file. */
uint8_t emu_file_of(const char *node);

/* Descriptions that a call left with nothing to read; what does not fit here shows at the next read of them. */
#define EMU_EMPTIED_MAX 4
struct emu_emptied {
	struct emu_token {
		uint8_t data[EMU_TOKEN_BYTES_MAX];
		size_t length;
	} tokens[EMU_EMPTIED_MAX];
	unsigned int count;
};

/* What a call did beside its result: made an open file description, unless `bytes` is 0. */
struct emu_made {
	uint8_t token[EMU_TOKEN_BYTES_MAX];
	size_t bytes;
	/* Where the descriptor's number is stored as an s32; 0: it is the result of ioctl(2). */
	uint64_t address;
	struct emu_emptied emptied;
	/* What is left of the caller's fail_nth. */
	uint32_t fail_nth;
};

/*
 * Puts the fields of an Ioctl message. What the caller's memory does not hold is left out, and the daemon decides what
 * that means. At most EMU_MEMORY_BYTES_MAX of each piece go along: for the rest the daemon has to reach this process.
 */
void emu_put_ioctl(struct emu_writer *writer, uint32_t request, uint64_t argument, const struct emu_caller *caller,
		   struct emu_call *call);

/*
 * Takes an IoctlReply: stores what was written and gives what ioctl(2) returns, or a negative errno, in `result`, and
 * what was made or emptied in `made`, which may be NULL. Returns 0, or -EPROTO for a reply that makes no sense.
 */
int emu_take_reply(struct emu_bytes reply, const struct emu_call *call, int32_t *result, struct emu_made *made);

/* A call that is written down: in a slot of the connection's ring, or as the frame of a request. */
struct emu_outgoing {
	bool by_slot;
	struct emu_slot slot;
	struct emu_pending pending;
};

/* Writes a call down in the connection's send buffer: for a slot, if there is a ring and it has room for the call, else as a frame. */
void emu_call_begin(struct emu_connection *connection, struct emu_outgoing *outgoing, uint32_t request,
		    uint64_t argument, const struct emu_caller *caller, struct emu_call *call);

/* Sends it: 0, -EMSGSIZE (it did not fit, nothing was sent), or the negative errno by which the connection is lost. */
int emu_call_send(struct emu_connection *connection, struct emu_outgoing *outgoing);

/* Waits for the answer to the oldest call without one, and takes it as emu_take_reply does. */
int emu_call_finish(struct emu_connection *connection, const struct emu_call *call, int32_t *result,
		    struct emu_made *made);

/* A read or write of the description that a connection speaks for. */
struct emu_transfer {
	bool reads;
	/* The buffer: its address, and its bytes. */
	uint64_t address, count;
	/* At this offset of the file: pread(2) or pwrite(2). */
	bool positioned;
	uint64_t offset;
	/* What read(2) or write(2) returns, or a negative errno. */
	int32_t result;
	/* Notices that hold no longer, to be taken off the notified socket. */
	uint64_t withdrawn;
};

/* Runs it: 0, or the negative errno for which the daemon could not be asked. */
int emu_run_transfer(struct emu_connection *connection, struct emu_transfer *transfer);

/* Stores data of the daemon; false if they do not lie within one window of the call. */
bool emu_store(const struct emu_call *call, uint64_t address, const void *data, size_t length);

#endif
