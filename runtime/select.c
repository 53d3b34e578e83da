/* SPDX-License-Identifier: BSD-2-Clause */
/* select - the public face of choosing, on an array of cases */
#include <odeon/select.h>

#include "choose.h"
#include "message.h"

int odeon_select(odeon_case *cases, size_t count, odeon_time until)
{
	return choose(cases, count, until, CHOOSE_FAIR);
}

int odeon_select_biased(odeon_case *cases, size_t count, odeon_time until)
{
	return choose(cases, count, until, CHOOSE_FIRST);
}

int odeon_select_ready(odeon_case *cases, size_t count, odeon_time until)
{
	return choose(cases, count, until, CHOOSE_NONE);
}

void *odeon_case_take(odeon_case *one, const odeon_type *type)
{
	void *payload;

	if (one == NULL || one->message == NULL || (type != NULL && message_of(one->message)->type != type))
		return NULL;
	payload = one->message;
	one->message = NULL;
	return payload;
}

void odeon_case_clear(odeon_case *one)
{
	if (one == NULL)
		return;
	odeon_free(one->message);
	one->message = NULL;
}
