/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message - the header in front of every payload, and who owns it
 *
 * Agreement. A message is in one of three states, and only its owner touches it, but for the node:
 *
 *   owned      by whoever made, kept or got it; `sender` says nothing
 *   in flight  in a mailbox; `sender` and `role` as below, the payload is hidden from everybody
 *   in hand    of the actor whose handler runs; `sender` is that actor's self, tagged IN_HAND, what was there has been
 *              copied to self. The node may still be in the mailbox's list: then the memory is the mailbox's, and goes
 *              when the node is passed or swapped out (mailbox.h)
 *
 * Layout, 48 bytes, so that a payload of 16 bytes makes one block of 64:
 *
 *   offset  bytes  what
 *        0     16  node: link and stamp
 *       16      8  type
 *       24      8  sender: a ref; or a self, tagged IN_HAND; or what the role says; or 0
 *       32      8  site
 *       40      4  role: what the message is beside a message, see enum role
 *       44      4  generation of the receiver, and the flags below
 *       48         payload, aligned to 16
 *
 * A message with room behind its struct has 16 bytes more in front of the header, which hold how much; debug and
 * AddressSanitizer builds give these to every message, for a checksum of the payload while it is in flight.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <odeon/message.h>
#include <odeon/ref.h>
#include "alloc.h"
#include "invariant.h"
#include "mailbox.h"

struct message {
	struct node node;
	const odeon_type *type;
	uint64_t sender;
	const odeon_site *site;
	uint32_t role;                          /* enum role */
	uint32_t generation;
};
_Static_assert(sizeof(struct message) == 48, "the header is 48 bytes: a payload of 16 makes one block of 64");

/* What a message is beside a message for a handler, and what its word `sender` then holds. */
enum role {
	ROLE_PLAIN,                             /* nothing: the sender's ref, 0 for a plain thread */
	ROLE_OWED,                              /* an answer is owed: a pointer to the asker's record, tagged (duty.h) */
	ROLE_MET,                               /* an answer was owed: the asker's ref, 0 for a plain thread */
	/* From here on the runtime's own: no gate admits them, and no tally counts them. */
	ROLE_ANSWER,                            /* an answer on its way back: a pointer to the asker's record, tagged */
	ROLE_TIMER,                             /* a timer that is due: the owner's ref */
	ROLE_BOND,                              /* a bond on its way to its target: the setter's ref */
	ROLE_NEWS,                              /* news of an end: who ended */
	ROLE_UNDO,                              /* a bond is undone: the setter's ref */
};

#define MESSAGE_SIZED 0x80000000u               /* has a prefix that says how much lies behind the struct */
#define MESSAGE_ADMITTED 0x40000000u            /* came through a gate, to be counted as left when taken */
#define MESSAGE_POOLED 0x20000000u              /* its block is a cache's, not the allocator's */
#define MESSAGE_AGAIN 0x10000000u               /* its handler failed, and it is handled once more; gone when it is sent on */
#define MESSAGE_FLAGS (MESSAGE_SIZED | MESSAGE_ADMITTED | MESSAGE_POOLED)

#define SENDER_IN_HAND 1u
#define SENDER_ASK 2u
#define SENDER_REQUEST 3u
#define SENDER_TAGS 3u
#define SENDER_IS_POINTER(sender) ((sender) >> 48 == 0 && ((sender) & SENDER_TAGS) != 0)

struct prefix {
	uint32_t extra;
	uint32_t magic;
	uint64_t checksum;
};
#define PREFIX_MAGIC 0x6f64656fu

static inline struct message *message_of(void *payload) { return (struct message *)payload - 1; }
static inline void *message_payload(struct message *message) { return message + 1; }
static inline struct message *message_of_node(struct node *node) { return (struct message *)(void *)node; }
static inline struct prefix *message_prefix(struct message *message) { return (struct prefix *)(void *)message - 1; }

static inline size_t message_extra(struct message *message)
{
	return (message->generation & MESSAGE_SIZED) != 0 ? message_prefix(message)->extra : 0;
}

/* Of the header and the payload, in units of 16 bytes: what bounds in bytes count. */
static inline uint32_t message_units(struct message *message)
{
	return (uint32_t)((sizeof *message + message->type->bytes + message_extra(message) + 15) / 16);
}

/* Any thread. An owned message, its payload copied from value, or zero. NULL: out of memory, or absurd. */
struct message *message_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site);

/* The owner. Runs the type's drop; the payload is dead from then on, the header is not. */
void message_drop(struct message *message);

/* The owner. The memory of a dropped message. */
void message_release(struct message *message);

/* The owner. Both. */
void message_free(struct message *message);

/* The sender hides the payload as the message goes off, the receiver shows it as it takes it in hand. Where a sanitizer
 * or a debug build can, whoever touches the payload in between is reported with the send site. */
#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
void message_hide(struct message *message);
void message_show(struct message *message);
#else
static inline void message_hide(struct message *message) { (void)message; }
static inline void message_show(struct message *message) { (void)message; }
#endif

#endif
