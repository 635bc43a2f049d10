/* Scenarios: queues of page requests and events as files, dma-bufs, and memory that a vIOMMU offers. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include "shim_program.h"

/* IOMMU_TEST_CMD by its offsets: 8 is the id, 16 starts what the operation defines. */
struct test_command {
	uint32_t size, operation, id, reserved;
	uint32_t words[12];
	uint64_t last;
};

#define TEST_COMMAND 0x3ba0
#define MOCK_DOMAIN 2
#define TRIGGER_IOPF 15
#define TRIGGER_VEVENT 17
#define DMABUF_GET 22
#define DMABUF_REVOKE 23
#define MOCK_DOMAIN_REPLACE 10

#define MOCK_DATA 0xdead
#define MOCK_VIOMMU 0xdeadbeef
#define MOCK_EVENTS 0xbeefbeef

#define RECORD 40
#define RECORD_GROUP 12
#define RECORD_COOKIE 36
#define EVENT 12

static int test_call(int fd, struct test_command *command)
{
	command->size = sizeof(*command);
	return ioctl(fd, TEST_COMMAND, command);
}

/* A mock device on an IOAS or HWPT. */
struct device {
	int fd;
	uint32_t ioas, id, binding;
};

static struct device new_device(void)
{
	struct device device = { .fd = open_iommu() };
	struct test_command command = { .operation = MOCK_DOMAIN };

	device.ioas = command.id = new_ioas(device.fd);
	CHECK(test_call(device.fd, &command) == 0);
	device.id = command.words[0];
	device.binding = command.words[2];
	return device;
}

static int replace(const struct device *device, uint32_t target)
{
	struct test_command command = { .operation = MOCK_DOMAIN_REPLACE, .id = device->id, .words = { target } };

	return test_call(device->fd, &command);
}

static uint32_t new_hwpt(const struct device *device, uint32_t parent, uint32_t flags, uint32_t fault)
{
	uint32_t data[2] = { 0 };
	struct iommu_hwpt_alloc call = {
		.size = sizeof(call),
		.flags = flags,
		.dev_id = device->binding,
		.pt_id = parent,
		.fault_id = fault,
		.data_type = parent == device->ioas ? 0 : MOCK_DATA,
		.data_len = parent == device->ioas ? 0 : sizeof(data),
		.data_uptr = (uintptr_t)data,
	};

	CHECK(ioctl(device->fd, IOMMU_HWPT_ALLOC, &call) == 0);
	return call.out_hwpt_id;
}

/* A device whose page requests come to a new queue. */
struct faulting {
	struct device device;
	uint32_t fault;
	int queue;
};

static struct faulting new_faulting(void)
{
	struct faulting faulting = { .device = new_device() };
	struct iommu_fault_alloc call = { .size = sizeof(call) };

	CHECK(ioctl(faulting.device.fd, IOMMU_FAULT_QUEUE_ALLOC, &call) == 0);
	faulting.fault = call.out_fault_id;
	faulting.queue = (int)call.out_fault_fd;
	CHECK(replace(&faulting.device, new_hwpt(&faulting.device, faulting.device.ioas, IOMMU_HWPT_FAULT_ID_VALID,
						 faulting.fault)) == 0);
	return faulting;
}

static void request_page(const struct device *device, uint32_t group)
{
	struct test_command command = { .operation = TRIGGER_IOPF, .words = { device->binding, 0, group, 1 } };

	CHECK(test_call(device->fd, &command) == 0);
}

static uint32_t word(const uint8_t *record, size_t at)
{
	uint32_t value;

	memcpy(&value, record + at, sizeof(value));
	return value;
}

static short ready(int fd, short events)
{
	struct pollfd list = { .fd = fd, .events = events };

	CHECK(poll(&list, 1, 0) == (list.revents != 0));
	return list.revents;
}

#define IN (POLLIN | POLLRDNORM)
#define OUT (POLLOUT | POLLWRNORM)

static void fault_is_read_and_answered(void)
{
	struct faulting faulting = new_faulting();
	uint8_t records[3 * RECORD];
	uint32_t answer[4] = { 0 };
	struct iovec pieces[2] = { { records, RECORD }, { records + RECORD, 2 * RECORD } };
	int queue = faulting.queue, group;

	CHECK(fcntl(queue, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(queue, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDWR);
	/* Nothing to read is no reason to wait. */
	CHECK(read(queue, records, sizeof(records)) == 0);
	CHECK_ERRNO(read(queue, records, RECORD + 1), ESPIPE);
	for (group = 1; group <= 3; group++)
		request_page(&faulting.device, (uint32_t)group);
	/* Bad memory takes nothing out of the queue. */
	CHECK_ERRNO(read(queue, (void *)PAGE, RECORD), EFAULT);
	CHECK(readv(queue, pieces, 2) == 3 * RECORD);
	for (group = 0; group < 3; group++) {
		CHECK(word(records + group * RECORD, RECORD_GROUP) == (uint32_t)group + 1);
		CHECK(word(records + group * RECORD, RECORD_COOKIE) == (uint32_t)group + 1);
	}
	CHECK_ERRNO(write(queue, answer, 7), ESPIPE);
	CHECK_ERRNO(write(queue, (void *)PAGE, 8), EFAULT);
	answer[0] = 9;
	CHECK_ERRNO(write(queue, answer, 8), EINVAL);
	answer[0] = 2;
	answer[2] = 9;
	CHECK(write(queue, answer, 16) == 8);
	CHECK_ERRNO(write(queue, answer, 8), EINVAL);
}

static void fault_as_a_file(void)
{
	struct faulting faulting = new_faulting();
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	int queue = faulting.queue;
	struct stat status;
	char byte = 0;

	CHECK_ERRNO(lseek(queue, 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(pread(queue, &byte, 1, 0), ESPIPE);
	CHECK_ERRNO(pwrite(queue, &byte, 1, 0), ESPIPE);
	CHECK_ERRNO(ioctl(queue, IOMMU_IOAS_ALLOC, &call), ENOTTY);
	CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, queue, 0), ENODEV);
	CHECK(fstat(queue, &status) == 0 && status.st_mode == 0600);
}

static void fault_is_polled(void)
{
	struct faulting faulting = new_faulting();
	struct epoll_event event = { .events = EPOLLIN | EPOLLET }, seen;
	int queue = faulting.queue, epoll = epoll_create1(0), i;
	uint8_t records[2 * RECORD];
	fd_set readable;
	struct timeval now = { 0 };

	CHECK(ready(queue, IN | OUT) == OUT);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, queue, &event) == 0);
	CHECK(epoll_wait(epoll, &seen, 1, 0) == 0);
	for (i = 0; i < 2; i++) {
		request_page(&faulting.device, (uint32_t)i);
		/* Each arrival is an edge of its own. */
		CHECK(epoll_wait(epoll, &seen, 1, 0) == 1);
		CHECK(epoll_wait(epoll, &seen, 1, 0) == 0);
	}
	FD_ZERO(&readable);
	FD_SET(queue, &readable);
	CHECK(select(queue + 1, &readable, NULL, NULL, &now) == 1);
	CHECK(ready(queue, IN | OUT) == (IN | OUT));
	CHECK(read(queue, records, RECORD) == RECORD);
	CHECK(ready(queue, IN) == IN);
	CHECK(read(queue, records, sizeof(records)) == RECORD);
	CHECK(ready(queue, IN | OUT) == OUT);
	/* More than there are notices of. */
	for (i = 0; i < 200; i++)
		request_page(&faulting.device, 7);
	for (i = 0; i < 200; i++) {
		CHECK(ready(queue, IN) == IN);
		CHECK(read(queue, records, RECORD) == RECORD);
	}
	CHECK(ready(queue, IN) == 0);
}

static void fault_is_withdrawn(void)
{
	struct faulting faulting = new_faulting();
	int queue = faulting.queue, copy = dup(queue);
	uint8_t record[RECORD];

	request_page(&faulting.device, 1);
	CHECK(ready(copy, IN) == IN);
	/* What came through the old table is answered for the program, and leaves the queue. */
	CHECK(replace(&faulting.device, faulting.device.ioas) == 0);
	CHECK(ready(queue, IN) == 0 && ready(copy, IN) == 0);
	CHECK(read(queue, record, sizeof(record)) == 0);
}

static void fault_is_shared(void)
{
	struct faulting faulting = new_faulting();
	struct iommu_destroy destroy = { .size = sizeof(destroy), .id = faulting.fault };
	int queue = faulting.queue, copy = dup(queue), fd = faulting.device.fd;
	uint8_t record[RECORD];
	pid_t child;

	CHECK(fcntl(copy, F_SETFL, O_NONBLOCK) == 0);
	request_page(&faulting.device, 1);
	request_page(&faulting.device, 2);
	CHECK(read(copy, record, RECORD) == RECORD && word(record, RECORD_GROUP) == 1);
	child = fork();
	if (!child) {
		CHECK(read(queue, record, RECORD) == RECORD && word(record, RECORD_GROUP) == 2);
		_exit(0);
	}
	expect_success(child);
	CHECK(ready(queue, IN) == 0);
	CHECK(replace(&faulting.device, faulting.device.ioas) == 0);
	destroy.id = faulting.fault + 1;
	CHECK(ioctl(fd, IOMMU_DESTROY, &destroy) == 0);
	destroy.id = faulting.fault;
	CHECK(close(queue) == 0);
	CHECK_ERRNO(ioctl(fd, IOMMU_DESTROY, &destroy), EBUSY);
	CHECK(close(copy) == 0);
	CHECK(ioctl(fd, IOMMU_DESTROY, &destroy) == 0);
}

/* A device that a guest knows as 0x99, through a vIOMMU that offers memory. */
struct guest {
	struct device device;
	uint32_t viommu;
	uint64_t offset, length;
};

static struct guest new_guest(uint32_t data)
{
	struct guest guest = { .device = new_device() };
	struct {
		uint32_t in, out;
		uint64_t offset, length;
	} argument = { .in = data };
	struct iommu_viommu_alloc call = {
		.size = sizeof(call),
		.type = MOCK_VIOMMU,
		.dev_id = guest.device.binding,
		.hwpt_id = new_hwpt(&guest.device, guest.device.ioas, IOMMU_HWPT_ALLOC_NEST_PARENT, 0),
		.data_len = sizeof(argument),
		.data_uptr = (uintptr_t)&argument,
	};
	struct iommu_vdevice_alloc vdevice = { .size = sizeof(vdevice), .dev_id = guest.device.binding, .virt_id = 0x99 };

	CHECK(ioctl(guest.device.fd, IOMMU_VIOMMU_ALLOC, &call) == 0);
	CHECK(argument.out == data);
	guest.viommu = vdevice.viommu_id = call.out_viommu_id;
	guest.offset = argument.offset;
	guest.length = argument.length;
	CHECK(ioctl(guest.device.fd, IOMMU_VDEVICE_ALLOC, &vdevice) == 0);
	CHECK(replace(&guest.device, new_hwpt(&guest.device, guest.viommu, 0, 0)) == 0);
	return guest;
}

static void raise_event(const struct device *device)
{
	struct test_command command = { .operation = TRIGGER_VEVENT, .words = { device->binding } };

	CHECK(test_call(device->fd, &command) == 0);
}

static void events_are_read(void)
{
	struct guest guest = new_guest(0);
	struct iommu_veventq_alloc call = {
		.size = sizeof(call), .viommu_id = guest.viommu, .type = MOCK_EVENTS, .veventq_depth = 2
	};
	struct pollfd both[2] = { { .events = IN | OUT }, { .fd = STDERR_FILENO, .events = POLLOUT } };
	uint8_t events[4 * EVENT];
	struct iommu_destroy destroy = { .size = sizeof(destroy) };
	struct timespec soon = { 0, 20000000 };
	int queue, i;

	CHECK(ioctl(guest.device.fd, IOMMU_VEVENTQ_ALLOC, &call) == 0);
	queue = both[0].fd = (int)call.out_veventq_fd;
	CHECK(ready(queue, IN | OUT) == 0);
	/* Nobody can write to it, so waiting for that waits. */
	CHECK(ppoll(both, 1, &soon, NULL) == 0);
	CHECK(poll(both, 2, 0) == 1 && both[1].revents == POLLOUT);
	CHECK(read(queue, events, sizeof(events)) == 0);
	CHECK_ERRNO(write(queue, events, 8), EINVAL);
	for (i = 0; i < 3; i++)
		raise_event(&guest.device);
	CHECK(ready(queue, IN | OUT) == IN);
	CHECK(read(queue, events, EVENT - 1) == 0);
	/* Two events, and the mark of the lost one. */
	CHECK(read(queue, events, sizeof(events)) == 2 * EVENT + 8);
	CHECK(word(events, 8) == 0x99 && word(events + EVENT, 4) == 1);
	CHECK(word(events + 2 * EVENT, 0) == 1 && word(events + 2 * EVENT, 4) == 2);
	CHECK(ready(queue, IN | OUT) == 0);
	destroy.id = call.out_veventq_id;
	CHECK_ERRNO(ioctl(guest.device.fd, IOMMU_DESTROY, &destroy), EBUSY);
	CHECK(close(queue) == 0);
	CHECK(ioctl(guest.device.fd, IOMMU_DESTROY, &destroy) == 0);
}

static int destroy_viommu(const struct guest *guest)
{
	struct iommu_destroy destroy = { .size = sizeof(destroy), .id = guest->viommu };

	return ioctl(guest->device.fd, IOMMU_DESTROY, &destroy);
}

/* Leaves the mapping as the only user of the vIOMMU. */
static void release_guest(const struct guest *guest)
{
	struct iommu_destroy destroy = { .size = sizeof(destroy) };

	CHECK(replace(&guest->device, guest->device.ioas) == 0);
	/* The nested table was made last, the vDEVICE before it. */
	for (destroy.id = guest->viommu + 1; destroy.id <= guest->viommu + 2; destroy.id++)
		CHECK(ioctl(guest->device.fd, IOMMU_DESTROY, &destroy) == 0);
}

static void memory_is_mapped(void)
{
	struct guest guest = new_guest(0xdada);
	int fd = guest.device.fd;
	size_t length = guest.length;
	off_t offset = (off_t)guest.offset;
	uint32_t *first, *second;

	CHECK_ERRNO(mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, offset), EINVAL);
	CHECK_ERRNO(mmap(NULL, length, PROT_READ | PROT_EXEC, MAP_SHARED, fd, offset), EPERM);
	CHECK_ERRNO(mmap(NULL, length / 2, PROT_READ, MAP_SHARED, fd, offset), ENXIO);
	CHECK_ERRNO(mmap(NULL, 2 * length, PROT_READ, MAP_SHARED, fd, offset), ENXIO);
	CHECK_ERRNO(mmap(NULL, length, PROT_READ, MAP_SHARED, fd, offset + (off_t)PAGE), ENXIO);
	CHECK_ERRNO(mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0), ENXIO);
	first = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	/* 5000 bytes are two pages, too. */
	second = mmap(NULL, 5000, PROT_READ, MAP_SHARED, fd, offset);
	CHECK(first != MAP_FAILED && second != MAP_FAILED);
	CHECK(first[0] == 0xdada && first[1] == 0);
	first[1] = 0x1234;
	CHECK(second[1] == 0x1234);
	CHECK(munmap(first, length) == 0 && munmap(second, length) == 0);
	release_guest(&guest);
	CHECK(destroy_viommu(&guest) == 0);
	CHECK_ERRNO(mmap(NULL, length, PROT_READ, MAP_SHARED, fd, offset), ENXIO);
}

static void memory_keeps_its_viommu(void)
{
	struct guest guest = new_guest(1);
	uint8_t *memory, *moved;
	int go[2], done[2];
	char byte = 0;
	pid_t child;

	memory = mmap(NULL, guest.length, PROT_READ, MAP_SHARED, guest.device.fd, (off_t)guest.offset);
	CHECK(memory != MAP_FAILED);
	release_guest(&guest);
	CHECK_ERRNO(destroy_viommu(&guest), EBUSY);
	/* Each half keeps it. */
	CHECK(munmap(memory, PAGE) == 0);
	CHECK_ERRNO(destroy_viommu(&guest), EBUSY);
	moved = mremap(memory + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, memory);
	CHECK(moved == memory);
	CHECK_ERRNO(destroy_viommu(&guest), EBUSY);
	/* So does a forked child's copy. */
	CHECK(pipe(go) == 0 && pipe(done) == 0);
	child = fork();
	if (!child) {
		CHECK(write(done[1], "", 1) == 1 && read(go[0], &byte, 1) == 1);
		_exit(0);
	}
	CHECK(read(done[0], &byte, 1) == 1);
	CHECK(mmap(memory, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == memory);
	CHECK_ERRNO(destroy_viommu(&guest), EBUSY);
	CHECK(write(go[1], "", 1) == 1);
	expect_success(child);
	while (destroy_viommu(&guest))
		CHECK(errno == EBUSY);
}

static int get_dmabuf(int fd, uint32_t length, uint32_t flags)
{
	struct test_command command = { .operation = DMABUF_GET, .words = { length, flags } };

	return test_call(fd, &command);
}

static int revoke_dmabuf(int fd, int dmabuf, uint32_t value)
{
	struct test_command command = { .operation = DMABUF_REVOKE, .words = { (uint32_t)dmabuf, value } };

	return test_call(fd, &command);
}

static int map_file(const struct device *device, int file, uint64_t length, uint64_t iova)
{
	struct iommu_ioas_map_file call = {
		.size = sizeof(call),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = device->ioas,
		.fd = file,
		.length = length,
		.iova = iova,
	};

	return ioctl(device->fd, IOMMU_IOAS_MAP_FILE, &call);
}

static void dmabuf_as_a_file(void)
{
	int fd = open_iommu(), plain = get_dmabuf(fd, 5000, O_RDONLY), made;
	char byte = 0;

	CHECK(plain == fd + 1);
	CHECK(fcntl(plain, F_GETFD) == 0 && (fcntl(plain, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDONLY);
	made = get_dmabuf(fd, 4096, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	CHECK(fcntl(made, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(made, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDWR | O_NONBLOCK));
	CHECK_ERRNO(get_dmabuf(fd, 0, 0), EINVAL);
	CHECK_ERRNO(get_dmabuf(fd, 512 * 4096 + 1, 0), EINVAL);
	CHECK(lseek(plain, 0, SEEK_END) == 8192 && lseek(plain, 0, SEEK_SET) == 0);
	CHECK_ERRNO(lseek(plain, 1, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(plain, 0, SEEK_CUR), EINVAL);
	CHECK_ERRNO(read(made, &byte, 1), EINVAL);
	CHECK_ERRNO(write(made, &byte, 1), EINVAL);
	CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, plain, 0), EACCES);
	CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, made, 0), EINVAL);
}

static void dmabuf_is_mapped_and_revoked(void)
{
	struct device device = new_device();
	int fd = device.fd, buffer = get_dmabuf(fd, 2 * PAGE, O_CLOEXEC);

	CHECK_ERRNO(map_file(&device, buffer, 0, 0x1000000), EINVAL);
	CHECK_ERRNO(map_file(&device, buffer, 3 * PAGE, 0x1000000), EINVAL);
	CHECK(map_file(&device, buffer, 2 * PAGE, 0x1000000) == 0);
	CHECK(revoke_dmabuf(fd, buffer, 1) == 0);
	CHECK_ERRNO(map_file(&device, buffer, PAGE, 0x2000000), ENODEV);
	/* A table that comes later has nothing of it, and its IOVA stays taken. */
	new_hwpt(&device, device.ioas, 0, 0);
	CHECK_ERRNO(map_file(&device, get_dmabuf(fd, PAGE, 0), PAGE, 0x1000000), EEXIST);
	CHECK(revoke_dmabuf(fd, buffer, 0) == 0);
	CHECK(unmap_all(fd, device.ioas) == 2 * PAGE);
	CHECK(map_file(&device, buffer, PAGE, 0x1000000) == 0);
	/* The mapping outlives the descriptor. */
	CHECK(close(buffer) == 0);
	CHECK(unmap_all(fd, device.ioas) == PAGE);
	CHECK_ERRNO(revoke_dmabuf(fd, STDERR_FILENO, 1), EINVAL);
	CHECK_ERRNO(revoke_dmabuf(fd, fd, 1), EINVAL);
	CHECK_ERRNO(revoke_dmabuf(fd, -1, 1), EBADF);
}

const struct scenario queue_scenarios[] = {
	{ "fault_is_read_and_answered", "whole records are read, responses written, each with its own errors",
	  fault_is_read_and_answered },
	{ "fault_as_a_file", "a fault queue has no position, no ioctls and no memory", fault_as_a_file },
	{ "fault_is_polled", "poll, select and epoll tell what can be read, each arrival anew", fault_is_polled },
	{ "fault_is_withdrawn", "what is answered for the program is not announced any more", fault_is_withdrawn },
	{ "fault_is_shared", "dup and fork share the queue; the last close lets it be destroyed", fault_is_shared },
	{ "events_are_read", "events are read with their numbers and the mark of a loss; none can be written",
	  events_are_read },
	{ "memory_is_mapped", "a vIOMMU's memory is mapped at its offset and nowhere else, and shared", memory_is_mapped },
	{ "memory_keeps_its_viommu", "every part and every copy of a mapping keeps the vIOMMU", memory_keeps_its_viommu },
	{ "dmabuf_as_a_file", "a dma-buf has a size, and the flags that it was made with", dmabuf_as_a_file },
	{ "dmabuf_is_mapped_and_revoked", "a revoked buffer leaves the tables for good; its areas stay",
	  dmabuf_is_mapped_and_revoked },
	{ NULL, NULL, NULL },
};
