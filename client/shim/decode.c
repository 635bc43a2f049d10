/* Instructions, decoded by Zydis; see decode.h. */
#include "decode.h"

#ifdef SHIM_HAS_TRAPS

#include <dlfcn.h>

static ZydisDecoder decoder;
static __typeof__(&ZydisDecoderDecodeFull) decode_full;
static __typeof__(&ZydisMnemonicGetString) mnemonic_of;

bool shim_decoder_load(void)
{
	/* The layout of its structs is that of the headers in the same minor version only. */
	char name[] = "libZydis.so.0.0";
	__typeof__(&ZydisDecoderInit) initialise;
	void *library;

	name[sizeof(name) - 4] = (char)('0' + ZYDIS_VERSION_MAJOR(ZYDIS_VERSION));
	name[sizeof(name) - 2] = (char)('0' + ZYDIS_VERSION_MINOR(ZYDIS_VERSION));
	library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	initialise = (__typeof__(initialise))dlsym(library, "ZydisDecoderInit");
	mnemonic_of = (__typeof__(mnemonic_of))dlsym(library, "ZydisMnemonicGetString");
	decode_full = (__typeof__(decode_full))dlsym(library, "ZydisDecoderDecodeFull");
	return initialise && mnemonic_of && decode_full &&
	       ZYAN_SUCCESS(initialise(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64));
}

bool shim_decode(const uint8_t *code, size_t length, struct shim_instruction *instruction)
{
	return ZYAN_SUCCESS(decode_full(&decoder, code, length, &instruction->decoded, instruction->operands));
}

const char *shim_mnemonic(const struct shim_instruction *instruction)
{
	const char *name = mnemonic_of(instruction->decoded.mnemonic);

	return name ? name : "?";
}

#endif
