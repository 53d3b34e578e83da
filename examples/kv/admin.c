/* SPDX-License-Identifier: BSD-2-Clause */
/* admin.c - commands about the server as a whole that clients ask for when they begin, and tools when they look */
#include "families.h"

void command_time(struct call *call)
{
	char text[32];

	reply_array(call->reply, 2);
	reply_bulk(call->reply, (struct text){ text, integer_write(text, call->now / 1000) });
	reply_bulk(call->reply, (struct text){ text, integer_write(text, call->now % 1000 * 1000) });
}

/* A master without replicas. */
void command_role(struct call *call)
{
	reply_array(call->reply, 3);
	reply_bulk_of(call->reply, "master");
	reply_integer(call->reply, 0);
	reply_array(call->reply, 0);
}

void command_swapdb(struct call *call)
{
	long long first, second;

	if (!text_integer(call->words[1], &first))
		reply_error(call->reply, "ERR invalid first DB index");
	else if (!text_integer(call->words[2], &second))
		reply_error(call->reply, "ERR invalid second DB index");
	else if (first != 0 || second != 0)
		reply_error(call->reply, "ERR DB index is out of range");
	else
		reply_ok(call->reply);
}

void command_acl_whoami(struct call *call)
{
	reply_bulk_of(call->reply, "default");
}
