/*
 * IOMMU groups of several devices: one context, one hwpt, one group file for all of them, and a group that an ordinary
 * driver uses too (specification, 2.2, 2.5, 3.2, 3.3 and 4.7).
 */
#include "device.h"

/* Two of the devices given that are in one group. */
struct pair {
	const struct pci_device *first, *second;
};

static struct pair find_pair(void)
{
	for (unsigned i = 0; i < running->device_count; i++)
		for (unsigned j = i + 1; j < running->device_count; j++)
			if (running->devices[i].group == running->devices[j].group)
				return (struct pair){ &running->devices[i], &running->devices[j] };
	SKIP("no two of the devices given share a group");
}

/* Both cdevs of a pair, the first one bound. */
struct bound_pair {
	struct pair devices;
	int iommu, first, second;
	uint32_t ioas_id, first_id;
};

static struct bound_pair bind_first(void)
{
	struct bound_pair bound = { .devices = find_pair(), .iommu = open_iommu() };

	bound.first = EXPECT_FD(open_cdev(bound.devices.first));
	bound.second = EXPECT_FD(open_cdev(bound.devices.second));
	EXPECT_OK(bind_cdev(bound.first, bound.iommu, &bound.first_id));
	bound.ioas_id = new_ioas(bound.iommu);
	return bound;
}

TEST(shared_devices_by_name, "a group opens each of its devices by its name, and closing one leaves the other")
{
	struct pair devices = find_pair();
	struct opened opened = open_by_group(devices.first, "/dev/iommu", VFIO_TYPE1v2_IOMMU);
	int second = EXPECT_FD(get_device_fd(opened.group, devices.second->address));

	EXPECT_EQ(config_read(second, 0, 2), devices.second->vendor);
	EXPECT_EQ(config_read(second, 2, 2), devices.second->device);
	EXPECT_EQ(config_read(opened.device, 2, 2), devices.first->device);
	EXPECT_OK(close(opened.device));
	EXPECT_EQ(config_read(second, 2, 2), devices.second->device);
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(close(second));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST(shared_one_owner, "the other device of a group can be bound to the same context only: EPERM for another")
{
	struct bound_pair bound = bind_first();

	EXPECT_ERRNO(bind_cdev(bound.second, open_iommu(), NULL), EPERM);
	EXPECT_OK(bind_cdev(bound.second, bound.iommu, NULL));
}

TEST(shared_other_context, "with a device left open, the group given to another context opens no other device of it: "
			   "EPERM")
{
	struct pair devices = find_pair();
	struct opened opened = open_by_group(devices.first, "/dev/iommu", VFIO_TYPE1v2_IOMMU);

	EXPECT_OK(close(opened.group));
	opened.group = EXPECT_FD(open_group(devices.first));
	EXPECT_OK(set_container(opened.group, open_iommu()));
	EXPECT_ERRNO(get_device_fd(opened.group, devices.second->address), EPERM);
}

TEST(shared_group_file, "a cdev cannot be bound while the group is open, nor the group opened while any of its cdevs "
			"is bound: EBUSY")
{
	struct pair devices = find_pair();
	int group = EXPECT_FD(open_group(devices.first)), iommu = open_iommu();
	int first = EXPECT_FD(open_cdev(devices.first)), second = EXPECT_FD(open_cdev(devices.second));

	EXPECT_ERRNO(bind_cdev(first, iommu, NULL), EBUSY);
	EXPECT_ERRNO(bind_cdev(second, iommu, NULL), EBUSY);
	EXPECT_OK(close(group));
	EXPECT_OK(bind_cdev(first, iommu, NULL));
	EXPECT_OK(bind_cdev(second, iommu, NULL));
	EXPECT_OK(close(first));
	EXPECT_ERRNO(open_group(devices.first), EBUSY);
	EXPECT_OK(close(second));
	EXPECT_FD(open_group(devices.first));
}

TEST(shared_attach, "devices of a group share one hwpt: the same IOAS gives the same, another fails EINVAL")
{
	struct bound_pair bound = bind_first();
	uint32_t first = bound.ioas_id, second = bound.ioas_id, other = new_ioas(bound.iommu);

	EXPECT_OK(bind_cdev(bound.second, bound.iommu, NULL));
	EXPECT_OK(attach_cdev(bound.first, &first));
	EXPECT_ERRNO(attach_cdev(bound.second, &other), EINVAL);
	EXPECT_OK(attach_cdev(bound.second, &second));
	EXPECT_EQ(second, first);
	EXPECT_OK(detach_cdev(bound.first));
	EXPECT_ERRNO(destroy_object(bound.iommu, bound.ioas_id), EBUSY);
	EXPECT_OK(detach_cdev(bound.second));
	EXPECT_OK(destroy_object(bound.iommu, bound.ioas_id));
}

TEST(shared_replace, "a replacing ATTACH of one device moves the whole group")
{
	struct bound_pair bound = bind_first();
	uint32_t first = bound.ioas_id, second = bound.ioas_id, other = new_ioas(bound.iommu), moved = other;

	EXPECT_OK(bind_cdev(bound.second, bound.iommu, NULL));
	EXPECT_OK(attach_cdev(bound.first, &first));
	EXPECT_OK(attach_cdev(bound.second, &second));
	EXPECT_OK(attach_cdev(bound.first, &moved));
	EXPECT_OK(destroy_object(bound.iommu, bound.ioas_id));
	EXPECT_OK(detach_cdev(bound.first));
	EXPECT_ERRNO(destroy_object(bound.iommu, other), EBUSY);
	EXPECT_OK(detach_cdev(bound.second));
	EXPECT_OK(destroy_object(bound.iommu, other));
}

TEST(shared_reset_ids, "hot reset information of a cdev has 0 for a device that is owned through its group, and its id "
		       "once bound")
{
	struct {
		struct vfio_pci_hot_reset_info head;
		struct vfio_pci_dependent_device devices[64];
	} info = { .head = { .argsz = sizeof(info) } };
	struct bound_pair bound = bind_first();
	uint32_t second_id;
	unsigned owned = 0, bound_ids = 0;

	if (ioctl(bound.first, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &info) != 0)
		SKIP("the devices are on a root bus");
	for (uint32_t i = 0; i < info.head.count; i++)
		owned += info.devices[i].group_id == VFIO_PCI_DEVID_OWNED;
	if (owned == 0)
		SKIP("the devices are on different buses");
	EXPECT_OK(bind_cdev(bound.second, bound.iommu, &second_id));
	EXPECT_OK(ioctl(bound.first, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &info));
	for (uint32_t i = 0; i < info.head.count; i++)
		bound_ids += info.devices[i].group_id == bound.first_id || info.devices[i].group_id == second_id;
	EXPECT_EQ(bound_ids, 2);
}

/* ---- with an ordinary driver ------------------------------------------------------------------------------------- */

static const struct pci_device *require_host_driver(const struct subject *subject)
{
	if (!subject->device->group_has_host_driver)
		SKIP("no device of the group is bound to another driver");
	return subject->device;
}

TEST_DEVICES(not_viable_status, "a group with a device bound to an ordinary driver is not VIABLE, but opens and takes "
				"a container")
{
	int group = EXPECT_FD(open_group(require_host_driver(subject)));
	uint32_t flags;

	EXPECT_OK(group_status(group, &flags));
	EXPECT_EQ(flags, 0);
	EXPECT_OK(set_container(group, open_iommu()));
	EXPECT_OK(group_status(group, &flags));
	EXPECT_EQ(flags, VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
}

TEST_DEVICES(not_viable_group, "GET_DEVICE_FD in a group with a device bound to an ordinary driver fails EPERM")
{
	int group = EXPECT_FD(open_group(require_host_driver(subject)));

	EXPECT_OK(set_container(group, open_iommu()));
	EXPECT_ERRNO(get_device_fd(group, subject->device->address), EPERM);
}

TEST_DEVICES(not_viable_cdev, "BIND in a group with a device bound to an ordinary driver fails EPERM")
{
	int cdev = EXPECT_FD(open_cdev(require_host_driver(subject)));

	EXPECT_ERRNO(bind_cdev(cdev, open_iommu(), NULL), EPERM);
	EXPECT_FD(open_group(subject->device));
}
