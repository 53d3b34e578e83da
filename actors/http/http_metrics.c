/* SPDX-License-Identifier: BSD-2-Clause */
/* http_metrics - a system's numbers as an answer */
#include <odeon/http/server.h>
#include "metrics.h"

enum { ROOM_FIRST = 16384, TRIES = 4 };

/* A page that grew while it was written is written once more, with room for what it takes and some. */
static struct odeon_bytes *print(odeon_system *system, size_t room, unsigned tries)
{
	struct odeon_bytes *page = odeon_bytes_new(room);
	struct http_paper paper = { page != NULL ? (char *)page->data : NULL, room, 0 };

	if (page == NULL)
		return NULL;
	if (metrics_system(&paper, system) == 0) {
		page->length = paper.used;
		return page;
	}
	odeon_free(page);
	return tries > 0 ? print(system, paper.used + paper.used / 4, tries - 1) : NULL;
}

void odeon_http_metrics(odeon_self *self, struct odeon_http_request *request)
{
	struct odeon_bytes *page = print(odeon_system_of(self), ROOM_FIRST, TRIES);

	if (page != NULL)
		(void)odeon_http_answer(self, request->duty, .type = METRICS_CONTENT_TYPE, .body = page);
	else
		(void)odeon_http_answer(self, request->duty, .status = 503, .text = "503 no memory for the page\n");
}
