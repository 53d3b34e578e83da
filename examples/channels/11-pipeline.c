/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 11-pipeline - a thread for each step, a channel between one and the next
 *
 * The messages move from step to step; none is copied. Each step ends when the one
 * before it has, because its channel is disconnected then, and disconnects the next by that.
 */
#include "shared.h"
#include <string.h>

struct line { int number; char text[40]; };
ODEON_MESSAGE(line);

struct step { odeon_receiver *in; odeon_sender *out; void (*work)(struct line *line); };

static void shout(struct line *line)
{
	for (char *at = line->text; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at += 'A' - 'a';
}

static void reverse(struct line *line)
{
	for (size_t first = 0, end = strlen(line->text); first + 1 < end; first++, end--) {
		char letter = line->text[first];

		line->text[first] = line->text[end - 1];
		line->text[end - 1] = letter;
	}
}

static void *run_step(void *given)
{
	struct step *step = given;
	struct line *line;

	while ((line = odeon_recv(line, step->in))) {
		step->work(line);
		if (odeon_sender_send(step->out, line) < 0)
			break;                          /* nobody wants it any more: then neither do we */
	}
	odeon_receiver_drop(step->in);
	odeon_sender_drop(step->out);
	return NULL;
}

int main(void)
{
	static const char *const words[] = { "alpha", "beta", "gamma", "delta" };
	struct step steps[2] = { { .work = shout }, { .work = reverse } };
	odeon_sender *first;
	odeon_receiver *last;
	pthread_t threads[2];
	struct line *line;

	must(odeon_channel_open(ODEON_TYPE(line), 1, &first, &steps[0].in));
	must(odeon_channel_open(ODEON_TYPE(line), 1, &steps[0].out, &steps[1].in));
	must(odeon_channel_open(ODEON_TYPE(line), ODEON_UNBOUNDED, &steps[1].out, &last));
	for (int i = 0; i < 2; i++)
		threads[i] = start(run_step, &steps[i]);

	for (int i = 0; i < 4; i++) {
		line = odeon_new(line, .number = i + 1);
		if (line)
			snprintf(line->text, sizeof(line->text), "%s", words[i]);
		odeon_sender_send(first, line);
	}
	odeon_sender_drop(first);
	while ((line = odeon_recv(line, last))) {
		printf("%d: %s\n", line->number, line->text);
		odeon_free(line);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	odeon_receiver_drop(last);
	return 0;
}
