/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ticker is waited for once and never dropped.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int tick_and_forget(void);
int tick_and_forget(void)
{
	odeon_receiver *every = odeon_receiver_tick(NULL, ODEON_MS(1)); /* wrong: nobody drops it */
	struct odeon_tick *tick;

	if (!every)
		return ODEON_ENOMEM;
	tick = odeon_recv(odeon_tick, every);
	odeon_free(tick);
	return 0;
}
