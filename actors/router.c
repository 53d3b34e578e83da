/* SPDX-License-Identifier: BSD-2-Clause */
/* router - what senders call: each sends by itself to a routee of the table */
#include "routing.h"
#include <stdlib.h>

ODEON_MESSAGE_DEFINE_DROP(odeon_broadcast) { odeon_frozen_drop(odeon_broadcast->payload); }
ODEON_MESSAGE_DEFINE(odeon_router_mark);
ODEON_MESSAGE_DEFINE(router_leave);
ODEON_MESSAGE_DEFINE(router_resize);

/* ---- its life ----------------------------------------------------------------------------------------------------------- */

static int check(const odeon_pool *pool)
{
	unsigned most = pool->most != 0 ? pool->most : pool->least;

	if (pool->bytes != sizeof *pool)
		return ODEON_EVERSION;
	if (pool->kind == NULL || pool->least == 0 || most < pool->least || most > ODEON_ROUTEES_MOST
	    || (unsigned)pool->failed > ODEON_FAILED_DROPPED || (unsigned)pool->routing > ODEON_ROUTE_BY_KEY
	    || (pool->routing == ODEON_ROUTE_BY_KEY && pool->key == NULL) || pool->idle < 0 || pool->every < 0 || pool->within < 0)
		return ODEON_EINVAL;
	return 0;
}

int odeon_router_open(odeon_system *system, const odeon_pool *pool, odeon_router **router)
{
	int error = system != NULL && pool != NULL && router != NULL ? check(pool) : ODEON_EINVAL;

	if (router != NULL)
		*router = NULL;
	if (error != 0)
		return error;
	*router = routing_make(system, pool);
	if (*router == NULL)
		return ODEON_ENOMEM;
	error = odeon_system_spawn(system, &router_foreman_kind, &(struct router_opening){ *router }, &(*router)->actor);
	if (error == 0)
		return 0;
	routing_release(*router);
	*router = NULL;
	return error;
}

void odeon_router_drop(odeon_router *router)
{
	if (router == NULL)
		return;
	if (atomic_fetch_sub_explicit(&router->users, 1, memory_order_acq_rel) == 1
	    && !atomic_load_explicit(&router->has_ended, memory_order_acquire)) {
		void *leave = router->leave;

		router->leave = NULL;
		(void)odeon_post(router->system, router->actor, leave);
	}
	routing_release(router);
}

odeon_router *odeon_router_share(odeon_router *router)
{
	if (router != NULL) {
		atomic_fetch_add_explicit(&router->users, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&router->shares, 1, memory_order_relaxed);
	}
	return router;
}

odeon_ref odeon_router_ref(const odeon_router *router) { return router->actor; }

unsigned odeon_router_count(const odeon_router *router)
{
	return atomic_load_explicit(&router->count, memory_order_acquire);
}

int odeon_router_resize(odeon_router *router, unsigned count)
{
	if (count < router->pool.least || count > router->pool.most)
		return ODEON_EINVAL;
	return odeon_post(router->system, router->actor, odeon_new(router_resize, .count = count));
}

/* ---- to one of them ------------------------------------------------------------------------------------------------------ */

/* Who refuses it for now, where others may take it. */
static bool is_passed_over(const odeon_router *router, int why)
{
	return router->pool.routing != ODEON_ROUTE_BY_KEY && (why == ODEON_EGONE || why == ODEON_EFULL);
}

/* By the one who sends, or from outside when that is nobody. */
static void *try_at(odeon_self *self, odeon_router *router, odeon_ref to, void *message, int *why, const odeon_site *site)
{
	if (self != NULL)
		return odeon_try_send_at(self, to, message, why, site);
	return odeon_try_post_at(router->system, to, message, ODEON_AT_ONCE, why, site);
}

static int give_at(odeon_self *self, odeon_router *router, odeon_ref to, void *message, const odeon_site *site)
{
	return self != NULL ? odeon_send_at(self, to, message, site) : odeon_post_at(router->system, to, message, site);
}

/* The chosen one refused it: each of the others, and then it is refused as the last one does. */
static int give_others(odeon_self *self, odeon_router *router, const struct place *chosen, void *message, const odeon_site *site)
{
	unsigned first = (unsigned)(chosen - router->places), count = odeon_router_count(router);
	odeon_ref to = ODEON_NOBODY;
	int why = ODEON_EGONE;

	for (unsigned i = 1; message != NULL && i < count && is_passed_over(router, why); i++) {
		struct place *place = routing_enter_at(router, (first + i) % count);

		if (place == NULL)
			continue;
		to = routing_ref(place);
		message = try_at(self, router, to, message, &why, site);
		routing_leave(router, place);
	}
	return message != NULL ? give_at(self, router, to, message, site) : why;
}

static int give(odeon_self *self, odeon_router *router, void *message, const odeon_site *site)
{
	struct place *place = message != NULL ? routing_enter(router, message) : NULL;
	odeon_ref to;
	int why;

	if (place == NULL)
		return give_at(self, router, ODEON_NOBODY, message, site);
	to = routing_ref(place);
	message = try_at(self, router, to, message, &why, site);
	if (message != NULL && !is_passed_over(router, why))
		why = give_at(self, router, to, message, site);
	routing_leave(router, place);
	if (message == NULL || !is_passed_over(router, why))
		return why;
	return give_others(self, router, place, message, site);
}

int odeon_router_send_at(odeon_self *self, odeon_router *router, void *message, const odeon_site *site)
{
	return give(self, router, message, site);
}

int odeon_router_post_at(odeon_router *router, void *message, const odeon_site *site)
{
	return give(NULL, router, message, site);
}

int odeon_router_forward_at(odeon_self *self, odeon_router *router, void *message, const odeon_site *site)
{
	struct place *place = message != NULL ? routing_enter(router, message) : NULL;
	int error = odeon_forward_at(self, place != NULL ? routing_ref(place) : ODEON_NOBODY, message, site);

	if (place != NULL)
		routing_leave(router, place);
	return error;
}

int odeon_router_request_at(odeon_self *self, odeon_router *router, void *message, odeon_time until, odeon_then *then,
                            const odeon_site *site)
{
	struct place *place = message != NULL ? routing_enter(router, message) : NULL;
	int error = odeon_request_at(self, place != NULL ? routing_ref(place) : ODEON_NOBODY, message, until, then, site);

	if (place != NULL)
		routing_leave(router, place);
	return error;
}

/* ---- to all of them ------------------------------------------------------------------------------------------------------ */

/* So many, each with a share; or none. */
static struct odeon_broadcast **copies(odeon_frozen *payload, unsigned count)
{
	struct odeon_broadcast **all = calloc(count, sizeof *all);
	unsigned made = 0;

	while (all != NULL && made < count && (all[made] = odeon_new(odeon_broadcast)) != NULL)
		all[made++]->payload = odeon_frozen_share(payload);
	if (all == NULL || made == count)
		return all;
	while (made > 0)
		odeon_free(all[--made]);
	free(all);
	return NULL;
}

static int send_all(odeon_self *self, odeon_router *router, struct odeon_broadcast **all, unsigned count, const odeon_site *site)
{
	int taken = 0;

	for (unsigned i = 0; i < count; i++) {
		struct place *place = routing_enter_at(router, i);

		if (place == NULL)
			odeon_free(all[i]);
		else {
			taken += odeon_send_at(self, routing_ref(place), all[i], site) == 0;
			routing_leave(router, place);
		}
	}
	return taken;
}

int odeon_router_broadcast_at(odeon_self *self, odeon_router *router, void *message, const odeon_site *site)
{
	unsigned count = odeon_router_count(router);
	odeon_frozen *payload = odeon_freeze(message);
	struct odeon_broadcast **all = payload != NULL && count > 0 ? copies(payload, count) : NULL;
	int result = all != NULL ? send_all(self, router, all, count, site)
	           : payload != NULL && count == 0 ? ODEON_EGONE : ODEON_ENOMEM;

	free(all);
	odeon_frozen_drop(payload);
	return result;
}

static void ask(odeon_self *self, odeon_router *router, odeon_gather gather, odeon_frozen *payload, const odeon_site *site)
{
	unsigned count = odeon_router_count(router);

	for (unsigned i = 0; payload != NULL && i < count; i++) {
		struct place *place = routing_enter_at(router, i);
		struct odeon_broadcast *question = place != NULL ? odeon_new(odeon_broadcast) : NULL;

		if (question != NULL) {
			question->payload = odeon_frozen_share(payload);
			(void)odeon_gather_request_at(self, gather, routing_ref(place), question, site);
		}
		if (place != NULL)
			routing_leave(router, place);
	}
}

int odeon_router_gather_at(odeon_self *self, odeon_router *router, unsigned wanted, odeon_time until, void *message,
                           odeon_then *then, const odeon_site *site)
{
	odeon_frozen *payload = odeon_freeze(message);
	odeon_gather gather = odeon_gather_open(self, wanted, until, then);

	if (gather.bits != 0) {
		ask(self, router, gather, payload, site);
		(void)odeon_gather_close(self, gather);
	}
	odeon_frozen_drop(payload);
	return gather.bits != 0 ? 0 : ODEON_ENOMEM;
}
