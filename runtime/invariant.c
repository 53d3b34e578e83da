/* SPDX-License-Identifier: BSD-2-Clause */
/* invariant - the end of the process, with a word on why */
#include "invariant.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "context.h"

_Thread_local const struct context *context_here;

void panic(const char *file, int line, const char *format, ...)
{
	char text[512], doing[512] = "";
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (context_here != NULL && context_here->describe != NULL)
		context_here->describe(context_here, doing, sizeof doing);
	fprintf(stderr, "odeon: panic at %s:%d: %s%s%s\n", file, line, text, doing[0] != '\0' ? "; " : "", doing);
	abort();
}
