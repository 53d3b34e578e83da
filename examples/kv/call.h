/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.h - one command that runs, and what all commands use
 *
 * A command has all of the stores that its keys are in to itself while it runs. It writes exactly one reply. What it says of what is
 * wrong is what Redis 7.0 says; "OOM no memory", which Redis dies of, is ours: then nothing has changed, but that a
 * command with several elements may have done the first of them.
 */
#ifndef KV_CALL_H
#define KV_CALL_H

#include "commands.h"
#include "reply.h"
#include "store.h"

#define CALL_WRONG_TYPE "WRONGTYPE Operation against a key holding the wrong kind of value"
#define CALL_NO_MEMORY "OOM no memory"
#define CALL_NO_INTEGER "ERR value is not an integer or out of range"
#define CALL_NO_FLOAT "ERR value is not a valid float"
#define CALL_SYNTAX "ERR syntax error"
#define CALL_OVERFLOW "ERR increment or decrement would overflow"
#define CALL_NOT_POSITIVE "ERR value is out of range, must be positive"

static inline struct store *call_store(const struct call *call, struct text name)
{
	if (call->only != NULL)
		return call->only;
	return call->stores[call->count > 1 ? store_of(name, &call->server->seed, call->count) : 0];
}

/* The key, NULL where there is none. False: it has a value of another type, and that is said. */
bool call_find(struct call *call, struct text name, enum value_type type, struct key **key);
/* The same, with a new empty value where there is none. NULL: another type, or no memory, and that is said. */
struct key *call_make(struct call *call, struct text name, enum value_type type);
/* What a key of these stores has was changed, or it came or went: those who watch it or wait for it are told. */
static inline void call_changed(const struct call *call, struct text name)
{
	store_touch(call_store(call, name), name);
}
/* Each command that may leave a collection empty ends with it. The key may be NULL. */
void call_drop_empty(struct call *call, struct key *key);
/* The new string of a key, instead of any value; its time to live stays only if that is wanted. False: no memory, and that is said. */
bool call_set(struct call *call, struct text name, struct text text, bool keeps_expiry);

/* The connection's name, which may be empty. False: that is said. */
bool call_set_name(struct call *call, struct text name);
void call_wrong_count(struct call *call);              /* wrong number of arguments for '...' command */
/* A number out of a word; false: it is none, and that is said. */
bool call_integer(struct call *call, size_t word, long long *number);
bool call_double(struct call *call, size_t word, double *number);
bool call_positive(struct call *call, size_t word, long long *number);

/* From a range that may count from the end, in a collection of so many: false: it is empty. */
bool call_range(long long first, long long last, size_t count, size_t *from, size_t *length);

/* Milliseconds that a word says an expiry is at; seconds, or from now on. False: they are too many, and that is said. */
enum call_unit { CALL_SECONDS, CALL_MILLISECONDS };
bool call_expiry(struct call *call, size_t word, enum call_unit unit, bool from_now, bool may_be_past, int64_t *when);

/* A place of a sorted set, and how many there are, as commands about several tell them. */
void call_reply_scored(struct call *call, const struct place *place, bool with_score);
void call_reply_scored_count(struct call *call, size_t places, bool with_scores);
/* A collection, which is taken, for a key, instead of any value; an empty one: no key. False: no memory, and that is said. */
bool call_put(struct call *call, struct text name, struct value *value);

static inline uint32_t call_hash(const struct call *call, struct text name)
{
	return (uint32_t)text_hash(name, &call->server->seed);
}

static inline bool call_is(const struct call *call, size_t word, const char *option)
{
	return text_is(call->words[word], option);
}

#endif
