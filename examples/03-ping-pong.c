/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 03-ping-pong - one message goes back and forth; nothing is allocated after the first
 *
 * A kind is a name, a state and a table of handlers. Two kinds may share a state: the server has one handler more.
 */
#include <odeon.h>
#include <stdio.h>

struct serve { odeon_ref to; };                         /* a ref is a value: put it into messages as you like */
ODEON_MESSAGE(serve);
struct ball { unsigned left; };
ODEON_MESSAGE(ball);

struct player { const char *name; };

ODEON_HANDLER(player, serve)
{
	printf("%s serves\n", player->name);
	odeon_send(self, serve->to, odeon_new(ball, .left = 6));
}

ODEON_HANDLER(player, ball)
{
	printf("%s has the ball, %u to go\n", player->name, ball->left);
	if (ball->left-- > 0)
		odeon_reply(self, ball);                /* the very same message goes back to whoever sent it */
	else
		odeon_system_quit(odeon_system_of(self));
}                                                       /* whoever still holds the ball here drops it */

ODEON_HANDLERS(player_handlers, ODEON_ON(player, ball));
ODEON_KIND(player, player_handlers);

ODEON_HANDLERS(server_handlers, ODEON_ON(player, serve), ODEON_ON(player, ball));
static const odeon_kind server_kind = ODEON_KIND_INIT(player, server_handlers);

int main(void)
{
	odeon_system *system;
	odeon_ref ann, bob;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	/* Without a start of its own, an actor's state begins as a copy of what the spawner passes. */
	if ((error = odeon_system_spawn(system, &server_kind, &(struct player){ .name = "ann" }, &ann)) == 0
	 && (error = odeon_system_spawn(system, &player_kind, &(struct player){ .name = "bob" }, &bob)) == 0
	 && (error = odeon_post(system, ann, odeon_new(serve, .to = bob))) == 0)
		error = odeon_system_wait(system, ODEON_NEVER);         /* until odeon_system_quit */
	if (error < 0)
		fprintf(stderr, "03-ping-pong: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
