/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Laying aside, interceptors, frozen messages.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);
struct news { odeon_frozen *text; };
ODEON_MESSAGE_DROP(news) { odeon_frozen_drop(news->text); }

struct desk { odeon_ref to; int is_open, sum; odeon_frozen *kept; };

/* What comes back is in hand as before. */
ODEON_HANDLER(desk, note)
{
	int why;

	if (desk->is_open) {
		desk->sum += note->number;
		return;
	}
	note = odeon_stash(self, note, &why);
	if (note)
		odeon_forward(self, desk->to, note);
}

/* Or the next one takes it. */
ODEON_HANDLER_IN(desk, closed, note)
{
	odeon_free(odeon_stash(self, note, NULL));
}

/* A share is kept, another goes on. */
ODEON_HANDLER(desk, news)
{
	const struct note *note = odeon_frozen_look(note, news->text);

	if (!note)
		return;
	desk->sum += note->number;
	odeon_send(self, desk->to, odeon_new(news, .text = odeon_frozen_share(news->text)));
	odeon_frozen_drop(desk->kept);
	desk->kept = odeon_frozen_share(news->text);
}

ODEON_STOP(desk) { odeon_frozen_drop(desk->kept); }

ODEON_HANDLERS(closed, ODEON_ON_IN(desk, closed, note));
ODEON_HANDLERS(desk_handlers, ODEON_ON(desk, note), ODEON_ON(desk, news));
ODEON_KIND(desk, desk_handlers, .stop = ODEON_STOPS(desk));

/* Looked at, changed, and proceeded with; or dropped; or replaced. */
static void around(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	struct note *note = message;

	if (type != ODEON_TYPE(note)) {
		odeon_proceed(self, rest, message);
	} else if (note->number > 0) {
		note->number += *(int *)data;
		odeon_proceed(self, rest, note);
	} else if (note->number < 0) {
		odeon_proceed(self, rest, odeon_new(note, .number = 1));
	}
}

static unsigned band_of(const odeon_type *type, const void *message)
{
	const struct note *note = message;

	return type == ODEON_TYPE(note) && note->number < 10;
}

int set_up(odeon_self *self, odeon_interceptor *interceptor, odeon_bands *bands);
int set_up(odeon_self *self, odeon_interceptor *interceptor, odeon_bands *bands)
{
	*interceptor = (odeon_interceptor){ around, interceptor->data };
	*bands = (odeon_bands){ 2, { 8, 1 }, band_of };
	if (odeon_intercept(self, interceptor) < 0 || odeon_band(self, bands) < 0 || odeon_become(self, closed) < 0)
		return ODEON_ENOMEM;
	return odeon_spawn(self, &desk_kind, NULL, NULL);
}

/* Frozen, sent to two, and the last share goes with the second. */
int publish(odeon_system *system, odeon_ref a, odeon_ref b);
int publish(odeon_system *system, odeon_ref a, odeon_ref b)
{
	odeon_frozen *frozen = odeon_freeze(odeon_new(note, .number = 1));

	(void)odeon_post(system, a, odeon_new(news, .text = odeon_frozen_share(frozen)));
	return odeon_post(system, b, odeon_new(news, .text = frozen));
}
