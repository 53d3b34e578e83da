/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backstop - what AddressSanitizer says of a message that was used after it was given away
 *
 * The payload of a message in flight is poisoned (message.c), so whoever touches it is reported; this adds to the
 * report which message it is, and where it was sent. In other builds this file is empty.
 */
#include "message.h"

#if defined(ODEON_ASAN)
# include <sanitizer/asan_interface.h>
# include <stdio.h>

/* Every message of such a build has a prefix, so that a block can be known for one, released or not. */
__attribute__((no_sanitize("address")))
static void name_send_site(const char *report)
{
	const struct prefix *prefix;
	const struct message *message;
	void *block = NULL;
	size_t bytes = 0;
	char name[1];

	(void)report;
	if (!__asan_report_present())
		return;
	(void)__asan_locate_address(__asan_get_report_address(), name, sizeof name, &block, &bytes);
	prefix = block;
	if (prefix == NULL || bytes < sizeof *prefix + sizeof *message || prefix->magic != PREFIX_MAGIC)
		return;
	message = (const struct message *)(const void *)(prefix + 1);
	if (message->site != NULL)
		fprintf(stderr, "odeon: that is a message that was given away: struct %s, sent at %s:%u (%s)\n",
		        message->type->name, message->site->file, message->site->line, message->site->function);
}

__attribute__((constructor)) static void watch_reports(void)
{
	__asan_set_error_report_callback(name_send_site);
}
#else
typedef int backstop_is_empty;          /* a file of C has at least one declaration */
#endif
