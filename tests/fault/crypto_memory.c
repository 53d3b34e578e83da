/* SPDX-License-Identifier: BSD-2-Clause */
/* crypto_memory.c - what OpenSSL asks for comes by faults.c, too */
#include <openssl/crypto.h>
#include <stdlib.h>

static void *get(size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(bytes);
}

static void *resize(void *block, size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(block, bytes);
}

static void put(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	free(block);
}

/* Before it has asked for anything. */
__attribute__((constructor)) static void take_over(void)
{
	if (CRYPTO_set_mem_functions(get, resize, put) != 1)
		abort();
}
