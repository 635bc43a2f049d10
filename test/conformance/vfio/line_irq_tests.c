/* SET_IRQS of the single interrupts: INTX with its masking, ERR and REQ (specification, 4.5). */
#include "device.h"

#define MASK(type) (VFIO_IRQ_SET_DATA_##type | VFIO_IRQ_SET_ACTION_MASK)
#define UNMASK(type) (VFIO_IRQ_SET_DATA_##type | VFIO_IRQ_SET_ACTION_UNMASK)

static const uint8_t yes = 1, no = 0;
static const int32_t none = -1;

static int intx(int device, uint32_t flags, const void *data)
{
	return set_irqs(device, VFIO_PCI_INTX_IRQ_INDEX, flags, 0, 1, data);
}

static int disable_intx(int device)
{
	return set_irqs(device, VFIO_PCI_INTX_IRQ_INDEX, TRIGGER_NONE, 0, 0, NULL);
}

/* Triggers, and unmasks in case that this has masked. */
static void trigger_intx(int device, uint32_t flags, const void *data)
{
	EXPECT_OK(intx(device, flags, data));
	EXPECT_OK(intx(device, UNMASK(NONE), NULL));
}

/* The subject's device; skips if it has no interrupt pin. */
static int open_intx(const struct subject *subject)
{
	struct opened opened = open_device(subject);

	if (irq_info(opened.device, VFIO_PCI_INTX_IRQ_INDEX).count == 0)
		SKIP("the device has no INTX");
	return opened.device;
}

TEST_ROUTES(intx_disabled, "while INTX is disabled, everything but enabling it fails EINVAL, MASK and UNMASK by "
			   "EVENTFD too")
{
	int device = open_intx(subject);

	EXPECT_ERRNO(disable_intx(device), EINVAL);
	EXPECT_ERRNO(intx(device, TRIGGER_NONE, NULL), EINVAL);
	EXPECT_ERRNO(intx(device, TRIGGER_BOOL, &yes), EINVAL);
	EXPECT_ERRNO(intx(device, MASK(NONE), NULL), EINVAL);
	EXPECT_ERRNO(intx(device, MASK(EVENTFD), &none), EINVAL);
	EXPECT_ERRNO(intx(device, UNMASK(NONE), NULL), EINVAL);
	EXPECT_ERRNO(intx(device, UNMASK(EVENTFD), &none), EINVAL);
}

TEST_ROUTES(intx_enable, "EVENTFD enables INTX; NONE of count 0 disables it, and then fails EINVAL")
{
	int device = open_intx(subject), eventfd = new_eventfd();

	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &eventfd));
	EXPECT_OK(disable_intx(device));
	EXPECT_ERRNO(disable_intx(device), EINVAL);
	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &eventfd));
}

TEST_ROUTES(intx_count, "EVENTFD of INTX with count 0 fails EINVAL")
{
	int device = open_intx(subject);

	EXPECT_ERRNO(set_irqs(device, VFIO_PCI_INTX_IRQ_INDEX, TRIGGER_EVENTFD, 0, 0, NULL), EINVAL);
	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &none));
	EXPECT_ERRNO(set_irqs(device, VFIO_PCI_INTX_IRQ_INDEX, TRIGGER_EVENTFD, 0, 0, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(device, VFIO_PCI_INTX_IRQ_INDEX, MASK(NONE), 0, 0, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(device, VFIO_PCI_INTX_IRQ_INDEX, UNMASK(NONE), 0, 0, NULL), EINVAL);
}

TEST_ROUTES(intx_trigger, "NONE and BOOL trigger INTX, BOOL only if the byte is not 0")
{
	int device = open_intx(subject), eventfd = new_eventfd();

	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &eventfd));
	trigger_intx(device, TRIGGER_NONE, NULL);
	EXPECT_EQ(event_count(eventfd), 1);
	trigger_intx(device, TRIGGER_BOOL, &no);
	EXPECT_EQ(event_count(eventfd), 0);
	trigger_intx(device, TRIGGER_BOOL, &yes);
	EXPECT_EQ(event_count(eventfd), 1);
}

TEST_ROUTES(intx_without_eventfd, "a descriptor of -1 enables INTX without an eventfd, which can be set later and "
				  "replaced")
{
	int device = open_intx(subject), first = new_eventfd(), second = new_eventfd();

	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &none));
	trigger_intx(device, TRIGGER_NONE, NULL);
	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &first));
	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &second));
	trigger_intx(device, TRIGGER_NONE, NULL);
	EXPECT_EQ(event_count(first), 0);
	EXPECT_EQ(event_count(second), 1);
	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &none));
	trigger_intx(device, TRIGGER_NONE, NULL);
	EXPECT_EQ(event_count(second), 0);
}

TEST_ROUTES(intx_bad_descriptor, "enabling INTX with a closed descriptor fails EBADF, with another file EINVAL, and "
				 "leaves it disabled")
{
	int device = open_intx(subject), null = open_file("/dev/null"), closed = closed_fd();

	EXPECT_ERRNO(intx(device, TRIGGER_EVENTFD, &closed), EBADF);
	EXPECT_ERRNO(disable_intx(device), EINVAL);
	EXPECT_ERRNO(intx(device, TRIGGER_EVENTFD, &null), EINVAL);
	EXPECT_ERRNO(disable_intx(device), EINVAL);
	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &none));
	EXPECT_ERRNO(intx(device, TRIGGER_EVENTFD, &closed), EBADF);
	EXPECT_ERRNO(intx(device, TRIGGER_EVENTFD, &null), EINVAL);
	EXPECT_OK(disable_intx(device));
}

TEST_ROUTES(intx_mask, "an enabled INTX is masked and unmasked by NONE and BOOL; MASK by EVENTFD fails ENOTTY")
{
	int device = open_intx(subject);

	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &none));
	EXPECT_OK(intx(device, MASK(NONE), NULL));
	EXPECT_OK(intx(device, MASK(NONE), NULL));
	EXPECT_OK(intx(device, MASK(BOOL), &yes));
	EXPECT_OK(intx(device, MASK(BOOL), &no));
	EXPECT_OK(intx(device, UNMASK(BOOL), &no));
	EXPECT_OK(intx(device, UNMASK(BOOL), &yes));
	EXPECT_OK(intx(device, UNMASK(NONE), NULL));
	EXPECT_ERRNO(intx(device, MASK(EVENTFD), &none), ENOTTY);
}

TEST_ROUTES(intx_unmask_eventfd, "one eventfd can be set to unmask INTX: a second fails EBUSY, a closed one EBADF, -1 "
				 "takes it away")
{
	int device = open_intx(subject), first = new_eventfd(), second = new_eventfd(), closed = closed_fd();

	EXPECT_OK(intx(device, TRIGGER_EVENTFD, &none));
	EXPECT_ERRNO(intx(device, UNMASK(EVENTFD), &closed), EBADF);
	EXPECT_OK(intx(device, UNMASK(EVENTFD), &first));
	EXPECT_ERRNO(intx(device, UNMASK(EVENTFD), &second), EBUSY);
	EXPECT_OK(intx(device, UNMASK(EVENTFD), &none));
	EXPECT_OK(intx(device, UNMASK(EVENTFD), &second));
}

/* ---- ERR and REQ ------------------------------------------------------------------------------------------------- */

static const uint32_t single_indexes[] = { VFIO_PCI_ERR_IRQ_INDEX, VFIO_PCI_REQ_IRQ_INDEX };

/* Calls `check` for ERR, if the device has it, and for REQ. */
static void each_single_index(const struct subject *subject, void (*check)(int device, uint32_t index))
{
	struct opened opened = open_device(subject);

	for (size_t i = 0; i < ARRAY_SIZE(single_indexes); i++) {
		struct vfio_irq_info info = { .argsz = sizeof(info), .index = single_indexes[i] };

		if (ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0)
			check(opened.device, single_indexes[i]);
	}
}

static void check_unregistered(int device, uint32_t index)
{
	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_NONE, 0, 1, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_NONE, 0, 0, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_BOOL, 0, 0, NULL), EINVAL);
	EXPECT_OK(set_irqs(device, index, TRIGGER_BOOL, 0, 1, &yes));
}

TEST_ROUTES(single_unregistered, "ERR and REQ without an eventfd: NONE fails EINVAL, BOOL does nothing, BOOL of count "
				 "0 fails EINVAL")
{
	each_single_index(subject, check_unregistered);
}

static void check_trigger(int device, uint32_t index)
{
	int eventfd = new_eventfd();

	EXPECT_OK(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &eventfd));
	EXPECT_OK(set_irqs(device, index, TRIGGER_NONE, 0, 1, NULL));
	EXPECT_EQ(event_count(eventfd), 1);
	EXPECT_OK(set_irqs(device, index, TRIGGER_BOOL, 0, 1, &no));
	EXPECT_EQ(event_count(eventfd), 0);
	EXPECT_OK(set_irqs(device, index, TRIGGER_BOOL, 0, 1, &yes));
	EXPECT_EQ(event_count(eventfd), 1);
}

TEST_ROUTES(single_trigger, "ERR and REQ with an eventfd: NONE of count 1 and BOOL with a byte that is not 0 signal it")
{
	each_single_index(subject, check_trigger);
}

static void check_remove(int device, uint32_t index)
{
	int eventfd = new_eventfd();

	EXPECT_OK(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &eventfd));
	EXPECT_OK(set_irqs(device, index, TRIGGER_NONE, 0, 0, NULL));
	check_unregistered(device, index);
	EXPECT_OK(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &eventfd));
	EXPECT_OK(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &none));
	check_unregistered(device, index);
	EXPECT_EQ(event_count(eventfd), 0);
}

TEST_ROUTES(single_remove, "NONE of count 0 and a descriptor of -1 take the eventfd of ERR and REQ away")
{
	each_single_index(subject, check_remove);
}

static void check_bad_descriptor(int device, uint32_t index)
{
	int null = open_file("/dev/null"), closed = closed_fd(), below = -2, first = new_eventfd(),
	    second = new_eventfd();

	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_EVENTFD, 0, 0, NULL), EINVAL);
	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &below), EINVAL);
	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &closed), EBADF);
	EXPECT_ERRNO(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &null), EINVAL);
	EXPECT_OK(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &first));
	EXPECT_OK(set_irqs(device, index, TRIGGER_EVENTFD, 0, 1, &second));
	EXPECT_OK(set_irqs(device, index, TRIGGER_NONE, 0, 1, NULL));
	EXPECT_EQ(event_count(first), 0);
	EXPECT_EQ(event_count(second), 1);
}

TEST_ROUTES(single_descriptor, "EVENTFD of ERR and REQ: count 0 and below -1 EINVAL, closed EBADF, another file "
			       "EINVAL, else it replaces")
{
	each_single_index(subject, check_bad_descriptor);
}

TEST_ROUTES(single_beside_messages, "REQ does not depend on the other interrupts being enabled")
{
	struct opened opened = open_device(subject);
	int eventfd = new_eventfd();

	EXPECT_OK(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_EVENTFD, 0, 1, &eventfd));
	if (irq_info(opened.device, VFIO_PCI_MSIX_IRQ_INDEX).count) {
		EXPECT_OK(set_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, TRIGGER_EVENTFD, 0, 1, &none));
		EXPECT_OK(set_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, TRIGGER_NONE, 0, 0, NULL));
	}
	EXPECT_OK(set_irqs(opened.device, VFIO_PCI_REQ_IRQ_INDEX, TRIGGER_NONE, 0, 1, NULL));
	EXPECT_EQ(event_count(eventfd), 1);
}
