/* The one line that the shim writes to standard error, once in a process, when the daemon cannot be used. */
#ifndef SHIM_REPORT_H
#define SHIM_REPORT_H

/* `what` happened with `where`, and why: a negative errno. */
void shim_report(const char *what, const char *where, int error);

#endif
