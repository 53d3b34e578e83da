/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same from C++17: no cast, no designated initialiser, no extension that -Wpedantic would name.
 */
#include <odeon.h>
#include <cstdio>

struct ball { unsigned left; odeon_ref from; };
ODEON_MESSAGE(ball);

struct tick { char unused; };
ODEON_MESSAGE(tick);

struct text { char *letters; };
ODEON_MESSAGE_DROP(text)
{
	delete[] text->letters;
}

struct player { odeon_ref to; ball *held; };

ODEON_HANDLER(player, ball)
{
	if (ball->left-- == 0) {
		odeon_free(player->held);
		player->held = odeon_keep(self, ball);
	} else {
		odeon_reply(self, ball);
	}
}

ODEON_HANDLER(player, tick)
{
	int why;
	struct ball *back = odeon_try_send(self, player->to, odeon_new(ball, 3u, odeon_self_ref(self)), &why);

	if (back) {
		back->left = 0;
		odeon_free(back);
	}
	odeon_send(self, player->to, odeon_new(text, nullptr));
	odeon_send(self, player->to, odeon_new(tick));
}

ODEON_HANDLER(player, text)
{
	odeon_permit *room = odeon_reserve(self, player->to, 1, sizeof(struct text), nullptr);

	if (!room)
		return;
	odeon_permit_send(self, room, text);
	odeon_permit_drop(room);
}

ODEON_STOP(player)
{
	odeon_free(player->held);
}

ODEON_HANDLERS(player_handlers, ODEON_ON(player, ball), ODEON_ON(player, tick), ODEON_ON(player, text));
ODEON_KIND(player, player_handlers, nullptr, ODEON_STOPS(player));

int run(odeon_system *system)
{
	player first = { ODEON_NOBODY, nullptr };
	odeon_ref ref;
	int why = 0;
	int error = odeon_system_spawn(system, &player_kind, &first, &ref);

	if (error < 0)
		return error;
	ball *answer = odeon_ask(ball, system, ref, odeon_new(ball, 1u, ODEON_NOBODY),
	                         odeon_system_deadline(system, ODEON_MS(10)), &why);

	if (answer)
		std::printf("%u\n", answer->left);
	odeon_free(answer);
	return why;
}
