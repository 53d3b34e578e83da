/* SPDX-License-Identifier: BSD-2-Clause */
/* saving.c - commands about the append-only file, and settings that can be changed */
#include "families.h"
#include "persistence.h"
#include "saving.h"
#include <stdio.h>
#include <string.h>

static const char *const policies[] = { [SYNC_EVERYSEC] = "everysec", [SYNC_ALWAYS] = "always", [SYNC_NO] = "no" };
enum { POLICIES = sizeof policies / sizeof policies[0] };

bool saving_policy(struct text word, int *policy)
{
	for (*policy = 0; *policy < POLICIES; ++*policy)
		if (text_is(word, policies[*policy]))
			return true;
	return false;
}

void command_bgrewriteaof(struct call *call)
{
	struct persistence *shared = call->server->persistence;

	if (shared == NULL) {
		reply_error(call->reply, "ERR nothing is saved: see --appendonly");
	} else if (persistence_get(shared, is_rewriting)) {
		reply_error(call->reply, "ERR Background append only file rewriting already in progress");
	} else {
		persistence_set(shared, wants_rewrite, true);
		reply_status(call->reply, "Background append only file rewriting started");
	}
}

/* When everything was last written as a whole; 0 where nothing is saved. */
void command_lastsave(struct call *call)
{
	struct persistence *shared = call->server->persistence;

	reply_integer(call->reply, shared != NULL ? persistence_get(shared, saved_at) : 0);
}

/* ---- CONFIG -------------------------------------------------------------------------------------------------------------- */

unsigned saving_settings(const struct call *call, struct setting *settings)
{
	struct persistence *shared = call->server->persistence;
	unsigned count = 0;

	settings[count++] = (struct setting){ "appendonly", "" };
	strcpy(settings[0].value, shared != NULL ? "yes" : "no");
	if (shared == NULL)
		return count;
	settings[count] = (struct setting){ "appendfsync", "" };
	strcpy(settings[count++].value, policies[persistence_get(shared, policy) % POLICIES]);
	settings[count] = (struct setting){ "auto-aof-rewrite-min-size", "" };
	(void)integer_write(settings[count++].value, (long long)persistence_get(shared, rewrite_least));
	settings[count] = (struct setting){ "auto-aof-rewrite-percentage", "" };
	(void)integer_write(settings[count++].value, (long long)persistence_get(shared, rewrite_percentage));
	return count;
}

const char *saving_set(struct persistence *shared, struct text name, struct text value, bool for_good)
{
	long long number = 0;
	int policy;

	if (text_is(name, "appendonly"))
		return "can't set immutable config";
	if (shared == NULL)
		return "";
	if (text_is(name, "appendfsync")) {
		if (!saving_policy(value, &policy))
			return "argument has no such value";
		if (for_good)
			persistence_set(shared, policy, policy);
		return NULL;
	}
	if (!text_is(name, "auto-aof-rewrite-min-size") && !text_is(name, "auto-aof-rewrite-percentage"))
		return "";
	if (!text_integer(value, &number) || number < 0 || (text_is(name, "auto-aof-rewrite-percentage") && number > 1000000))
		return "argument has no such value";
	if (for_good && text_is(name, "auto-aof-rewrite-min-size"))
		persistence_set(shared, rewrite_least, (unsigned long long)number);
	else if (for_good)
		persistence_set(shared, rewrite_percentage, (unsigned)number);
	return NULL;
}

/* ---- INFO ------------------------------------------------------------------------------------------------------------------ */

size_t saving_info(const struct call *call, char *text, size_t bytes)
{
	struct persistence *shared = call->server->persistence;
	int length;

	if (shared == NULL)
		length = snprintf(text, bytes, "loading:0\r\naof_enabled:0\r\n");
	else
		length = snprintf(text, bytes, "loading:0\r\naof_enabled:1\r\naof_rewrite_in_progress:%d\r\naof_rewrite_scheduled:%d\r\n"
			"aof_last_rewrite_time_sec:%lld\r\naof_last_bgrewrite_status:%s\r\naof_rewrites:%llu\r\naof_last_write_status:%s\r\n"
			"aof_last_write_errno:%d\r\naof_current_size:%llu\r\naof_base_size:%llu\r\naof_buffer_length:%llu\r\n"
			"aof_delayed_fsync:%llu\r\n", persistence_get(shared, is_rewriting), persistence_get(shared, wants_rewrite),
			persistence_get(shared, rewrite_seconds), persistence_get(shared, rewrite_failed) ? "err" : "ok",
			persistence_get(shared, rewrites), persistence_get(shared, error) != 0 ? "err" : "ok",
			persistence_get(shared, error),
			persistence_get(shared, size), persistence_get(shared, base_size), persistence_get(shared, backlog),
			persistence_get(shared, late));
	return length < 0 || (size_t)length >= bytes ? 0 : (size_t)length;
}
