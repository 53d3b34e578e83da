/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * banking - a teller has money moved between accounts, each of which waits until its partner has booked
 *
 * Measures requests between actors, and deferral: an account that waits for the answer of another one puts aside what
 * comes in meanwhile. All orders go out of one handler.
 *
 * Original: 1,000 accounts, 50,000 transactions (--count). An account sends money only to one of a higher number, so
 * that no circle of accounts waits for itself.
 *
 * Verified: each transaction is reported once, and at the end each account has to the last unit what the transactions
 * say, whatever their order was; so the bank as a whole has what it had.
 *
 * Departs: amounts are whole millionths. The original's are floating point and its initial balance so large that no
 * transaction changes it, and nothing is checked. What was put aside is carried out from there, in its order, not
 * sent to oneself again. An account says its balance when it is closed.
 */
#include "savina.h"

#define ACCOUNTS 1000
#define SENDERS (ACCOUNTS / 10 * 8)
#define SEED 123456
#define AMOUNT_MOST INT64_C(1000000000)                /* millionths */

struct begin { uint64_t orders; };
struct order { struct link link; int64_t amount; odeon_ref to; };     /* to nobody: what the receiver itself is given */
struct booked { int64_t amount; };
struct closing { unsigned account; int64_t balance; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(order);
ODEON_MESSAGE(booked);
ODEON_MESSAGE(closing);

struct account { int64_t balance; struct order *pending; struct queue aside; };
struct teller {
	struct run *run;
	uint64_t random, orders, booked;
	unsigned closed;
	odeon_ref accounts[ACCOUNTS];
	int64_t balances[ACCOUNTS];                    /* as they must be at the end */
};

/* ---- the account ----------------------------------------------------------------------------------------------- */

static void carry_out(odeon_self *self, struct account *account, struct order *order)
{
	if (odeon_ref_is_nobody(order->to)) {
		account->balance += order->amount;
		odeon_reply_to(self, order, odeon_new(booked, .amount = order->amount));
		odeon_free(order);
		return;
	}
	account->balance -= order->amount;
	odeon_send(self, order->to, odeon_new(order, .amount = order->amount));
	account->pending = order;
}

ODEON_HANDLER(account, order)
{
	order = odeon_keep(self, order);
	if (account->pending != NULL)
		queue_put(&account->aside, &order->link);
	else
		carry_out(self, account, order);
}

ODEON_HANDLER(account, booked)
{
	struct order *next;

	odeon_reply_to(self, account->pending, booked);
	odeon_free(account->pending);
	account->pending = NULL;
	while (account->pending == NULL && (next = queue_take(&account->aside)) != NULL)
		carry_out(self, account, next);
}

ODEON_HANDLER(account, closing)
{
	closing->balance = account->balance;
	odeon_reply(self, closing);
	odeon_exit(self);
}

ODEON_STOP(account)
{
	odeon_free(account->pending);
	queue_free(&account->aside);
}

ODEON_HANDLERS(account_handlers, ODEON_ON(account, order), ODEON_ON(account, booked), ODEON_ON(account, closing));
ODEON_KIND(account, account_handlers, .stop = ODEON_STOPS(account));

/* ---- the teller ------------------------------------------------------------------------------------------------ */

static void send_order(odeon_self *self, struct teller *teller)
{
	unsigned from = pseudo_next(&teller->random) % SENDERS;
	unsigned distance = pseudo_next(&teller->random) % (ACCOUNTS - from);
	unsigned to = from + (distance == 0 ? 1 : distance);
	int64_t amount = AMOUNT_MOST / (pseudo_next(&teller->random) + 1);

	teller->balances[from] -= amount;
	teller->balances[to] += amount;
	odeon_send(self, teller->accounts[from], odeon_new(order, .amount = amount, .to = teller->accounts[to]));
}

ODEON_HANDLER(teller, begin)
{
	for (uint64_t i = 0; i < begin->orders; i++)
		send_order(self, teller);
}

ODEON_HANDLER(teller, booked)
{
	if (++teller->booked < teller->orders)
		return;
	for (unsigned i = 0; i < ACCOUNTS; i++)
		odeon_send(self, teller->accounts[i], odeon_new(closing, .account = i));
}

ODEON_HANDLER(teller, closing)
{
	if (closing->balance != teller->balances[closing->account])
		run_wrong(teller->run, "account %u has %lld, not %lld", closing->account, (long long)closing->balance,
			(long long)teller->balances[closing->account]);
	teller->balances[closing->account] = 0;
	if (++teller->closed == ACCOUNTS)
		run_over(teller->run, self);
}

/* Each account has enough for all orders. */
ODEON_START(teller, run)
{
	int error = 0;

	teller->run = (struct run *)run;
	teller->random = SEED;
	teller->orders = run->count;
	for (unsigned i = 0; i < ACCOUNTS && error == 0; i++) {
		teller->balances[i] = AMOUNT_MOST * (int64_t)run->count;
		error = odeon_spawn(self, &account_kind, &(struct account){ .balance = teller->balances[i] },
			&teller->accounts[i]);
	}
	return error;
}

ODEON_HANDLERS(teller_handlers, ODEON_ON(teller, booked), ODEON_ON(teller, begin), ODEON_ON(teller, closing));
ODEON_KIND(teller, teller_handlers, .start = ODEON_STARTS(teller));

static void run(struct run *run)
{
	odeon_ref teller;

	run_spawn(run, &teller_kind, run, &teller);
	run_begin(run);
	odeon_post(run->system, teller, odeon_new(begin, .orders = run->count));
	run_wait(run);
	run->amount = run->count;
}

const struct bench savina_banking = {
	.name = "savina-banking", .summary = "a teller, 1,000 accounts that wait for each other's bookings",
	.amount = "transactions", .counts = "transactions", .count = 50000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_transaction", "ns/transaction", { 0, 0 }, 0, 0 } },
};
