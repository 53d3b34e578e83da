/* SPDX-License-Identifier: BSD-2-Clause */
/* http_answer - made, and what it owns */
#include "http_fields.h"
#include <string.h>

ODEON_MESSAGE_DEFINE_LATE_DROP(odeon_http_answer)
{
	odeon_free(odeon_http_answer->body);
	odeon_free(odeon_http_answer->fields);
}

struct odeon_http_answer *odeon_http_answer_text(int status, const char *text)
{
	size_t bytes = text != NULL ? strlen(text) + 1 : 0;
	struct odeon_http_answer *answer = text != NULL ? odeon_new_sized(odeon_http_answer, bytes, .status = status) : NULL;

	if (answer != NULL)
		answer->text = memcpy(answer + 1, text, bytes);
	return answer;
}

struct odeon_http_answer *odeon_http_answer_bytes(int status, const char *type, struct odeon_bytes *body)
{
	struct odeon_http_answer *answer = body != NULL ? odeon_new(odeon_http_answer, .status = status, .type = type) : NULL;

	if (answer != NULL)
		answer->body = body;
	else
		odeon_free(body);
	return answer;
}

int odeon_http_answer_field(struct odeon_http_answer *answer, const char *name, const char *value)
{
	return http_fields_add(&answer->fields, name, value);
}
