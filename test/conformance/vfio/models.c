/* The devices whose registers the tests know, by their ids. */
#include "models.h"

#define INTEL 0x8086

static const struct {
	unsigned vendor, device;
	struct scratch scratch;
} known[] = {
	/* IOAT of Xeon Scalable processors: CHANERRMASK. */
	{ INTEL, 0x2021, { 0, 0xac } },
	{ INTEL, 0x0b00, { 0, 0xac } },
	/* The emulator's testdev: SCRATCH0. */
	{ 0x1234, 0x7e57, { 0, 0x10 } },
};

struct scratch find_scratch(const struct subject *subject)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].vendor == subject->device->vendor && known[i].device == subject->device->device)
			return known[i].scratch;
	SKIP("no register of this device is known to be harmless");
}

bool is_ioat(const struct pci_device *device)
{
	return device->vendor == INTEL && (device->device == 0x2021 || device->device == 0x0b00);
}

bool is_test_device(const struct pci_device *device)
{
	return device->vendor == 0x1234 && device->device == 0x7e57;
}
