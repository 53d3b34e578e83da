/* SPDX-License-Identifier: BSD-2-Clause */
/* role - the one place that knows which part each role belongs to */
#include "role.h"

#include "bond.h"
#include "hand.h"
#include "request.h"
#include "timer.h"

__attribute__((noreturn))
static void unknown(const struct message *message)
{
	panic(__FILE__, __LINE__, "a message of a role that nobody takes: %u", message->role);
}

static struct message *take_timer(struct odeon_self *self, struct message *message)
{
	struct request *expired;

	message = timer_take(self, message, &expired);
	if (expired != NULL)
		request_expired(self, expired);
	return message;
}

struct message *role_take(struct odeon_self *self, struct message *message)
{
	switch (message->role) {
	case ROLE_OWED:
		return request_is_late(self, message) ? request_expire(self, message) : message;
	case ROLE_MET:
		return message;
	case ROLE_ANSWER:
		request_answered(self, message);
		return NULL;
	case ROLE_TIMER:
		return take_timer(self, message);
	case ROLE_BOND:
		bond_arrive(self, message);
		return NULL;
	case ROLE_NEWS:
		return bond_news(self, message);
	case ROLE_UNDO:
		bond_undo(self, message);
		return NULL;
	default:
		unknown(message);
	}
}

void role_bury(struct odeon_self *self, struct message *message)
{
	switch (message->role) {
	case ROLE_ANSWER:
		request_bury(self, message);
		break;
	case ROLE_BOND:
		bond_stale(self, message);
		break;
	case ROLE_NEWS:                         /* the watcher has ended */
	case ROLE_UNDO:                         /* the bond went off as news, or did so before it */
		hand_release(self, message);
		break;
	case ROLE_TIMER:
		timer_bury(self, message);
		break;
	default:
		unknown(message);
	}
}
