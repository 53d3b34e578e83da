/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper.c - supervisors of our own: a child that failed is started anew at once, or after others; in place of one that ended
 *            comes another
 */
#include "nursery.h"
#include <stdlib.h>
#include <string.h>

struct later { unsigned child; };
ODEON_MESSAGE(later);
struct ward { unsigned first, end; };
struct keeper { unsigned first, end; struct random random; odeon_ref *children; unsigned *numbers; unsigned size; };

/* From a ref to the child's number: a table with open places, where the slot of a child leads to it at once. */
static unsigned number_of(const struct keeper *keeper, odeon_ref who)
{
	for (unsigned at = (unsigned)(who.bits * 0x9e3779b9u) % keeper->size;; at = (at + 1) % keeper->size)
		if (odeon_ref_equal(keeper->children[at], who))
			return keeper->numbers[at];
		else if (odeon_ref_is_nobody(keeper->children[at]))
			return UINT32_MAX;
}

static void enlist(struct keeper *keeper, odeon_ref who, unsigned number)
{
	unsigned at = (unsigned)(who.bits * 0x9e3779b9u) % keeper->size;

	while (!odeon_ref_is_nobody(keeper->children[at]))
		at = (at + 1) % keeper->size;
	keeper->children[at] = who;
	keeper->numbers[at] = number;
}

/* Without those that have ended. */
static void enlist_anew(struct keeper *keeper)
{
	memset(keeper->children, 0, keeper->size * sizeof keeper->children[0]);
	for (unsigned i = keeper->first; i < keeper->end; i++)
		enlist(keeper, (odeon_ref){ atomic_load(&places[i].who) }, i);
}

static int adopt(odeon_self *self, unsigned number)
{
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = policy_of(number), .halts_on_exit = 1);
	odeon_ref who;
	int error = odeon_spawn_supervised(self, &child_kind, &(struct seat){ number }, &supervision, &who);

	fail_unless(error == 0 || error == ODEON_ESTOPPING);
	return error;
}

ODEON_START(keeper, ward)
{
	keeper->first = ward->first;
	keeper->end = ward->end;
	keeper->random.state = settings.seed + ward->first;
	keeper->size = 4 * (ward->end - ward->first) + 1;
	keeper->children = calloc(keeper->size, sizeof keeper->children[0]);
	keeper->numbers = calloc(keeper->size, sizeof keeper->numbers[0]);
	fail_unless(keeper->children != NULL && keeper->numbers != NULL);
	for (unsigned i = keeper->first; i < keeper->end; i++)
		fail_unless(adopt(self, i) == 0);
	enlist_anew(keeper);
	return 0;
}

ODEON_STOP(keeper)
{
	(void)self;
	(void)reason;
	free(keeper->children);
	free(keeper->numbers);
}

static void start_anew(odeon_self *self, unsigned number)
{
	int error = odeon_restart(self, (odeon_ref){ atomic_load(&places[number].who) }, &(struct seat){ number });

	fail_unless(error == 0 || error == ODEON_ENOMEM || error == ODEON_EGONE || error == ODEON_ESTOPPING
	            || error == ODEON_EINVAL);
	if (error == ODEON_ENOMEM)
		(void)odeon_send(self, odeon_self_ref(self), odeon_new(later, .child = number));
}

ODEON_HANDLER(keeper, odeon_down)
{
	unsigned number = number_of(keeper, odeon_down->who);

	fail_unless(number != UINT32_MAX && odeon_down->bond == ODEON_SUPERVISED);
	if (!odeon_down->is_halted) {
		if (adopt(self, number) == 0)
			enlist_anew(keeper);
	} else if (random_below(&keeper->random, 4) == 0)
		(void)odeon_send(self, odeon_self_ref(self), odeon_new(later, .child = number));
	else
		start_anew(self, number);
}

/* EINVAL: another one lives there by now. */
ODEON_HANDLER(keeper, later)
{
	(void)keeper;
	start_anew(self, later->child);
}

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_down), ODEON_ON(keeper, later));
ODEON_KIND(keeper, keeper_handlers, .start = ODEON_STARTS(keeper), .stop = ODEON_STOPS(keeper));

int keepers_open(odeon_system *system)
{
	unsigned each = (unsigned)settings.children / KEEPERS;
	int error = 0;

	for (unsigned i = 0; i < KEEPERS && error == 0; i++)
		error = odeon_system_spawn(system, &keeper_kind, &(struct ward){ i * each, (i + 1) * each }, NULL);
	return error;
}
