/* SET_IRQS: the checks that all interrupts share, and MSI and MSI-X, row by row (specification, 4.5 and 4.14). */
#include "device.h"

#define VECTORS_MAX 8

static const uint32_t message_indexes[] = { VFIO_PCI_MSI_IRQ_INDEX, VFIO_PCI_MSIX_IRQ_INDEX };

/* One of MSI and MSI-X, with eventfds for its vectors. */
struct vectors {
	int device;
	uint32_t index;
	/* At most VECTORS_MAX. */
	uint32_t count;
	int32_t eventfds[VECTORS_MAX];
};

typedef void (*vector_check)(struct vectors *vectors);

/* Calls `check` for MSI and for MSI-X, each on a device that was just opened, where it has `minimum` vectors. */
static void each_message_index(const struct subject *subject, uint32_t minimum, vector_check check)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(message_indexes); i++) {
		struct opened opened = open_device(subject);
		struct vectors vectors = { .device = opened.device, .index = message_indexes[i] };

		vectors.count = irq_info(opened.device, vectors.index).count;
		if (vectors.count > VECTORS_MAX)
			vectors.count = VECTORS_MAX;
		for (uint32_t vector = 0; vector < vectors.count; vector++)
			vectors.eventfds[vector] = new_eventfd();
		if (vectors.count >= minimum) {
			found = true;
			check(&vectors);
		}
		for (uint32_t vector = 0; vector < vectors.count; vector++)
			close(vectors.eventfds[vector]);
		close_device(&opened);
	}
	if (!found)
		SKIP("neither MSI nor MSI-X has %u vectors", minimum);
}

static int enable(const struct vectors *vectors)
{
	return set_irqs(vectors->device, vectors->index, TRIGGER_EVENTFD, 0, vectors->count, vectors->eventfds);
}

static int disable(const struct vectors *vectors)
{
	return set_irqs(vectors->device, vectors->index, TRIGGER_NONE, 0, 0, NULL);
}

static int trigger(const struct vectors *vectors, uint32_t start, uint32_t count)
{
	return set_irqs(vectors->device, vectors->index, TRIGGER_NONE, start, count, NULL);
}

static int set_vector(const struct vectors *vectors, uint32_t vector, int32_t fd)
{
	return set_irqs(vectors->device, vectors->index, TRIGGER_EVENTFD, vector, 1, &fd);
}

/* Triggers one vector and says whether its eventfd was signalled, once. */
static bool delivers(const struct vectors *vectors, uint32_t vector)
{
	uint64_t count;

	EXPECT_OK(trigger(vectors, vector, 1));
	count = event_count(vectors->eventfds[vector]);
	EXPECT(count <= 1);
	return count == 1;
}

/* ---- checks of all indexes --------------------------------------------------------------------------------------- */

TEST_ROUTES(set_irqs_struct, "SET_IRQS fails EFAULT, EINVAL for argsz below 20, an index from 5 on, a range that wraps "
			     "and unknown flags")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_set call = { .argsz = 19, .flags = TRIGGER_NONE, .index = VFIO_PCI_REQ_IRQ_INDEX };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_SET_IRQS, memory_before_a_hole(19)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_SET_IRQS, &call), EINVAL);
	EXPECT_ERRNO(set_irqs(opened.device, VFIO_PCI_NUM_IRQS, TRIGGER_NONE, 0, 0, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_NONE, 0xffffffff, 0, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_NONE, 0xfffffff0, 0x20, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_NONE, 0, 0xffffffff, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_NONE | 64, 0, 1, NULL), EINVAL);
}

TEST_ROUTES(set_irqs_range, "SET_IRQS of interrupts that the index does not have fails EINVAL, even to disable")
{
	struct opened opened = open_device(subject);

	for (uint32_t index = 0; index < VFIO_PCI_NUM_IRQS; index++) {
		struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

		if (ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &info) != 0)
			continue;
		EXPECT_ERRNO(set_irqs(opened.device, index, TRIGGER_NONE, info.count, 0, NULL), EINVAL);
		EXPECT_ERRNO(set_irqs(opened.device, index, TRIGGER_NONE, 0, info.count + 1, NULL), EINVAL);
	}
}

TEST_ROUTES(set_irqs_data_type, "SET_IRQS with no data type or with two fails EINVAL, before the action is looked at")
{
	const uint32_t flags[] = { 0,
				   VFIO_IRQ_SET_ACTION_TRIGGER,
				   TRIGGER_NONE | VFIO_IRQ_SET_DATA_BOOL,
				   TRIGGER_BOOL | VFIO_IRQ_SET_DATA_EVENTFD,
				   7,
				   63 };
	struct opened opened = open_device(subject);
	const int32_t data = -1;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		EXPECT_ERRNO(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, flags[i], 0, 1, &data), EINVAL);
}

TEST_ROUTES(set_irqs_data, "SET_IRQS with less data than argsz covers fails EINVAL, with unreadable data EFAULT; more "
			   "is ignored")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_set *call = memory_before_a_hole(sizeof(*call));
	struct {
		struct vfio_irq_set call;
		int32_t fd;
	} full = { .fd = -1 };

	*call = (struct vfio_irq_set){
		.argsz = sizeof(*call) + 3,
		.flags = TRIGGER_EVENTFD,
		.index = VFIO_PCI_REQ_IRQ_INDEX,
		.count = 1,
	};
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_SET_IRQS, call), EINVAL);
	call->argsz = sizeof(*call) + 4;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_SET_IRQS, call), EFAULT);
	/* Before the action, which is none. */
	call->flags = VFIO_IRQ_SET_DATA_EVENTFD;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_SET_IRQS, call), EFAULT);
	full.call = *call;
	full.call.flags = TRIGGER_EVENTFD;
	full.call.argsz = 4000;
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_SET_IRQS, &full));
}

TEST_ROUTES(set_irqs_action, "SET_IRQS with no action, with two, or with one that the index does not have fails ENOTTY")
{
	const uint32_t mask = VFIO_IRQ_SET_ACTION_MASK, unmask = VFIO_IRQ_SET_ACTION_UNMASK,
		       actions[] = { 0, mask | unmask, mask | VFIO_IRQ_SET_ACTION_TRIGGER, 56 };
	struct opened opened = open_device(subject);

	for (uint32_t index = 0; index < VFIO_PCI_NUM_IRQS; index++) {
		struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

		if (ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &info) != 0 || info.count == 0)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
			EXPECT_ERRNO(set_irqs(opened.device, index, VFIO_IRQ_SET_DATA_NONE | actions[i], 0, 1, NULL),
				     ENOTTY);
		if (index == VFIO_PCI_INTX_IRQ_INDEX)
			continue;
		EXPECT_ERRNO(set_irqs(opened.device, index, VFIO_IRQ_SET_DATA_NONE | mask, 0, 1, NULL), ENOTTY);
		EXPECT_ERRNO(set_irqs(opened.device, index, VFIO_IRQ_SET_DATA_NONE | unmask, 0, 1, NULL), ENOTTY);
	}
}

/* ---- MSI and MSI-X ----------------------------------------------------------------------------------------------- */

static void check_disabled(struct vectors *vectors)
{
	const uint8_t yes = 1;

	EXPECT_ERRNO(disable(vectors), EINVAL);
	EXPECT_ERRNO(trigger(vectors, 0, 1), EINVAL);
	EXPECT_ERRNO(set_irqs(vectors->device, vectors->index, TRIGGER_BOOL, 0, 1, &yes), EINVAL);
}

TEST_ROUTES(messages_disabled, "while MSI or MSI-X is disabled, NONE and BOOL fail EINVAL whatever the count")
{
	each_message_index(subject, 1, check_disabled);
}

static void check_enable_nothing(struct vectors *vectors)
{
	EXPECT_ERRNO(set_irqs(vectors->device, vectors->index, TRIGGER_EVENTFD, 0, 0, NULL), ERANGE);
	EXPECT_OK(enable(vectors));
	EXPECT_OK(set_irqs(vectors->device, vectors->index, TRIGGER_EVENTFD, 0, 0, NULL));
	EXPECT(delivers(vectors, 0));
}

TEST_ROUTES(messages_enable_nothing, "EVENTFD of count 0 fails ERANGE while the index is disabled, and is 0 while it "
				     "is enabled")
{
	each_message_index(subject, 1, check_enable_nothing);
}

static void check_trigger(struct vectors *vectors)
{
	EXPECT_OK(enable(vectors));
	for (uint32_t vector = 0; vector < vectors->count; vector++) {
		EXPECT_EQ(event_count(vectors->eventfds[vector]), 0);
		EXPECT(delivers(vectors, vector));
		for (uint32_t other = 0; other < vectors->count; other++)
			EXPECT_EQ(event_count(vectors->eventfds[other]), 0);
	}
	EXPECT_OK(trigger(vectors, 0, vectors->count));
	EXPECT_OK(trigger(vectors, 0, vectors->count));
	for (uint32_t vector = 0; vector < vectors->count; vector++)
		EXPECT_EQ(event_count(vectors->eventfds[vector]), 2);
}

TEST_ROUTES(messages_trigger, "NONE with a count signals the eventfds of these vectors, once each, and no other")
{
	each_message_index(subject, 1, check_trigger);
}

static void check_trigger_bool(struct vectors *vectors)
{
	uint8_t some[VECTORS_MAX];

	for (uint32_t vector = 0; vector < vectors->count; vector++)
		some[vector] = vector % 2 ? 0 : (uint8_t)(0x80 >> vector);
	EXPECT_OK(enable(vectors));
	EXPECT_OK(set_irqs(vectors->device, vectors->index, TRIGGER_BOOL, 0, vectors->count, some));
	for (uint32_t vector = 0; vector < vectors->count; vector++)
		EXPECT_EQ(event_count(vectors->eventfds[vector]), some[vector] != 0);
}

TEST_ROUTES(messages_trigger_bool, "BOOL signals the vectors whose byte is not 0")
{
	each_message_index(subject, 1, check_trigger_bool);
}

static void check_disable(struct vectors *vectors)
{
	uint32_t last = vectors->count - 1;

	EXPECT_OK(enable(vectors));
	EXPECT_OK(disable(vectors));
	check_disabled(vectors);
	EXPECT_OK(enable(vectors));
	EXPECT_OK(trigger(vectors, last, 0));
	check_disabled(vectors);
	/* All eventfds were dropped. */
	EXPECT_OK(set_vector(vectors, last, vectors->eventfds[last]));
	EXPECT_OK(trigger(vectors, 0, last + 1));
	for (uint32_t vector = 0; vector <= last; vector++)
		EXPECT_EQ(event_count(vectors->eventfds[vector]), vector == last);
}

TEST_ROUTES(messages_disable, "NONE of count 0 with any start disables the index and drops all eventfds")
{
	each_message_index(subject, 1, check_disable);
}

static void check_other_active(struct vectors *vectors)
{
	const uint32_t others[] = { VFIO_PCI_INTX_IRQ_INDEX, VFIO_PCI_MSI_IRQ_INDEX, VFIO_PCI_MSIX_IRQ_INDEX };
	const int32_t none = -1;

	EXPECT_OK(enable(vectors));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i] == vectors->index || irq_info(vectors->device, others[i]).count == 0)
			continue;
		EXPECT_ERRNO(set_irqs(vectors->device, others[i], TRIGGER_EVENTFD, 0, 1, &none), EINVAL);
		EXPECT_OK(disable(vectors));
		EXPECT_OK(set_irqs(vectors->device, others[i], TRIGGER_EVENTFD, 0, 1, &none));
		EXPECT_ERRNO(enable(vectors), EINVAL);
		EXPECT_OK(set_irqs(vectors->device, others[i], TRIGGER_NONE, 0, 0, NULL));
		EXPECT_OK(enable(vectors));
	}
	EXPECT(delivers(vectors, 0));
}

TEST_ROUTES(messages_other_active, "of INTX, MSI and MSI-X only one can be enabled: EVENTFD of another fails EINVAL")
{
	each_message_index(subject, 1, check_other_active);
}

static void check_start(struct vectors *vectors)
{
	EXPECT_OK(set_vector(vectors, 1, vectors->eventfds[1]));
	EXPECT_OK(trigger(vectors, 0, 2));
	EXPECT_EQ(event_count(vectors->eventfds[0]), 0);
	EXPECT_EQ(event_count(vectors->eventfds[1]), 1);
	EXPECT_OK(disable(vectors));
	/* One vector, with no eventfd. */
	EXPECT_OK(set_irqs(vectors->device, vectors->index, TRIGGER_EVENTFD, 1, 0, NULL));
	EXPECT_OK(trigger(vectors, 0, 1));
	EXPECT_OK(disable(vectors));
}

TEST_ROUTES(messages_start, "EVENTFD enables start + count vectors; those that got no eventfd are skipped")
{
	each_message_index(subject, 2, check_start);
}

static void check_clear(struct vectors *vectors)
{
	const int32_t negative[] = { -1, -2, INT32_MIN };

	EXPECT_OK(enable(vectors));
	for (size_t i = 0; i < ARRAY_SIZE(negative); i++) {
		EXPECT_OK(set_vector(vectors, 0, negative[i]));
		EXPECT(!delivers(vectors, 0));
		EXPECT_OK(set_vector(vectors, 0, vectors->eventfds[0]));
		EXPECT(delivers(vectors, 0));
	}
}

TEST_ROUTES(messages_clear, "a negative descriptor takes a vector's eventfd away; the index stays enabled")
{
	each_message_index(subject, 1, check_clear);
}

static void check_replace(struct vectors *vectors)
{
	int second = new_eventfd();

	EXPECT_OK(enable(vectors));
	EXPECT_OK(set_vector(vectors, 0, second));
	EXPECT(!delivers(vectors, 0));
	EXPECT_EQ(event_count(second), 1);
	/* The same eventfd again. */
	EXPECT_OK(set_vector(vectors, 0, second));
	EXPECT(!delivers(vectors, 0));
	EXPECT_EQ(event_count(second), 1);
}

TEST_ROUTES(messages_replace, "EVENTFD of a vector that has one replaces it")
{
	each_message_index(subject, 1, check_replace);
}

static void check_closed_eventfd(struct vectors *vectors)
{
	int duplicate = EXPECT_FD(dup(vectors->eventfds[0]));

	EXPECT_OK(enable(vectors));
	EXPECT_OK(close(vectors->eventfds[0]));
	EXPECT_OK(trigger(vectors, 0, 1));
	EXPECT_EQ(event_count(duplicate), 1);
	vectors->eventfds[0] = duplicate;
}

TEST_ROUTES(messages_closed_eventfd, "a vector signals its eventfd after the descriptor that named it is closed")
{
	each_message_index(subject, 1, check_closed_eventfd);
}

static void check_bad_enable(struct vectors *vectors)
{
	int null = open_file("/dev/null");

	EXPECT_ERRNO(set_vector(vectors, 0, closed_fd()), EBADF);
	check_disabled(vectors);
	EXPECT_ERRNO(set_vector(vectors, 0, null), EINVAL);
	check_disabled(vectors);
	EXPECT_OK(enable(vectors));
	EXPECT_OK(close(null));
}

TEST_ROUTES(messages_bad_enable, "enabling with a closed descriptor fails EBADF, with another file EINVAL, and leaves "
				 "the index disabled")
{
	each_message_index(subject, 1, check_bad_enable);
}

static void check_bad_slot(struct vectors *vectors)
{
	int32_t eventfds[3] = { vectors->eventfds[0], closed_fd(), vectors->eventfds[2] };

	EXPECT_OK(enable(vectors));
	EXPECT_ERRNO(set_irqs(vectors->device, vectors->index, TRIGGER_EVENTFD, 0, 3, eventfds), EBADF);
	EXPECT(!delivers(vectors, 0));
	EXPECT(!delivers(vectors, 1));
	EXPECT(delivers(vectors, 2));
	EXPECT(delivers(vectors, 3));
}

TEST_ROUTES(messages_bad_slot, "EVENTFD that fails while enabled clears the vectors up to and with the failing one and "
			       "keeps the rest")
{
	each_message_index(subject, 4, check_bad_slot);
}

static void check_more_vectors(struct vectors *vectors)
{
	bool dynamic = !(irq_info(vectors->device, vectors->index).flags & VFIO_IRQ_INFO_NORESIZE);

	EXPECT_OK(set_vector(vectors, 0, vectors->eventfds[0]));
	if (!dynamic) {
		EXPECT_ERRNO(set_vector(vectors, 1, vectors->eventfds[1]), EINVAL);
	} else {
		EXPECT_OK(set_vector(vectors, 1, vectors->eventfds[1]));
		EXPECT(delivers(vectors, 1));
	}
	EXPECT(delivers(vectors, 0));
}

TEST_ROUTES(messages_more_vectors, "vectors above the enabled number can be set later only without NORESIZE, else "
				   "EINVAL")
{
	each_message_index(subject, 2, check_more_vectors);
}

static void check_without_memory(struct vectors *vectors)
{
	change_command(vectors->device, 0, PCI_COMMAND_MEMORY);
	EXPECT_OK(enable(vectors));
	EXPECT(delivers(vectors, 0));
	EXPECT_OK(disable(vectors));
	EXPECT_EQ(config_read(vectors->device, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY, 0);
}

TEST_ROUTES(messages_without_memory, "MSI and MSI-X can be enabled, triggered and disabled while memory decoding is "
				     "off")
{
	each_message_index(subject, 1, check_without_memory);
}

/* As the kernel's own test does. */
static void check_enable_trigger_disable(struct vectors *vectors)
{
	EXPECT_OK(enable(vectors));
	for (uint32_t vector = 0; vector < vectors->count; vector++) {
		uint64_t value;

		EXPECT_ERRNO(read(vectors->eventfds[vector], &value, sizeof(value)), EAGAIN);
		EXPECT_OK(trigger(vectors, vector, 1));
		EXPECT_EQ(read(vectors->eventfds[vector], &value, sizeof(value)), sizeof(value));
		EXPECT_EQ(value, 1);
	}
	for (uint32_t vector = 0; vector < vectors->count; vector++) {
		EXPECT_OK(close(vectors->eventfds[vector]));
		vectors->eventfds[vector] = -1;
	}
	EXPECT_OK(disable(vectors));
}

TEST_MODES(enable_trigger_disable, "all vectors are enabled, each triggered once, and disabled after their eventfds "
				   "are closed")
{
	each_message_index(subject, 1, check_enable_trigger_disable);
}
