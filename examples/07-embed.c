/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 07-embed - inside a program that has threads and a loop of its own
 *
 * Two systems live in one process and share nothing. "pool" has workers of its own. "window" has none: its actors run on
 * the main thread, when the program's own poll loop says so, as the actors of a graphical program must. Two threads that
 * know nothing of actors send to the pool and wait for answers. At last an actor of the pool tells one of the window.
 */
#include <odeon.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#define THREADS 2
#define ADDS 100

struct add { int by; };
ODEON_MESSAGE(add);
struct total { int value; };
ODEON_MESSAGE(total);
struct show { odeon_system *system; odeon_ref whom; };  /* an actor of another system: its ref, and its system */
ODEON_MESSAGE(show);

/* ---- in the pool ------------------------------------------------------------------------------------------------- */

struct counter { int value; };

ODEON_HANDLER(counter, add)
{
	counter->value += add->by;
	odeon_reply(self, odeon_new(total, .value = counter->value));
}

ODEON_HANDLER(counter, show)                            /* odeon_send would answer ODEON_EFOREIGN */
{
	odeon_post(show->system, show->whom, odeon_new(total, .value = counter->value));
}

ODEON_HANDLERS(counter_handlers, ODEON_ON(counter, add), ODEON_ON(counter, show));
ODEON_KIND(counter, counter_handlers);

/* ---- in the window, on the main thread: it may touch what belongs to the main thread ----------------------------- */

struct program {
	odeon_system *pool, *window;
	odeon_ref counter, label;
	int is_done;                                    /* the main thread's alone */
};

struct label { char unused; };

ODEON_HANDLER(label, total)
{
	struct program *program = odeon_system_host(odeon_system_of(self));     /* what the options gave as host */

	printf("the window shows %d\n", total->value);
	program->is_done = 1;
}

ODEON_HANDLERS(label_handlers, ODEON_ON(label, total));
ODEON_KIND(label, label_handlers);

/* ---- threads of the program's own -------------------------------------------------------------------------------- */

static void *adder(void *argument)
{
	const struct program *program = argument;

	for (int i = 0; i < ADDS; i++) {
		int why;
		struct total *total = odeon_ask(total, program->pool, program->counter, odeon_new(add, .by = 1),
		                                odeon_system_deadline(program->pool, ODEON_SECONDS(10)), &why);

		if (!total)
			fprintf(stderr, "adder: %s\n", odeon_error_text(why));
		odeon_free(total);
	}
	return NULL;
}

static void run_threads(struct program *program)
{
	pthread_t threads[THREADS];
	int started = 0;

	while (started < THREADS && pthread_create(&threads[started], NULL, adder, program) == 0)
		started++;
	printf("%d threads of the program add\n", started);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}

/* The program's own loop: the system is one descriptor among its others. */
static void loop(struct program *program)
{
	struct pollfd fd = { .fd = odeon_system_fd(program->window), .events = POLLIN };

	while (!program->is_done && poll(&fd, 1, 10000) > 0)
		odeon_system_run(program->window, ODEON_AT_ONCE);       /* what is there, without waiting */
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

static int run(struct program *program)
{
	int error;

	if ((error = odeon_system_spawn(program->pool, &counter_kind, NULL, &program->counter)) < 0
	 || (error = odeon_system_spawn(program->window, &label_kind, NULL, &program->label)) < 0)
		return error;
	run_threads(program);
	error = odeon_post(program->pool, program->counter,
	                   odeon_new(show, .system = program->window, .whom = program->label));
	if (error == 0)
		loop(program);
	return error;
}

int main(void)
{
	struct program program = { .is_done = 0 };
	odeon_options pool = ODEON_OPTIONS(.workers = 2, .name = "pool");
	odeon_options window = ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE, .name = "window", .host = &program);
	int error = odeon_system_start(&window, &program.window);

	if (error < 0)
		return 1;
	error = odeon_system_start(&pool, &program.pool);
	if (error == 0) {
		error = run(&program);
		odeon_system_free(program.pool);        /* first, because its actors post to the window */
	}
	odeon_system_free(program.window);
	if (error < 0)
		fprintf(stderr, "07-embed: %s\n", odeon_error_text(error));
	return error < 0;
}
