/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait.h - commands that wait for a key
 *
 * A command that finds nothing notes its client in the crowd of each of its keys, and is not answered. Whatever gives one of these keys a
 * value is followed at once, before anybody else sees the value, by serving those who wait for it, the first that came first: the
 * command runs once more, for that key. Who waits for several keys gets from the one that was there first, as Redis has it, in whatever
 * order he named them. Who waits for keys in several stores is claimed by one of them.
 *
 * In a transaction nobody waits: what would have to is answered as if its time had run out.
 */
#ifndef KV_WAIT_H
#define KV_WAIT_H

#include "call.h"

/* The time to wait, in seconds, of a word. False: it is none, and that is said. */
bool wait_read(struct call *call, size_t word, int64_t *until);
/* Waits for the keys of `call`, of a value of that type; nobody else is to be needed but the stores. Or says that there is no memory. */
void wait_for(struct call *call, enum value_type type, int64_t until, uint64_t stores);
/* Waits for nothing but the end of that time. */
void wait_until(struct call *call, int64_t until);
/* The value that a command is to take from; NULL: nothing is there, or it is not wanted now. False: that is said. */
bool wait_find(struct call *call, size_t word, enum value_type type, struct key **key);

/* The first of the command's keys that has one. */
bool wait_find_first(struct call *call, enum value_type type, struct key **key, size_t *word);
/* "numkeys key... END [COUNT n]", from a word on, where END is one of two. */
struct wait_many { bool is_second; long long count; };
bool wait_read_many(struct call *call, size_t word, const char *first, const char *second, struct wait_many *many);

/* Behind each command of several: which of its keys somebody waits for. Who waits for several is served from the one that was there first. */
void wait_note(struct call *call);
/* All who wait for what is there now. */
void wait_serve(struct call *call);
/* Those of a store, of that number, who have to be served with the stores of others, and are not yet: whoever was to do that may be gone. */
void wait_remind(struct store *store, unsigned number, struct post *post);
/* What is said when its time has run out. */
void wait_over(const struct client *client, struct reply *reply);

#endif
