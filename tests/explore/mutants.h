/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mutants - the steps that can be left out, one at a time; the explorer must find each
 *
 * The first list is the names in runtime/, all of them (run.sh compares); the second list is steps of the scenarios
 * themselves, which stand for code that is not written as a header.
 */
#ifndef MUTANTS_H
#define MUTANTS_H

#define MUTANTS_OF_RUNTIME(X) \
	X(COUNTED_FIRST) X(DISCARD_AFTER_END) X(DISCARD_UNFREE) X(GROUP_PAST_SLAB) X(LEAVE_NO_LOOK) X(PARTY_FORGOTTEN) X(PUT_NOT_HELD) X(TAKE_NOT_COUNTED) \
	X(CONTROL_NO_TAG) X(DEEP_NO_LOOK) X(DETACH_NO_WAIT) X(FOUND_NO_CHAIN) X(GATE_LOOK_ONLY) X(HALT_NO_LOOK) X(IDLE_PLAIN) \
	X(NAIVE_STAMP) X(ORDER_KEEPS_HALTED) X(RESUME_PLAIN) X(SOFT_TAKES) \
	X(NEXT_NOT_ASKED) X(NEXT_NOT_LOOKED) X(NEXT_NO_BARRIER) X(PATIENCE_NOT_ASKED) X(READ_AFTER_LINK) X(SPAWN_NO_CLAIM) \
	X(WAKE_IGNORES_SEARCHERS) X(WATCH_NO_HEIR) \
	X(ADMIT_LOOK_ONLY) X(ALONE_TOO_LATE) X(ASKED_NO_LOOK) X(BUSY_IS_EMPTY) X(CHOSEN_NO_COMPARE) X(DISARMED_IN_LIST) \
	X(DRAINED_FIRST) X(END_NO_WAIT) X(ENTERED_NO_LOOK) X(GONE_NO_LOOK) X(HALF_NO_WAIT) X(LAST_NOT_ALONE) X(LATE_GIVES_UP) \
	X(LINK_NOT_AWAITED) X(LOCK_NOT_WOKEN) X(LOCK_SLEEPERS_FORGOTTEN) X(SIDES_STORED) X(SLEEP_NOT_SAID) X(STUB_CLEARED_LATE) \
	X(LOOKERS_NOT_TOLD) X(LOOKER_COUNTS) X(MEET_DRAINED) X(MEET_NOT_CHOSEN) X(MET_TRIED_AGAIN) X(MOVED_BY_STORE) \
	X(ONCE_NOT_DRAINED) X(ONCE_NOT_ONLY) X(ONCE_NOT_SENT) \
	X(PARKER_NOT_LEFT) X(PASS_IF_DONE) X(PASS_LOOK_FIRST) X(PASS_NO_LOOK) X(PASS_TO_ONE) X(PLACE_NO_CLAIM) X(POSITION_STORED) \
	X(CALMED_TAKEN) X(QUIET_DRAINED) X(QUIET_LETS_IN) X(QUIET_NOT_ASKED) \
	X(QUIET_NO_BARRIER) X(RECEIVER_TELLS_FIRST) X(REFUSED_SILENT) X(REMOVE_NO_LOCK) \
	X(ROOM_TOLD_FIRST) X(SENDER_TELLS_FIRST) X(SENT_NO_LOOK) X(STAMP_FIRST) X(TAKEN_NO_CLAIM) X(TAKE_NO_LATCH) \
	X(TELL_GIVES_UP) X(TELL_ONE_OF_ALL) X(TOLD_NOT_UNWATCHED) X(TURN_REUSED) X(UNLINKED_LATE) \
	X(WAKE_OVERWRITTEN) X(WITHDRAWN_BLIND)

#define MUTANTS_OF_SCENARIOS(X) \
	X(IDLE_GIVES_UP)        /* a turn that could not go idle ends all the same */ \
	X(FREE_EARLY)           /* a message is freed after its handler, whether or not a producer needs it */ \
	X(NO_GENERATION)        /* messages for an earlier actor of the slot are handled */ \
	X(HALT_NEWS_FIRST)      /* a supervisor is told of a halt before it can start the actor anew */ \
	X(REINIT)               /* the mailbox is initialised at each birth */ \
	X(LEFT_NOT_COUNTED)     /* what a bounded mailbox admitted is not counted when it is stale */ \
	X(LANE_NOT_LOOKED)      /* the tag is cleared, and the lane is not looked at again */ \
	X(LINK_SHARED)          /* a vacant slot lies in its list by the link of the run queues */ \
	X(TAKE_NO_CLAIM)        /* takers of a slotqueue do not exclude each other */ \
	X(EMPTY_BY_TAIL)        /* a slotqueue is empty when its tail has no link */ \
	X(STEAL_NO_CLAIM)       /* a thief takes from the ring without a compare-and-swap */ \
	X(NO_FENCE)             /* full fences do nothing */ \
	X(PARK_NO_LOOK)         /* sleeps without a look after setting the bit */ \
	X(PARK_LOOK_FIRST)      /* looks, then sets the bit */ \
	X(PARK_LATE_KEY)        /* takes the key after the look */ \
	X(PARK_TRUST_WAKE)      /* takes it that whoever woke it had claimed it */ \
	X(NO_WATCH)             /* a sleep with an end has none */ \
	X(STOP_OVERWRITTEN)     /* the stop token shares a word with a counter that posts write */ \
	X(LINE_NO_ORDER)        /* who asks for room enters the line, and does not have the receiver look */ \
	X(PATIENCE_EARLY)       /* an asker's patience ends before it has let go of the record */ \
	X(PATIENCE_NO_LATE_LOOK) /* what comes back is taken for an answer, though nobody waits */ \
	X(PATIENCE_FREES)       /* who waits no longer frees the record, whoever has it */ \
	X(PUSH_THEN_FILL)       /* what came of a request is filled in when the record has gone */ \
	X(LOST_WAKE)            /* planted: wakes before the work can be seen */ \
	X(HANG)                 /* planted: waits for a flag that nobody sets, without sleeping */

#define MUTANT_NUMBER(name) MUTANT_##name,
enum mutant {
	MUTANT_NONE,
	MUTANTS_OF_RUNTIME(MUTANT_NUMBER)
	MUTANTS_OF_SCENARIOS(MUTANT_NUMBER)
	MUTANTS
};

extern enum mutant explore_mutant;

#define MUTANT(name) (explore_mutant == MUTANT_##name)

#endif
