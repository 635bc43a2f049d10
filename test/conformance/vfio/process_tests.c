/*
 * Devices across processes: inherited, duplicated and passed descriptors, exec, threads, and what is free again when a
 * process has ended, however it ended (specification, 3.5, 5.6 and 6.1).
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "device.h"

#define THREADS 4
#define ROUNDS 200

TEST_ROUTES(process_fork, "a forked child uses the device, maps memory for it, and sees what the parent changes")
{
	struct opened opened = open_device(subject);
	uint64_t iova = find_iova(&opened, PAGE, PAGE), bytes = PAGE;
	pid_t child = fork();

	if (child == 0) {
		EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
		change_command(opened.device, PCI_COMMAND_MASTER, 0);
		EXPECT_OK(map_dma(&opened, new_memory(PAGE), iova, PAGE));
		_exit(0);
	}
	expect_child(child);
	EXPECT(config_read(opened.device, PCI_COMMAND, 2) & PCI_COMMAND_MASTER);
	EXPECT_OK(unmap_dma(&opened, iova, &bytes));
	EXPECT_EQ(bytes, PAGE);
}

TEST_ROUTES(process_fork_holds, "a device that a child has inherited stays open until the child has closed it too")
{
	struct opened opened = open_device(subject), again;
	int pipe_ends[2];
	char byte;
	pid_t child;

	EXPECT_OK(pipe(pipe_ends));
	child = fork();
	if (child == 0) {
		EXPECT_OK(close(pipe_ends[1]));
		EXPECT_EQ(read(pipe_ends[0], &byte, 1), 0);
		EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
		_exit(0);
	}
	close_device(&opened);
	EXPECT_ERRNO(open_group(subject->device), EBUSY);
	EXPECT_OK(close(pipe_ends[1]));
	expect_child(child);
	again = open_device(subject);
	close_device(&again);
}

TEST_ROUTES(process_one_after_another, "parent and children can open the device one after the other, at once after a "
				       "close or an exit")
{
	for (int round = 0; round < 5; round++) {
		struct opened opened = open_device(subject);
		pid_t child;

		close_device(&opened);
		child = fork();
		if (child == 0) {
			opened = open_device(subject);
			EXPECT_OK(map_dma(&opened, new_memory(PAGE), find_iova(&opened, PAGE, PAGE), PAGE));
			/* Everything is left to the exit. */
			_exit(0);
		}
		expect_child(child);
	}
}

TEST_ROUTES(process_killed, "a killed process frees the device at once, with mappings, interrupts and a mapped BAR")
{
	struct opened opened;
	int pipe_ends[2], status;
	char byte = 0;
	pid_t child;

	EXPECT_OK(pipe(pipe_ends));
	child = fork();
	if (child == 0) {
		const int32_t eventfd = new_eventfd();
		int bar;

		opened = open_device(subject);
		EXPECT_OK(map_dma(&opened, new_memory(16 * PAGE), find_iova(&opened, 16 * PAGE, PAGE), 16 * PAGE));
		EXPECT_OK(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_EVENTFD, 0, 1, &eventfd));
		bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
		EXPECT(bar < 0 || can_load(map_region(opened.device, (uint32_t)bar)));
		EXPECT_EQ(write(pipe_ends[1], &byte, 1), 1);
		pause();
	}
	EXPECT_OK(close(pipe_ends[1]));
	if (read(pipe_ends[0], &byte, 1) != 1)
		expect_child(child);
	EXPECT_OK(kill(child, SIGKILL));
	EXPECT(waitpid(child, &status, 0) == child);
	opened = open_device(subject);
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	close_device(&opened);
}

TEST_ROUTES(process_dup, "a duplicate is the same open device: it works on after the original is closed")
{
	struct opened opened = open_device(subject);
	int duplicate = EXPECT_FD(dup(opened.device)), moved = EXPECT_FD(fcntl(duplicate, F_DUPFD_CLOEXEC, 200));

	EXPECT_OK(close(opened.device));
	EXPECT_OK(close(duplicate));
	EXPECT_EQ(config_read(moved, 0, 2), subject->device->vendor);
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT(dup2(moved, opened.device) == opened.device);
	EXPECT_OK(close(moved));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_OK(close(opened.device));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

static void send_fd(int socket, int fd)
{
	char byte = 0;
	struct iovec vector = { &byte, 1 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	EXPECT_EQ(sendmsg(socket, &message, 0), 1);
}

static int receive_fd(int socket)
{
	char byte;
	struct iovec vector = { &byte, 1 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	int fd;

	EXPECT_EQ(recvmsg(socket, &message, 0), 1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

TEST_ROUTES(process_passed, "a device that is passed over a socket can be used by who gets it, after the sender has "
			    "closed it")
{
	int sockets[2];
	pid_t child;

	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	child = fork();
	if (child == 0) {
		/* Opened here, where the parent inherits nothing of it. */
		struct opened opened = open_device(subject);

		send_fd(sockets[1], opened.device);
		close_device(&opened);
		_exit(0);
	}
	int device = receive_fd(sockets[0]);

	expect_child(child);
	EXPECT_EQ(config_read(device, 0, 2), subject->device->vendor);
	EXPECT_EQ(device_info(device).num_irqs, VFIO_PCI_NUM_IRQS);
	EXPECT_OK(close(device));
	struct opened again = open_device(subject);

	close_device(&again);
}

TEST_ROUTES(process_exec, "a device whose descriptor is not close-on-exec is usable in the executed program")
{
	struct opened opened = open_device(subject);
	pid_t child = fork();

	if (child == 0) {
		char number[16], vendor[16];

		EXPECT_OK(fcntl(opened.device, F_SETFD, 0));
		snprintf(number, sizeof(number), "%d", opened.device);
		snprintf(vendor, sizeof(vendor), "%u", subject->device->vendor);
		execl("/proc/self/exe", "vfio_conformance", "--inherited", number, vendor, (char *)NULL);
		FAIL("exec fails with %s", errno_name(errno));
	}
	expect_child(child);
}

TEST_ROUTES(process_exec_closes, "exec closes a close-on-exec device: it is free in the executed program")
{
	struct opened opened;
	int go[2], ready[2];
	char byte;
	pid_t child;

	EXPECT_OK(pipe(go));
	EXPECT_OK(pipe(ready));
	child = fork();
	if (child == 0) {
		char number[16];

		opened = open_device(subject);
		EXPECT_OK(dup2(go[0], 0));
		EXPECT_OK(close(go[1]));
		snprintf(number, sizeof(number), "%d", ready[1]);
		execl("/proc/self/exe", "vfio_conformance", "--wait", number, (char *)NULL);
		FAIL("exec fails with %s", errno_name(errno));
	}
	EXPECT_OK(close(ready[1]));
	if (read(ready[0], &byte, 1) != 1)
		expect_child(child);
	opened = open_device(subject);
	close_device(&opened);
	EXPECT_OK(close(go[1]));
	expect_child(child);
}

static void *read_many(void *argument)
{
	const struct opened *opened = argument;

	for (int round = 0; round < ROUNDS; round++) {
		(void)config_read(opened->device, 0, 4);
		(void)region_info(opened->device, VFIO_PCI_CONFIG_REGION_INDEX);
	}
	return NULL;
}

TEST_ROUTES(process_threads, "threads can use a device at the same time")
{
	struct opened opened = open_device(subject);
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		EXPECT_OK(pthread_create(&threads[i], NULL, read_many, &opened));
	for (int i = 0; i < THREADS; i++)
		EXPECT_OK(pthread_join(threads[i], NULL));
}

/* ---- several devices --------------------------------------------------------------------------------------------- */

struct opening {
	pthread_t thread;
	const struct pci_device *device;
	const struct mode *mode;
	int iommu;
	uint32_t ioas_id;
	int group, device_fd;
};

/*
 * As a program does that has one container for all: its groups are given to it one by one, its devices opened by
 * threads.
 */
static void *open_one(void *argument)
{
	struct opening *opening = argument;

	if (opening->mode->type) {
		opening->device_fd = EXPECT_FD(get_device_fd(opening->group, opening->device->address));
	} else {
		uint32_t pt_id = opening->ioas_id;

		opening->device_fd = EXPECT_FD(open_cdev(opening->device));
		EXPECT_OK(bind_cdev(opening->device_fd, opening->iommu, NULL));
		EXPECT_OK(attach_cdev(opening->device_fd, &pt_id));
	}
	EXPECT_EQ(config_read(opening->device_fd, 0, 2), opening->device->vendor);
	return NULL;
}

TEST_MODES(several_devices, "devices of one container are opened in threads of their own, and all are free after their "
			    "closes")
{
	static struct opening openings[16];
	unsigned count = running->device_count < ARRAY_SIZE(openings) ? running->device_count : ARRAY_SIZE(openings);
	int iommu = open_file(subject->mode->container);
	uint32_t ioas_id = subject->mode->type ? 0 : new_ioas(iommu);

	if (count < 2)
		SKIP("only one device is given");
	for (unsigned i = 0; i < count; i++) {
		openings[i] = (struct opening){
			.device = &running->devices[i],
			.mode = subject->mode,
			.iommu = iommu,
			.ioas_id = ioas_id,
			.group = -1,
		};
		for (unsigned j = 0; j < i; j++)
			if (openings[j].device->group == openings[i].device->group)
				SKIP("devices share a group");
		if (!subject->mode->type)
			continue;
		openings[i].group = EXPECT_FD(open_group(openings[i].device));
		EXPECT_OK(set_container(openings[i].group, iommu));
		if (i == 0)
			EXPECT_OK(ioctl(iommu, VFIO_SET_IOMMU, (unsigned long)subject->mode->type));
	}
	for (unsigned i = 0; i < count; i++)
		EXPECT_OK(pthread_create(&openings[i].thread, NULL, open_one, &openings[i]));
	for (unsigned i = 0; i < count; i++)
		EXPECT_OK(pthread_join(openings[i].thread, NULL));
	for (unsigned i = 0; i < count; i++) {
		EXPECT_OK(close(openings[i].device_fd));
		if (openings[i].group >= 0)
			EXPECT_OK(close(openings[i].group));
		EXPECT_OK(close(EXPECT_FD(open_group(openings[i].device))));
	}
}
