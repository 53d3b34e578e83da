/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bond - who is told when an actor ends: monitors and links
 *
 *   bond    the news itself, made as the bond is set: an odeon_down with the half of the one whose end it tells behind it.
 *           On its way to him (ROLE_BOND), in his list, or on its way to the watcher (ROLE_NEWS)
 *   vigil   the watcher's half, held under the other's ref: while it is held, news counts. It is the message that undoes
 *           the bond, too (ROLE_UNDO)
 *
 * A link is both in both directions, under one serial number. The watcher brings all memory: the other one's annex and vigil
 * come with the bond.
 *
 * Agreement. All here: the holder of the token of the actor in self, who owns its vigils and the bonds in its list. A
 * record that was pushed is the taker's, of whatever generation, so none is lost and none is freed twice.
 *
 * Why the news comes once: whoever takes it looks for the vigil, and takes that. What was undone, or told already by
 * another bond to the same one, has none, and its news is released unseen. Why it comes at all: the one who ends sends off
 * all bonds in his list, and a bond that comes after that is stale and is sent back. Which of these two, the one token decides.
 * Order: from watcher to target the bond comes before what undoes it, so a monitor is undone by pointer; both ends of a link
 * may undo it at once, so a link is undone by its number. The news is the last that comes from who ended, also after what
 * his stop sent.
 */
#ifndef BOND_H
#define BOND_H

#include <odeon/failure.h>
#include "actor.h"

struct vigil {                                  /* the payload of a message */
	struct holding holding;                 /* first; its key: whom it is about, see bond_key */
	struct bond *bond;                      /* a monitor: the one to be undone, the other's; a link: the own one, in the own list */
	uint64_t serial;                        /* of a link, the same in both halves; 0: a monitor */
};

struct bond {                                   /* behind the odeon_down in the same message */
	struct bond *next, **before;            /* in the list of the one whose end it tells */
	odeon_ref watcher;
	struct annex *annex;                    /* on its way there: in case that one has none */
	struct vigil *vigil;                    /* on its way there: the other half of a link */
};

/* Without the system's part, which depends on addresses: what is let go in the order of the keys is let go in the same order
 * in each run of a simulation. */
static inline uint64_t bond_key(odeon_ref who)
{
	return who.bits & ((UINT64_C(1) << (REF_SLOT_BITS + REF_GENERATION_BITS)) - 1);
}

static inline odeon_ref bond_ref(const struct directory *directory, uint64_t key)
{
	return (odeon_ref){ key | directory->system << (REF_SLOT_BITS + REF_GENERATION_BITS) };
}

static inline struct odeon_down *bond_down(struct bond *bond) { return (struct odeon_down *)(void *)bond - 1; }
static inline struct message *bond_message(struct bond *bond) { return message_of(bond_down(bond)); }
static inline struct bond *bond_of(struct message *message)
{
	return (struct bond *)(void *)((struct odeon_down *)message_payload(message) + 1);
}

/* News of the end of `who`, to be; in no list. NULL: out of memory. */
struct bond *bond_make(enum odeon_bond what, odeon_ref who, odeon_ref watcher);

/* NULL is fine. */
void bond_free(struct bond *bond);

/* Why it ended, into the news. */
void bond_say(struct bond *bond, int code, const char *text);

/* The bond, in no list, goes off to its watcher as it is; if he has ended, it is released. */
void bond_send(struct odeon_self *self, struct bond *bond);

/* The bond, in no list, goes off to its watcher as the news; if he has ended, it is released. */
void bond_tell(struct odeon_self *self, struct bond *bond, int code, const char *text);

/* ---- for role.c: each takes the message -------------------------------------------------------------------------------- */

void bond_arrive(struct odeon_self *self, struct message *message);
void bond_stale(struct odeon_self *self, struct message *message);
void bond_undo(struct odeon_self *self, struct message *message);

/* What the handler gets; NULL: nobody is to know. For who is linked and does not trap, its end has been decided. */
struct message *bond_news(struct odeon_self *self, struct message *message);

/* ---- for actor.c: an end ------------------------------------------------------------------------------------------------ */

/* It hears no more of the ends of others. The set of kinds: HOLDING_MONITOR, and HOLDING_LINK where its bonds are told
 * after that, so that the other ends of its links hear of it. */
void bonds_let_go(struct odeon_self *self, struct annex *annex, unsigned kinds);

/* All that report its end are sent off; false: there was none. */
bool bonds_tell(struct odeon_self *self, struct annex *annex, int code, const char *text);

#endif
