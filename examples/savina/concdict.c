/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * concdict - 20 workers read and write one dictionary, which an actor keeps
 *
 * Measures many actors that wait for answers of one, whose work for each is a look-up in a large table.
 *
 * Original: 20 workers, 10,000 requests each (--count), 10 % of them writes, 524,287 keys (2^31 - 1 divided by
 * 4,096).
 *
 * Verified: each answer is a value that belongs to the key that was asked for; the dictionary had exactly the reads
 * and the writes that chance says, and every key still has a value of its own.
 *
 * Departs: a value that is written is chosen so that it tells its key, which is what can be checked of a read
 * whatever the workers' order. The table is one with open addressing, where Java's has chained entries, and is filled
 * before the clock starts. The request travels back as the answer.
 */
#include <stdlib.h>
#include "savina.h"

#define WORKERS 20
#define WRITE_PERCENT 10
#define KEYS 524287u
#define PLACES (1u << 20)
#define VACANT UINT32_MAX

struct begin { unsigned worker; };
struct access { uint32_t key, value; int is_write; };
struct done { uint64_t reads, writes; };
struct audit { uint64_t reads, writes, strangers; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(access);
ODEON_MESSAGE(done);
ODEON_MESSAGE(audit);

struct entry { uint32_t key, value; };
struct dictionary { struct entry *entries; uint64_t reads, writes; };
struct worker { struct run *run; odeon_ref dictionary, master; uint64_t random, left, reads, writes; };
struct master { struct run *run; odeon_ref dictionary; unsigned done; uint64_t reads, writes; };

/* ---- the dictionary -------------------------------------------------------------------------------------------- */

/* The entry of a key, or the vacant one where it belongs. There are twice as many places as keys. */
static struct entry *find(struct dictionary *dictionary, uint32_t key)
{
	uint32_t place = key * 2654435769u >> 12;

	while (dictionary->entries[place].key != key && dictionary->entries[place].key != VACANT)
		place = (place + 1) % PLACES;
	return &dictionary->entries[place];
}

/* What the dictionary begins with is that each key is its own value. */
ODEON_START(dictionary, run)
{
	dictionary->entries = malloc(PLACES * sizeof(struct entry));
	if (dictionary->entries == NULL)
		return ODEON_ENOMEM;
	for (uint32_t place = 0; place < PLACES; place++)
		dictionary->entries[place].key = VACANT;
	for (uint32_t key = 0; key < KEYS; key++)
		*find(dictionary, key) = (struct entry){ key, key };
	return 0;
}

ODEON_HANDLER(dictionary, access)
{
	struct entry *entry = find(dictionary, access->key);

	if (access->is_write) {
		*entry = (struct entry){ access->key, access->value };
		dictionary->writes++;
	} else {
		access->value = entry->value;
		dictionary->reads++;
	}
	odeon_reply(self, access);
}

ODEON_HANDLER(dictionary, audit)
{
	audit->reads = dictionary->reads;
	audit->writes = dictionary->writes;
	for (uint32_t key = 0; key < KEYS; key++) {
		const struct entry *entry = find(dictionary, key);

		audit->strangers += entry->key != key || entry->value % KEYS != key;
	}
	odeon_reply(self, audit);
	odeon_exit(self);
}

ODEON_STOP(dictionary)
{
	free(dictionary->entries);
}

ODEON_HANDLERS(dictionary_handlers, ODEON_ON(dictionary, access), ODEON_ON(dictionary, audit));
ODEON_KIND(dictionary, dictionary_handlers, .start = ODEON_STARTS(dictionary), .stop = ODEON_STOPS(dictionary));

/* ---- the workers ----------------------------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *random, uint32_t below)
{
	return (uint32_t)java_next(random) % below;
}

/* Chance alone says what comes next, so that it can be said again when the reads and writes are counted. */
static struct access choose(uint64_t *random)
{
	struct access access = { .is_write = draw(random, 100) < WRITE_PERCENT };

	access.key = draw(random, KEYS);
	if (access.is_write)
		access.value = access.key + KEYS * draw(random, VACANT / KEYS);
	return access;
}

static void go_on(odeon_self *self, struct worker *worker)
{
	struct access next;

	if (worker->left-- == 0) {
		odeon_send(self, worker->master, odeon_new(done, .reads = worker->reads, .writes = worker->writes));
		odeon_exit(self);
		return;
	}
	next = choose(&worker->random);
	odeon_send(self, worker->dictionary, odeon_new(access, .key = next.key, .value = next.value,
		.is_write = next.is_write));
}

ODEON_HANDLER(worker, begin)
{
	go_on(self, worker);
}

ODEON_HANDLER(worker, access)
{
	if (access->value % KEYS != access->key)
		run_wrong(worker->run, "key %u has the value %u", access->key, access->value);
	worker->writes += access->is_write != 0;
	worker->reads += access->is_write == 0;
	go_on(self, worker);
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, access), ODEON_ON(worker, begin));
ODEON_KIND(worker, worker_handlers);

static uint64_t seed_of(const struct run *run, unsigned worker)
{
	return java_seeded(worker + run->count + WRITE_PERCENT);
}

/* ---- the master ------------------------------------------------------------------------------------------------ */

ODEON_HANDLER(master, done)
{
	master->reads += done->reads;
	master->writes += done->writes;
	if (++master->done == WORKERS)
		odeon_send(self, master->dictionary, odeon_new(audit));
}

static uint64_t count_writes(const struct run *run)
{
	uint64_t writes = 0;

	for (unsigned worker = 0; worker < WORKERS; worker++) {
		uint64_t random = seed_of(run, worker);

		for (uint64_t i = 0; i < run->count; i++)
			writes += choose(&random).is_write != 0;
	}
	return writes;
}

ODEON_HANDLER(master, audit)
{
	uint64_t writes = count_writes(master->run);
	uint64_t reads = WORKERS * master->run->count - writes;

	if (audit->writes != writes || master->writes != writes || audit->reads != reads || master->reads != reads)
		run_wrong(master->run, "%llu reads of %llu, %llu writes of %llu", (unsigned long long)audit->reads,
			(unsigned long long)reads, (unsigned long long)audit->writes, (unsigned long long)writes);
	if (audit->strangers != 0)
		run_wrong(master->run, "%llu keys have another one's value", (unsigned long long)audit->strangers);
	run_over(master->run, self);
}

ODEON_HANDLERS(master_handlers, ODEON_ON(master, done), ODEON_ON(master, audit));
ODEON_KIND(master, master_handlers);

static void run(struct run *run)
{
	odeon_ref dictionary, master, workers[WORKERS];

	run_spawn(run, &dictionary_kind, run, &dictionary);
	run_spawn(run, &master_kind, &(struct master){ .run = run, .dictionary = dictionary }, &master);
	for (unsigned i = 0; i < WORKERS; i++)
		run_spawn(run, &worker_kind, &(struct worker){ .run = run, .dictionary = dictionary, .master = master,
			.random = seed_of(run, i), .left = run->count }, &workers[i]);
	run_begin(run);
	for (unsigned i = 0; i < WORKERS; i++)
		odeon_post(run->system, workers[i], odeon_new(begin, .worker = i));
	run_wait(run);
	run->amount = WORKERS * run->count;
}

const struct bench savina_concdict = {
	.name = "savina-concdict", .summary = "20 workers read and write a dictionary of 524,287 keys",
	.amount = "requests", .counts = "requests from each worker", .count = 10000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_request", "ns/request", { 0, 0 }, 0, 0 } },
};
