/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 15-broadcast-watch-oneshot - the other kinds: everybody hears it, only the latest counts, one answer and no more
 *
 * Everything here happens on one thread, to be easy to follow. Between threads it is the same: a half for each.
 */
#include "shared.h"

struct news { int number; };
ODEON_MESSAGE(news);
struct setting { int volume; };
ODEON_MESSAGE(setting);

struct answer { int value; };
ODEON_MESSAGE(answer);
struct question { int number; odeon_sender *answer; };  /* a half may travel: this one is where the answer goes */
ODEON_MESSAGE_DROP(question)
{
	odeon_sender_drop(question->answer);
}

static void hear_all(const char *who, odeon_receiver *in)
{
	struct news *news;
	int why;

	printf("%s hears:", who);
	do {
		news = odeon_try_recv(news, in, &why);
		if (news)
			printf(" %d", news->number);
		else if (why == ODEON_ELAGGED)                  /* told once, then it goes on with what is left */
			printf(" (missed %u)", (unsigned)odeon_receiver_missed(in));
		odeon_free(news);
	} while (why == 0 || why == ODEON_ELAGGED);
	printf(", then: %s\n", odeon_error_text(why));
}

/* Each receiver gets each message, as a copy of its own. Nobody waits for the slow; they hear what they missed. */
static void broadcast(void)
{
	odeon_sender *out;
	odeon_receiver *ann, *bob;

	printf("-- broadcast, at most 4 behind\n");
	must(odeon_broadcast_open(ODEON_TYPE(news), 4, &out, &ann));
	bob = odeon_receiver_clone(ann);
	must(bob ? 0 : ODEON_ENOMEM);
	for (int i = 1; i <= 3; i++)
		odeon_sender_send(out, odeon_new(news, .number = i));
	hear_all("ann", ann);
	for (int i = 4; i <= 7; i++)
		odeon_sender_send(out, odeon_new(news, .number = i));
	odeon_sender_drop(out);
	hear_all("ann", ann);
	hear_all("bob", bob);
	odeon_receiver_drop(ann);
	odeon_receiver_drop(bob);
}

static void show(const char *what, struct setting *setting, int why)
{
	if (setting)
		printf("%s: volume %d\n", what, setting->volume);
	else
		printf("%s: %s\n", what, odeon_error_text(why));
	odeon_free(setting);
}

/* A value that changes. Receiving waits for one not seen yet, and skips those in between. */
static void watch(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	struct setting *setting;
	int why;

	printf("-- watch\n");
	must(odeon_watch_open(ODEON_TYPE(setting), &out, &in));
	for (int volume = 1; volume <= 3; volume++)
		odeon_sender_send(out, odeon_new(setting, .volume = volume));
	setting = odeon_try_recv(setting, in, &why);
	show("the latest that was not seen", setting, why);
	setting = odeon_try_recv(setting, in, &why);
	show("another", setting, why);
	setting = odeon_latest(setting, in, &why);
	show("the latest, seen or not", setting, why);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}

static void print_answer(odeon_receiver *in)
{
	int why;
	struct answer *answer = odeon_recv_until(answer, in, ODEON_NEVER, &why);

	if (answer)
		printf("the answer is %d\n", answer->value);
	else
		printf("no answer: %s\n", odeon_error_text(why));
	odeon_free(answer);
}

/* One message ever. Who drops the question drops the half in it, and whoever waits for the answer hears that. */
static void oneshot(void)
{
	printf("-- oneshot\n");
	for (int i = 0; i < 2; i++) {
		struct question *question = odeon_new(question, .number = 6);
		odeon_receiver *in = NULL;

		must(question ? 0 : ODEON_ENOMEM);
		must(odeon_oneshot_open(ODEON_TYPE(answer), &question->answer, &in));
		if (i == 0)
			odeon_sender_send(question->answer, odeon_new(answer, .value = question->number * 7));
		odeon_free(question);
		print_answer(in);
		odeon_receiver_drop(in);
	}
}

int main(void)
{
	broadcast();
	watch();
	oneshot();
	return 0;
}
