/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * concsll - 20 workers read and write one sorted linked list, which an actor keeps
 *
 * Measures many actors that wait for answers of one, whose work for each is a walk along the list: mostly the latency
 * of memory, and hardly the messages.
 *
 * Original: 20 workers, 8,000 requests each (--count): 1 % ask how long the list is, 10 % write, the others ask
 * whether a number is in it. As in the original all three walk node by node, and a search that fails goes to the end.
 *
 * Verified: at the end the list is in order and has exactly the numbers that the workers wrote; no number was found
 * that nobody writes; each walk along the list counts as many nodes as were written, and the list never shrank in the
 * eyes of a worker.
 *
 * Departs: the request travels back as the answer.
 */
#include <stdlib.h>
#include "savina.h"

#define WORKERS 20
#define SIZE_PERCENT 1
#define WRITE_PERCENT 10

enum what { SIZE, WRITE, CONTAINS };

struct begin { unsigned worker; };
struct request { enum what what; uint32_t number; uint64_t answer; };
struct done { unsigned worker; };
struct audit { struct census *census; uint64_t length; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(request);
ODEON_MESSAGE(done);
ODEON_MESSAGE(audit);

struct node { struct node *next; uint32_t number; };
struct list { struct run *run; struct node *head; uint64_t written; };
struct worker {
	struct run *run;
	odeon_ref list, master;
	const uint32_t *written;                       /* how often each number is written, by all */
	uint64_t random, left, length;
};
struct master { struct run *run; odeon_ref list; const uint32_t *written; struct census census; unsigned done; };

/* ---- the list -------------------------------------------------------------------------------------------------- */

static void add(struct list *list, uint32_t number)
{
	struct node *node = malloc(sizeof *node), **place = &list->head;

	if (node == NULL) {
		run_wrong(list->run, "no memory for a node");
		return;
	}
	while (*place != NULL && (*place)->number <= number)
		place = &(*place)->next;
	*node = (struct node){ *place, number };
	*place = node;
	list->written++;
}

static uint64_t contains(const struct list *list, uint32_t number)
{
	for (const struct node *node = list->head; node != NULL; node = node->next)
		if (node->number == number)
			return 1;
	return 0;
}

static uint64_t length(const struct list *list)
{
	uint64_t nodes = 0;

	for (const struct node *node = list->head; node != NULL; node = node->next)
		nodes++;
	return nodes;
}

ODEON_HANDLER(list, request)
{
	switch (request->what) {
	case SIZE: request->answer = length(list); break;
	case WRITE: add(list, request->number); break;
	case CONTAINS: request->answer = contains(list, request->number); break;
	}
	if (request->what == SIZE && request->answer != list->written)
		run_wrong(list->run, "%llu nodes, %llu written", (unsigned long long)request->answer,
			(unsigned long long)list->written);
	odeon_reply(self, request);
}

ODEON_HANDLER(list, audit)
{
	audit->length = length(list);
	for (const struct node *node = list->head; node != NULL; node = node->next)
		census_see(audit->census, node->number);
	odeon_reply(self, audit);
	odeon_exit(self);
}

ODEON_STOP(list)
{
	for (struct node *node = list->head, *next; node != NULL; node = next) {
		next = node->next;
		free(node);
	}
}

ODEON_HANDLERS(list_handlers, ODEON_ON(list, request), ODEON_ON(list, audit));
ODEON_KIND(list, list_handlers, .stop = ODEON_STOPS(list));

/* ---- the workers ----------------------------------------------------------------------------------------------- */

static struct request choose(uint64_t *random)
{
	uint32_t chance = pseudo_next(random) % 100;

	if (chance < SIZE_PERCENT)
		return (struct request){ .what = SIZE };
	return (struct request){ .what = chance < SIZE_PERCENT + WRITE_PERCENT ? WRITE : CONTAINS,
		.number = pseudo_next(random) };
}

static void go_on(odeon_self *self, struct worker *worker)
{
	struct request next;

	if (worker->left-- == 0) {
		odeon_send(self, worker->master, odeon_new(done));
		odeon_exit(self);
		return;
	}
	next = choose(&worker->random);
	odeon_send(self, worker->list, odeon_new(request, .what = next.what, .number = next.number));
}

ODEON_HANDLER(worker, begin)
{
	go_on(self, worker);
}

ODEON_HANDLER(worker, request)
{
	if (request->what == CONTAINS && request->answer && worker->written[request->number] == 0)
		run_wrong(worker->run, "%u was found, which nobody writes", request->number);
	if (request->what == SIZE && request->answer < worker->length)
		run_wrong(worker->run, "the list shrank to %llu", (unsigned long long)request->answer);
	if (request->what == SIZE)
		worker->length = request->answer;
	go_on(self, worker);
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, request), ODEON_ON(worker, begin));
ODEON_KIND(worker, worker_handlers);

/* ---- the master ------------------------------------------------------------------------------------------------ */

ODEON_HANDLER(master, done)
{
	if (++master->done == WORKERS)
		odeon_send(self, master->list, odeon_new(audit, .census = &master->census));
}

ODEON_HANDLER(master, audit)
{
	uint64_t wrong = 0, written = 0;

	for (unsigned number = 0; number < PSEUDO_VALUES; number++) {
		written += master->written[number];
		wrong += master->census.counts[number] != master->written[number];
	}
	if (master->census.disorder != 0 || wrong != 0 || audit->length != written)
		run_wrong(master->run, "%llu nodes for %llu written, %llu out of order, %llu of another number",
			(unsigned long long)audit->length, (unsigned long long)written,
			(unsigned long long)master->census.disorder, (unsigned long long)wrong);
	run_over(master->run, self);
}

ODEON_HANDLERS(master_handlers, ODEON_ON(master, done), ODEON_ON(master, audit));
ODEON_KIND(master, master_handlers);

static uint64_t seed_of(const struct run *run, unsigned worker)
{
	return worker + run->count + WRITE_PERCENT + SIZE_PERCENT;
}

/* What the workers will write, known beforehand since chance alone says it. */
static void count_written(const struct run *run, uint32_t *written)
{
	for (unsigned worker = 0; worker < WORKERS; worker++) {
		uint64_t random = seed_of(run, worker);

		for (uint64_t i = 0; i < run->count; i++) {
			struct request request = choose(&random);

			if (request.what == WRITE)
				written[request.number]++;
		}
	}
}

static void spawn_and_run(struct run *run, const uint32_t *written)
{
	odeon_ref list, master, workers[WORKERS];

	run_spawn(run, &list_kind, &(struct list){ .run = run }, &list);
	run_spawn(run, &master_kind, &(struct master){ .run = run, .list = list, .written = written }, &master);
	for (unsigned i = 0; i < WORKERS; i++)
		run_spawn(run, &worker_kind, &(struct worker){ .run = run, .list = list, .master = master,
			.written = written, .random = seed_of(run, i), .left = run->count }, &workers[i]);
	run_begin(run);
	for (unsigned i = 0; i < WORKERS; i++)
		odeon_post(run->system, workers[i], odeon_new(begin, .worker = i));
	run_wait(run);
}

static void run(struct run *run)
{
	uint32_t *written = calloc(PSEUDO_VALUES, sizeof *written);

	if (written == NULL) {
		run_wrong(run, "no memory");
		return;
	}
	count_written(run, written);
	spawn_and_run(run, written);
	free(written);
	run->amount = WORKERS * run->count;
}

const struct bench savina_concsll = {
	.name = "savina-concsll", .summary = "20 workers read and write a sorted linked list",
	.amount = "requests", .counts = "requests from each worker", .count = 8000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_request", "ns/request", { 0, 0 }, 0, 0 } },
};
