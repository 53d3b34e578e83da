/* SPDX-License-Identifier: BSD-2-Clause */
/* desk - opens, has unfinished transfers go on, and then takes orders */
#include "desk.h"
#include "bank.h"
#include "journal.h"
#include <stdbool.h>

#define DESK_WITHIN ODEON_MS(100)

struct desk {
	struct desk_is is;
	odeon_ref transfers;                            /* their supervisor */
	bool is_open;
};

/* ---- a transfer --------------------------------------------------------------------------------------------- */

struct hiring { struct order *asked; };                 /* NULL: it is one that was unfinished */

ODEON_ANSWER(desk, hiring, odeon_child_is)
{
	if (error == 0 && hiring->asked != NULL) {
		odeon_forward(self, odeon_child_is->who, hiring->asked);        /* who answers it in the desk's place */
		return;
	}
	if (error < 0 && error != ODEON_ESTOPPING && hiring->asked == NULL)
		odeon_fail(self, error, "an unfinished transfer does not go on");
	odeon_free(hiring->asked);                      /* unanswered: the customer is told so, and comes again */
}

static int hire(odeon_self *self, struct desk *desk, const struct order *order, struct order *asked)
{
	struct transfer_is is = { *order, desk->is.journal, desk->is.registry };
	odeon_child child = ODEON_CHILD(.kind = &transfer_kind, .argument = &is, .argument_bytes = sizeof is,
		.keep = ODEON_TRANSIENT);

	return odeon_request(self, desk->transfers, odeon_child_add_new(&child), odeon_deadline(self, DESK_WITHIN),
	                     ODEON_THEN(self, desk, hiring, odeon_child_is, .asked = asked));
}

/* ---- opening: find the transfers' supervisor, have what is unfinished go on, take a name -------------------- */

struct finding { unsigned unused; };
struct looking { unsigned unused; };
struct naming { unsigned unused; };

static void give_up(odeon_self *self, int error)
{
	if (error < 0 && error != ODEON_ESTOPPING)
		odeon_fail(self, error, "cannot open");         /* and it is started anew */
}

ODEON_ANSWER(desk, naming, odeon_named)
{
	give_up(self, error);
	if (error < 0)
		return;
	desk->is_open = true;
	odeon_unstash(self);
}

ODEON_ANSWER(desk, looking, unfinished)
{
	for (unsigned i = 0; error == 0 && i < unfinished->count; i++)
		error = hire(self, desk, &(struct order){ .transfer = unfinished->transfers[i] }, NULL);
	if (error == 0)
		error = odeon_request(self, desk->is.registry,
		                      odeon_registry_question_new(ODEON_NAME_PUT, DESK_NAME, odeon_self_ref(self)),
		                      odeon_deadline(self, DESK_WITHIN),
		                      ODEON_THEN(self, desk, naming, odeon_named, .unused = 0));
	give_up(self, error);
}

ODEON_ANSWER(desk, finding, odeon_child_is)
{
	if (error == 0)
		desk->transfers = odeon_child_is->who;
	if (error == 0)
		error = odeon_request(self, desk->is.journal, odeon_new(look), odeon_deadline(self, JOURNAL_WITHIN),
		                      ODEON_THEN(self, desk, looking, unfinished, .unused = 0));
	give_up(self, error);
}

ODEON_START(desk, desk_is)
{
	desk->is = *desk_is;
	return odeon_request(self, desk->is.top, odeon_child_find_new("transfers"), odeon_deadline(self, DESK_WITHIN),
	                     ODEON_THEN(self, desk, finding, odeon_child_is, .unused = 0));
}

/* ---- open --------------------------------------------------------------------------------------------------- */

static bool is_sane(const struct desk *desk, const struct order *order)
{
	return order->transfer > 0 && order->amount > 0 && order->from != order->to
	    && order->from > 0 && order->from <= desk->is.accounts && order->to > 0 && order->to <= desk->is.accounts;
}

ODEON_HANDLER(desk, order)
{
	struct order copy = *order, *asked;

	if (!desk->is_open) {
		odeon_free(odeon_stash(self, order, NULL));
	} else if (!is_sane(desk, order)) {
		odeon_reply_error(self, ODEON_EINVAL);
	} else {
		asked = odeon_keep(self, order);
		if (hire(self, desk, &copy, asked) < 0)
			odeon_free(asked);
	}
}

ODEON_HANDLERS(desk_handlers, ODEON_ON(desk, order));
const odeon_kind desk_kind = ODEON_KIND_INIT(desk, desk_handlers, .start = ODEON_STARTS(desk));
