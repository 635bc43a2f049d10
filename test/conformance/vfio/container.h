/*
 * What the tests of container ioctls share: containers of an iommufd, with a compatibility IOAS that no group has made.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include "device.h"

/* The subject's file, without an IOAS. Skips if it is a native container. */
int open_empty_container(const struct subject *subject);

/* The same with a new IOAS as compatibility IOAS, whose id is left in *ioas_id unless that is NULL. */
int open_container(const struct subject *subject, uint32_t *ioas_id);

/* The option of an IOAS that is 0 in v1 mode. */
uint64_t huge_pages_option(int fd, uint32_t ioas_id);

#endif
