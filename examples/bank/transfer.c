/* SPDX-License-Identifier: BSD-2-Clause */
/* transfer - from line to line */
#include "transfer.h"
#include "account.h"
#include "journal.h"
#include <stdbool.h>

#define ACCOUNT_WITHIN ODEON_MS(300)                    /* longer than the journal may take */

ODEON_MESSAGE_DEFINE(order);
ODEON_MESSAGE_DEFINE(receipt);

struct transfer {
	struct transfer_is is;
	enum event state;                               /* the last line on its page */
	unsigned lines;                                 /* how many there are */
	bool is_known;                                  /* the page was read */
	odeon_retry retry;                              /* of what is asked for now */
};

static void go_on(odeon_self *self, struct transfer *transfer);

/* ---- once more ---------------------------------------------------------------------------------------------- */

static void try_later(odeon_self *self, struct transfer *transfer)
{
	int error = odeon_tick_after(self, odeon_retry_next(&transfer->retry), 0);

	if (error < 0)
		odeon_fail(self, error, "cannot wait");
}

/* ---- the journal -------------------------------------------------------------------------------------------- */

struct reading { unsigned unused; };
struct noting { enum event event; };

ODEON_ANSWER(transfer, noting, written)
{
	if (error == ODEON_ESTOPPING)
		return;
	if (error < 0) {
		odeon_fail(self, error, "does not know what is written");
		return;
	}
	transfer->state = noting->event;
	transfer->lines++;
	odeon_retry_clear(&transfer->retry);
	go_on(self, transfer);
}

static void note(odeon_self *self, struct transfer *transfer, enum event event)
{
	const struct order *order = &transfer->is.order;
	struct line line = {
		.page = { TRANSFERS, order->transfer }, .number = transfer->lines, .event = event,
		.transfer = order->transfer, .from = order->from, .to = order->to, .amount = order->amount,
	};

	if (odeon_request(self, transfer->is.journal, odeon_new(write, .line = line),
	                  odeon_deadline(self, JOURNAL_WITHIN),
	                  ODEON_THEN(self, transfer, noting, written, .event = event)) < 0)
		odeon_fail(self, ODEON_ENOMEM, "cannot ask the journal");
}

ODEON_ANSWER(transfer, reading, lines)
{
	const struct line *last;

	if (error == ODEON_ESTOPPING)
		return;
	if (error < 0) {
		try_later(self, transfer);
		return;
	}
	if (lines->count > 0) {
		last = &lines->lines[lines->count - 1];
		transfer->is.order = (struct order){ last->transfer, last->from, last->to, last->amount };
		transfer->state = last->event;
	}
	transfer->lines = lines->count;
	transfer->is_known = true;
	go_on(self, transfer);
}

static int read_page(odeon_self *self, struct transfer *transfer)
{
	struct page page = { TRANSFERS, transfer->is.order.transfer };

	return odeon_request(self, transfer->is.journal, odeon_new(read, .page = page),
	                     odeon_deadline(self, JOURNAL_WITHIN),
	                     ODEON_THEN(self, transfer, reading, lines, .unused = 0));
}

/* ---- an account: found by its name, then asked -------------------------------------------------------------- */

struct finding { enum event event; };
struct asking { unsigned unused; };

ODEON_ANSWER(transfer, asking, booked)
{
	bool is_booked = error == 0 && booked->verdict == BOOKED;

	if (error == ODEON_ESTOPPING)
		return;
	if (error < 0)
		try_later(self, transfer);
	else if (transfer->state == BEGUN)
		note(self, transfer, is_booked ? WITHDRAWN : UNDONE);
	else if (transfer->state == WITHDRAWN)
		note(self, transfer, is_booked ? DONE : REFUSED);
	else
		note(self, transfer, UNDONE);           /* a refund is never refused */
}

ODEON_ANSWER(transfer, finding, odeon_named)
{
	const struct order *order = &transfer->is.order;

	if (error == ODEON_ESTOPPING)
		return;
	if (error == 0)
		error = odeon_request(self, odeon_named->who,
		                      odeon_new(booking, finding->event, order->transfer, order->amount),
		                      odeon_deadline(self, ACCOUNT_WITHIN),
		                      ODEON_THEN(self, transfer, asking, booked, .unused = 0));
	if (error < 0)
		try_later(self, transfer);
}

static void ask(odeon_self *self, struct transfer *transfer, unsigned account, enum event event)
{
	char name[ACCOUNT_NAME_BYTES];

	account_name(account, name);
	if (odeon_request(self, transfer->is.registry, odeon_registry_question_new(ODEON_NAME_FIND, name, ODEON_NOBODY),
	                  odeon_deadline(self, ACCOUNT_WITHIN),
	                  ODEON_THEN(self, transfer, finding, odeon_named, .event = event)) < 0)
		try_later(self, transfer);
}

/* ---- the end: those who ordered it are told ----------------------------------------------------------------- */

ODEON_HANDLER_IN(transfer, ended, order) { odeon_reply(self, odeon_new(receipt, .end = transfer->state)); }

ODEON_HANDLERS(ended, ODEON_ON_IN(transfer, ended, order));

static void end(odeon_self *self)
{
	int error = odeon_become(self, ended);

	if (error < 0) {
		odeon_fail(self, error, "cannot end");
		return;
	}
	odeon_unstash(self);                            /* and then, after what lies aside and what is queued: */
	(void)odeon_actor_stop(odeon_system_of(self), odeon_self_ref(self));
}

/* ---- from line to line -------------------------------------------------------------------------------------- */

static void go_on(odeon_self *self, struct transfer *transfer)
{
	const struct order *order = &transfer->is.order;

	switch (transfer->state) {
	case NOTHING:
		note(self, transfer, BEGUN);
		break;
	case BEGUN:
		ask(self, transfer, order->from, WITHDRAWAL);
		break;
	case WITHDRAWN:
		ask(self, transfer, order->to, DEPOSIT);
		break;
	case REFUSED:
		ask(self, transfer, order->from, REFUND);
		break;
	default:
		end(self);
	}
}

ODEON_HANDLER(transfer, odeon_tick)
{
	if (transfer->is_known)
		go_on(self, transfer);
	else if (read_page(self, transfer) < 0)
		try_later(self, transfer);
}

/* Answered at the end. */
ODEON_HANDLER(transfer, order) { odeon_free(odeon_stash(self, order, NULL)); }

ODEON_START(transfer, transfer_is)
{
	odeon_retry_options options = ODEON_RETRY(.first = ODEON_MS(1), .most = ODEON_MS(50));
	int error = odeon_retry_init(&transfer->retry, &options, transfer_is->order.transfer);

	transfer->is = *transfer_is;
	return error < 0 ? error : read_page(self, transfer);
}

ODEON_HANDLERS(transfer_handlers, ODEON_ON(transfer, order), ODEON_ON(transfer, odeon_tick));
const odeon_kind transfer_kind = ODEON_KIND_INIT(transfer, transfer_handlers, .start = ODEON_STARTS(transfer));
