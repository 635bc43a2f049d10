/*
 * The container ioctls of an iommufd that need no device: dispatch, the compatibility IOAS, extensions, SET_IOMMU and
 * GET_INFO (specification, 1.1 to 1.5). A native type1 container has other rules and is skipped.
 */
#include "container.h"

#define NOT_A_POINTER ((void *)1)

int open_empty_container(const struct subject *subject)
{
	int fd = open_file(subject->container);

	if (is_native_container(fd))
		SKIP("%s is a native container", subject->container);
	return fd;
}

int open_container(const struct subject *subject, uint32_t *ioas_id)
{
	int fd = open_empty_container(subject);
	uint32_t id = new_ioas(fd);

	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_SET, &id));
	if (ioas_id)
		*ioas_id = id;
	return fd;
}

uint64_t huge_pages_option(int fd, uint32_t ioas_id)
{
	struct iommu_option call = {
		.size = sizeof(call),
		.option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_GET,
		.object_id = ioas_id,
	};

	EXPECT_OK(ioctl(fd, IOMMU_OPTION, &call));
	return call.val64;
}

/* ---- dispatch ---------------------------------------------------------------------------------------------------- */

TEST_CONTAINERS(container_api_version, "GET_API_VERSION returns 0 whatever the argument")
{
	int fd = open_empty_container(subject);

	EXPECT_OK(ioctl(fd, VFIO_GET_API_VERSION));
	EXPECT_OK(ioctl(fd, VFIO_GET_API_VERSION, NOT_A_POINTER));
}

TEST_CONTAINERS(container_unknown_ioctl, "an unknown ioctl fails ENOTTY and does not look at its argument")
{
	const unsigned long calls[] = {
		VFIO_IOMMU_ENABLE,
		VFIO_IOMMU_DISABLE,
		VFIO_IOMMU_DIRTY_PAGES,
		VFIO_GROUP_GET_STATUS,
		VFIO_GROUP_SET_CONTAINER,
		VFIO_GROUP_UNSET_CONTAINER,
		VFIO_GROUP_GET_DEVICE_FD,
		VFIO_DEVICE_GET_INFO,
		VFIO_DEVICE_BIND_IOMMUFD,
		VFIO_DEVICE_DETACH_IOMMUFD_PT,
		VFIO_CALL(21),
		VFIO_CALL(27),
		_IOW(';', 112, uint32_t),
		_IO(':', 100),
	};
	int fd = open_container(subject, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_ERRNO(ioctl(fd, calls[i], NOT_A_POINTER), ENOTTY);
}

TEST_CONTAINERS(container_native_number, "the number of a native ioctl with other bits set fails EFAULT, then ENOTTY")
{
	uint32_t size = 12;
	int fd = open_empty_container(subject);

	EXPECT_ERRNO(ioctl(fd, _IOW(';', 0x81, uint32_t), NOT_A_POINTER), EFAULT);
	EXPECT_ERRNO(ioctl(fd, _IOW(';', 0x81, uint32_t), &size), ENOTTY);
}

TEST_CONTAINERS(container_native_ioctls, "native ioctls work on every file that takes container ioctls")
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	int fd = open_empty_container(subject);

	EXPECT_OK(ioctl(fd, IOMMU_IOAS_ALLOC, &call));
	EXPECT_OK(destroy_object(fd, call.out_ioas_id));
}

TEST_CONTAINERS(container_file_operations, "read and write fail EINVAL, lseek ESPIPE")
{
	int fd = open_empty_container(subject);
	char byte = 0;

	EXPECT_ERRNO(read(fd, &byte, 1), EINVAL);
	EXPECT_ERRNO(write(fd, &byte, 1), EINVAL);
	EXPECT_ERRNO(lseek(fd, 0, SEEK_SET), ESPIPE);
}

TEST_CONTAINERS(container_mmap, "mmap fails EINVAL if private, EPERM with PROT_EXEC, else ENXIO")
{
	int fd = open_empty_container(subject);

	EXPECT_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EINVAL);
	EXPECT_ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0), EPERM);
	EXPECT_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0), ENXIO);
}

/* ---- the compatibility IOAS -------------------------------------------------------------------------------------- */

TEST_CONTAINERS(compat_ioas_pointer, "IOMMU_VFIO_IOAS sets, gets and clears the compatibility IOAS")
{
	int fd = open_empty_container(subject);
	uint32_t first = new_ioas(fd), second = new_ioas(fd), id = 0;

	EXPECT_ERRNO(vfio_ioas(fd, IOMMU_VFIO_IOAS_GET, &id), ENODEV);
	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_SET, &second));
	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_GET, &id));
	EXPECT_EQ(id, second);
	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_SET, &first));
	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_GET, &id));
	EXPECT_EQ(id, first);
	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_CLEAR, &id));
	EXPECT_ERRNO(vfio_ioas(fd, IOMMU_VFIO_IOAS_GET, &id), ENODEV);
	EXPECT_OK(destroy_object(fd, first));
}

TEST_CONTAINERS(compat_ioas_destroyed, "IOMMU_DESTROY of the compatibility IOAS leaves the container without one")
{
	uint32_t ioas_id, id;
	int fd = open_container(subject, &ioas_id);

	EXPECT_OK(destroy_object(fd, ioas_id));
	EXPECT_ERRNO(vfio_ioas(fd, IOMMU_VFIO_IOAS_GET, &id), ENODEV);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, NULL, 0, PAGE), ENODEV);
}

TEST_CONTAINERS(compat_ioas_without_group, "with a compatibility IOAS, SET_IOMMU, MAP, UNMAP and GET_INFO need no "
					   "group")
{
	struct vfio_iommu_type1_info info = { .argsz = sizeof(info) };
	int fd = open_container(subject, NULL);
	uint64_t bytes = PAGE;

	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_GET_INFO, &info));
	EXPECT_OK(container_map(fd, MAP_READ_WRITE, new_memory(PAGE), 0, PAGE));
	EXPECT_OK(container_unmap(fd, 0, 0, &bytes));
	EXPECT_EQ(bytes, PAGE);
}

TEST_CONTAINERS(compat_ioas_is_ordinary, "native ioctls see the mappings of the container, and the container theirs")
{
	uint32_t ioas_id;
	int fd = open_container(subject, &ioas_id);
	uint8_t *memory = new_memory(2 * PAGE);
	uint64_t bytes = PAGE;

	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 0, PAGE));
	EXPECT_ERRNO(ioas_map(fd, ioas_id, memory, 0, PAGE), EEXIST);
	EXPECT_OK(ioas_map(fd, ioas_id, memory + PAGE, PAGE, PAGE));
	EXPECT_OK(ioas_unmap(fd, ioas_id, 0, &bytes));
	EXPECT_EQ(bytes, PAGE);
	bytes = 2 * PAGE;
	EXPECT_OK(container_unmap(fd, 0, 0, &bytes));
	EXPECT_EQ(bytes, PAGE);
}

/* ---- extensions -------------------------------------------------------------------------------------------------- */

TEST_CONTAINERS(extensions, "CHECK_EXTENSION is 1 for TYPE1, TYPE1v2 and UNMAP_ALL and 0 for all that type1 has "
			    "besides")
{
	const unsigned long absent[] = { 0,
					 VFIO_SPAPR_TCE_IOMMU,
					 VFIO_EEH,
					 VFIO_TYPE1_NESTING_IOMMU,
					 VFIO_SPAPR_TCE_v2_IOMMU,
					 VFIO_UPDATE_VADDR,
					 11,
					 12,
					 1000,
					 ~0ul };
	int fd = open_empty_container(subject);

	EXPECT_EQ(ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1_IOMMU), 1);
	EXPECT_EQ(ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU), 1);
	EXPECT_EQ(ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_UNMAP_ALL), 1);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		EXPECT_EQ(ioctl(fd, VFIO_CHECK_EXTENSION, absent[i]), 0);
}

TEST_CONTAINERS(extension_noiommu, "CHECK_EXTENSION of NOIOMMU is 0 or 1, as the kernel was built")
{
	int fd = open_empty_container(subject), answer = ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_NOIOMMU_IOMMU);

	EXPECT(answer == 0 || answer == 1);
}

TEST_CONTAINERS(extension_coherency, "CHECK_EXTENSION of DMA_CC fails ENODEV without an IOAS and is 1 for one without "
				     "a hwpt")
{
	int fd = open_empty_container(subject);
	uint32_t id;

	EXPECT_ERRNO(ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_DMA_CC_IOMMU), ENODEV);
	id = new_ioas(fd);
	EXPECT_OK(vfio_ioas(fd, IOMMU_VFIO_IOAS_SET, &id));
	EXPECT_EQ(ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_DMA_CC_IOMMU), 1);
}

/* ---- SET_IOMMU --------------------------------------------------------------------------------------------------- */

TEST_CONTAINERS(set_iommu_types, "SET_IOMMU of another type than 1 and 3 fails EINVAL before the IOAS is looked for")
{
	const unsigned long types[] = { 0, 2, 4, 5, 6, 7, 8, 9, 10, 0x100000001ul, ~0ul };
	int fd = open_empty_container(subject);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		EXPECT_ERRNO(ioctl(fd, VFIO_SET_IOMMU, types[i]), EINVAL);
	EXPECT_ERRNO(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU), ENODEV);
	EXPECT_ERRNO(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), ENODEV);
}

TEST_CONTAINERS(set_iommu_repeatedly, "SET_IOMMU may be called any number of times, and type 3 does not end the mode "
				      "of type 1")
{
	uint32_t ioas_id;
	int fd = open_container(subject, &ioas_id);

	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	EXPECT_EQ(huge_pages_option(fd, ioas_id), 1);
	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
	EXPECT_EQ(huge_pages_option(fd, ioas_id), 0);
	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	EXPECT_EQ(huge_pages_option(fd, ioas_id), 0);
}

TEST_CONTAINERS(set_iommu_unaligned_area, "SET_IOMMU 1 with an area that is not page aligned fails EADDRINUSE and "
					  "changes nothing")
{
	uint32_t ioas_id;
	int fd = open_container(subject, &ioas_id);
	uint64_t bytes = 0x10;

	EXPECT_OK(container_map(fd, MAP_READ_WRITE, new_memory(PAGE), 0x10, 0x10));
	EXPECT_ERRNO(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU), EADDRINUSE);
	EXPECT_EQ(huge_pages_option(fd, ioas_id), 1);
	EXPECT_OK(container_unmap(fd, 0, 0x10, &bytes));
	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
}

TEST_CONTAINERS(set_iommu_aligns, "SET_IOMMU 1 makes the IOVA alignment a page, also without a domain")
{
	int fd = open_container(subject, NULL);
	uint8_t *memory = new_memory(PAGE);

	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, 0, 0x10), EINVAL);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, 0x10, PAGE), EINVAL);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory + 0x10, 0, PAGE), EINVAL);
	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 0, PAGE));
}

/* ---- GET_INFO ---------------------------------------------------------------------------------------------------- */

#define PGSIZES_WITHOUT_DOMAIN 0xfffffffffffff000ull
/* The struct, DMA_AVAIL with its padding, and IOVA_RANGE with one range. */
#define INFO_BYTES 72u
#define INFO_BYTES_MIN 16u
#define UNWRITTEN 0xa5

/* What GET_INFO of an empty IOAS leaves in a buffer of this argsz. */
static void expected_info(uint8_t *buffer, uint32_t argsz)
{
	const struct vfio_iommu_type1_info info = {
		.argsz = INFO_BYTES,
		.flags = VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS,
		.iova_pgsizes = PGSIZES_WITHOUT_DOMAIN,
		.cap_offset = argsz >= INFO_BYTES ? 24 : 0,
	};
	const struct vfio_iommu_type1_info_dma_avail avail = {
		.header = { .id = VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, .version = 1 },
		.avail = 0xffffffff,
	};
	const struct vfio_iommu_type1_info_cap_iova_range ranges = {
		.header = { .id = VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, .version = 1 },
		.nr_iovas = 1,
	};
	const struct vfio_iova_range range = { 0, UINT64_MAX };
	const uint32_t next = 40;

	if (argsz >= 24 + sizeof(avail))
		memcpy(buffer + 24, &avail, sizeof(avail));
	if (argsz >= 40 + sizeof(ranges) + sizeof(range)) {
		memcpy(buffer + 40, &ranges, sizeof(ranges));
		memcpy(buffer + 56, &range, sizeof(range));
	}
	if (argsz >= 40)
		memcpy(buffer + 28, &next, sizeof(next));
	memcpy(buffer, &info, argsz < sizeof(info) ? argsz : sizeof(info));
}

TEST_CONTAINERS(get_info_errors, "GET_INFO fails EFAULT, then EINVAL for argsz below 16, then ENODEV without an IOAS")
{
	struct vfio_iommu_type1_info info = { .argsz = INFO_BYTES_MIN - 1 };
	int fd = open_empty_container(subject);

	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_GET_INFO, memory_before_a_hole(INFO_BYTES_MIN - 1)), EFAULT);
	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_GET_INFO, &info), EINVAL);
	info.argsz = sizeof(info);
	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_GET_INFO, &info), ENODEV);
	EXPECT_EQ(info.argsz, sizeof(info));
}

TEST_CONTAINERS(get_info_empty, "GET_INFO of an empty IOAS has all page sizes, DMA_AVAIL and one range of all "
				"addresses, in 72 bytes")
{
	_Alignas(8) uint8_t got[INFO_BYTES], wanted[INFO_BYTES];
	const uint32_t argsz = INFO_BYTES;
	int fd = open_container(subject, NULL);

	memset(got, UNWRITTEN, sizeof(got));
	memcpy(got, &argsz, sizeof(argsz));
	memset(wanted, UNWRITTEN, sizeof(wanted));
	expected_info(wanted, argsz);
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_GET_INFO, got));
	for (size_t i = 0; i < sizeof(got); i++)
		/* The padding of DMA_AVAIL is not written. */
		EXPECT_EQ(got[i], wanted[i]);
}

TEST_CONTAINERS(get_info_short_buffers, "GET_INFO always returns 0 and the full argsz; a capability that fits is "
					"written even if cap_offset is 0")
{
	int fd = open_container(subject, NULL);

	for (uint32_t argsz = INFO_BYTES_MIN; argsz <= INFO_BYTES + 8; argsz++) {
		_Alignas(8) uint8_t got[INFO_BYTES + 8], wanted[INFO_BYTES + 8];

		memset(got, UNWRITTEN, sizeof(got));
		memcpy(got, &argsz, sizeof(argsz));
		memset(wanted, UNWRITTEN, sizeof(wanted));
		expected_info(wanted, argsz);
		EXPECT_OK(ioctl(fd, VFIO_IOMMU_GET_INFO, got));
		for (size_t i = 0; i < sizeof(got); i++)
			if (got[i] != wanted[i])
				FAIL("argsz %u: byte %zu is 0x%02x, not 0x%02x", argsz, i, got[i], wanted[i]);
	}
}

TEST_CONTAINERS(get_info_writes_within_argsz, "GET_INFO touches no memory behind argsz, and a write that it cannot do "
					      "fails EFAULT")
{
	int fd = open_container(subject, NULL);
	struct vfio_iommu_type1_info *info = memory_before_a_hole(INFO_BYTES_MIN);

	info->argsz = INFO_BYTES_MIN;
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_GET_INFO, info));
	EXPECT_EQ(info->argsz, INFO_BYTES);
	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_GET_INFO, info), EFAULT);
}
