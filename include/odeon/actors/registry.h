/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/registry.h - actors found by name
 *
 * A registry is an ordinary actor; start as many as you like. A name is unique, and has one holder, or is a group, and has
 * members in the order they came. Whoever ends is forgotten under every name. Changes have the order in which the registry
 * handles them, and who watches is told of each exactly once, in that order: the memory for telling that somebody went
 * is had when he comes, or the coming is refused.
 *
 * Plain threads use the functions with `until`; actors ask in the same way with odeon_request:
 *
 *   odeon_request(self, registry, odeon_registry_question_new(ODEON_NAME_FIND, "store", ODEON_NOBODY), until,
 *                 ODEON_THEN(self, S, C, odeon_named));
 */
#ifndef ODEON_ACTORS_REGISTRY_H
#define ODEON_ACTORS_REGISTRY_H

#include <odeon/failure.h>
#include <odeon/system.h>

#define ODEON_NAME_BYTES 64                            /* of a name, its final zero included */

enum odeon_name_question {
	ODEON_NAME_PUT = 0,                            /* the name is unique, and this actor's */
	ODEON_NAME_JOIN,                               /* the name is a group's, and this actor is a member, once */
	ODEON_NAME_LEAVE,                              /* this actor has the name no longer */
	ODEON_NAME_FIND,                               /* who has it */
	ODEON_NAME_WATCH                               /* tell this actor of all names, those that are there first */
};

/* The answer: who has the name, the first that came of a group, and how many have it. */
struct odeon_named { odeon_ref who; uint32_t count; };

/* To who watches: this actor came to have the name, or has it no longer. */
struct odeon_name_news { odeon_ref who; uint32_t is_there; char name[ODEON_NAME_BYTES]; };

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_named) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_name_news) ODEON_API;

/**
 * odeon_registry_start - a registry without names
 * @system:   where
 * @registry: its ref; nobody on failure
 *
 * Returns:  as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_registry_start(odeon_system *system, odeon_ref *registry);

/**
 * odeon_registry_put, odeon_registry_join, odeon_registry_leave - have an actor hold a name, be in a group, or no longer
 * @registry: from odeon_registry_start
 * @name:     1 to 63 bytes; copied
 * @who:      the actor; doing what is done already changes nothing
 * @until:    how long to wait for the registry
 *
 * Returns:  0, or with nothing changed
 *   ODEON_EBUSY    another living actor has the name, or it is a group's and was to be unique, or the other way round
 *   ODEON_EGONE    @who has ended, or to leave: has not that name; or the registry has ended
 *   ODEON_EINVAL   the name is NULL, empty or too long, or @who is the registry
 *   ODEON_EFOREIGN @who is an actor of another system
 *   ODEON_ENOMEM   no memory
 *   or as odeon_ask; after ODEON_ETIMEDOUT it may be done yet
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_registry_put(odeon_system *system, odeon_ref registry, const char *name, odeon_ref who,
                                   odeon_time until);
ODEON_API int odeon_registry_join(odeon_system *system, odeon_ref registry, const char *name, odeon_ref who,
                                   odeon_time until);
ODEON_API int odeon_registry_leave(odeon_system *system, odeon_ref registry, const char *name, odeon_ref who,
                                   odeon_time until);

/**
 * odeon_registry_find - who has a name
 * @who: the holder, or the first that came of a group; nobody on failure
 *
 * Returns:  as odeon_registry_put; ODEON_EGONE: nobody has it
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_registry_find(odeon_system *system, odeon_ref registry, const char *name, odeon_time until,
                                  odeon_ref *who);

/**
 * odeon_registry_watch - have an actor told of all that come and go, in a struct odeon_name_news each, until it ends
 * @who: who is told, and first of those that are there; news that its mailbox refuses are dead letters
 *
 * Returns:  as odeon_registry_put
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_registry_watch(odeon_system *system, odeon_ref registry, odeon_ref who, odeon_time until);

/**
 * odeon_registry_question_new - the message that asks a registry
 * @question: what; the answer is a struct odeon_named, or an error as the functions above have them
 * @name:     as there; to watch, NULL
 * @who:      as there; to find, nobody
 *
 * Returns:  the message, yours; NULL when out of memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_registry_question_new(enum odeon_name_question question, const char *name, odeon_ref who)
	ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

ODEON_END_
#endif
