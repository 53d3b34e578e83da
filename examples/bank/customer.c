/* SPDX-License-Identifier: BSD-2-Clause */
/* customer - errand after errand on each lane: find who is asked, ask, and once more if need be */
#include "customer.h"
#include "account.h"
#include "bank.h"

#define ORDER_WITHIN ODEON_SECONDS(2)

struct lane { unsigned errand; odeon_retry retry; };
struct customer {
	struct customer_is is;
	unsigned next, busy;                            /* the next errand; lanes that have one */
	struct lane lanes[LANES_MOST];
};

struct finding { unsigned lane; };
struct ordering { unsigned lane; };
struct closing { unsigned lane; };

static void begin(odeon_self *self, struct customer *customer, unsigned lane);

/* ---- what is wanted ----------------------------------------------------------------------------------------- */

static unsigned choose(uint64_t *random, unsigned limit)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*random >> 33) % limit;
}

struct order wishes_order(const struct wishes *wishes, unsigned transfer)
{
	uint64_t random = (wishes->seed * 1000003u + transfer) * 0x9e3779b97f4a7c15u;
	unsigned from = 1 + choose(&random, wishes->accounts), to = 1 + choose(&random, wishes->accounts - 1);

	return (struct order){ transfer, from, to >= from ? to + 1 : to, 1 + choose(&random, (unsigned)wishes->most) };
}

/* Errands 1 to `orders` are the transfers; the closing of an account comes in the middle of them, and is numbered 0. */
static unsigned errands(const struct wishes *wishes) { return wishes->orders + (wishes->closes > 0); }

static unsigned errand_at(const struct wishes *wishes, unsigned place)
{
	unsigned middle = wishes->closes > 0 ? wishes->orders / 2 : wishes->orders;

	return place < middle ? place + 1 : place == middle ? 0 : place;
}

/* ---- one after the other ------------------------------------------------------------------------------------ */

static void next(odeon_self *self, struct customer *customer, unsigned lane)
{
	odeon_retry_clear(&customer->lanes[lane].retry);
	if (customer->next < errands(customer->is.wishes)) {
		customer->lanes[lane].errand = errand_at(customer->is.wishes, customer->next++);
		begin(self, customer, lane);
	} else if (--customer->busy == 0) {
		odeon_system_quit(odeon_system_of(self));
		odeon_exit(self);
	}
}

static void try_later(odeon_self *self, struct customer *customer, unsigned lane)
{
	int error = odeon_tick_after(self, odeon_retry_next(&customer->lanes[lane].retry), lane);

	if (error < 0)
		odeon_fail(self, error, "cannot wait");
}

ODEON_ANSWER(customer, ordering, receipt)
{
	struct wishes *wishes = customer->is.wishes;
	unsigned transfer = customer->lanes[ordering->lane].errand;

	if (error == ODEON_ESTOPPING)
		return;
	if (error < 0) {
		try_later(self, customer, ordering->lane);
		return;
	}
	if (wishes->told[transfer] != NOTHING && wishes->told[transfer] != receipt->end)
		wishes->contradictions++;
	wishes->told[transfer] = receipt->end;
	next(self, customer, ordering->lane);
}

ODEON_ANSWER(customer, closing, booked)
{
	if (error == ODEON_ESTOPPING)
		return;
	if (error < 0)
		try_later(self, customer, closing->lane);
	else
		next(self, customer, closing->lane);
}

static int place_order(odeon_self *self, struct customer *customer, unsigned lane, odeon_ref desk)
{
	struct order order = wishes_order(customer->is.wishes, customer->lanes[lane].errand);

	return odeon_request(self, desk, odeon_new(order, order.transfer, order.from, order.to, order.amount),
	                     odeon_deadline(self, ORDER_WITHIN),
	                     ODEON_THEN(self, customer, ordering, receipt, .lane = lane));
}

static int close_account(odeon_self *self, unsigned lane, odeon_ref account)
{
	return odeon_request(self, account, odeon_new(booking, .event = CLOSING), odeon_deadline(self, ORDER_WITHIN),
	                     ODEON_THEN(self, customer, closing, booked, .lane = lane));
}

ODEON_ANSWER(customer, finding, odeon_named)
{
	unsigned lane = finding->lane;

	if (error == ODEON_ESTOPPING)
		return;
	if (error == 0)
		error = customer->lanes[lane].errand > 0 ? place_order(self, customer, lane, odeon_named->who)
		                                         : close_account(self, lane, odeon_named->who);
	if (error < 0)
		try_later(self, customer, lane);
}

static void begin(odeon_self *self, struct customer *customer, unsigned lane)
{
	char name[ACCOUNT_NAME_BYTES] = DESK_NAME;

	if (customer->lanes[lane].errand == 0)
		account_name(customer->is.wishes->closes, name);
	if (odeon_request(self, customer->is.registry, odeon_registry_question_new(ODEON_NAME_FIND, name, ODEON_NOBODY),
	                  odeon_deadline(self, ORDER_WITHIN),
	                  ODEON_THEN(self, customer, finding, odeon_named, .lane = lane)) < 0)
		try_later(self, customer, lane);
}

ODEON_HANDLER(customer, odeon_tick) { begin(self, customer, (unsigned)odeon_tick->key); }

ODEON_START(customer, customer_is)
{
	odeon_retry_options options = ODEON_RETRY(.first = ODEON_MS(1), .most = ODEON_MS(100));
	const struct wishes *wishes = customer_is->wishes;
	int error = 0;

	customer->is = *customer_is;
	for (unsigned i = 0; error == 0 && i < wishes->lanes && i < errands(wishes); i++) {
		error = odeon_retry_init(&customer->lanes[i].retry, &options, wishes->seed + i);
		customer->lanes[i].errand = errand_at(wishes, customer->next++);
		customer->busy++;
		if (error == 0)
			error = odeon_tick_after(self, 0, i);
	}
	return error;
}

ODEON_HANDLERS(customer_handlers, ODEON_ON(customer, odeon_tick));
const odeon_kind customer_kind = ODEON_KIND_INIT(customer, customer_handlers, .start = ODEON_STARTS(customer));
