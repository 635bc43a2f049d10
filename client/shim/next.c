/* Where the wrapped functions lead to: the next library's functions of the same names, looked up once at load time. */
#include "wrapped.h"

#include <dlfcn.h>
#include <stdatomic.h>

static const char *const names[SHIM_WRAPPED_COUNT] = {
#define X(name) #name,
	SHIM_WRAPPED(X)
#undef X
};

static _Atomic(void *) functions[SHIM_WRAPPED_COUNT];

/* Before the constructor ran, another library's constructor may come here; both look up the same thing. */
void *shim_next(enum shim_wrapped which)
{
	void *function = atomic_load_explicit(&functions[which], memory_order_relaxed);

	if (function)
		return function;
	function = dlsym(RTLD_NEXT, names[which]);
	atomic_store_explicit(&functions[which], function, memory_order_relaxed);
	return function;
}

__attribute__((constructor)) static void look_up(void)
{
	unsigned int which;

	for (which = 0; which < SHIM_WRAPPED_COUNT; which++)
		shim_next((enum shim_wrapped)which);
}
