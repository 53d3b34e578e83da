/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * against.c - the same commands to a redis-server and to the table of commands, and the same replies
 *
 *   against SOCKET COUNT                random commands, from so many seeds, with 1, 2 and 5 stores, in both protocols
 *   against SOCKET record SCRIPT        what it answers to the lines of a script: how replies.txt was made
 */
#include "chance.h"
#include "engine.h"
#include "lines.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct timespec begun;

#undef must
#define must(claim) do { if (!(claim)) { fprintf(stderr, "%s:%d: it does not hold that %s\n", __FILE__, __LINE__, #claim); exit(1); } } while (0)

/* ---- the redis-server ----------------------------------------------------------------------------------------------------- */

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int tries = 0, peer = socket(AF_UNIX, SOCK_STREAM, 0);

	const struct timeval patience = { .tv_sec = 20 };        /* for a machine that is busy */

	must(peer >= 0 && setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
	must(strlen(path) < sizeof address.sun_path);
	strcpy(address.sun_path, path);
	while (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) {
		must(++tries < 500);
		usleep(10000);
	}
	return peer;
}

static void say(int peer, const struct text *words, size_t count)
{
	struct reply said;

	reply_init(&said, 2);
	reply_array(&said, count);
	for (size_t i = 0; i < count; i++)
		reply_bulk(&said, words[i]);
	must(write(peer, said.bytes, said.length) == (ssize_t)said.length);
	reply_fini(&said);
}

/* So many replies; `least` bytes of them. */
static struct reply hear(int peer, size_t least)
{
	struct reply reply;
	size_t span = 0, one;
	char bytes[65536];
	ssize_t got;

	reply_init(&reply, 2);
	do {
		got = read(peer, bytes, sizeof bytes);
		if (got <= 0) {                                /* too late: what came is shown */
			must(got < 0);
			break;
		}
		reply_raw(&reply, (struct text){ bytes, (size_t)got });
		while ((one = reply_span(reply.bytes + span, reply.length - span)) > 0)
			span += one;
	} while (span == 0 || span != reply.length || reply.length < least);
	return reply;
}

static struct reply ask(int peer, const struct text *words, size_t count)
{
	say(peer, words, count);
	return hear(peer, 1);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------------- */

static bool are_near(const struct reply *a, const struct reply *b, const struct text *words)
{
	long long of_a, of_b, far = text_is(words[0], "TTL") ? 1 : 2000;

	if (!text_is(words[0], "TTL") && !text_is(words[0], "PTTL"))
		return false;
	return a->length > 3 && b->length > 3 && a->bytes[0] == ':' && b->bytes[0] == ':'
	    && text_integer((struct text){ a->bytes + 1, a->length - 3 }, &of_a)
	    && text_integer((struct text){ b->bytes + 1, b->length - 3 }, &of_b) && of_a > 0 && of_b > 0
	    && of_a - of_b <= far && of_b - of_a <= far;
}

static void show_line(const struct command_line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		struct reply word = { .bytes = (char *)line->bytes + (line->words[i].at - line->bytes), .length = line->words[i].length };
		char *text = reply_show(&word);

		printf(" [%s]", text);
		free(text);
	}
	printf("\n");
}

static bool compare(const struct command_line *line, struct reply *theirs, struct reply *ours)
{
	reply_order(line->words, theirs);
	reply_order(line->words, ours);
	if ((theirs->length == ours->length && memcmp(theirs->bytes, ours->bytes, ours->length) == 0) || are_near(theirs, ours, line->words))
		return true;
	char *a = reply_show(theirs), *b = reply_show(ours);

	show_line(line);
	printf("  redis: %.600s\n  kv:    %.600s\n", a, b);
	free(a);
	free(b);
	return false;
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* ---- several clients -------------------------------------------------------------------------------------------------------- */

enum { PAIRS = 3 };
struct pair { int peer; struct engine engine; bool waits; };

static void both(struct pair *pair, const char *text)
{
	struct line line;

	line_read(&line, text);
	struct reply theirs = ask(pair->peer, line.words, line.count), ours = engine_do(&pair->engine, line.words, line.count);

	reply_fini(&theirs);
	reply_fini(&ours);
}

static uint64_t peer_id(int peer)
{
	struct reply reply = ask(peer, (const struct text[]){ TEXT("CLIENT"), TEXT("ID") }, 2);
	long long id;

	must(text_integer((struct text){ reply.bytes + 1, reply.length - 3 }, &id));
	reply_fini(&reply);
	return (uint64_t)id;
}

static void open_pairs(struct pair *pairs, const char *path, uint64_t seed)
{
	static const unsigned stores[] = { 1, 2, 5 };

	engine_open(&pairs[0].engine, stores[seed % 3]);
	for (unsigned i = 0; i < PAIRS; i++) {
		pairs[i].peer = dial(path);
		pairs[i].waits = false;
		if (i > 0)
			engine_join(&pairs[i].engine, &pairs[0].engine, 0);
		pairs[i].engine.session.client->id = peer_id(pairs[i].peer);
	}
	both(&pairs[0], "FLUSHALL");
	for (unsigned i = 0; i < PAIRS; i++)
		if ((seed / 3 + i) % 2)
			both(&pairs[i], "HELLO 3");
}

/* They are gone before the next come: who waits would take from them. */
static void close_pairs(struct pair *pairs, int admin)
{
	struct line line;

	for (unsigned i = PAIRS; i-- > 0; ) {
		engine_close(&pairs[i].engine);
		(void)close(pairs[i].peer);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct reply reply;

		line_read(&line, i == 0 ? "CLIENT KILL TYPE normal" : "CLIENT KILL TYPE pubsub");
		reply = ask(admin, line.words, line.count);
		reply_fini(&reply);
	}
}

/* What others heard by this command: letters, and what they waited for. */
static bool compare_others(struct pair *pairs, const struct command_line *line)
{
	bool is_same = true;

	for (unsigned i = 0; i < PAIRS && is_same; i++) {
		struct reply *heard = &pairs[i].engine.heard, theirs;

		if (heard->length == 0)
			continue;
		theirs = hear(pairs[i].peer, heard->length);
		is_same = compare(line, &theirs, heard);
		if (!is_same)
			printf("  as heard by client %u\n", i);
		reply_fini(&theirs);
		reply_cut(heard, 0);
		pairs[i].waits &= client_turn(pairs[i].engine.session.client, CLIENT_WAITS) != 0;      /* it may be a letter */
	}
	return is_same;
}

/* Somebody who does not wait; the last one who does not is not to. */
static struct pair *choose_pair(struct pair *pairs, struct chance *chance, unsigned *waiting)
{
	unsigned at = choose(chance, PAIRS);

	*waiting = 0;
	for (unsigned i = 0; i < PAIRS; i++)
		*waiting += pairs[i].waits;
	while (pairs[at].waits)
		at = (at + 1) % PAIRS;
	return &pairs[at];
}

/* What a *STORE puts in place of another type wakes nobody in Redis 7.0. */
static void make_line(struct command_line *line, const struct pair *pair, struct chance *chance, unsigned waiting)
{
	const struct session *session = &pair->engine.session;
	bool is_good;

	do {
		lines_make(line, chance, begun.tv_sec);
		is_good = !session->in_transaction || line->is_plain;
		is_good &= line->count > 1 || !text_matches(line->words[0], TEXT("*UNSUBSCRIBE"), false);      /* from all: in no order */
		is_good &= waiting < PAIRS - 1 || line->words[0].at[0] != 'B';    /* BITCOUNT too */
		is_good &= waiting == 0 || !text_matches(line->words[0], TEXT("*STORE"), false);
	} while (!is_good);
}

/* It hears of several clients in no order: so many wait there, too, before anybody says more. If they do not, that will be seen. */
static void await_waiting(int admin, unsigned count)
{
	const struct text words[] = { TEXT("INFO"), TEXT("clients") };
	char wanted[40];
	bool is_so = false;

	(void)snprintf(wanted, sizeof wanted, "\nblocked_clients:%u\r", count);
	for (int tries = 0; tries < 1000 && !is_so; tries++) {
		struct reply reply = ask(admin, words, 2);

		reply_raw(&reply, (struct text){ "", 1 });
		is_so = strstr(reply.bytes, wanted) != NULL;
		reply_fini(&reply);
	}
}

static bool run_round(struct pair *pairs, struct chance *chance, int admin)
{
	struct command_line line;
	unsigned waiting;
	bool is_same;
	struct pair *pair = choose_pair(pairs, chance, &waiting);
	struct reply ours, theirs;

	make_line(&line, pair, chance, waiting);
	engine_time(&pairs[0].engine, now());
	say(pair->peer, line.words, line.count);
	ours = engine_do(&pair->engine, line.words, line.count);
	if (ours.length == 0) {
		pair->waits = true;
		is_same = true;
		await_waiting(admin, waiting + 1);
	} else {
		theirs = hear(pair->peer, ours.length);
		is_same = compare(&line, &theirs, &ours);
		reply_fini(&theirs);
	}
	reply_fini(&ours);
	return is_same && compare_others(pairs, &line);
}

static bool run_seed(int admin, const char *path, uint64_t seed, unsigned rounds)
{
	struct pair pairs[PAIRS];
	struct chance chance = { seed };
	bool is_same = true;

	open_pairs(pairs, path, seed);
	for (unsigned round = 0; round < rounds && is_same; round++) {
		is_same = run_round(pairs, &chance, admin);
		if (!is_same)
			printf("  seed %llu, command %u\n", (unsigned long long)seed, round);
	}
	close_pairs(pairs, admin);
	return is_same;
}

/* ---- scripts ----------------------------------------------------------------------------------------------------------------- */

static int record(int peer, const char *path)
{
	char text[4096];
	FILE *script = fopen(path, "r");

	must(script != NULL);
	while (fgets(text, sizeof text, script) != NULL) {
		struct line line;

		text[strcspn(text, "\n")] = 0;
		if (text[0] == '#' || text[0] == 0 || text[0] == '<')
			continue;
		line_read(&line, text);
		struct reply reply = ask(peer, line.words, line.count);

		reply_order(line.words, &reply);
		char *shown = reply_show(&reply);

		printf("%s\n< %s\n", text, shown);
		free(shown);
		reply_fini(&reply);
	}
	(void)fclose(script);
	return 0;
}

int main(int count, char **words)
{
	const char *first = getenv("ODEON_SEED");
	int peer, bad = 0;

	must(count >= 3);
	clock_gettime(CLOCK_REALTIME, &begun);
	peer = dial(words[1]);
	if (count == 4)
		return record(peer, words[3]);
	uint64_t seed = first != NULL ? strtoull(first, NULL, 0) : (uint64_t)begun.tv_nsec;
	int seeds = atoi(words[2]);

	for (int i = 0; i < seeds && bad < 5; i++)
		bad += !run_seed(peer, words[1], seed + (uint64_t)i, 2000);
	printf("%d seeds from %llu on, 2000 commands each: %d differ\n", seeds, (unsigned long long)seed, bad);
	return bad > 0;
}
