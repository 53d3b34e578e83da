/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meet - the flavour of rendezvous channels: nothing is held, a message goes from one thread to another
 *
 * It goes from one who waits in a list to one who comes (waitlist_meet), or by the *table*: a place for one message, in a cache line
 * of its own, on which a sender offers it for as long as it looks whether it is taken. That needs no lock, and the line goes
 * there and back once, where a meeting in a list takes four lines over. Who would sleep, or waits for something else too,
 * meets in the lists alone.
 *
 * Agreement. meet_offer, meet_is_taken, meet_withdraw: the thread that sends. A message on the table is nobody's to touch but
 * the receiver's who takes it; a sender withdraws it before it does anything else than look.
 *
 *   turn    only goes up, so that nobody takes another's offer for his own: 4n nothing is there, 4n+1 a sender is putting it there,
 *           4n+2 it is offered, 4n+3 a receiver is taking it; then, and when it is withdrawn, 4(n+1)
 *
 * Nobody waits for one who puts it there or takes it: who finds the table in use goes to the lists. Whoever waits in the list before an
 * offer is met there: a sender offers, THEN a full barrier, THEN looks whether anybody waits for messages; a receiver
 * enters its list, which ends with a full barrier, THEN looks at the table. Were both looks left out, the two would still meet
 * when the sender has stopped looking and enters its list.
 */
#ifndef MEET_H
#define MEET_H

#include "channel.h"

/* NULL: out of memory. */
struct channel *meet_make(const odeon_type *type);

/* Puts it on the table. False: somebody else's is there, or senders wait, who were first, or somebody waits for messages; it is
 * the sender's as before. */
bool meet_offer(struct channel *channel, struct message *message, uint64_t *turn);

/* Whether the offer of that turn was taken, or is being taken. Nothing that its receiver did is seen by that alone. */
bool meet_is_taken(struct channel *channel, uint64_t turn);

/* True: it is the sender's again. False: it was taken, and is its receiver's; what that one did before it took it is seen. */
bool meet_withdraw(struct channel *channel, uint64_t turn);

#endif
