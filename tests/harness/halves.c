/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * halves.c - what halves.h says
 */
#include "halves.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- loads ------------------------------------------------------------------------------------------------------- */

static atomic_long alive;
static _Thread_local unsigned long dropped_here;

static void load_fill(struct load *load)
{
	load->check = (uint64_t)(uintptr_t)load;
	load->owned = malloc(sizeof(int));
	must(load->owned != NULL);
	*load->owned = load->number;
	atomic_fetch_add(&alive, 1);
}

ODEON_MESSAGE_DEFINE_DROP(load)
{
	must(load->check == (uint64_t)(uintptr_t)load);
	must(*load->owned == load->number);
	load->check = 0;
	free(load->owned);
	dropped_here++;
	must(atomic_fetch_sub(&alive, 1) > 0);
}

struct load *load_of(unsigned sender, int number)
{
	struct load *load = odeon_new(load, .number = number, .sender = sender);

	must(load != NULL);
	load_fill(load);
	return load;
}

struct load *load_new(int number)
{
	return load_of(0, number);
}

int load_copy(void *to, const void *from)
{
	const struct load *original = from;

	must(original->check == (uint64_t)(uintptr_t)original);
	must(((struct load *)to)->number == original->number);
	load_fill(to);
	return 0;
}

long loads_alive(void)
{
	return atomic_load(&alive);
}

unsigned long loads_dropped_here(void)
{
	return dropped_here;
}

/* ---- sorts of channel --------------------------------------------------------------------------------------------- */

enum { BYTES = 1024 };

static const struct sort {
	const char *name;
	enum odeon_channel_kind kind;
	size_t capacity, capacity_bytes;
	int fits;                                      /* 0: nothing; -1: to be tried */
} sorts[SORTS] = {
	[SORT_RENDEZVOUS] = { "rendezvous", ODEON_CHANNEL_QUEUE, 0, 0, 0 },
	[SORT_BOUNDED_1] = { "bounded 1", ODEON_CHANNEL_QUEUE, 1, 0, 1 },
	[SORT_BOUNDED_3] = { "bounded 3", ODEON_CHANNEL_QUEUE, 3, 0, 3 },
	[SORT_BOUNDED_16] = { "bounded 16", ODEON_CHANNEL_QUEUE, 16, 0, 16 },
	[SORT_BOUNDED_1000] = { "bounded 1000", ODEON_CHANNEL_QUEUE, 1000, 0, 1000 },
	[SORT_BYTES] = { "bounded in bytes", ODEON_CHANNEL_QUEUE, ODEON_UNBOUNDED, BYTES, -1 },
	[SORT_UNBOUNDED] = { "unbounded", ODEON_CHANNEL_QUEUE, ODEON_UNBOUNDED, 0, 100 },
	[SORT_ONESHOT] = { "oneshot", ODEON_CHANNEL_ONESHOT, 1, 0, 1 },
	[SORT_BROADCAST] = { "broadcast", ODEON_CHANNEL_BROADCAST, 100, 0, 100 },
	[SORT_WATCH] = { "watch", ODEON_CHANNEL_WATCH, 1, 0, 1 },
};

const char *sort_name(int sort)
{
	return sorts[sort].name;
}

void sort_open(int sort, odeon_sender **out, odeon_receiver **in)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = sorts[sort].kind, .capacity = sorts[sort].capacity,
	                                                      .capacity_bytes = sorts[sort].capacity_bytes);
	int error;

	if (sorts[sort].kind == ODEON_CHANNEL_BROADCAST || sorts[sort].kind == ODEON_CHANNEL_WATCH)
		options.copy = load_copy;
	*out = NULL;
	*in = NULL;
	error = odeon_channel_open_with(ODEON_TYPE(load), &options, out, in);
	ck_assert_msg(error == 0, "%s: %s", sorts[sort].name, odeon_error_name(error));
	ck_assert_ptr_nonnull(*out);
	ck_assert_ptr_nonnull(*in);
}

/* The header of a message is some bytes; how many is the runtime's business. */
static int try_how_many_fit(int sort)
{
	odeon_sender *out;
	odeon_receiver *in;
	int fits = 0;

	sort_open(sort, &out, &in);
	while (put(out, fits, ODEON_AT_ONCE) == 0)
		fits++;
	ck_assert_int_le(fits, BYTES / (int)sizeof(struct load));
	ck_assert_int_ge(fits, BYTES / ((int)sizeof(struct load) + 80));
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	return fits;
}

int sort_fits(int sort)
{
	return sorts[sort].fits >= 0 ? sorts[sort].fits : try_how_many_fit(sort);
}

int put(odeon_sender *out, int number, odeon_time until)
{
	int why = 1;
	struct load *back = odeon_sender_try(out, load_new(number), until, &why);

	must((back == NULL) == (why == 0));
	must(back == NULL || back->number == number);
	odeon_free(back);
	return why;
}

int take(odeon_receiver *in, odeon_time until)
{
	int why = 1, answer;
	struct load *load = odeon_recv_until(load, in, until, &why);

	must((load != NULL) == (why == 0));
	must(load == NULL || load->number >= 0);
	answer = load ? load->number : why;
	odeon_free(load);
	return answer;
}

/* ---- threads -------------------------------------------------------------------------------------------------------- */

static void *mate_run(void *argument)
{
	struct mate *mate = argument;

	atomic_store(&mate->id, (int)syscall(SYS_gettid));
	mate->run(mate->argument);
	atomic_store(&mate->is_done, true);
	gate_open(&mate->done);
	return NULL;
}

void mate_begin(struct mate *mate, void (*run)(void *argument), void *argument)
{
	mate->run = run;
	mate->argument = argument;
	atomic_store(&mate->id, 0);
	atomic_store(&mate->is_done, false);
	mate->done = (struct gate)GATE;
	ck_assert_int_eq(pthread_create(&mate->thread, NULL, mate_run, mate), 0);
}

/* How often it has given up its core to wait for something, if it sleeps now; or -1. */
static long times_asleep(int id)
{
	char path[64], line[200];
	bool sleeps = false;
	long times = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", id);
	file = fopen(path, "r");
	if (file == NULL)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		sleeps |= strncmp(line, "State:\tS", 8) == 0;
		if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
			times = strtol(line + 24, NULL, 10);
	}
	fclose(file);
	return sleeps ? times : -1;
}

/* Once is not enough: it may have slept for a page, or a lock. */
static bool is_asleep(struct mate *mate)
{
	long times = times_asleep(atomic_load(&mate->id));

	if (times < 0)
		return false;
	kit_pause();
	return times_asleep(atomic_load(&mate->id)) == times;
}

void mate_await_sleep(struct mate *mate)
{
	eventually(atomic_load(&mate->id) != 0);
	eventually(atomic_load(&mate->is_done) || is_asleep(mate));
}

void mate_end(struct mate *mate)
{
	gate_wait(&mate->done, 1);
	pthread_join(mate->thread, NULL);
}

struct random random_of(unsigned number)
{
	return (struct random){ kit_seed() + number * 0x9e3779b97f4a7c15u };
}
