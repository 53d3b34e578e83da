/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_says.c - commands by chance, in units */
#include "guests.h"
#include "../kv/lines.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 9 };

static void say(struct guest *guest, enum role role, unsigned serial, const struct text *words, size_t count)
{
	size_t bytes = 0, at = 0;
	struct said *said;

	for (size_t i = 0; i < count; i++)
		bytes += words[i].length;
	said = malloc(sizeof *said + bytes + 1);
	must(said != NULL && count <= 40);
	*said = (struct said){ .role = role, .serial = serial, .count = count };
	reply_array(&guest->out, count);
	for (size_t i = 0; i < count; i++) {
		memcpy(said->bytes + at, words[i].at, words[i].length);
		said->words[i] = (struct text){ said->bytes + at, words[i].length };
		at += words[i].length;
		reply_bulk(&guest->out, words[i]);
	}
	*(guest->last != NULL ? &guest->last->next : &guest->first) = said;
	guest->last = said;
	guest->ahead++;
}

void guest_say_line(struct guest *guest, enum role role, unsigned serial, const char *format, ...)
{
	static struct line line;
	char text[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	line_read(&line, text);
	say(guest, role, serial, line.words, line.count);
}

static bool begins(struct text word, const char *text)
{
	return word.length >= strlen(text) && memcmp(word.at, text, strlen(text)) == 0;
}

static bool is_one_of(struct text word, const char *const *words, size_t count)
{
	while (count > 0 && !text_is(word, words[count - 1]))
		count--;
	return count > 0;
}

/* Those that say_any gives the guest's own names; and what nobody writes. */
static bool is_own(struct text word)
{
	return (begins(word, "key") && word.length == 4) || (begins(word, "equal") && word.length == 6) || text_is(word, "nokey");
}

/* Some words by chance stand for keys that all guests have: INCR 12x, and another one's EXISTS 12x. */
static bool has_own_keys(const struct command_line *line)
{
	struct command_keys keys = { .step = 1 };
	const struct command *command;
	struct reply wrong;

	reply_init(&wrong, 2);
	command = command_find(line->words, line->count, &wrong);
	reply_fini(&wrong);
	if (command != NULL)
		keys = command_keys_of(command, line->words, line->count);
	for (size_t i = keys.from; i < keys.to; i += keys.step)
		if (!is_own(line->words[i]))
			return false;
	return !keys.has_target || is_own(line->words[1]);
}

/* In ten seconds, which pass while this runs. */
static bool sets_end_soon(const struct command_line *line)
{
	size_t at = text_is(line->words[0], "EXPIRE") ? 2 : text_is(line->words[0], "GETEX") ? 3 : line->count;

	return at < line->count && text_is(line->words[at], "10");
}

/* Neither about all keys, nor about the connection, nor about what hangs on the moment at which it is run. */
static bool is_fit(const struct command_line *line)
{
	static const char *const others[] = { "MULTI", "EXEC", "DISCARD", "RESET", "DBSIZE", "FLUSHALL", "SPOP", "EXPIREAT", "PEXPIREAT", "CLIENT",
		"SELECT", "CONFIG", "WAIT", "WATCH", "UNWATCH", "AUTH", "PUBSUB", "MOVE", "SWAPDB" };

	if (is_one_of(line->words[0], others, sizeof others / sizeof others[0]))
		return false;
	if (line->words[0].length > 0 && (line->words[0].at[0] == 'B' || text_matches(line->words[0], TEXT("*SUBSCRIBE"), true)
	 || text_matches(line->words[0], TEXT("*PUBLISH"), true)))
		return false;                                   /* who waits, and what others hear */
	if (sets_end_soon(line))
		return false;
	return line->is_plain && line->words[0].length > 0 && has_own_keys(line);
}

/* A command that is wrong as such lets a transaction fail as a whole. */
static bool can_be_queued(struct guest *guest, const struct command_line *line)
{
	struct reply begun = engine_line(&guest->scratch, "MULTI"), queued = engine_do(&guest->scratch, line->words, line->count);
	struct reply ended = engine_line(&guest->scratch, "DISCARD");
	bool is_queued = queued.length > 0 && queued.bytes[0] == '+';

	reply_fini(&begun);
	reply_fini(&queued);
	reply_fini(&ended);
	return is_queued;
}

/* By chance, about the guest's own keys. */
static void say_any(struct guest *guest, unsigned serial, bool is_in_transaction)
{
	static struct command_line line;
	static char names[40][40];

	do
		lines_make(&line, &guest->chance, UNIX_SECONDS);
	while (!is_fit(&line) || (is_in_transaction && !can_be_queued(guest, &line)));
	for (size_t i = 1; i < line.count; i++)
		if (is_own(line.words[i])) {
			int length = snprintf(names[i], sizeof names[i], "%u.%u:%.*s", guest->number, guest->generation,
			                      (int)line.words[i].length, line.words[i].at);

			line.words[i] = (struct text){ names[i], (size_t)length };
		}
	say(guest, PLAIN, serial, line.words, line.count);
}

void guest_say_unit(struct guest *guest)
{
	unsigned serial = ++guest->serial, many = 1 + pick(5);
	bool is_one = pick(2) == 0;

	if (is_one)
		guest_say_line(guest, PLAIN, serial, "MULTI");
	guest_say_line(guest, PLAIN, serial, "INCR %u.%u:before", guest->number, guest->generation);
	do
		say_any(guest, serial, is_one);
	while (is_one && --many > 0);
	guest_say_line(guest, PLAIN, serial, "INCR %u.%u:behind", guest->number, guest->generation);
	if (is_one)
		guest_say_line(guest, PLAIN, serial, "EXEC");
}

void guest_say_addition(struct guest *guest)
{
	if (guest->added == ADDED_MOST - 1)
		return;
	guest->added++;
	guest_say_line(guest, ADDS, guest->added, "RPUSH everybody %u-%u", guest->number, guest->added);
}

/* Of each key all that can be asked of it; most of that is answered with an error, which must be the same. */
void guest_say_everything(struct guest *guest)
{
	static const char *const questions[] = { "TYPE %s", "GET %s", "LRANGE %s 0 -1", "HLEN %s", "SCARD %s", "ZRANGE %s 0 -1 WITHSCORES" };

	for (unsigned key = 0; key < KEYS; key++)
		for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
			char name[40], text[100];

			snprintf(name, sizeof name, "%u.%u:key%u", guest->number, guest->generation, key);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(text, sizeof text, questions[i], name);
#pragma GCC diagnostic pop
			guest_say_line(guest, DUMPS, 0, "%s", text);
		}
}
