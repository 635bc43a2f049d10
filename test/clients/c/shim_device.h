/* The device of test/clients/device-daemon.ts, for scenarios of device files and of mapped registers. */
#ifndef SHIM_DEVICE_H
#define SHIM_DEVICE_H

#include <linux/vfio.h>

#include "shim_program.h"

#define GROUP_PATH "/dev/vfio/7"
#define CDEV_PATH "/dev/vfio/devices/vfio3"
#define DEVICE_NAME "0000:00:04.0"

/* A page of registers, a page of memory, a page of registers. */
#define BAR_BYTES (3 * PAGE)
#define CONFIG_OFFSET (7ul << 40)

/* Registers; device-daemon.ts says what they do. */
#define LAST_ACCESS 0x800
#define ACCESS_COUNT 0x808
#define RW1C 0x900
#define COUNTER 0x904
#define SWITCH 0x2ff0

#define LOAD_OF(bytes, offset) (1ull << 56 | (uint64_t)(bytes) << 48 | (uint64_t)(offset))
#define STORE_OF(bytes, offset) (2ull << 56 | (uint64_t)(bytes) << 48 | (uint64_t)(offset))

/* A descriptor of the device, from its group, which is closed again. */
int open_device(void);

/* All of its BAR. */
uint8_t *map_bar(int device, int protection);

static inline uint64_t register64(const uint8_t *bar, size_t offset)
{
	return *(const volatile uint64_t *)(const void *)(bar + offset);
}

static inline uint32_t register32(const uint8_t *bar, size_t offset)
{
	return *(const volatile uint32_t *)(const void *)(bar + offset);
}

static inline void set_register32(uint8_t *bar, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(void *)(bar + offset) = value;
}

#endif
