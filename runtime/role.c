/* SPDX-License-Identifier: BSD-2-Clause */
/* role - the one place that knows which part each role belongs to */
#include "role.h"

__attribute__((noreturn))
static void unknown(const struct message *message)
{
	panic(__FILE__, __LINE__, "a message of a role that nobody takes: %u", message->role);
}

struct message *role_take(struct odeon_self *self, struct message *message)
{
	(void)self;
	switch (message->role) {
	case ROLE_OWED:
	case ROLE_MET:
		return message;
	default:
		unknown(message);
	}
}

void role_bury(struct odeon_self *self, struct message *message)
{
	(void)self;
	switch (message->role) {
	default:
		unknown(message);
	}
}
