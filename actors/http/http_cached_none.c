/* SPDX-License-Identifier: BSD-2-Clause */
/* http_cached_none - for systems that do not tell what they have in memory */
#include "http_cached.h"

bool http_cached_suits(int folder)
{
	(void)folder;
	return false;
}

struct http_file *http_cached_open(const struct http_file_name *wanted)
{
	(void)wanted;
	return NULL;
}

bool http_cached_read(struct http_file *file)
{
	(void)file;
	return false;
}
