/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 10-timers - a heart that beats, a watcher who notices when it stops, and a message that comes later, or does not
 *
 * The heart ticks every 10 ms and tells the watcher. Before each beat he has a message sent to himself in 25 ms, and
 * cancels it as the beat comes: so it comes only when one is missing. The system is simulated, so its time is virtual, the
 * program takes no time at all, and prints the same at each run; on a real system nothing in it would be different.
 */
#include <odeon.h>
#include <stdio.h>

#define BEATS 5

struct beat { int number; };
ODEON_MESSAGE(beat);
struct silence { int after; };
ODEON_MESSAGE(silence);

/* Milliseconds since the virtual clock began, at one second. */
static long now(odeon_self *self)
{
	return (long)((odeon_now(self).ns - ODEON_SECONDS(1)) / ODEON_MS(1));
}

struct watcher { odeon_timer alarm; };

ODEON_HANDLER(watcher, beat)
{
	printf("%3ld ms: beat %d\n", now(self), beat->number);
	(void)odeon_timer_cancel(self, watcher->alarm);         /* {0}, one that has been sent: both are fine */
	(void)odeon_send_after(self, odeon_self_ref(self), odeon_new(silence, .after = beat->number), ODEON_MS(25),
	                       &watcher->alarm);
}

ODEON_HANDLER(watcher, silence)
{
	printf("%3ld ms: nothing since beat %d\n", now(self), silence->after);
	if (odeon_idle_after(self, ODEON_MS(100)) != 0)
		odeon_exit(self);
}

ODEON_HANDLER(watcher, odeon_idle)
{
	printf("%3ld ms: nothing at all for %d ms\n", now(self), (int)(odeon_idle->since / ODEON_MS(1)));
	odeon_exit(self);
}

ODEON_HANDLERS(watcher_handlers, ODEON_ON(watcher, beat), ODEON_ON(watcher, silence), ODEON_ON(watcher, odeon_idle));
ODEON_KIND(watcher, watcher_handlers);

struct life { odeon_ref watcher; };
struct heart { odeon_ref watcher; int beats; };

ODEON_HANDLER(heart, odeon_tick)
{
	(void)odeon_send(self, heart->watcher, odeon_new(beat, .number = ++heart->beats));
	if (heart->beats == BEATS)
		odeon_exit(self);                               /* its tick ends with it */
}

ODEON_START(heart, life)
{
	heart->watcher = life->watcher;
	return odeon_tick_every(self, ODEON_MS(10), 1);
}

ODEON_HANDLERS(heart_handlers, ODEON_ON(heart, odeon_tick));
ODEON_KIND(heart, heart_handlers, .start = ODEON_STARTS(heart));

int main(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 });
	odeon_system *system;
	odeon_ref watcher;
	int error = odeon_system_start(&options, &system);

	if (error == 0) {
		error = odeon_system_spawn(system, &watcher_kind, NULL, &watcher);
		if (error == 0)
			error = odeon_system_spawn(system, &heart_kind, &(struct life){ watcher }, NULL);
		if (error == 0)
			error = odeon_system_wait(system, ODEON_NEVER);
		odeon_system_free(system);
	}
	if (error != 0)
		fprintf(stderr, "10-timers: %s\n", odeon_error_text(error));
	return error != 0;
}
