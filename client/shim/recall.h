/*
 * What shim_identify said of descriptors that a thread has used lately, for calls that are made many times: asking anew takes
 * as long as the rest of such a call.
 *
 * Invariant: what changes a descriptor of ours by a function of the C library that the shim wraps makes all threads ask anew. A
 * program that closes one behind the C library's back, by a system call of its own, is found out when the daemon has nothing open
 * there any more.
 */
#ifndef SHIM_RECALL_H
#define SHIM_RECALL_H

#include "description.h"

/* As shim_identify, from memory where it is there. */
bool shim_recall(int fd, struct shim_description *description);

/* One of our descriptors changes, has changed, or has come to be. */
void shim_forget(void);

/* Whether what was recalled is so no more, as a call's result makes one suspect. All is forgotten then. */
bool shim_misremembered(int fd, const struct shim_description *description, long result);

#endif
