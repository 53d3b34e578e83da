/* SPDX-License-Identifier: BSD-2-Clause */
/* taking - runtime/handling.h, called by whom it is for and by whom it is not for */
#include "taking.h"

#include "../../runtime/handling.h"

bool taking_by(odeon_self *self, odeon_ref whose)
{
	bool is_busy = false;

	return next_message(directory_find(self->system->directory, whose), self, &is_busy) != NULL;
}

bool taking_by_stranger(odeon_system *system, odeon_ref whose)
{
	struct odeon_self stranger = { .system = system, .worker = worker_at(system, 0) };

	return taking_by(&stranger, whose);
}
