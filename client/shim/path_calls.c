/*
 * The C library's functions that take a path and look along it themselves: they get the path in the tree, and a path that
 * they answer is the program's again. Opening and status are in open.c and status.c, streams in stream_calls.c.
 */
#include <string.h>

#include "system.h"
#include "tree.h"
#include "wrapped.h"

/* ---- directories -------------------------------------------------------------------------------------------------- */

SHIM_EXPORT DIR *opendir(const char *path)
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(opendir)(shim_tree_path(path, buffer));
}

SHIM_EXPORT int scandir(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
			int (*compare)(const struct dirent **, const struct dirent **))
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(scandir)(shim_tree_path(path, buffer), list, select, compare);
}

SHIM_EXPORT int scandir64(const char *path, struct dirent64 ***list, int (*select)(const struct dirent64 *),
			  int (*compare)(const struct dirent64 **, const struct dirent64 **))
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(scandir64)(shim_tree_path(path, buffer), list, select, compare);
}

SHIM_EXPORT int chdir(const char *path)
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(chdir)(shim_tree_path(path, buffer));
}

static char *after_getcwd(char *path)
{
	if (path)
		shim_tree_strip(path);
	return path;
}

SHIM_EXPORT char *getcwd(char *buffer, size_t bytes)
{
	return after_getcwd(NEXT(getcwd)(buffer, bytes));
}

SHIM_EXPORT char *__getcwd_chk(char *buffer, size_t bytes, size_t capacity)
{
	return after_getcwd(NEXT(__getcwd_chk)(buffer, bytes, capacity));
}

SHIM_EXPORT char *get_current_dir_name(void)
{
	return after_getcwd(NEXT(get_current_dir_name)());
}

/* ---- patterns ----------------------------------------------------------------------------------------------------- */

static const char pattern_characters[] = "*?[\\{";

/*
 * A pattern with its leading directories where the tree has them, in `buffer`, or as it is. What the tree's own path has
 * to do with patterns cannot be told from the program's, so such a tree is left out.
 */
static const char *pattern_in_tree(const char *pattern, char buffer[SHIM_TREE_BYTES])
{
	char directory[SHIM_TREE_BYTES];
	const char *place, *rest;
	size_t bytes;

	if (!pattern || *pattern != '/')
		return pattern;
	rest = pattern + strcspn(pattern, pattern_characters);
	while (*rest != '/' || rest[1] == 0)
		if (rest-- == pattern)
			return pattern;
	bytes = (size_t)(rest - pattern);
	if (!bytes || bytes >= sizeof(directory))
		return pattern;
	memcpy(directory, pattern, bytes);
	directory[bytes] = 0;
	place = shim_tree_path(directory, buffer);
	if (place == directory || strpbrk(place, pattern_characters) || strlen(place) + strlen(rest) >= SHIM_TREE_BYTES)
		return pattern;
	memcpy(buffer + strlen(buffer), rest, strlen(rest) + 1);
	return buffer;
}

static void strip_all(char **paths, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (paths[i])
			shim_tree_strip(paths[i]);
}

#define WRAP_GLOB(name, type)                                                                                          \
	SHIM_EXPORT int name(const char *pattern, int flags, int (*failed)(const char *, int), type *found)            \
	{                                                                                                              \
		char buffer[SHIM_TREE_BYTES];                                                                          \
		const char *place = pattern_in_tree(pattern, buffer);                                                  \
		int result = NEXT(name)(place, flags, failed, found);                                                  \
		if (!result && place != pattern)                                                                       \
			strip_all(found->gl_pathv + (flags & GLOB_DOOFFS ? found->gl_offs : 0), found->gl_pathc);      \
		return result;                                                                                         \
	}

WRAP_GLOB(glob, glob_t)
WRAP_GLOB(glob64, glob64_t)

/* ---- links -------------------------------------------------------------------------------------------------------- */

/* What a link says, without an end; a link of /proc may say where the tree is. Returns its length, or what failed. */
static ssize_t after_readlink(char *text, ssize_t length)
{
	char path[SHIM_TREE_BYTES];

	if (length <= 0 || (size_t)length >= sizeof(path) || *text != '/')
		return length;
	memcpy(path, text, (size_t)length);
	path[length] = 0;
	if (!shim_tree_strip(path))
		return length;
	length = (ssize_t)strlen(path);
	memcpy(text, path, (size_t)length);
	return length;
}

SHIM_EXPORT ssize_t readlink(const char *path, char *text, size_t bytes)
{
	char buffer[SHIM_TREE_BYTES];

	return after_readlink(text, NEXT(readlink)(shim_tree_path(path, buffer), text, bytes));
}

SHIM_EXPORT ssize_t __readlink_chk(const char *path, char *text, size_t bytes, size_t capacity)
{
	char buffer[SHIM_TREE_BYTES];

	return after_readlink(text, NEXT(__readlink_chk)(shim_tree_path(path, buffer), text, bytes, capacity));
}

SHIM_EXPORT ssize_t readlinkat(int directory, const char *path, char *text, size_t bytes)
{
	char buffer[SHIM_TREE_BYTES];

	return after_readlink(text, NEXT(readlinkat)(directory, shim_tree_path(path, buffer), text, bytes));
}

SHIM_EXPORT ssize_t __readlinkat_chk(int directory, const char *path, char *text, size_t bytes, size_t capacity)
{
	char buffer[SHIM_TREE_BYTES];

	path = shim_tree_path(path, buffer);
	return after_readlink(text, NEXT(__readlinkat_chk)(directory, path, text, bytes, capacity));
}

SHIM_EXPORT char *realpath(const char *path, char *resolved)
{
	char buffer[SHIM_TREE_BYTES];

	return after_getcwd(NEXT(realpath)(shim_tree_path(path, buffer), resolved));
}

SHIM_EXPORT char *__realpath_chk(const char *path, char *resolved, size_t capacity)
{
	char buffer[SHIM_TREE_BYTES];

	return after_getcwd(NEXT(__realpath_chk)(shim_tree_path(path, buffer), resolved, capacity));
}

SHIM_EXPORT char *canonicalize_file_name(const char *path)
{
	char buffer[SHIM_TREE_BYTES];

	return after_getcwd(NEXT(canonicalize_file_name)(shim_tree_path(path, buffer)));
}

/* ---- extended attributes ------------------------------------------------------------------------------------------ */

SHIM_EXPORT ssize_t getxattr(const char *path, const char *name, void *value, size_t bytes)
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(getxattr)(shim_tree_path(path, buffer), name, value, bytes);
}

SHIM_EXPORT ssize_t lgetxattr(const char *path, const char *name, void *value, size_t bytes)
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(lgetxattr)(shim_tree_path(path, buffer), name, value, bytes);
}

SHIM_EXPORT ssize_t listxattr(const char *path, char *list, size_t bytes)
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(listxattr)(shim_tree_path(path, buffer), list, bytes);
}

SHIM_EXPORT ssize_t llistxattr(const char *path, char *list, size_t bytes)
{
	char buffer[SHIM_TREE_BYTES];

	return NEXT(llistxattr)(shim_tree_path(path, buffer), list, bytes);
}
