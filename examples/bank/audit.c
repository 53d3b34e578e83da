/* SPDX-License-Identifier: BSD-2-Clause */
/* audit - counts */
#include "audit.h"
#include <odeon/testkit.h>
#include <stdbool.h>
#include <stdlib.h>

struct counts { unsigned withdrawals, deposits, refunds; };     /* booked for a transfer, in the right account */

/* ---- accounts ----------------------------------------------------------------------------------------------- */

static bool was_booked_before(const struct line *lines, unsigned count)
{
	const struct line *line = &lines[count];

	for (unsigned i = 0; i < count; i++)
		if (lines[i].event == line->event && lines[i].transfer == line->transfer && lines[i].verdict == BOOKED)
			return true;
	return false;
}

static void count_line(const struct line *line, const struct wishes *wishes, struct counts *counts)
{
	struct order order;

	if (line->transfer == 0 || line->transfer > wishes->orders || line->verdict != BOOKED)
		return;
	order = wishes_order(wishes, line->transfer);
	if (line->amount != order.amount || line->page.number != (line->event == DEPOSIT ? order.to : order.from))
		return;
	counts += line->transfer;
	counts->withdrawals += line->event == WITHDRAWAL;
	counts->deposits += line->event == DEPOSIT;
	counts->refunds += line->event == REFUND;
}

static enum complaint look_at_account(const struct disk *disk, unsigned number, const struct wishes *wishes,
                                      struct counts *counts, int64_t said)
{
	unsigned count;
	const struct line *lines = disk_read(disk, (struct page){ ACCOUNTS, number }, &count);
	int64_t balance = 0;

	for (unsigned i = 0; i < count; i++) {
		if (lines[i].verdict == BOOKED && was_booked_before(lines, i))
			return TWICE;
		balance += line_effect(&lines[i]);
		if (balance < 0)
			return OVERDRAWN;
		count_line(&lines[i], wishes, counts);
	}
	return balance == said ? FINE : BALANCE;
}

static int64_t count_money(const struct disk *disk, unsigned accounts)
{
	int64_t money = 0;

	for (unsigned number = 1; number <= accounts; number++) {
		unsigned count;
		const struct line *lines = disk_read(disk, (struct page){ ACCOUNTS, number }, &count);

		for (unsigned i = 0; i < count; i++)
			money += line_effect(&lines[i]);
	}
	return money;
}

/* ---- transfers ---------------------------------------------------------------------------------------------- */

static bool may_follow(enum event before, enum event event)
{
	switch (event) {
	case BEGUN:
		return before == NOTHING;
	case WITHDRAWN:
		return before == BEGUN;
	case DONE:
	case REFUSED:
		return before == WITHDRAWN;
	case UNDONE:
		return before == BEGUN || before == REFUSED;
	default:
		return false;
	}
}

static enum complaint look_at_transfer(const struct disk *disk, unsigned number, const struct wishes *wishes,
                                       const struct counts *counts, struct totals *totals)
{
	unsigned count;
	const struct line *lines = disk_read(disk, (struct page){ TRANSFERS, number }, &count);
	enum event last = NOTHING;

	for (unsigned i = 0; i < count; last = lines[i++].event)
		if (!may_follow(last, lines[i].event))
			return WRONG_WAY;
	if (last == NOTHING && wishes->is_deserted)
		return FINE;
	if (last != DONE && last != UNDONE)
		return NO_END;
	if (last == DONE && (counts->withdrawals != 1 || counts->deposits != 1 || counts->refunds != 0))
		return HALF_DONE;
	if (last == UNDONE && (counts->deposits != 0 || counts->withdrawals != counts->refunds))
		return HALF_UNDONE;
	if (wishes->told[number] != last && (wishes->told[number] != NOTHING || !wishes->is_deserted))
		return RECEIPT;
	totals->done += last == DONE;
	totals->undone += last == UNDONE;
	totals->refunds += counts->refunds;
	return FINE;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

enum complaint audit_disk(const struct disk *disk, const struct wishes *wishes, int64_t amount, const int64_t *said,
                          struct totals *totals)
{
	struct counts *counts = calloc(wishes->orders + 1, sizeof *counts);
	enum complaint complaint = counts != NULL ? FINE : TROUBLE;

	*totals = (struct totals){ .money = count_money(disk, wishes->accounts) };
	if (complaint == FINE && totals->money != amount * wishes->accounts)
		complaint = MONEY;
	for (unsigned i = 1; complaint == FINE && i <= wishes->accounts; i++)
		complaint = look_at_account(disk, i, wishes, counts, said[i]);
	for (unsigned i = 1; complaint == FINE && i <= wishes->orders; i++)
		complaint = look_at_transfer(disk, i, wishes, &counts[i], totals);
	free(counts);
	return complaint == FINE && wishes->contradictions > 0 ? RECEIPT : complaint;
}

/* ---- what the accounts say ---------------------------------------------------------------------------------- */

#define TRIES 200

static struct balance *ask(odeon_system *system, const struct bank *bank, unsigned number)
{
	char name[ACCOUNT_NAME_BYTES];
	odeon_ref who;
	odeon_time until = odeon_system_deadline(system, ODEON_SECONDS(1));

	account_name(number, name);
	if (odeon_registry_find(system, bank->registry, name, until, &who) < 0)
		return NULL;
	return odeon_ask(balance, system, who, odeon_new(balance), until, NULL);
}

/* It may be about to be started anew. */
static struct balance *ask_often(odeon_system *system, const struct bank *bank, unsigned number)
{
	for (int i = 0; i < TRIES; i++) {
		struct balance *balance = ask(system, bank, number);

		if (balance != NULL)
			return balance;
		(void)odeon_system_pass(system, ODEON_MS(10));
	}
	return NULL;
}

enum complaint audit_accounts(odeon_system *system, const struct bank *bank, unsigned accounts, int64_t *said)
{
	for (unsigned number = 1; number <= accounts; number++) {
		struct balance *balance = ask_often(system, bank, number);

		if (balance == NULL)
			return NO_ANSWER;
		said[number] = balance->amount;
		odeon_free(balance);
	}
	return FINE;
}

const char *complaint_text(enum complaint complaint)
{
	static const char *const texts[] = {
		[FINE] = "all is fine",
		[NO_END] = "a transfer is neither done nor undone",
		[WRONG_WAY] = "the lines of a transfer are no way through its diagram",
		[TWICE] = "something was booked twice",
		[HALF_DONE] = "a transfer is done, but was not withdrawn and deposited once each, or was refunded",
		[HALF_UNDONE] = "a transfer is undone, but was deposited, or withdrawn and not refunded",
		[OVERDRAWN] = "an account has had less than nothing",
		[MONEY] = "there is another sum of money than at first",
		[RECEIPT] = "a customer was told something else than the journal says",
		[NO_ANSWER] = "an account does not answer",
		[BALANCE] = "an account says something else than the journal says",
		[HANGS] = "the orders come to no end",
		[TROUBLE] = "something else went wrong, for instance no memory",
	};

	return texts[complaint];
}
