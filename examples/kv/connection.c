/* SPDX-License-Identifier: BSD-2-Clause */
/* connection.c - commands about the connection */
#include "families.h"
#include "wait.h"
#include <limits.h>

/* Among letters it looks like one. */
static void reply_pong(struct call *call)
{
	reply_array(call->reply, 2);
	reply_bulk_of(call->reply, "pong");
	reply_bulk(call->reply, call->words_count == 2 ? call->words[1] : TEXT(""));
}

void command_ping(struct call *call)
{
	if (call->words_count > 2)
		call_wrong_count(call);
	else if (call->client->protocol < 3 && client_is_listening(call->client))
		reply_pong(call);
	else if (call->words_count == 2)
		reply_bulk(call->reply, call->words[1]);
	else
		reply_status(call->reply, "PONG");
}

void command_echo(struct call *call)
{
	reply_bulk(call->reply, call->words[1]);
}

void command_select(struct call *call)
{
	long long number;

	if (!text_integer(call->words[1], &number))
		reply_error(call->reply, CALL_NO_INTEGER);
	else if (number < INT_MIN || number > INT_MAX)
		reply_error(call->reply, "ERR value is out of range, value must between %d and %d", INT_MIN, INT_MAX);
	else if (number != 0)
		reply_error(call->reply, "ERR DB index is out of range");
	else
		reply_ok(call->reply);
}

static void speak(struct call *call, int protocol)
{
	call->client->protocol = call->reply->protocol = protocol;
	atomic_store_explicit(&call->client->spoken, (unsigned)protocol, memory_order_relaxed);
}

void command_quit(struct call *call)
{
	call->client->closes = true;
	reply_ok(call->reply);
}

void command_reset(struct call *call)
{
	(void)call_set_name(call, TEXT(""));
	speak(call, 2);
	call->client->answers = ANSWERS_ON;
	reply_status(call->reply, "RESET");
}

/* ---- HELLO ------------------------------------------------------------------------------------------------------------ */

static void reply_hello(struct call *call)
{
	reply_map(call->reply, 7);
	reply_bulk_of(call->reply, "server");
	reply_bulk_of(call->reply, "redis");                   /* whose protocol it is; clients look at it */
	reply_bulk_of(call->reply, "version");
	reply_bulk_of(call->reply, call->server->version);
	reply_bulk_of(call->reply, "proto");
	reply_integer(call->reply, call->reply->protocol);
	reply_bulk_of(call->reply, "id");
	reply_integer(call->reply, (long long)call->client->id);
	reply_bulk_of(call->reply, "mode");
	reply_bulk_of(call->reply, "standalone");
	reply_bulk_of(call->reply, "role");
	reply_bulk_of(call->reply, "master");
	reply_bulk_of(call->reply, "modules");
	reply_array(call->reply, 0);
}

/* HELLO 3 SETNAME name; there is nobody to AUTH as but the default user, who has no password. False: that is said. */
static bool take_hello_options(struct call *call)
{
	for (size_t i = 2; i < call->words_count; i++) {
		size_t more = call->words_count - i - 1;

		if (call_is(call, i, "AUTH") && more >= 2) {
			if (!call_is(call, i + 1, "default")) {
				reply_error(call->reply, "WRONGPASS invalid username-password pair or user is disabled.");
				return false;
			}
			i += 2;
		} else if (call_is(call, i, "SETNAME") && more >= 1) {
			if (!call_set_name(call, call->words[++i]))
				return false;
		} else {
			reply_error(call->reply, "ERR Syntax error in HELLO option '%.*s'", (int)(call->words[i].length < 128 ?
			            call->words[i].length : 128), call->words[i].at);
			return false;
		}
	}
	return true;
}

void command_hello(struct call *call)
{
	long long protocol = call->client->protocol;

	if (call->words_count > 1 && !text_integer(call->words[1], &protocol)) {
		reply_error(call->reply, "ERR Protocol version is not an integer or out of range");
		return;
	}
	if (protocol < 2 || protocol > 3) {
		reply_error(call->reply, "NOPROTO unsupported protocol version");
		return;
	}
	if (!take_hello_options(call))
		return;
	speak(call, (int)protocol);
	reply_hello(call);
}

void command_auth(struct call *call)
{
	if (call->words_count > 3)
		reply_error(call->reply, CALL_SYNTAX);
	else if (call->words_count == 2)
		reply_error(call->reply, "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
	else if (call_is(call, 1, "default"))
		reply_ok(call->reply);
	else
		reply_error(call->reply, "WRONGPASS invalid username-password pair or user is disabled.");
}

/* There are no replicas: as many as that have it at once. */
void command_wait(struct call *call)
{
	long long replicas, milliseconds;

	if (!call_integer(call, 1, &replicas))
		return;
	if (!text_integer(call->words[2], &milliseconds))
		reply_error(call->reply, "ERR timeout is not an integer or out of range");
	else if (milliseconds < 0)
		reply_error(call->reply, "ERR timeout is negative");
	else if (replicas <= 0 || !call->may_block)
		reply_integer(call->reply, 0);
	else
		wait_until(call, milliseconds == 0 || milliseconds > INT64_MAX - call->now ? INT64_MAX : call->now + milliseconds);
}

/* As in a Redis whose configuration says nothing of it. */
void command_debug(struct call *call)
{
	reply_error(call->reply, "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a"
	                         " local connection, otherwise you need to set this option in the configuration file, and then restart the server.");
}
