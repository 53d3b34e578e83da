/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart - supervised actors: halted when they fail, and started anew in the same slot, with the same queue
 *
 *   child       the supervisor's half, held under the child's ref: whose child it is, and whether it is known to be halted
 *   supervised  the child's half, in its annex: its supervision, the news of its next halt, and the news of its end
 *
 * An actor that is halted has run its stop and has let go of what it held; what remains is its ref, its queue, the bonds
 * to it, its links, and the annex. Its generation has not changed, so senders notice nothing. SLOT_HALTED says so to the
 * token's holder, and when that one is done, to everybody MAILBOX_HALTED says that nobody has the token (mailbox.h).
 *
 * Agreement. Of the child's half: the holder of its token. Of the supervisor's: the supervisor. The two meet in the child's
 * mailbox only, by the order to halt and by mailbox_resume, and in the supervisor's, by the news. The news of a halt goes
 * off after the token was given away, so that whoever has it can start the actor anew; what can come between is a hard
 * order, which ends the actor, and the news of that follows.
 */
#ifndef RESTART_H
#define RESTART_H

#include <odeon/failure.h>
#include "bond.h"

/* The annex of a supervised actor that is to be born. NULL: out of memory. */
struct annex *restart_annex(odeon_ref supervisor, const odeon_supervision *supervision);

/* Its ref is known. NULL is fine. */
void restart_born(struct annex *annex, odeon_ref me);

/* What an annex has of this; it goes. */
void restart_free(struct annex *annex);

/* Whether the actor that ends for the reason in self is halted instead. */
bool restart_halts(const struct odeon_self *self, const struct slot *slot);

/* The handler of the message in hand called odeon_fail, and has returned. True: the message was still in hand, and has gone
 * where the supervision says; it does not count as handled. */
bool restart_failed(struct odeon_self *self, struct slot *slot);

/* The end of the turn of an actor with SLOT_HALTED. True: the token has gone, and nothing of the slot may be touched. False: a
 * hard order came, and the next turn is to see to that. */
bool restart_rest(struct odeon_self *self, struct slot *slot);

/* It has ended: its supervisor is told. False: it has none. */
bool restart_tell(struct odeon_self *self, struct slot *slot, int code, const char *text);

/* For bond.c: whether the news that came is about somebody this actor supervises. */
bool restart_news(struct annex *annex, const struct odeon_down *down);

/* The supervisor ends, or is halted: what it supervises is killed. */
void restart_let_go(struct odeon_self *self, struct annex *annex);

#endif
