/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 10-select - one wait for several things: a ticker, a timeout, a channel
 *
 * The time here is that of a simulated system, so that the program prints the same each time and takes none. For real
 * time, give NULL in the places of `clock`, and ask odeon_clock_now and odeon_clock_deadline.
 */
#include "shared.h"

struct news { const char *text; };
ODEON_MESSAGE(news);

static int elapsed_ms(odeon_system *clock, odeon_time since)
{
	return (int)((odeon_system_now(clock).ns - since.ns) / ODEON_MS(1));
}

/* Every 50 ms a line, until 220 ms are over. */
static void tick_until_timeout(odeon_system *clock)
{
	odeon_time since = odeon_system_now(clock);
	odeon_receiver *tick = odeon_receiver_tick(clock, ODEON_MS(50));
	odeon_receiver *timeout = odeon_receiver_after(clock, odeon_system_deadline(clock, ODEON_MS(220)));
	odeon_case cases[] = { ODEON_CASE_RECV(tick), ODEON_CASE_RECV(timeout) };

	must(tick && timeout ? 0 : ODEON_ENOMEM);
	/* A tick that was received lies in its case, and is freed when the case is used again: nothing to do here. */
	while (odeon_select(cases, 2, ODEON_NEVER) == 0)
		printf("%d ms: tick\n", elapsed_ms(clock, since));
	printf("%d ms: time is up\n", elapsed_ms(clock, since));

	odeon_case_clear(&cases[0]);
	odeon_case_clear(&cases[1]);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(timeout);
}

static void show(odeon_case *one)
{
	struct news *news = odeon_case_message(news, one);      /* out of the case, and ours */

	if (news)
		printf("%s\n", news->text);
	else
		printf("%s\n", odeon_error_text(one->error));   /* a disconnected channel is no silent one */
	odeon_free(news);
}

/* What to do when nothing is there: not to wait at all, or only so long. */
static void default_and_deadline(odeon_system *clock)
{
	odeon_time since = odeon_system_now(clock);
	odeon_sender *out;
	odeon_receiver *in;
	int which;

	must(odeon_channel_open_with(ODEON_TYPE(news),
		&(odeon_channel_options)ODEON_CHANNEL_OPTIONS(.capacity = 1, .system = clock), &out, &in));
	odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_DEFAULT };

	which = odeon_select(cases, 2, ODEON_NEVER);
	printf("nothing sent, and a default: case %d\n", which);
	which = odeon_select(cases, 1, odeon_system_deadline(clock, ODEON_MS(30)));
	printf("nothing sent, and a deadline: %s, after %d ms\n", odeon_error_text(which), elapsed_ms(clock, since));

	odeon_sender_send(out, odeon_new(news, .text = "an owl was seen in Athens"));
	which = odeon_select(cases, 2, ODEON_NEVER);
	printf("something was sent: case %d: ", which);
	show(&cases[0]);
	odeon_sender_drop(out);
	which = odeon_select(cases, 2, ODEON_NEVER);
	printf("the sender is gone: case %d: ", which);
	show(&cases[0]);
	odeon_receiver_drop(in);
}

/* Sends and receives in one wait; of those that are possible, each is as likely as any other. */
static void send_or_receive(odeon_system *clock)
{
	odeon_sender *out, *far_out;
	odeon_receiver *in, *far_in;
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.capacity = 100, .system = clock);
	int sent = 0, received = 0;

	must(odeon_channel_open_with(ODEON_TYPE(news), &options, &out, &far_in));
	must(odeon_channel_open_with(ODEON_TYPE(news), &options, &far_out, &in));
	for (int i = 0; i < 100; i++)
		odeon_sender_send(far_out, odeon_new(news, .text = "from there"));
	odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_SEND(out, NULL) };

	for (int round = 0; round < 100; round++) {
		if (!cases[1].message)                          /* taken in the last round, or none yet */
			cases[1].message = odeon_new(news, .text = "from here");
		if (odeon_select(cases, 2, ODEON_NEVER) == 0)
			received++;
		else
			sent++;
	}
	printf("100 rounds, both possible: %s\n", sent > 20 && received > 20 ? "about half each" : "one was kept out");
	odeon_case_clear(&cases[0]);
	odeon_case_clear(&cases[1]);                            /* the message that was not sent */
	odeon_sender_drop(out);
	odeon_sender_drop(far_out);
	odeon_receiver_drop(in);
	odeon_receiver_drop(far_in);
}

int main(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 });
	odeon_system *clock;

	must(odeon_system_start(&options, &clock));
	tick_until_timeout(clock);
	default_and_deadline(clock);
	send_or_receive(clock);
	odeon_system_free(clock);
	return 0;
}
