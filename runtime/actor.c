/* SPDX-License-Identifier: BSD-2-Clause */
/* actor - birth and death */
#include "actor.h"

#include <string.h>
#include "alloc.h"
#include "around.h"
#include "aside.h"
#include "attach.h"
#include "bond.h"
#include "deliver.h"
#include "own.h"
#include "permit.h"
#include "request.h"
#include "restart.h"
#include "simulation.h"
#include "vacant.h"
#include "timer.h"
#include "watch.h"

/* ---- kinds ------------------------------------------------------------------------------------------------------ */

bool actor_fits(const odeon_kind *kind, const odeon_handler *handlers)
{
	for (; handlers->type != NULL; handlers++)
		if (handlers->handle == NULL || handlers->state_bytes != kind->state_bytes
		 || strcmp(handlers->state, kind->name) != 0)
			return false;
	return true;
}

static int check_kind(const odeon_kind *kind)
{
	if (kind == NULL)
		return ODEON_EINVAL;
	if (kind->bytes != sizeof *kind)
		return ODEON_EVERSION;
	if (kind->name == NULL || kind->state_bytes > ODEON_MESSAGE_BYTES_MOST || kind->place > ODEON_HOST_THREAD)
		return ODEON_EINVAL;
	if ((kind->handlers == NULL) == (kind->receive == NULL))
		return ODEON_EINVAL;
	if (kind->handlers != NULL && !actor_fits(kind, kind->handlers))
		return ODEON_EINVAL;
	return bounds_check(&kind->mailbox, ODEON_NOBODY);
}

/* ---- birth ------------------------------------------------------------------------------------------------------ */

/* Where it will run: as its kind says, or where the spawner wants it pinned. */
static struct home home_of(const odeon_system *system, const odeon_kind *kind, const struct home *wanted)
{
	struct home home = wanted != NULL ? *wanted : (struct home){ .place = kind->place, .worker = kind->worker };

	if (home.place == ODEON_PINNED && system->pool > 0)
		home.worker %= (unsigned)system->pool;
	else
		home.worker = (unsigned)system->pool;
	return home;
}

static void *alloc_for_actor(size_t bytes)
{
	return UNLIKELY(context_refuses(bytes)) ? NULL : alloc_block(bytes);
}

/* What a start anew makes afresh, too: the state, the bounds, the table. 0, or with nothing left behind the error. */
static int freshen(odeon_system *system, struct slot *slot, const odeon_kind *kind, const void *argument)
{
	const odeon_mailbox *mailbox = mailbox_is_bounded(&kind->mailbox) ? &kind->mailbox : &system->options.mailbox;

	slot->state = NULL;
	if (kind->state_bytes > 0) {
		slot->state = alloc_for_actor(kind->state_bytes);
		if (slot->state == NULL)
			return ODEON_ENOMEM;
		if (argument != NULL && kind->start == NULL)
			memcpy(slot->state, argument, kind->state_bytes);
		else
			memset(slot->state, 0, kind->state_bytes);
	}
	if (UNLIKELY(slot->bounds != NULL || mailbox_is_bounded(mailbox)) && bounds_set(&slot->bounds, mailbox) != 0) {
		alloc_free(slot->state, kind->state_bytes);
		slot->state = NULL;
		return ODEON_ENOMEM;
	}
	slot->handlers = UNLIKELY(system->options.intercept != NULL) ? NULL : kind->handlers;
	return 0;
}

/* 0, or with nothing left behind but the annex the error. */
static int fill(odeon_system *system, struct slot *slot, const odeon_kind *kind, const struct home *wanted,
                const void *argument, struct annex *annex)
{
	struct home home = home_of(system, kind, wanted);
	int error;

	slot->annex = annex;
	slot->kind = kind;
	error = freshen(system, slot, kind, argument);
	if (error != 0)
		return error;
	slot->place = (uint8_t)home.place & 3;
	slot->level = 0;
	slot->worker = (uint16_t)home.worker;
	slot->flags = 0;
	ck_pr_store_64(&slot->handled, 0);
	ck_pr_store_64(&slot->busy, 0);
	slot->mark = 0;
	return 0;
}

/* Before the actor's ref ends: no channel posts to it from here on. */
static void end_watches(struct slot *slot)
{
	if (UNLIKELY(actor_attic_if_any(slot) != NULL))
		watches_end(slot->annex->attic);
}

/* Tables that became are those of the kind again. */
static void forget_tables(struct attic *attic)
{
	alloc_free(attic->became.tables, attic->became.room * sizeof attic->became.tables[0]);
	attic->became.tables = NULL;
	attic->became.count = attic->became.room = 0;
}

static void release_attic(struct attic *attic)
{
	if (attic == NULL)
		return;
	debug_invariant(attic->permits == NULL && attic->stash.count == 0, "an actor that has ended has permits or a stash");
	forget_tables(attic);
	alloc_free(attic, sizeof *attic);
}

static void release_annex(struct annex *annex)
{
	if (annex == NULL)
		return;
	debug_invariant(annex->holdings.count == 0 && annex->bonds == NULL && annex->requests.first == NULL
	                && annex->front.count == 0, "an actor that has ended holds something");
	release_attic(annex->attic);
	restart_free(annex);
	alloc_free(annex, sizeof *annex);
}

static void release_state(struct slot *slot)
{
	if (slot->state != NULL)
		alloc_free(slot->state, slot->kind->state_bytes);
	slot->state = NULL;
}

static void release(struct slot *slot)
{
	release_annex(slot->annex);
	slot->annex = NULL;
	release_state(slot);
	if (slot->bounds != NULL)
		bounds_lift(slot->bounds);
}

/* Gives the token back; if something came in meanwhile, the slot is made ready instead. */
static void let_go(odeon_system *system, struct worker *worker, struct slot *slot)
{
	struct node *passed;

	if (mailbox_idle(&slot->mailbox, &passed) != MAILBOX_GONE_IDLE)
		ready(system, worker, slot);
}

/* The actor has ended: whoever waits for room here is told, and nobody need wait any more. */
static void dismiss_waiters(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref me)
{
	if (slot->bounds == NULL)
		return;
	bounds_lift(slot->bounds);
	ck_pr_fence_memory();                   /* the end, before the look who waits; pairs with wait_in_line, wait_for_room */
	deliver_room(system, worker, slot->bounds, me);
}

/* What the actor holds is let go, after its stop, in this order; its links are not. The worker in self may be NULL: start
 * failed outside. */
static void let_go_of_own(struct odeon_self *self, struct slot *slot)
{
	struct annex *annex = slot->annex;

	timers_end(slot);
	if (annex == NULL)
		return;
	if (annex->attic != NULL)
		permits_end(annex->attic);
	attachments_end(self, annex);
	bonds_let_go(self, annex, HOLDING_SET(HOLDING_MONITOR));
	restart_let_go(self, annex);
	if (annex->attic != NULL)
		around_end(annex->attic);
}

static void let_go_of_all(struct odeon_self *self, struct slot *slot)
{
	if (slot->annex != NULL)
		aside_end(self, slot);
	let_go_of_own(self, slot);
	if (slot->annex != NULL)
		bonds_let_go(self, slot->annex, HOLDING_SET(HOLDING_LINK));
	dismiss_waiters(self->system, self->worker, slot, self->me);
}

/* Who has a bond with it hears of its end, after all that it sent; false: nobody has. */
static bool tell_of_end(struct odeon_self *self, struct slot *slot, int code, const char *text)
{
	struct annex *annex = slot->annex;
	bool is_told;

	if (annex == NULL)
		return false;
	is_told = bonds_tell(self, annex, code, text);
	return restart_tell(self, slot, code, text) || is_told;
}

/* A self of its own for the new actor's start, which runs on the caller's thread: the spawner's stays as it is. */
static struct odeon_self starter(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref me)
{
	return (struct odeon_self){
		.directory = system->directory, .worker = worker, .slot = slot, .me = me, .hook = HOOK_START, .system = system,
	};
}

static int run_start(struct odeon_self *self, const void *argument)
{
	struct slot *slot = self->slot;
	int error = slot->kind->start(self, slot->state, argument);

	return error > 0 ? ODEON_EFAILED : error;
}

/* If it fails, the actor has ended. Who supervises it has not been told that it lives. */
static int start(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref me, const void *argument)
{
	struct odeon_self self = starter(system, worker, slot, me);
	int error = run_start(&self, argument);

	if (error == 0)
		return 0;
	end_watches(slot);
	ck_pr_store_32(&slot->generation, slot->generation + 1);
	if (slot->annex != NULL)
		requests_end(&self, slot);
	let_go_of_all(&self, slot);
	if (slot->annex != NULL)
		(void)bonds_tell(&self, slot->annex, error, odeon_error_text(error));
	slot->code = error;
	return error;
}

/* The slot's token is the caller's, and goes. */
static int be_born(odeon_system *system, struct worker *worker, struct slot *slot, const odeon_kind *kind,
                   const struct home *wanted, const void *argument, struct annex *annex, odeon_ref *actor)
{
	uint32_t generation = slot->generation + 1;
	odeon_ref me = ref_make(system->directory->system, generation, directory_number(system->directory, slot));
	int error = fill(system, slot, kind, wanted, argument, annex);

	if (error == 0 && slot->place == ODEON_OWN_THREAD)
		error = own_thread_make(system, &slot->worker);
	if (error != 0) {
		release(slot);
		return error;
	}
	restart_born(annex, me);
	mailbox_orders_open(&slot->mailbox, generation);
	ck_pr_fence_release();                  /* all of the actor, before anybody can send to it */
	ck_pr_store_32(&slot->generation, generation);
	if (kind->start != NULL)
		error = start(system, worker, slot, me, argument);
	if (error != 0) {
		if (slot->place == ODEON_OWN_THREAD)
			own_thread_cancel(system, slot->worker);
		release(slot);
		return error;
	}
	if (UNLIKELY(kind->is_background))
		TALLY(system, worker, background_spawned);
	else
		TALLY(system, worker, spawned);
	if (UNLIKELY(system->simulation != NULL))
		simulation_event(system, "%u.%u (%s) is spawned", ref_slot(me), generation, kind->name);
	*actor = me;
	return 0;
}

/* A slot with a token whose actor was not born: vacant again, once what its start was sent is gone. */
static void give_up(odeon_system *system, struct worker *worker, struct slot *slot)
{
	bool retired = slot->generation >= REF_GENERATION_MASK - 1;     /* decided before it is given back */
	struct node *passed;

	slot->place = ODEON_POOLED;
	slot->flags = 0;                        /* a turn that a late push brings does not vacate it once more */
	if (mailbox_idle(&slot->mailbox, &passed) == MAILBOX_GONE_IDLE) {
		actor_vacate(system, worker, slot, retired);
		return;
	}
	slot->flags = (uint8_t)(SLOT_VACATING | (retired ? SLOT_RETIRED : 0));
	ready(system, worker, slot);            /* its turn makes them dead letters, and then vacates it */
}

static int spawn(odeon_system *system, struct worker *worker, const odeon_kind *kind, const struct home *wanted,
                 const void *argument, struct annex *annex, odeon_ref *actor)
{
	odeon_ref ignored;
	struct slot *slot;
	int error;

	if (actor == NULL)
		actor = &ignored;
	*actor = ODEON_NOBODY;
	error = check_kind(kind);
	if (error == 0 && directory_is_forked(system->directory))
		error = ODEON_EFORKED;
	if (error == 0 && ck_pr_load_32(&system->phase) != PHASE_RUNNING)
		error = ODEON_ESTOPPING;
	slot = error == 0 ? vacant_claim(system, worker) : NULL;
	if (slot == NULL) {
		release_annex(annex);
		return error != 0 ? error : ODEON_ENOMEM;
	}
	error = be_born(system, worker, slot, kind, wanted, argument, annex, actor);
	if (error != 0) {
		give_up(system, worker, slot);
		return error;
	}
	let_go(system, worker, slot);           /* a full barrier, before the look; pairs with end_actors in stop.c */
	if (UNLIKELY(ck_pr_load_32(&system->phase) != PHASE_RUNNING))       /* a stop that began meanwhile may have missed it */
		(void)deliver_order(system, worker, *actor, ORDER_STOP);
	return 0;
}

/* A birth from outside is under way before there is an actor: who waits for the last one's end waits for it too. */
int actor_spawn(odeon_system *system, struct worker *worker, const odeon_kind *kind, const struct home *wanted,
                const void *argument, struct annex *annex, odeon_ref *actor)
{
	int error;

	if (worker != NULL)
		return spawn(system, worker, kind, wanted, argument, annex, actor);
	(void)ck_pr_faa_32(&system->births, 1);
	ck_pr_fence_memory();                   /* before the look at the phase; pairs with end_actors in stop.c */
	error = spawn(system, worker, kind, wanted, argument, annex, actor);
	ck_pr_fence_release();
	(void)ck_pr_faa_32(&system->births, (uint32_t)-1);
	ck_pr_fence_memory();
	if (ck_pr_load_32(&system->waiters) != 0)
		parker_wake(&system->event);
	return error;
}

int actor_spawn_pinned(odeon_system *system, struct worker *worker, const odeon_kind *kind, const void *argument,
                       unsigned number, odeon_ref *actor)
{
	struct home home = { .place = ODEON_PINNED, .worker = number };

	if (number == ODEON_WORKER_HERE && worker != NULL && worker->runs_pool)
		home.worker = worker->number;
	else if (number == ODEON_WORKER_HERE)
		home.worker = ck_pr_faa_32(&system->homes, 1);
	return actor_spawn(system, worker, kind, &home, argument, NULL, actor);
}

struct annex *actor_annex(struct slot *slot)
{
	if (slot->annex == NULL && (slot->annex = alloc_for_actor(sizeof *slot->annex)) != NULL)
		memset(slot->annex, 0, sizeof *slot->annex);
	return slot->annex;
}

struct attic *actor_attic(struct slot *slot)
{
	struct annex *annex = actor_annex(slot);

	if (annex == NULL)
		return NULL;
	if (annex->attic == NULL && (annex->attic = alloc_for_actor(sizeof *annex->attic)) != NULL)
		memset(annex->attic, 0, sizeof *annex->attic);
	return annex->attic;
}

/* ---- death ------------------------------------------------------------------------------------------------------ */

static void run_stop(struct odeon_self *self, struct slot *slot, const odeon_reason *reason)
{
	if (slot->kind->stop == NULL)
		return;
	self->hook = HOOK_STOP;
	self->hand = NULL;
	self->sender = 0;
	self->role = ROLE_PLAIN;
	slot->kind->stop(self, slot->state, reason);
	self->hook = HOOK_NONE;
}

static void note(struct odeon_self *self, struct slot *slot, const char *what, const odeon_reason *reason)
{
	self->ending = self->has_failed = false;
	if (UNLIKELY(self->system->simulation != NULL))
		simulation_event(self->system, "%u.%u (%s) %s: %d, %s", ref_slot(self->me), ref_generation(self->me),
		                 slot->kind->name, what, reason->code, reason->text);
	if (reason->code != 0)
		TALLY(self->system, self->worker, failed);
}

void actor_end(struct odeon_self *self, struct slot *slot, int code, const char *text)
{
	const odeon_kind *kind = slot->kind;
	const odeon_reason reason = { code, text };

	note(self, slot, "ends", &reason);
	end_watches(slot);
	ck_pr_store_32(&slot->generation, slot->generation + 1);        /* from here on every message is stale */
	if (UNLIKELY(slot->annex != NULL))
		requests_end(self, slot);
	if ((slot->flags & SLOT_HALTED) == 0)
		run_stop(self, slot, &reason);
	let_go_of_all(self, slot);
	if (!tell_of_end(self, slot, code, text) && code != 0)
		letter_of_end(self->system, self->me, kind->name, &reason);
	release(slot);
	ck_pr_store_ptr(&slot->kind, NULL);
	slot->flags = (slot->flags & SLOT_PENDING) | SLOT_VACATING;
	slot->code = code;
	slot->place = ODEON_POOLED;             /* anybody may bury what still comes */
	if (self->worker->number > self->system->pool)
		ck_pr_store_8(&self->worker->is_done, 1);
	if (slot->generation >= REF_GENERATION_MASK - 1)
		slot->flags |= SLOT_RETIRED;
	if (UNLIKELY(kind->is_background))
		TALLY(self->system, self->worker, background_ended);
	else
		TALLY(self->system, self->worker, ended);
}

void actor_vacate(odeon_system *system, struct worker *worker, struct slot *slot, bool retired)
{
	if (!retired)
		vacant_give(system, worker, slot);
}

/* ---- halted, and started anew ------------------------------------------------------------------------------------ */

static void forget(struct slot *slot)
{
	release_state(slot);
	if (slot->annex->attic != NULL) {
		forget_tables(slot->annex->attic);
		slot->annex->attic->around.table = NULL;
	}
	slot->annex->traps = false;
	aside_rest(slot);
}

/* As an end, but that the generation stays, and with it what waits, the links, and what others have to do with it. */
void actor_halt(struct odeon_self *self, struct slot *slot, int code, const char *text)
{
	const odeon_reason reason = { code, text };

	note(self, slot, "is halted", &reason);
	end_watches(slot);
	requests_end(self, slot);
	run_stop(self, slot, &reason);
	let_go_of_own(self, slot);
	forget(slot);
	bond_say(slot->annex->supervised.halt, code, text);
	slot->flags |= SLOT_HALTED;
	mailbox_order_self(&slot->mailbox, ORDER_HALT);         /* so that the turn looks */
}

int actor_start_anew(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref me, const void *argument)
{
	struct odeon_self self = starter(system, worker, slot, me);
	int error = freshen(system, slot, slot->kind, argument);

	if (error != 0)
		return error;
	if (slot->kind->start != NULL)
		error = run_start(&self, argument);
	if (error != 0) {
		end_watches(slot);
		requests_end(&self, slot);
		let_go_of_own(&self, slot);
		forget(slot);
	} else if (UNLIKELY(system->simulation != NULL))
		simulation_event(system, "%u.%u (%s) is started anew", ref_slot(me), ref_generation(me), slot->kind->name);
	return error;
}
