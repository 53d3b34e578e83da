/* SPDX-License-Identifier: BSD-2-Clause */
/* connection.c - commands about the connection */
#include "families.h"
#include <stdio.h>
#include <string.h>

void command_ping(struct call *call)
{
	if (call->words_count > 2)
		call_wrong_count(call);
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
	else if (number != 0)
		reply_error(call->reply, "ERR DB index is out of range");
	else
		reply_ok(call->reply);
}

void command_quit(struct call *call)
{
	call->client->closes = true;
	reply_ok(call->reply);
}

void command_reset(struct call *call)
{
	call->client->name[0] = 0;
	call->client->protocol = call->reply->protocol = 2;
	reply_status(call->reply, "RESET");
}

/* ---- names ------------------------------------------------------------------------------------------------------------ */

/* False: that is said. */
static bool set_name(struct call *call, struct text name)
{
	for (size_t i = 0; i < name.length; i++)
		if (name.at[i] < '!' || name.at[i] > '~') {
			reply_error(call->reply, "ERR Client names cannot contain spaces, newlines or special characters.");
			return false;
		}
	if (name.length >= CLIENT_NAME_BYTES) {
		reply_error(call->reply, "ERR Client names have at most %d bytes", CLIENT_NAME_BYTES - 1);
		return false;
	}
	if (name.length > 0)
		memcpy(call->client->name, name.at, name.length);
	call->client->name[name.length] = 0;
	return true;
}

void command_client_setname(struct call *call)
{
	if (set_name(call, call->words[2]))
		reply_ok(call->reply);
}

void command_client_getname(struct call *call)
{
	if (call->client->name[0] != 0)
		reply_bulk_of(call->reply, call->client->name);
	else
		reply_null(call->reply);
}

void command_client_id(struct call *call)
{
	reply_integer(call->reply, (long long)call->client->id);
}

void command_client_info(struct call *call)
{
	char text[160];

	(void)snprintf(text, sizeof text, "id=%llu name=%s db=0 resp=%d\n", (unsigned long long)call->client->id, call->client->name,
	               call->client->protocol);
	reply_verbatim(call->reply, text_of(text));
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
			if (!set_name(call, call->words[++i]))
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
	call->client->protocol = call->reply->protocol = (int)protocol;
	reply_hello(call);
}
