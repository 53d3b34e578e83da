/* SPDX-License-Identifier: BSD-2-Clause */
/* account - reads its page, then books line after line */
#include "account.h"
#include "journal.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

ODEON_MESSAGE_DEFINE(booking);
ODEON_MESSAGE_DEFINE(booked);
ODEON_MESSAGE_DEFINE(balance);

struct account {
	struct account_is is;
	odeon_retry retry;                              /* of opening */
	bool is_ready;                                  /* its page is known, and nothing is being written */
	bool is_closed;
	int64_t amount;
	struct line *lines;                             /* as the journal has them */
	unsigned count, room;
};

void account_name(unsigned number, char name[ACCOUNT_NAME_BYTES])
{
	snprintf(name, ACCOUNT_NAME_BYTES, "account-%u", number);
}

/* ---- what it knows ------------------------------------------------------------------------------------------ */

/* The line is in the journal. False: no memory. */
static bool enter(struct account *account, const struct line *line)
{
	if (account->count == account->room) {
		unsigned room = account->room > 0 ? 2 * account->room : 8;
		struct line *lines = realloc(account->lines, room * sizeof *lines);

		if (lines == NULL)
			return false;
		account->lines = lines;
		account->room = room;
	}
	account->lines[account->count++] = *line;
	account->amount += line_effect(line);
	account->is_closed |= line->event == CLOSING;
	return true;
}

/* What was said to this before; NULL: nothing. */
static const struct line *find(const struct account *account, const struct booking *booking)
{
	for (unsigned i = 0; i < account->count; i++)
		if (account->lines[i].event == booking->event && account->lines[i].transfer == booking->transfer)
			return &account->lines[i];
	return NULL;
}

static enum verdict judge(const struct account *account, const struct booking *booking)
{
	if (booking->event == REFUND || booking->event == CLOSING)
		return BOOKED;
	if (account->is_closed)
		return IS_CLOSED;
	return booking->event == WITHDRAWAL && booking->amount > account->amount ? NO_FUNDS : BOOKED;
}

/* ---- opening: a name, then the page ------------------------------------------------------------------------- */

struct naming { unsigned unused; };
struct reading { unsigned unused; };

static void try_later(odeon_self *self, struct account *account)
{
	int error = odeon_tick_after(self, odeon_retry_next(&account->retry), 0);

	if (error < 0)
		odeon_fail(self, error, "cannot wait");
}

ODEON_ANSWER(account, reading, lines)
{
	if (error == ODEON_ESTOPPING)
		return;
	if (error < 0) {
		try_later(self, account);
		return;
	}
	for (unsigned i = 0; i < lines->count; i++)
		if (!enter(account, &lines->lines[i])) {
			odeon_fail(self, ODEON_ENOMEM, "no memory for its page");
			return;
		}
	account->is_ready = true;
	odeon_unstash(self);
}

static int read_page(odeon_self *self, struct account *account)
{
	struct page page = { ACCOUNTS, account->is.number };

	return odeon_request(self, account->is.journal, odeon_new(read, .page = page),
	                     odeon_deadline(self, JOURNAL_WITHIN),
	                     ODEON_THEN(self, account, reading, lines, .unused = 0));
}

ODEON_ANSWER(account, naming, odeon_named)
{
	if (error == ODEON_ESTOPPING)
		return;
	if (error == 0)
		error = read_page(self, account);
	if (error < 0)
		try_later(self, account);
}

static int take_name(odeon_self *self, struct account *account)
{
	char name[ACCOUNT_NAME_BYTES];

	account_name(account->is.number, name);
	return odeon_request(self, account->is.registry,
	                     odeon_registry_question_new(ODEON_NAME_PUT, name, odeon_self_ref(self)),
	                     odeon_deadline(self, JOURNAL_WITHIN),
	                     ODEON_THEN(self, account, naming, odeon_named, .unused = 0));
}

ODEON_HANDLER(account, odeon_tick)
{
	if (take_name(self, account) < 0)
		try_later(self, account);
}

ODEON_START(account, account_is)
{
	odeon_retry_options options = ODEON_RETRY(.first = ODEON_MS(1), .most = ODEON_MS(50));
	int error = odeon_retry_init(&account->retry, &options, account_is->number);

	account->is = *account_is;
	return error < 0 ? error : take_name(self, account);
}

ODEON_STOP(account) { free(account->lines); }

/* ---- open --------------------------------------------------------------------------------------------------- */

struct writing { struct booking *asked; struct line line; };

/* Until it is ready. */
static void lay_aside(odeon_self *self, void *message)
{
	odeon_free(odeon_stash(self, message, NULL));   /* what comes back is not answered: whoever asked asks again */
}

ODEON_ANSWER(account, writing, written)
{
	if (error == 0 && !enter(account, &writing->line))
		error = ODEON_ENOMEM;
	if (error == 0) {
		odeon_reply_to(self, writing->asked, odeon_new(booked, .verdict = writing->line.verdict));
		account->is_ready = true;
		odeon_unstash(self);
	} else if (error != ODEON_ESTOPPING) {
		odeon_fail(self, error, "does not know what is written");
	}
	odeon_free(writing->asked);
}

static void write_down(odeon_self *self, struct account *account, struct booking *asked)
{
	struct line line = {
		.page = { ACCOUNTS, account->is.number }, .number = account->count,
		.event = asked->event, .transfer = asked->transfer, .amount = asked->amount,
		.verdict = judge(account, asked),
	};

	account->is_ready = false;
	if (odeon_request(self, account->is.journal, odeon_new(write, .line = line),
	                  odeon_deadline(self, JOURNAL_WITHIN),
	                  ODEON_THEN(self, account, writing, written, .asked = asked, .line = line)) < 0) {
		odeon_free(asked);
		odeon_fail(self, ODEON_ENOMEM, "cannot ask the journal");
	}
}

ODEON_HANDLER(account, booking)
{
	const struct line *before;

	if (!account->is_ready)
		lay_aside(self, booking);
	else if ((before = find(account, booking)) != NULL)
		odeon_reply(self, odeon_new(booked, .verdict = before->verdict));
	else
		write_down(self, account, odeon_keep(self, booking));
}

ODEON_HANDLER(account, balance)
{
	if (!account->is_ready) {
		lay_aside(self, balance);
		return;
	}
	*balance = (struct balance){ account->amount, account->is_closed, account->count };
	odeon_reply(self, balance);
}

ODEON_HANDLERS(account_handlers,
	ODEON_ON(account, booking), ODEON_ON(account, balance), ODEON_ON(account, odeon_tick));
const odeon_kind account_kind = ODEON_KIND_INIT(account, account_handlers,
	.start = ODEON_STARTS(account), .stop = ODEON_STOPS(account));
