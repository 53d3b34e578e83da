/* SPDX-License-Identifier: BSD-2-Clause */
/* trial - two guests, Ann by plain lines and Bob by a websocket, who try the chat out; what each has heard is printed */
#include "chat.h"
#include <stdio.h>
#include <string.h>

enum { ANN, BOB };

/* Somebody says something, and then something is heard, by one or by both. */
struct step { int who; const char *says, *heard[2]; };
static const struct step steps[] = {
	{ ANN, NULL, { "* what is your name?", "* what is your name?" } },
	{ ANN, "ann", { "* ann is here", NULL } },
	{ BOB, "ann", { NULL, "* somebody of that name is there; what is your name?" } },
	{ BOB, "bob", { "* bob is here", "* bob is here" } },
	{ BOB, "hello, Ann", { "bob: hello, Ann", "bob: hello, Ann" } },
	{ ANN, "hello yourself", { "ann: hello yourself", "ann: hello yourself" } },
	{ ANN, "/who", { "* here: ann, bob", NULL } },
	{ BOB, "/join garden", { "* bob has left", "* bob is here" } },
	{ BOB, "how quiet it is here", { NULL, "bob: how quiet it is here" } },
	{ ANN, "/join garden", { "* ann is here", "* ann is here" } },
	{ ANN, "not any more", { "ann: not any more", "ann: not any more" } }
};
enum { STEPS = sizeof steps / sizeof steps[0] };

struct trial {
	odeon_ref doors[2], edges[2];
	size_t lengths[2], looked[2];                   /* of what was heard; up to where it was looked at */
	char heard[2][2000];
	int step, ends;
	int is_awaited[2];
};

static void say(odeon_self *self, struct trial *trial, const struct step *step)
{
	if (step->says == NULL)
		return;
	if (step->who == ANN)
		odeon_send(self, trial->edges[ANN], text_bytes("%s\n", step->says));
	else
		odeon_send(self, trial->edges[BOB], odeon_websocket_text(odeon_bytes_text(step->says)));
}

static void begin_step(odeon_self *self, struct trial *trial)
{
	for (int who = 0; who < 2; who++)
		trial->is_awaited[who] = trial->step < STEPS && steps[trial->step].heard[who] != NULL;
	if (trial->step < STEPS)
		say(self, trial, &steps[trial->step]);
	else                                            /* that is all: the doors are closed */
		for (int i = 0; i < 2; i++)
			odeon_send(self, trial->doors[i], odeon_new(odeon_drain, .within = ODEON_SECONDS(5)));
}

/* The next whole line that was not looked at. */
static const char *next_line(struct trial *trial, int who, size_t *length)
{
	const char *line = trial->heard[who] + trial->looked[who], *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*length = (size_t)(end - line);
	trial->looked[who] += *length + 1;
	return line;
}

static void look(odeon_self *self, struct trial *trial)
{
	for (int who = 0; who < 2 && trial->step < STEPS; who++) {
		const char *wanted = steps[trial->step].heard[who], *line;
		size_t length;

		while (trial->is_awaited[who] && (line = next_line(trial, who, &length)) != NULL)
			if (length == strlen(wanted) && memcmp(line, wanted, length) == 0)
				trial->is_awaited[who] = 0;
	}
	if (trial->step < STEPS && !trial->is_awaited[ANN] && !trial->is_awaited[BOB]) {
		trial->step++;
		begin_step(self, trial);
	}
}

static void hear(odeon_self *self, struct trial *trial, int who, const struct odeon_bytes *bytes)
{
	size_t room = sizeof trial->heard[who] - 1 - trial->lengths[who];
	size_t length = bytes->length < room ? bytes->length : room;

	memcpy(trial->heard[who] + trial->lengths[who], bytes->data, length);
	trial->lengths[who] += length;
	look(self, trial);
}

ODEON_HANDLER(trial, odeon_bytes) { hear(self, trial, ANN, odeon_bytes); }
ODEON_HANDLER(trial, odeon_websocket_message) { hear(self, trial, BOB, odeon_websocket_message->bytes); }

/* Both edges, and both doors. */
static void end_one(odeon_self *self, struct trial *trial)
{
	if (++trial->ends < 4)
		return;
	printf("Ann heard:\n%sBob heard:\n%s", trial->heard[ANN], trial->heard[BOB]);
	odeon_exit(self);
}

/* What is asked for when they open is written then. */
ODEON_HANDLER(trial, odeon_connected) { (void)trial; }
ODEON_HANDLER(trial, odeon_websocket_opened) { (void)trial; }

ODEON_HANDLER(trial, odeon_read_end) { odeon_send(self, trial->edges[ANN], odeon_new(odeon_close)); }
ODEON_HANDLER(trial, odeon_disconnected) { end_one(self, trial); }
ODEON_HANDLER(trial, odeon_websocket_closed) { end_one(self, trial); }
ODEON_HANDLER(trial, odeon_drained) { end_one(self, trial); }

ODEON_START(trial, playground)
{
	odeon_connection_options lines = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS);
	odeon_websocket_options page = ODEON_WEBSOCKET_OPTIONS(.credit = ODEON_READ_ALWAYS);
	odeon_system *system = odeon_system_of(self);
	char url[ODEON_ADDRESS_BYTES + 16];
	int error;

	memcpy(trial->doors, playground->doors, sizeof trial->doors);
	snprintf(url, sizeof url, "ws://%s/chat", playground->page);
	begin_step(self, trial);
	error = odeon_connection_open(system, playground->lines, odeon_self_ref(self), &lines, &trial->edges[ANN]);
	return error < 0 ? error : odeon_websocket_open(system, url, odeon_self_ref(self), &page, &trial->edges[BOB]);
}

ODEON_HANDLERS(trial_handlers, ODEON_ON(trial, odeon_bytes), ODEON_ON(trial, odeon_websocket_message),
	ODEON_ON(trial, odeon_connected), ODEON_ON(trial, odeon_websocket_opened), ODEON_ON(trial, odeon_read_end),
	ODEON_ON(trial, odeon_disconnected), ODEON_ON(trial, odeon_websocket_closed), ODEON_ON(trial, odeon_drained));
ODEON_KIND(trial, trial_handlers, .start = ODEON_STARTS(trial));

const odeon_kind *const trial = &trial_kind;
