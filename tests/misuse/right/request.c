/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests: one, kept meanwhile, several, and what to do when there is no continuation.
 */
#include <odeon.h>

struct note { int number; };
struct letter { int pages; };
ODEON_MESSAGE(note);
ODEON_MESSAGE(letter);

struct desk { odeon_ref next; int sum; };
struct wish { struct note *asked; };
struct round { int first; };

ODEON_ANSWER(desk, wish, letter)
{
	if (error < 0)
		odeon_reply_error_to(self, wish->asked, error);
	else
		odeon_reply_to(self, wish->asked, letter);
	odeon_free(wish->asked);
}

/* What the state should own is in a variable first, and is freed when the continuation will not run. */
ODEON_HANDLER(desk, note)
{
	struct note *asked = odeon_keep(self, note);

	if (odeon_request(self, desk->next, odeon_new(note, .number = asked->number), odeon_deadline(self, ODEON_MS(5)),
	                  ODEON_THEN(self, desk, wish, letter, .asked = asked)) < 0)
		odeon_free(asked);
}

ODEON_GATHERED(desk, round)
{
	for (size_t i = 0; i < odeon_answers_count(answers); i++) {
		int why;
		struct letter *letter = odeon_answer(letter, answers, i, &why);

		desk->sum += letter ? letter->pages : why;
		odeon_free(letter);
	}
}

ODEON_HANDLER(desk, letter)
{
	odeon_gather gather = odeon_gather_open(self, 1, ODEON_NEVER, ODEON_THEN_GATHERED(self, desk, round, .first = 1));

	for (int i = 0; i < 3; i++)
		odeon_gather_request(self, gather, desk->next, odeon_new(note, .number = i));
	odeon_gather_close(self, gather);
}

ODEON_HANDLERS(desk_handlers, ODEON_ON(desk, note), ODEON_ON(desk, letter));
ODEON_KIND(desk, desk_handlers);
extern const odeon_kind *const desk_of_requests;
const odeon_kind *const desk_of_requests = &desk_kind;
