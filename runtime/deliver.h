/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deliver - a message on its way into a mailbox
 *
 * Agreement. Any thread; the message is the caller's, out of every list, with sender, site and role filled in. When
 * the answer is 0 it is gone. When it is an error it is still the caller's, as it was.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "letters.h"
#include "ready.h"

/* Where the mailbox may be bounded: its gate and its policy. */
int deliver_bounded(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref to, struct message *message);

/* Where there is no way: the error that says why. */
int deliver_refused(odeon_system *system, odeon_ref to);

/* Pushes one of the runtime's own, whose payload is never hidden, to an actor that may have ended: whoever takes it out of
 * the slot, in a turn of this generation or of a later one, has it then (role.h). What has to run is made ready. */
static inline void deliver_internal(odeon_system *system, struct worker *worker, struct slot *slot, struct message *message,
                               uint32_t generation)
{
	uint32_t units = message_units(message);

	message->generation = (message->generation & MESSAGE_FLAGS) | generation;
	if (mailbox_push(&slot->mailbox, &message->node, units))
		ready(system, worker, slot);
}

/* Holder. Admitted messages are counted as left as they are taken, whoever lives here by now. */
static inline void count_left(struct slot *slot, struct message *message)
{
	if (UNLIKELY((message->generation & MESSAGE_ADMITTED) != 0)) {
		message->generation &= ~MESSAGE_ADMITTED;
		gate_leave(&slot->bounds->gate, AMOUNT(1, message_units(message)));
	}
}

/* Pushes a message of the user's. */
static inline void deliver_push(odeon_system *system, struct worker *worker, struct slot *slot, struct message *message,
                                uint32_t generation)
{
	message_hide(message);
	deliver_internal(system, worker, slot, message, generation);
}

static inline int deliver(odeon_system *system, struct worker *worker, odeon_ref to, struct message *message)
{
	struct slot *slot = directory_find(system->directory, to);

	if (UNLIKELY(slot == NULL || slot_generation(slot) != ref_generation(to)))
		return deliver_refused(system, to);
	if (UNLIKELY(ck_pr_load_ptr(&slot->bounds) != NULL))
		return deliver_bounded(system, worker, slot, to, message);
	deliver_push(system, worker, slot, message, ref_generation(to));
	return 0;
}

/* The message is taken: accepted, and on its way or a dead letter. */
static inline int deliver_or_bury(odeon_system *system, struct worker *worker, odeon_ref to, struct message *message)
{
	int why;

	TALLY(system, worker, accepted);
	why = deliver(system, worker, to, message);
	if (UNLIKELY(why != 0))
		letter_discard(system, worker, message, sender_ref(message->sender), to, why);
	return why;
}

/* A message that the runtime itself sends, counted as accepted. No bound stands in its way, and it takes no place of
 * anybody's: news of room or water that got lost would be waited for in vain. */
void deliver_notice(odeon_system *system, struct worker *worker, odeon_ref from, odeon_ref to, void *payload);

/* Tells all who wait for room in the mailbox of `who`: there is some, or he has ended, which sending will say. Any thread. */
void deliver_room(odeon_system *system, struct worker *worker, struct bounds *bounds, odeon_ref who);

/* Room was given back: by a permit, or by somebody who was refused and meanwhile stood in the way. If there is some now, and
 * somebody waits for it, the receiver is made to look, for it may be idle. Any thread. */
void deliver_gave_back(odeon_system *system, struct worker *worker, struct bounds *bounds, odeon_ref to);

/* Orders for the control lane: 0, ODEON_EGONE, ODEON_EFOREIGN or ODEON_EFORKED. */
int deliver_order(odeon_system *system, struct worker *worker, odeon_ref to, uint32_t orders);

#endif
