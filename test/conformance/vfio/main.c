/*
 * vfio_conformance: what a program sees of VFIO, rule by rule, on whatever serves /dev/iommu and /dev/vfio here. The
 * rules are those of Linux 7.1; docs/conformance.md says what the machine needs and what the tests do to the devices.
 */
#include <stdio.h>

#include "device.h"

#define DEVICES_MAX 16

/* Devices to test, if the command line names none. */
#define DEVICES_VARIABLE "VFIO_CONFORMANCE_BDF"

static int usage(void)
{
	fprintf(stderr, "usage: vfio_conformance [--list] [--filter TEXT]... BDF...\n"
			"  BDF is a PCI device bound to vfio-pci, as 0000:00:04.0; " DEVICES_VARIABLE " names them "
												      "likewise\n");
	return 2;
}

/* What process_tests.c executes: whether the inherited descriptor is a device of this vendor. */
static int use_inherited(const char *fd, const char *vendor)
{
	uint16_t found = 0;
	off_t config = (off_t)VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);

	return pread(atoi(fd), &found, sizeof(found), config) == sizeof(found) && found == atoi(vendor) ? 0 : 1;
}

/* The same: says on a descriptor that it runs, and ends with its standard input. */
static int wait_for_end(const char *fd)
{
	char byte = 0;

	return write(atoi(fd), &byte, 1) == 1 && read(0, &byte, 1) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct pci_device devices[DEVICES_MAX];
	struct run_options options = { .devices = devices };
	char *names = getenv(DEVICES_VARIABLE);
	const char *addresses[DEVICES_MAX];
	unsigned count = 0;

	if (argc == 4 && strcmp(argv[1], "--inherited") == 0)
		return use_inherited(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "--wait") == 0)
		return wait_for_end(argv[2]);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			options.list = true;
		else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc && options.filter_count < FILTERS_MAX)
			options.filters[options.filter_count++] = argv[++i];
		else if (argv[i][0] == '-' || count == DEVICES_MAX)
			return usage();
		else
			addresses[count++] = argv[i];
	}
	if (count == 0 && names)
		for (char *name = strtok(names, " ,"); name && count < DEVICES_MAX; name = strtok(NULL, " ,"))
			addresses[count++] = name;
	for (unsigned i = 0; i < count && !options.list; i++) {
		const char *wrong = find_device(&devices[i], addresses[i]);

		if (wrong) {
			fprintf(stderr, "vfio_conformance: %s %s\n", addresses[i], wrong);
			return 2;
		}
	}
	options.device_count = options.list ? 0 : count;
	if (count == 0 && !options.list)
		fprintf(stderr, "vfio_conformance: no device is given: only the tests that need none are run\n");
	return run_tests(&options);
}
