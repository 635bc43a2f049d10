/* What the tests know of particular devices: a register that can be written without effect. Others are only read. */
#ifndef MODELS_H
#define MODELS_H

#include "device.h"

/* A readable and writable 32-bit register of a memory BAR that can be mapped. */
struct scratch {
	uint32_t bar;
	uint64_t offset;
};

/* Skips if none is known for the subject's device. */
struct scratch find_scratch(const struct subject *subject);

bool is_ioat(const struct pci_device *device);
/* The emulator's, whose registers raise each of its interrupts. */
bool is_test_device(const struct pci_device *device);

#endif
