/*
 * Scenarios: what a program finds of a simulated machine in the file system, through each function that takes a path. The
 * daemon shows the device 0000:00:04.0 in group 7 with the driver vfio-pci, and 0000:00:05.0 in group 8 without one.
 */
#include <dirent.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "shim_program.h"

#define BUS "/sys/bus/pci"
#define DEVICE BUS "/devices/0000:00:04.0"
#define UNBOUND BUS "/devices/0000:00:05.0"
#define DRIVER BUS "/drivers/vfio-pci"

/* The whole of a small file. */
static const char *text_of(const char *path)
{
	static char text[8192];
	int fd = open(path, O_RDONLY);
	ssize_t length;

	CHECK(fd >= 0);
	length = read(fd, text, sizeof(text) - 1);
	CHECK(length >= 0 && close(fd) == 0);
	text[length] = 0;
	return text;
}

static const char *link_text(const char *path)
{
	static char text[PATH_MAX];
	ssize_t length = readlink(path, text, sizeof(text) - 1);

	CHECK(length > 0);
	text[length] = 0;
	return text;
}

/* Writes a text as a program does: 0, or the errno. */
static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), error = 0;
	ssize_t length;

	CHECK(fd >= 0);
	length = write(fd, text, strlen(text));
	if (length != (ssize_t)strlen(text))
		error = errno;
	CHECK(close(fd) == 0);
	return error;
}

static bool lists(DIR *directory, const char *name)
{
	const struct dirent *entry;

	CHECK(directory);
	while ((entry = readdir(directory)) != NULL)
		if (!strcmp(entry->d_name, name))
			break;
	CHECK(closedir(directory) == 0);
	return entry;
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static void tree_reading(void)
{
	char line[64];
	FILE *stream = fopen(DEVICE "/vendor", "r");
	int directory = open(DEVICE, O_RDONLY | O_DIRECTORY), fd;

	CHECK(stream && fgets(line, sizeof(line), stream) && !strcmp(line, "0x8086\n") && fclose(stream) == 0);
	stream = fopen64(DEVICE "/device", "re");
	CHECK(stream && fgets(line, sizeof(line), stream) && !strcmp(line, "0x2021\n"));
	CHECK(fcntl(fileno(stream), F_GETFD) == FD_CLOEXEC);
	stream = freopen(DEVICE "/class", "r", stream);
	CHECK(stream && fgets(line, sizeof(line), stream) && !strcmp(line, "0x088000\n") && fclose(stream) == 0);
	fd = openat(directory, "revision", O_RDONLY);
	CHECK(directory >= 0 && fd >= 0 && read(fd, line, sizeof(line)) == 5 && !memcmp(line, "0x04\n", 5));
	fd = openat(directory, "/" DEVICE "//./irq", O_RDONLY);
	CHECK(fd >= 0 && read(fd, line, sizeof(line)) == 3);
	CHECK(!strcmp(text_of("/sys/class/vfio/7/dev") + 3, ":7\n"));
	CHECK(strstr(text_of("/proc/devices"), " vfio-dev\n"));
	CHECK(strstr(text_of("/proc/misc"), "196 vfio\n"));
	CHECK_ERRNO(fopen(DEVICE "/nothing", "r") ? 0 : -1, ENOENT);
	CHECK_ERRNO(fopen(DEVICE "/vendor", "z") ? 0 : -1, EINVAL);
}

static void tree_directories(void)
{
	struct dirent **list, *at;
	struct dirent64 **list64;
	int count, descriptor = open("/sys/kernel/iommu_groups", O_RDONLY | O_DIRECTORY);

	CHECK(lists(opendir(BUS "/devices"), "0000:00:04.0"));
	CHECK(lists(opendir("/sys/kernel/iommu_groups/7/devices"), "0000:00:04.0"));
	CHECK(lists(opendir(DEVICE "/vfio-dev/"), "vfio0"));
	CHECK(lists(opendir("/sys/module"), "vfio_pci"));
	CHECK(lists(opendir("/sys/class/misc"), "iommu"));
	CHECK(lists(opendir("/dev/vfio"), "7") && lists(opendir("/dev/vfio/devices"), "vfio0"));
	CHECK(lists(fdopendir(descriptor), "8"));
	CHECK(!lists(opendir("/dev"), "7") && lists(opendir("/dev"), "null"));
	count = scandir("/sys/class/iommu/dmar0/devices", &list, NULL, alphasort);
	CHECK(count == 4);
	at = list[2];
	CHECK(!strcmp(at->d_name, "0000:00:04.0"));
	CHECK(scandir64(DEVICE "/vfio-dev", &list64, NULL, alphasort64) == 3 && !strcmp(list64[2]->d_name, "vfio0"));
	CHECK_ERRNO(opendir(DEVICE "/vendor") ? 0 : -1, ENOTDIR);
}

static void tree_links(void)
{
	char resolved[PATH_MAX], *path, text[PATH_MAX];
	int directory = open(DEVICE, O_RDONLY | O_DIRECTORY);

	CHECK(!strcmp(link_text(DEVICE), "../../../devices/pci0000:00/0000:00:04.0"));
	CHECK(!strcmp(link_text(DEVICE "/iommu_group"), "../../../kernel/iommu_groups/7"));
	CHECK(readlinkat(directory, "driver", text, sizeof(text)) == 33);
	CHECK(!memcmp(text, "../../../bus/pci/drivers/vfio-pci", 33));
	CHECK(readlinkat(AT_FDCWD, DEVICE "/subsystem", text, 4) == 4 && !memcmp(text, "../.", 4));
	CHECK_ERRNO(readlink(DEVICE "/vendor", text, sizeof(text)), EINVAL);
	CHECK(realpath(DEVICE "/subsystem", resolved) && !strcmp(resolved, "/sys/bus/pci"));
	path = realpath(DEVICE "/vfio-dev/vfio0/device/driver/module", NULL);
	CHECK(path && !strcmp(path, "/sys/module/vfio_pci"));
	path = canonicalize_file_name("/sys/class/vfio-dev/vfio0");
	CHECK(path && !strcmp(path, "/sys/devices/pci0000:00/0000:00:04.0/vfio-dev/vfio0"));
	CHECK_ERRNO(realpath(DEVICE "/nothing", resolved) ? 0 : -1, ENOENT);
	CHECK(realpath("/dev/../dev/null", resolved) && !strcmp(resolved, "/dev/null"));
	/* As on Linux, ".." is the parent of where a link leads. */
	CHECK(realpath(DEVICE "/..", resolved) && !strcmp(resolved, "/sys/devices/pci0000:00"));
	snprintf(text, sizeof(text), "/proc/self/fd/%d", directory);
	CHECK(!strcmp(link_text(text), "/sys/devices/pci0000:00/0000:00:04.0"));
}

static void tree_working_directory(void)
{
	char path[PATH_MAX], *name;

	CHECK(chdir("/sys/class/vfio-dev/vfio0") == 0);
	CHECK(getcwd(path, sizeof(path)) && !strcmp(path, "/sys/devices/pci0000:00/0000:00:04.0/vfio-dev/vfio0"));
	unsetenv("PWD");
	name = get_current_dir_name();
	CHECK(name && !strcmp(name, path));
	CHECK(!strncmp(text_of("uevent"), "MAJOR=", 6));
	CHECK(chdir("device") == 0 && !strcmp(text_of("vendor"), "0x8086\n"));
	CHECK(chdir("../..") == 0 && getcwd(path, sizeof(path)));
	CHECK(!strcmp(path, "/sys/devices"));
	CHECK(chdir("/dev/vfio") == 0);
	CHECK_ERRNO(open("9", O_RDWR), ENOENT);
	CHECK(chdir("/") == 0 && getcwd(path, sizeof(path)) && !strcmp(path, "/"));
}

static void tree_patterns(void)
{
	glob_t found = { .gl_offs = 1 };
	glob64_t found64 = { 0 };

	CHECK(glob("/sys/kernel/iommu_groups/*/devices/*", GLOB_DOOFFS, NULL, &found) == 0);
	CHECK(found.gl_pathc >= 2);
	CHECK(!found.gl_pathv[0] && !strcmp(found.gl_pathv[1], "/sys/kernel/iommu_groups/7/devices/0000:00:04.0"));
	CHECK(glob("/dev/vfio/[0-9]*", GLOB_DOOFFS | GLOB_APPEND, NULL, &found) == 0);
	CHECK(!strcmp(found.gl_pathv[found.gl_pathc - 1], "/dev/vfio/8") ||
	      !strcmp(found.gl_pathv[found.gl_pathc], "/dev/vfio/7"));
	CHECK(glob64(DEVICE "/nothing*", 0, NULL, &found64) == GLOB_NOMATCH);
	CHECK(glob64("/dev/nul*", 0, NULL, &found64) == 0 && !strcmp(found64.gl_pathv[0], "/dev/null"));
}

/* ---- status ------------------------------------------------------------------------------------------------------- */

static void check_node(const struct stat *status, unsigned int minor_number)
{
	CHECK(S_ISCHR(status->st_mode) && (status->st_mode & 07777) == 0600);
	CHECK(major(status->st_rdev) > 200 && minor(status->st_rdev) == minor_number);
	CHECK(status->st_uid == geteuid() && status->st_size == 0);
}

static void tree_status(void)
{
	struct stat status;
	struct statx extended;
	int directory = open("/dev/vfio", O_RDONLY | O_DIRECTORY), path = open("/dev/vfio/7", O_PATH);
	unsigned int number;

	CHECK(stat("/dev/vfio/7", &status) == 0);
	check_node(&status, 7);
	CHECK(sscanf(text_of("/sys/class/vfio/7/dev"), "%u:", &number) == 1 && number == major(status.st_rdev));
	CHECK(lstat("/dev/vfio/devices/vfio0", &status) == 0);
	check_node(&status, 0);
	CHECK(fstatat(directory, "7", &status, 0) == 0);
	check_node(&status, 7);
	CHECK(path >= 0 && fcntl(path, F_GETFL) & O_PATH);
	CHECK(statx(AT_FDCWD, "/dev/vfio/7", 0, STATX_BASIC_STATS, &extended) == 0);
	CHECK(S_ISCHR(extended.stx_mode) && extended.stx_rdev_major == number && extended.stx_rdev_minor == 7);
	CHECK(stat(DEVICE, &status) == 0 && S_ISDIR(status.st_mode));
	CHECK(lstat(DEVICE, &status) == 0 && S_ISLNK(status.st_mode));
	CHECK(stat(DEVICE "/driver_override", &status) == 0 && status.st_mode == (S_IFREG | 0644));
	CHECK(stat(DRIVER "/bind", &status) == 0 && status.st_mode == (S_IFREG | 0200));
	CHECK(statx(AT_FDCWD, DEVICE "/config", 0, STATX_BASIC_STATS, &extended) == 0 && extended.stx_size == 4096);
	CHECK_ERRNO(stat("/dev/vfio/9", &status), ENOENT);
	CHECK_ERRNO(stat(DEVICE "/nothing", &status), ENOENT);
	CHECK_ERRNO(lgetxattr(DEVICE, "user.none", NULL, 0), ENODATA);
	CHECK(listxattr(DEVICE, NULL, 0) >= 0 && llistxattr(DEVICE, NULL, 0) >= 0);
	CHECK_ERRNO(getxattr(DEVICE, "user.none", NULL, 0), ENODATA);
}

static void tree_access(void)
{
	CHECK(access("/sys/module/vfio_pci", F_OK) == 0 && access(DEVICE "/vendor", R_OK) == 0);
	CHECK(access("/dev/vfio/7", R_OK | W_OK) == 0 && euidaccess("/dev/vfio/devices/vfio0", R_OK) == 0);
	CHECK(faccessat(AT_FDCWD, "/dev/vfio/7", W_OK, 0) == 0 && eaccess(DEVICE, X_OK) == 0);
	CHECK_ERRNO(access("/dev/vfio/7", X_OK), EACCES);
	CHECK_ERRNO(access(DEVICE "/sriov_numvfs", F_OK), ENOENT);
	CHECK_ERRNO(access("/sys/kernel/debug/iommu/intel", F_OK), ENOENT);
	CHECK_ERRNO(access("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", F_OK), ENOENT);
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

static void tree_binding(void)
{
	char text[64];

	CHECK(put(DRIVER "/bind", "0000:00:05.0") == ENODEV);
	CHECK(put(UNBOUND "/driver_override", "vfio-pci\n") == 0);
	CHECK(!strcmp(text_of(UNBOUND "/driver_override"), "vfio-pci\n"));
	CHECK(put(DRIVER "/bind", "0000:00:05.0") == 0);
	CHECK(!strcmp(link_text(UNBOUND "/driver"), "../../../bus/pci/drivers/vfio-pci"));
	CHECK(access("/dev/vfio/8", R_OK | W_OK) == 0 && access("/dev/vfio/devices/vfio1", F_OK) == 0);
	CHECK(put(DRIVER "/bind", "0000:00:05.0") == ENODEV);
	CHECK(put(UNBOUND "/driver/unbind", "0000:00:05.0\n") == 0);
	CHECK_ERRNO(readlink(UNBOUND "/driver", text, sizeof(text)), ENOENT);
	CHECK_ERRNO(access("/dev/vfio/8", F_OK), ENOENT);
	CHECK(put(BUS "/drivers_probe", "0000:00:05.0") == 0 && access("/dev/vfio/8", F_OK) == 0);
}

static void tree_streams(void)
{
	FILE *stream = fopen(UNBOUND "/driver_override", "w");
	int saved;

	CHECK(stream && fprintf(stream, "%s\n", "vfio-pci") == 9 && fclose(stream) == 0);
	CHECK(!strcmp(text_of(UNBOUND "/driver_override"), "vfio-pci\n"));
	stream = fopen(DRIVER "/bind", "w");
	CHECK(stream && fputs("0000:00:1f.7", stream) >= 0);
	CHECK_ERRNO(fflush(stream), ENODEV);
	CHECK(ferror(stream));
	clearerr(stream);
	CHECK(fputs("0000:00:1f.7", stream) >= 0);
	CHECK_ERRNO(fclose(stream), ENODEV);
	/* As a shell redirects its own output. */
	saved = dup(STDOUT_FILENO);
	CHECK(dup2(open(DRIVER "/bind", O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO) == STDOUT_FILENO);
	printf("0000:00:05.0\n");
	CHECK(fflush(stdout) == 0 && !ferror(stdout));
	printf("0000:00:05.0\n");
	CHECK(fflush(stdout) == EOF && ferror(stdout));
	clearerr(stdout);
	CHECK(dup2(saved, STDOUT_FILENO) == STDOUT_FILENO);
	CHECK(access("/dev/vfio/8", F_OK) == 0);
	CHECK(freopen(UNBOUND "/driver_override", "w", stdout) == stdout && puts("other") >= 0 && fclose(stdout) == 0);
	CHECK(!strcmp(text_of(UNBOUND "/driver_override"), "other\n"));
}

static void tree_relative_writing(void)
{
	int directory = open(UNBOUND, O_RDONLY | O_DIRECTORY), fd = openat(directory, "driver_override", O_WRONLY);
	FILE *stream;

	CHECK(fd >= 0 && write(fd, "one", 3) == 3 && close(fd) == 0);
	CHECK(!strcmp(text_of(UNBOUND "/driver_override"), "one\n"));
	CHECK(fchdir(directory) == 0);
	stream = fopen("driver_override", "w");
	CHECK(stream && fputs("two", stream) >= 0 && fclose(stream) == 0);
	CHECK(!strcmp(text_of("driver_override"), "two\n"));
}

/* The last write counts even where its writer dies at once; a copy of the descriptor keeps the file open. */
static void tree_killed_writer(void)
{
	int fd = open(UNBOUND "/driver_override", O_WRONLY), status;
	pid_t child = fork();

	CHECK(fd >= 0);
	if (!child) {
		/* Without a wrapper in between, as stdio. */
		syscall(SYS_write, fd, "last", 4);
		kill(getpid(), SIGKILL);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	CHECK(close(fd) == 0);
	CHECK(!strcmp(text_of(UNBOUND "/driver_override"), "last\n"));
}

static void tree_refusals(void)
{
	struct stat status;
	int fd;

	CHECK_ERRNO(open(DEVICE "/vendor", O_WRONLY), EACCES);
	CHECK_ERRNO(open(DRIVER "/bind", O_RDONLY), EACCES);
	CHECK_ERRNO(open("/proc/devices", O_WRONLY), EACCES);
	CHECK_ERRNO(open(DEVICE "/vendor", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(open(DEVICE "/vendor", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERRNO(open(DEVICE, O_RDWR), EISDIR);
	CHECK_ERRNO(open(DEVICE "/new", O_WRONLY | O_CREAT, 0600), EACCES);
	CHECK_ERRNO(open(BUS "/devices/0000:00:1f.7/driver_override", O_WRONLY | O_CREAT, 0600), ENOENT);
	CHECK_ERRNO(open(DEVICE "/resource0", O_RDWR), EPERM);
	CHECK_ERRNO(open(DEVICE, O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERRNO(creat(DEVICE "/new", 0600), EACCES);
	CHECK_ERRNO(stat(DEVICE "/new", &status), ENOENT);
	fd = open(DEVICE "/driver_override", O_WRONLY | O_TRUNC | O_CREAT, 0666);
	CHECK(fd >= 0 && fstat(fd, &status) == 0 && status.st_mode == (S_IFREG | 0644));
	CHECK(!strcmp(text_of(DEVICE "/driver_override"), "(null)\n"));
	CHECK_ERRNO(lseek(fd, 0, SEEK_SET), ESPIPE);
}

const struct scenario tree_scenarios[] = {
	{ "tree_reading", "open, fopen and freopen read attributes and /proc", tree_reading },
	{ "tree_directories", "opendir and scandir list devices, groups, modules and nodes", tree_directories },
	{ "tree_links", "readlink has the texts of Linux, and realpath the paths", tree_links },
	{ "tree_working_directory", "a working directory in the tree is called as on Linux", tree_working_directory },
	{ "tree_patterns", "glob finds and names what is in the tree", tree_patterns },
	{ "tree_status", "groups and devices are character devices to stat and statx", tree_status },
	{ "tree_access", "access finds what is there, and no IOMMU in debugfs", tree_access },
	{ "tree_binding", "driver_override, bind, unbind and drivers_probe work, with their errors", tree_binding },
	{ "tree_streams", "what stdio writes to an attribute arrives, and an error comes with the flush", tree_streams },
	{ "tree_relative_writing", "attributes can be written relative to a directory", tree_relative_writing },
	{ "tree_killed_writer", "what was written counts when the writer is killed", tree_killed_writer },
	{ "tree_refusals", "what cannot be opened says why, and nothing is ever made there", tree_refusals },
	{ NULL, NULL, NULL },
};
