/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * survey - odeon_system_waits: all actors are asked, and waited for
 *
 * An order may be lost when the actor it was meant for ends, or lie before one that is halted: so while it waits, who made
 * the inquiry looks now and then whether those that have not said are there at all.
 */
#include "system.h"

#include "alloc.h"
#include "clock.h"
#include "deliver.h"
#include "loop.h"
#include "rounds.h"
#include "waits.h"

#define LOOK_FIRST ODEON_MS(1)
#define LOOK_MOST ODEON_MS(64)

/* ---- asked ------------------------------------------------------------------------------------------------------------------ */

static int begin(odeon_system *system, struct inquiry *inquiry)
{
	struct directory *directory = system->directory;

	*inquiry = (struct inquiry){ .slots = directory_used(directory) };
	parker_init(&inquiry->parker);
	inquiry->asked = alloc_zeroed((inquiry->slots + 1) * sizeof inquiry->asked[0]);
	if (inquiry->asked == NULL)
		return ODEON_ENOMEM;
	for (uint32_t i = 0; i < inquiry->slots; i++) {
		odeon_ref who = directory_ref(directory, &directory->slots[i]);

		if (!generation_is_alive(ref_generation(who)))
			continue;
		inquiry->asked[i] = ref_generation(who);
		inquiry->left++;
	}
	pthread_mutex_lock(&system->inquiries_lock);
	inquiry->next = system->inquiries;
	system->inquiries = inquiry;
	pthread_mutex_unlock(&system->inquiries_lock);
	return 0;
}

static void order_all(odeon_system *system, struct inquiry *inquiry)
{
	for (uint32_t i = 0; i < inquiry->slots; i++) {
		uint32_t generation;

		pthread_mutex_lock(&system->inquiries_lock);
		generation = inquiry->asked[i];
		pthread_mutex_unlock(&system->inquiries_lock);
		if (generation != 0)            /* it may have told somebody else's inquiry by now, and so this one */
			(void)deliver_order(system, NULL, ref_make(system->directory->system, generation, i), ORDER_TELL);
	}
}

/* Under the lock: who has ended, or is halted, has nothing to say. */
static void strike_out(odeon_system *system, struct inquiry *inquiry)
{
	for (uint32_t i = 0; i < inquiry->slots && inquiry->left > 0; i++) {
		struct slot *slot = &system->directory->slots[i];

		if (inquiry->asked[i] == 0)
			continue;
		if ((slot_generation(slot) & REF_GENERATION_MASK) == inquiry->asked[i] && !mailbox_is_halted(&slot->mailbox))
			continue;
		inquiry->asked[i] = 0;
		inquiry->left--;
	}
}

static size_t look_who_is_left(odeon_system *system, struct inquiry *inquiry)
{
	size_t left;

	pthread_mutex_lock(&system->inquiries_lock);
	strike_out(system, inquiry);
	left = inquiry->left;
	pthread_mutex_unlock(&system->inquiries_lock);
	return left;
}

static int64_t earlier(int64_t left, int64_t right)
{
	return left < right ? left : right;
}

/* A system without workers is run meanwhile, unless somebody does so already. */
static void await(odeon_system *system, struct inquiry *inquiry, int64_t until)
{
	odeon_duration look = LOOK_FIRST;
	size_t left;

	for (;;) {
		uint32_t key = parker_key(&inquiry->parker);
		int64_t next = earlier(until, clock_after(clock_now(), look));

		if (system->pool == 0 && system_enter(system)) {
			(void)loop_host(host_worker(system), next, HOST_WAITS_FOR_END);
			system_leave(system);
		}
		left = look_who_is_left(system, inquiry);
		if (left == 0 || clock_now() >= until)
			return;
		parker_sleep(&inquiry->parker, key, next);
		look = earlier(look * 2, LOOK_MOST);
	}
}

/* Nobody tells it anything more. */
static void end(odeon_system *system, struct inquiry *inquiry)
{
	struct inquiry **link = &system->inquiries;

	pthread_mutex_lock(&system->inquiries_lock);
	while (*link != inquiry)
		link = &(*link)->next;
	*link = inquiry->next;
	pthread_mutex_unlock(&system->inquiries_lock);
	alloc_free(inquiry->asked, (inquiry->slots + 1) * sizeof inquiry->asked[0]);
}

static int ask_all(odeon_system *system, int64_t until, struct wait_list *list, size_t *silent)
{
	struct inquiry inquiry;
	int error = begin(system, &inquiry);

	if (error != 0)
		return error;
	order_all(system, &inquiry);
	await(system, &inquiry, until);
	end(system, &inquiry);
	*list = inquiry.list;
	*silent = inquiry.left;
	return 0;
}

/* ---- the call --------------------------------------------------------------------------------------------------------------- */

static int check(odeon_system *system)
{
	if (system == NULL)
		return ODEON_EINVAL;
	if (directory_is_forked(system->directory))
		return ODEON_EFORKED;
	if (context_runs_actors())
		return ODEON_EWOULDBLOCK;
	return ck_pr_load_32(&system->phase) == PHASE_STOPPED ? ODEON_ESTOPPING : 0;
}

static int find(odeon_system *system, int64_t until, struct wait_list *list, size_t *silent)
{
	if (system->simulation == NULL)
		return ask_all(system, until, list, silent);
	if (!system_enter(system))
		return ODEON_EBUSY;
	waits_read(system, list);
	system_leave(system);
	return 0;
}

int odeon_system_waits(odeon_system *system, odeon_time until, odeon_waits **waits)
{
	struct wait_list list = { .count = 0 };
	size_t silent = 0;
	int error = check(system);

	if (waits == NULL)
		return ODEON_EINVAL;
	*waits = NULL;
	if (error == 0)
		error = find(system, until.ns, &list, &silent);
	if (error == 0 && !list.is_short)
		*waits = rounds_list(list.waits, list.count, silent);
	wait_list_free(&list);
	return error == 0 && *waits == NULL ? ODEON_ENOMEM : error;
}
