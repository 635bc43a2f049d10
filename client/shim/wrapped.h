/*
 * The functions that the shim puts in front of the C library's. NEXT(name) is what the program would have called
 * without it; nothing in the shim calls these functions by their plain names.
 */
#ifndef SHIM_WRAPPED_H
#define SHIM_WRAPPED_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define SHIM_EXPORT __attribute__((visibility("default")))

/*
 * Entry points of glibc that its headers do not declare: those of _FORTIFY_SOURCE, those of programs built before glibc
 * 2.33, and those that are newer than the headers may be.
 */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);
int __poll_chk(struct pollfd *list, nfds_t count, int timeout_ms, size_t bytes);
ssize_t __read_chk(int fd, void *buffer, size_t count, size_t capacity);
ssize_t __pread_chk(int fd, void *buffer, size_t count, off_t offset, size_t capacity);
ssize_t __pread64_chk(int fd, void *buffer, size_t count, off64_t offset, size_t capacity);
ssize_t __readlink_chk(const char *path, char *buffer, size_t bytes, size_t capacity);
ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t bytes, size_t capacity);
char *__realpath_chk(const char *path, char *resolved, size_t capacity);
char *__getcwd_chk(char *buffer, size_t bytes, size_t capacity);
int close_range(unsigned int first, unsigned int last, int flags);
void closefrom(int low);
int __sigaction(int signal, const struct sigaction *wanted, struct sigaction *before);
sighandler_t bsd_signal(int signal, sighandler_t handler);
sighandler_t __sysv_signal(int signal, sighandler_t handler);
int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstat(int version, int fd, struct stat *status);
int __fxstat64(int version, int fd, struct stat64 *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);
int __fxstatat64(int version, int directory, const char *path, struct stat64 *status, int flags);

#define SHIM_WRAPPED(X)                                                                                                \
	X(open) X(open64) X(openat) X(openat64) X(__open_2) X(__open64_2) X(__openat_2) X(__openat64_2)                \
	X(creat) X(creat64)                                                                                            \
	X(ioctl) X(close) X(close_range) X(closefrom) X(dup2) X(dup3) X(fcntl) X(fcntl64)                              \
	X(read) X(__read_chk) X(readv) X(write) X(writev) X(lseek) X(lseek64)                                          \
	X(pread) X(pread64) X(__pread_chk) X(__pread64_chk) X(pwrite) X(pwrite64)                                      \
	X(preadv) X(preadv64) X(preadv2) X(preadv64v2) X(pwritev) X(pwritev64) X(pwritev2) X(pwritev64v2)              \
	X(mmap) X(mmap64) X(munmap) X(mremap) X(mprotect)                                                              \
	X(sigaction) X(__sigaction) X(signal) X(bsd_signal) X(ssignal) X(sysv_signal) X(__sysv_signal)                 \
	X(sigset) X(sigignore) X(sigprocmask) X(pthread_sigmask)                                                       \
	X(poll) X(__poll_chk) X(ppoll) X(epoll_ctl)                                                                    \
	X(stat) X(stat64) X(lstat) X(lstat64) X(fstat) X(fstat64) X(fstatat) X(fstatat64) X(statx)                     \
	X(__xstat) X(__xstat64) X(__lxstat) X(__lxstat64) X(__fxstat) X(__fxstat64) X(__fxstatat) X(__fxstatat64)      \
	X(access) X(faccessat) X(euidaccess) X(eaccess)                                                                \
	X(opendir) X(scandir) X(scandir64) X(glob) X(glob64)                                                           \
	X(readlink) X(readlinkat) X(__readlink_chk) X(__readlinkat_chk)                                                \
	X(realpath) X(__realpath_chk) X(canonicalize_file_name)                                                        \
	X(chdir) X(getcwd) X(__getcwd_chk) X(get_current_dir_name)                                                     \
	X(getxattr) X(lgetxattr) X(listxattr) X(llistxattr)                                                            \
	X(fopen) X(fopen64) X(freopen) X(freopen64) X(fflush) X(fclose)

enum shim_wrapped {
#define X(name) SHIM_NEXT_##name,
	SHIM_WRAPPED(X)
#undef X
	SHIM_WRAPPED_COUNT
};

void *shim_next(enum shim_wrapped which);

#define NEXT(name) ((__typeof__(name) *)shim_next(SHIM_NEXT_##name))

/* Ends a wrapper: the result of an internal function, which is a value or a negative errno. */
static inline long shim_return(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

#endif
