/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An actor that asked to be told when a receiver has something (runtime/watch.c, receiver.c), on channels as they are.
 *
 * The actor receives what is there, asks to be told, and rests until it is. At some time it ends, or has heard that nobody sends;
 * then, or before, somebody else drops the half. Wanted: it is told as often as it must be and never after its end; the message that
 * tells is posted or freed, once; nobody touches a watch that both have let go of.
 */
#undef ODEON_DEBUG
#include <stddef.h>
#include <string.h>

/* In place of alloc.h. */
#define ALLOC_H
static void *alloc_zeroed(size_t bytes);
static void alloc_free(void *block, size_t bytes);

#define message_make notice_make
#define message_free notice_free
#define deliver_notice notice_post
#define actor_attic attic_of_test
#include "watch.c"
#undef message_make
#undef message_free
#include "channels.h"

#define EACH 2
#define WATCHES 4
#define NOTICES 12
#define GONE 0xeeu

enum { NOTICE_MADE = 1, NOTICE_POSTED, NOTICE_FREED };

struct notice {
	struct message message;
	struct odeon_readable readable;
	int state;
};

static struct {
	struct watch watches[WATCHES];
	bool is_freed[WATCHES];
	int watches_used, notices_used;
	struct notice notices[NOTICES];
	struct attic attic;
	odeon_self self;
	odeon_system system;
	odeon_sender *senders[SENDERS_MOST], *keeper;
	odeon_receiver *receiver;
	uint32_t told;                          /* so often; what the actor rests on */
	uint32_t given;                         /* the half is another's, who drops it */
	bool is_over, has_heir;
	int turns;                              /* the actor ends after so many; 0: when nobody sends */
} hall;

static struct line *const line = &lines[0];

/* ---- the rest of the runtime --------------------------------------------------------------------------------------------- */

static void *alloc_zeroed(size_t bytes)
{
	EXPLORE_CHECK(bytes == sizeof(struct watch) && hall.watches_used < WATCHES, "no memory for the test");
	return memset(&hall.watches[hall.watches_used++], 0, bytes);
}

static void alloc_free(void *block, size_t bytes)
{
	struct watch *watch = block;

	EXPLORE_CHECK(!hall.is_freed[watch - hall.watches], "a watch is freed twice");
	hall.is_freed[watch - hall.watches] = true;
	memset(block, GONE, bytes);
}

struct attic *attic_of_test(struct slot *slot)
{
	(void)slot;
	return &hall.attic;
}

static struct notice *notice_of(struct message *message)
{
	return (struct notice *)(void *)message;
}

struct message *notice_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	struct notice *notice = &hall.notices[hall.notices_used++];

	(void)extra, (void)site;
	EXPLORE_CHECK(hall.notices_used <= NOTICES, "too many messages for the test");
	EXPLORE_CHECK(type->bytes == sizeof notice->readable, "another message");
	memcpy(&notice->readable, value, sizeof notice->readable);
	notice->message.type = type;
	notice->state = NOTICE_MADE;
	return &notice->message;
}

void notice_free(struct message *message)
{
	EXPLORE_CHECK(notice_of(message)->state == NOTICE_MADE, "a message that tells is freed, and not there");
	notice_of(message)->state = NOTICE_FREED;
}

/* In two steps, as the real one is none. */
void notice_post(odeon_system *system, struct worker *worker, odeon_ref from, odeon_ref to, void *payload)
{
	struct notice *notice = (struct notice *)(void *)message_of(payload);

	(void)worker, (void)from, (void)to;
	explore_at("post");
	EXPLORE_CHECK(!hall.is_over && system == &hall.system, "an actor is told that has ended");
	EXPLORE_CHECK(notice->state == NOTICE_MADE, "told twice with one message");
	EXPLORE_CHECK(notice->readable.receiver == hall.receiver, "told of something else");
	notice->state = NOTICE_POSTED;
	(void)ck_pr_faa_32(&hall.told, 1);
	explore_wake(&hall.told);
}

/* ---- threads ------------------------------------------------------------------------------------------------------------- */

static void sender(long argument)
{
	for (int i = 0; i < EACH; i++)
		(void)line_send(line, hall.senders[argument], mail_new((int)argument, i), ODEON_NEVER);
	line_leave_sender(line, hall.senders[argument]);
}

/* One handler: what is there, then asks. False: nobody sends. */
static bool handle(void)
{
	int why;

	while (line_recv(line, hall.receiver, 0, ODEON_AT_ONCE, &why) != NULL)
		;
	if (why == ODEON_EDISCONNECTED)
		return false;
	EXPLORE_CHECK(odeon_receiver_when_ready(&hall.self, hall.receiver) == 0, "it can't be told");
	return true;
}

static void give_half(void)
{
	ck_pr_fence_release();
	ck_pr_store_32(&hall.given, 1);
	explore_wake(&hall.given);
}

static void actor(long argument)
{
	uint32_t seen = 0;

	(void)argument;
	for (int turn = 1; handle() && turn != hall.turns; turn++) {
		while (ck_pr_load_32(&hall.told) == seen)
			explore_sleep(&hall.told, seen);
		EXPLORE_CHECK(hall.told == ++seen, "told more often than asked");
	}
	if (hall.has_heir)
		give_half();
	watches_end(&hall.attic);
	hall.is_over = true;
	if (!hall.has_heir)
		line_leave_receiver(line, hall.receiver);
}

/* Drops the half while the actor ends. */
static void heir(long argument)
{
	(void)argument;
	while (ck_pr_load_32(&hall.given) == 0)
		explore_sleep(&hall.given, 0);
	line_leave_receiver(line, hall.receiver);
}

/* ---- set-up and verdict -------------------------------------------------------------------------------------------------- */

static void set_up(uint64_t seed)
{
	static const enum flavours flavours[] = { RING, LIST, BOUNDED_LIST };
	int senders = 1 + (int)explore_random(2);

	memset(&hall, 0, sizeof hall);
	channels_set_up(seed);
	(void)channels_open(0, flavours[seed % 3], 1);
	hall.receiver = line->receiver;
	hall.senders[0] = line->sender;
	hall.senders[1] = senders == 2 ? line_sender(line) : NULL;
	hall.self = (odeon_self){ .system = &hall.system, .hook = HOOK_HANDLER, .me = { 1 } };
	hall.turns = (int)explore_random(4);
	hall.has_heir = explore_random(2) == 0;
	if (hall.turns == 0 && explore_random(2) == 0)
		hall.keeper = line_sender(line);
	for (long i = 0; i < senders; i++)
		explore_thread(i == 0 ? "sender 0" : "sender 1", sender, i);
	(hall.keeper != NULL ? explore_idler : explore_thread)("actor", actor, 0);
	if (hall.has_heir)
		(hall.keeper != NULL ? explore_idler : explore_thread)("heir", heir, 0);
}

static void finish(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == 0, "all asleep, and %d messages are inside: a lost wake-up", mails_at(MAIL_SENT));
	if (hall.keeper != NULL)
		return;
	for (int i = 0; i < hall.watches_used; i++) {
		EXPLORE_CHECK(hall.is_freed[i], "a watch is lost");
		for (size_t j = 0; j < sizeof hall.watches[i]; j++)
			EXPLORE_CHECK(((unsigned char *)&hall.watches[i])[j] == GONE, "a watch is touched that both have let go of");
	}
	for (int i = 0; i < hall.notices_used; i++)
		EXPLORE_CHECK(hall.notices[i].state != NOTICE_MADE, "a message that tells is lost");
	channels_finish();
}

const struct scenario scenario_told = {
	"told", "an actor is told of a channel, while it ends and the half is dropped", set_up, finish, 20000, 250,
};
