/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: the message is given away as it is armed, whatever the answer; what ends a timer has only its handle, or a key.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct source { odeon_timer later; };

ODEON_HANDLER(source, note)
{
	(void)odeon_timer_cancel(self, source->later);
	(void)odeon_send_after(self, odeon_from(self), odeon_new(note, .number = 1), ODEON_MS(5), &source->later);
	(void)odeon_send_after(self, odeon_self_ref(self), note, ODEON_MS(5), NULL);   /* the one in hand comes once more */
}

/* It was dropped if it could not be armed. */
int arm_or_say(odeon_self *self, odeon_ref to, odeon_timer *timer);
int arm_or_say(odeon_self *self, odeon_ref to, odeon_timer *timer)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	note->number++;
	return odeon_send_after(self, to, note, ODEON_SECONDS(1), timer);
}

ODEON_HANDLER(source, odeon_tick)
{
	if (odeon_tick->missed > 0 && odeon_tick_cancel(self, odeon_tick->key) == 0)
		(void)odeon_tick_after(self, ODEON_MS(1), odeon_tick->key);
}

ODEON_HANDLER(source, odeon_idle)
{
	if (odeon_idle->since > ODEON_SECONDS(1))
		odeon_exit(self);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, note), ODEON_ON(source, odeon_tick), ODEON_ON(source, odeon_idle));
ODEON_KIND(source, source_handlers);
