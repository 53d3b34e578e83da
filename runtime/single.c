/* SPDX-License-Identifier: BSD-2-Clause */
/* single - found, or spawned and agreed on */
#include "single.h"

#include <stdlib.h>
#include <odeon/system.h>

struct single {
	struct single *next;                    /* like kind, set before the entry can be seen */
	const odeon_kind *kind;
	uint64_t actor;                         /* a ref's bits */
};

static struct single *find(odeon_system *system, const odeon_kind *kind)
{
	struct single *single = ck_pr_load_ptr(&system->singles);

	ck_pr_fence_acquire();                  /* pairs with the release in enter */
	while (single != NULL && single->kind != kind)
		single = single->next;
	return single;
}

/* Under the lock. NULL: no memory. */
static struct single *enter(odeon_system *system, const odeon_kind *kind)
{
	struct single *single = find(system, kind);

	if (single != NULL || (single = calloc(1, sizeof *single)) == NULL)
		return single;
	single->kind = kind;
	single->next = system->singles;
	ck_pr_fence_release();                  /* all of the entry, before it is seen; pairs with the acquire in find */
	ck_pr_store_ptr(&system->singles, single);
	return single;
}

static bool is_alive(odeon_system *system, odeon_ref actor)
{
	struct slot *slot = directory_find(system->directory, actor);

	return slot != NULL && slot_generation(slot) == ref_generation(actor);
}

static bool look(odeon_system *system, struct single *single, odeon_ref *actor)
{
	*actor = (odeon_ref){ single != NULL ? ck_pr_load_64(&single->actor) : 0 };
	ck_pr_fence_acquire();                  /* pairs with the release in agree */
	if (is_alive(system, *actor))
		return true;
	*actor = ODEON_NOBODY;
	return false;
}

/* The one that is: this one, or another thread's that was sooner. */
static int agree(odeon_system *system, const odeon_kind *kind, odeon_ref mine, odeon_ref *actor)
{
	struct single *single;
	int error = 0;

	pthread_mutex_lock(&system->private_lock);
	single = enter(system, kind);
	if (single == NULL)
		error = ODEON_ENOMEM;
	else if (!look(system, single, actor)) {
		*actor = mine;
		ck_pr_fence_release();          /* all of the actor, before its ref is seen; pairs with the acquire in look */
		ck_pr_store_64(&single->actor, mine.bits);
	}
	pthread_mutex_unlock(&system->private_lock);
	if (actor->bits != mine.bits)
		(void)odeon_actor_stop(system, mine);
	return error;
}

int odeon_system_single(odeon_system *system, const odeon_kind *kind, const void *argument, odeon_ref *actor)
{
	odeon_ref mine;
	int error;

	if (actor == NULL)
		return ODEON_EINVAL;
	*actor = ODEON_NOBODY;
	if (system == NULL || kind == NULL)
		return ODEON_EINVAL;
	if (look(system, find(system, kind), actor))
		return 0;
	error = odeon_system_spawn(system, kind, argument, &mine);
	return error == 0 ? agree(system, kind, mine, actor) : error;
}

void singles_free(odeon_system *system)
{
	struct single *single;

	while ((single = system->singles) != NULL) {
		system->singles = single->next;
		free(single);
	}
}
