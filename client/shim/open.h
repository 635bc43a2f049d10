/* Opening at the daemon: a socket to it that is an open file description of a node or an attribute. */
#ifndef SHIM_OPEN_H
#define SHIM_OPEN_H

#include "description.h"

/*
 * Opens what `description` says, without its token, with the flags of open(2); `path` is that of an attribute. The
 * descriptor, or a negative errno.
 */
long shim_open_node(struct shim_description *description, const char *path, int flags);

#endif
