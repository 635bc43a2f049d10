/* The shim's line on standard error; see report.h. Without stdio, which may be what is being used when this happens. */
#include "report.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "system.h"

#define LINE_BYTES_MAX 256

static _Atomic int reported;

static void append(char line[LINE_BYTES_MAX], const char *text)
{
	size_t used = strlen(line), bytes = strlen(text);

	if (bytes >= LINE_BYTES_MAX - used)
		bytes = LINE_BYTES_MAX - used - 1;
	memcpy(line + used, text, bytes);
	line[used + bytes] = 0;
}

static const char *reason(int error)
{
	switch (-error) {
	case ENOENT:
	case ECONNREFUSED:
		return "no daemon is listening there; start one with `iommufd-emu serve`";
	case EACCES:
		return "this user may not use it";
	case ENAMETOOLONG:
		return "the path is too long for a socket";
	case EPROTO:
		return "what listens there does not speak this protocol";
	case ESHUTDOWN:
		return "the daemon has ended the connection, and its log says why";
	case ENODEV:
		return "this needs x86-64 and the library Zydis, here and where the shim was built";
	case ENOSYS:
		return "no such instruction can reach a mapped register";
	default:
		return "the connection failed";
	}
}

void shim_report(const char *what, const char *where, int error)
{
	char line[LINE_BYTES_MAX] = "iommufd-emu: ";

	if (atomic_exchange(&reported, 1))
		return;
	append(line, what);
	append(line, " ");
	append(line, where[0] ? where : "the daemon");
	append(line, ": ");
	append(line, reason(error));
	line[LINE_BYTES_MAX - 2] = 0;
	append(line, "\n");
	emu_sys(write, STDERR_FILENO, line, strlen(line));
}
