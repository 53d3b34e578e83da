/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_status.h"

struct http_text http_status_text(int status)
{
	switch (status) {
#define CASE(number, text) case number: return HTTP_TEXT(text);
	HTTP_STATUSES(CASE)
#undef CASE
	default: return HTTP_TEXT("");
	}
}
