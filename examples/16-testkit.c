/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 16-testkit - tests of actors: a probe, the clock by hand, and a bug that only a lost message shows
 *
 * A till books payments at a bank, which may be out of order: then the payment must come back to the customer. The first till
 * just sends; the second one asks, and goes on with the answer, or with the error. Both work whenever one looks.
 * odeon_trials_run looks under many seeds, with a few faults by chance in each; of those that made a run fail it keeps what is
 * needed, and says how to run that again.
 *
 * Try it: run what it says on standard error.
 */
#include <odeon.h>
#include <odeon/testkit.h>
#include <stdio.h>

#define PAYMENTS 10

struct payment { int amount; };
struct booked { int amount; };
struct returned { int amount; };
ODEON_MESSAGE(payment);
ODEON_MESSAGE(booked);
ODEON_MESSAGE(returned);

struct bank { int total; };

ODEON_HANDLER(bank, payment)
{
	bank->total += payment->amount;
	odeon_reply(self, odeon_new(booked, .amount = payment->amount));
}

ODEON_HANDLERS(bank_handlers, ODEON_ON(bank, payment));
ODEON_KIND(bank, bank_handlers);

/* ---- two tills ---------------------------------------------------------------------------------------------------- */

struct hasty { odeon_ref bank; };

ODEON_HANDLER(hasty, payment)                           /* the bank answers the customer by itself */
{
	odeon_forward(self, hasty->bank, payment);
}

ODEON_HANDLERS(hasty_handlers, ODEON_ON(hasty, payment));
ODEON_KIND(hasty, hasty_handlers);

struct careful { odeon_ref bank; };
struct open { odeon_ref customer; int amount; };        /* what the answer will need */

ODEON_ANSWER(careful, open, booked)
{
	if (error < 0)
		odeon_send(self, open->customer, odeon_new(returned, .amount = open->amount));
	else
		odeon_send(self, open->customer, booked);
}

ODEON_HANDLER(careful, payment)
{
	struct open open = { odeon_from(self), payment->amount };

	if (odeon_request(self, careful->bank, payment, ODEON_NEVER,
	                  ODEON_THEN(self, careful, open, booked, open.customer, open.amount)) < 0)
		odeon_send(self, open.customer, odeon_new(returned, .amount = open.amount));
}

ODEON_HANDLERS(careful_handlers, ODEON_ON(careful, payment));
ODEON_KIND(careful, careful_handlers);

/* ---- what must hold: each payment is booked or returned ----------------------------------------------------------------- */

/* How much the customer is told of, for what he pays. */
static int pay(odeon_probe *customer, odeon_ref till)
{
	int told = 0;

	for (int i = 1; i <= PAYMENTS; i++)
		odeon_probe_send(customer, till, odeon_new(payment, .amount = i));
	for (int i = 1; i <= PAYMENTS; i++) {
		struct booked *booked = odeon_probe_expect(booked, customer, ODEON_SECONDS(1), NULL);
		struct returned *returned = booked ? NULL : odeon_probe_expect(returned, customer, ODEON_SECONDS(1), NULL);

		told += booked ? booked->amount : returned ? returned->amount : 0;
		odeon_free(booked);
		odeon_free(returned);
	}
	return told;
}

/* A trial. 0: it holds. */
static int nothing_is_lost(odeon_system *system, void *till_kind)
{
	odeon_probe *customer;
	odeon_ref bank, till;
	int told;

	if (odeon_probe_open(system, &customer) < 0)
		return -1;
	if (odeon_system_spawn(system, &bank_kind, NULL, &bank) < 0
	 || odeon_system_spawn(system, till_kind, &bank, &till) < 0)    /* both tills are a bank's ref */
		return -1;
	told = pay(customer, till);
	odeon_probe_close(customer);
	return told == PAYMENTS * (PAYMENTS + 1) / 2 ? 0 : 1;
}

/* Faults befall the bank alone. */
static int spares(void *data, const char *kind, const odeon_type *type)
{
	(void)data;
	(void)type;
	return kind != bank_kind.name;
}

static int look_for_it(const char *name, const odeon_kind *till, const odeon_rates *rates)
{
	odeon_trials trials = ODEON_TRIALS(.name = name, .seeds = 200, .rates = rates);
	odeon_verdict verdict = ODEON_VERDICT(.result = 0);
	int result = odeon_trials_run(&trials, nothing_is_lost, (void *)(size_t)till, &verdict);

	if (result == 0)
		printf("%s: nothing is lost%s\n", name, rates ? ", whatever befalls the bank" : "");
	else
		printf("%s: a payment is lost; faults needed for that: %u\n", name, verdict.needed);
	return result;
}

int main(void)
{
	const odeon_rates rates = ODEON_RATES(.drop = 100000, .delay = 300000, .kill = 10000, .spares = spares);
	int is_right = look_for_it("hasty", &hasty_kind, NULL) == 0;

	is_right &= look_for_it("hasty", &hasty_kind, &rates) == 1;
	is_right &= look_for_it("careful", &careful_kind, &rates) == 0;
	return !is_right;
}
