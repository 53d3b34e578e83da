/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead - one of several senders to an unbounded channel offers its core now and then, while receivers take less than it sends
 *
 * Threads that share a core run for milliseconds each. Senders that are not held up by anything send a hundred thousand messages in
 * that time, several megabytes from each of them before a receiver has its turn; and each of these messages is then out of every cache
 * that is near. So who has sent AHEAD_EVERY messages, while fewer were received in all, offers its core once. Nobody else may
 * want it, and then that costs a system call for so many messages. Where others send and receive, it comes back as soon as each has
 * done as much. But a thread of something else may have it for milliseconds, each time: so what is lost in that way is made
 * good first, AHEAD_MAKES_GOOD times, by sending without offers.
 *
 * Who sends on one core while somebody else does on another waits at each message for the channel's line to come over: 60 ns, where one
 * alone takes 20. So who meets others that way offers its core, too, and more often, whatever was received; the best that can come is the
 * receiver, and then only one core sends. What is lost in that way is made good as well.
 *
 * Agreement. The thread that uses the half. Zeroed to begin with.
 */
#ifndef AHEAD_H
#define AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#define AHEAD_EVERY 2048u                       /* messages of a half, between two looks; 128 KiB of small ones */
#define AHEAD_MET_EVERY 128u                    /* the same of who meets others; and between two looks whose is the one before */
#define AHEAD_MESSAGE_NS 50u                    /* that is sent or received meanwhile; about */
#define AHEAD_MAKES_GOOD 16u
#define AHEAD_SENDERS_LEAST 2u                  /* one gains nothing */
#define AHEAD_SENDERS_MOST 32u                  /* of more, what they send between two looks is too much to be near */
#define AHEAD_LEFT_MOST 0x7fffu

struct ahead {
	uint16_t taken;                         /* how many had been received at the last look, as far as it fits */
	uint16_t left : 15;                     /* so many offers are left out, of those that it would make as it is met, or not */
	uint16_t is_met : 1;                    /* at the last look the message before was another sender's */
};

/* The half has sent so many, the message in hand counted. Whether to look whose message is right before that one, and then to offer the
 * core, if it is another's. */
static inline bool ahead_looks(uint64_t sent)
{
	return sent % AHEAD_MET_EVERY == 0;
}

/* Messages of the half between two looks whether to offer the core. */
static inline unsigned ahead_every(const struct ahead *ahead)
{
	return ahead->is_met ? AHEAD_MET_EVERY : AHEAD_EVERY;
}

static inline bool ahead_is_kept_up_with(struct ahead *ahead, uint64_t taken)
{
	uint16_t since = (uint16_t)((uint16_t)taken - ahead->taken);

	ahead->taken = (uint16_t)taken;
	return since >= AHEAD_EVERY;
}

/* The half has sent ahead_every more; `taken` is how many were received in all, from anybody. Whether to offer the core. */
static inline bool ahead_offers(struct ahead *ahead, uint64_t taken)
{
	if (!ahead->is_met && ahead_is_kept_up_with(ahead, taken))
		return false;
	if (ahead->left == 0)
		return true;
	ahead->left--;
	return false;
}

/* It was offered, and given back after so long; `before` and `taken` are how many were received until then and now. Each of the
 * senders may have sent as many as there are between two looks. */
static inline void ahead_judge(struct ahead *ahead, uint64_t before, uint64_t taken, uint32_t senders, int64_t ns)
{
	uint64_t worth = (taken - before + (uint64_t)senders * AHEAD_EVERY) * AHEAD_MESSAGE_NS, offers;

	ahead->taken = (uint16_t)taken;
	if ((uint64_t)ns <= worth)
		return;
	offers = ((uint64_t)ns - worth) * AHEAD_MAKES_GOOD / (ahead_every(ahead) * AHEAD_MESSAGE_NS);
	ahead->left = offers < AHEAD_LEFT_MOST ? (uint16_t)offers : AHEAD_LEFT_MOST;
}

#endif
