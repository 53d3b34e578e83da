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

	must(peer >= 0 && strlen(path) < sizeof address.sun_path);
	strcpy(address.sun_path, path);
	while (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) {
		must(++tries < 500);
		usleep(10000);
	}
	return peer;
}

static struct reply ask(int peer, const struct text *words, size_t count)
{
	struct reply said, reply;
	char bytes[65536];
	ssize_t got;

	reply_init(&said, 2);
	reply_init(&reply, 2);
	reply_array(&said, count);
	for (size_t i = 0; i < count; i++)
		reply_bulk(&said, words[i]);
	must(write(peer, said.bytes, said.length) == (ssize_t)said.length);
	reply_fini(&said);
	do {
		got = read(peer, bytes, sizeof bytes);
		must(got > 0);
		reply_raw(&reply, (struct text){ bytes, (size_t)got });
	} while (reply_span(reply.bytes, reply.length) == 0);
	must(reply_span(reply.bytes, reply.length) == reply.length);
	return reply;
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

static void both(int peer, struct engine *engine, const char *text)
{
	struct line line;

	line_read(&line, text);
	struct reply theirs = ask(peer, line.words, line.count), ours = engine_do(engine, line.words, line.count);

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

static bool run_seed(int peer, uint64_t seed, unsigned rounds)
{
	static const unsigned stores[] = { 1, 2, 5 };
	struct chance chance = { seed };
	struct command_line line;
	struct engine engine;
	bool is_same = true;

	engine_open(&engine, stores[seed % 3]);
	both(peer, &engine, "RESET");
	both(peer, &engine, "FLUSHALL");
	engine.session.client.id = peer_id(peer);
	if (seed / 3 % 2)
		both(peer, &engine, "HELLO 3");
	for (unsigned round = 0; round < rounds && is_same; round++) {
		do
			lines_make(&line, &chance, begun.tv_sec);
		while (engine.session.in_transaction && !line.is_plain);
		struct reply theirs = ask(peer, line.words, line.count), ours;

		engine_time(&engine, now());
		ours = engine_do(&engine, line.words, line.count);
		is_same = compare(&line, &theirs, &ours);
		if (!is_same)
			printf("  seed %llu, command %u\n", (unsigned long long)seed, round);
		reply_fini(&theirs);
		reply_fini(&ours);
	}
	engine_close(&engine);
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
		bad += !run_seed(peer, seed + (uint64_t)i, 2000);
	printf("%d seeds from %llu on, 2000 commands each: %d differ\n", seeds, (unsigned long long)seed, bad);
	return bad > 0;
}
