/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Supervision: children that are started anew, given up, halted and stopped.
 */
#include <odeon.h>

struct note { int number; char *text; };
ODEON_MESSAGE(note);

struct worker_first { int size; };
struct worker { int size; };

ODEON_START(worker, worker_first)
{
	worker->size = worker_first ? worker_first->size : 1;
	return 0;
}

/* The message that failed is still in hand, and goes where the supervision says. */
ODEON_HANDLER(worker, note)
{
	if (note->number > worker->size)
		odeon_fail(self, ODEON_EINVAL, "too large");
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, note));
ODEON_KIND(worker, worker_handlers, .start = ODEON_STARTS(worker));

struct keeper { odeon_ref worker, other; int restarts; };

ODEON_START(keeper, note)
{
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = ODEON_FAILED_AGAIN, .halts_on_exit = 1);
	int error = odeon_spawn_supervised(self, &worker_kind, &(struct worker_first){ 4 }, &supervision, &keeper->worker);

	if (error == 0)
		error = odeon_spawn_supervised(self, &worker_kind, NULL, NULL, &keeper->other);
	return error;
}

/* Three times; then it is given up. */
ODEON_HANDLER(keeper, odeon_down)
{
	if (!odeon_down->is_halted)
		odeon_exit(self);
	else if (++keeper->restarts > 3 || odeon_restart(self, odeon_down->who, &(struct worker_first){ 8 }) != 0)
		odeon_actor_kill(odeon_system_of(self), odeon_down->who);
}

ODEON_HANDLER(keeper, note)
{
	if (note->number == 0 && odeon_halt(self, keeper->other) != 0)
		keeper->other = ODEON_NOBODY;
	else
		odeon_forward(self, keeper->worker, note);
}

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_down), ODEON_ON(keeper, note));
ODEON_KIND(keeper, keeper_handlers, .start = ODEON_STARTS(keeper));

int open_keeper(odeon_self *self, odeon_ref *keeper);
int open_keeper(odeon_self *self, odeon_ref *keeper)
{
	return odeon_spawn(self, &keeper_kind, NULL, keeper);
}
