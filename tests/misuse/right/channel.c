/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels: halves that are cloned, dropped, piped, put into messages; loops that send and receive; typed channels.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);
ODEON_CHANNEL(note);

struct question { int number; odeon_sender *answer; };
ODEON_MESSAGE_DROP(question)
{
	odeon_sender_drop(question->answer);
}

/* Opened, used, dropped. */
int open_and_drop(void);
int open_and_drop(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	int error = odeon_channel_open(ODEON_TYPE(note), 8, &out, &in);

	if (error < 0)
		return error;
	error = odeon_sender_send(out, odeon_new(note, .number = 1));
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	return error;
}

/* Of every kind, with options. */
int open_with(odeon_system *system, odeon_sender **out, odeon_receiver **in);
int open_with(odeon_system *system, odeon_sender **out, odeon_receiver **in)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.capacity = 8, .capacity_bytes = 4096, .system = system);

	return odeon_channel_open_with(ODEON_TYPE(note), &options, out, in);
}

/* Until nothing more will come. */
int sum_all(odeon_receiver *in);
int sum_all(odeon_receiver *in)
{
	struct note *note;
	int sum = 0;

	while ((note = odeon_recv(note, in))) {
		sum += note->number;
		odeon_free(note);
	}
	odeon_receiver_drop(in);
	return sum;
}

/* What is there now. */
int sum_those_there(odeon_receiver *in);
int sum_those_there(odeon_receiver *in)
{
	struct note *note;
	int sum = 0, why;

	while ((note = odeon_try_recv(note, in, &why))) {
		sum += note->number;
		odeon_free(note);
	}
	return why == ODEON_EEMPTY ? sum : why;
}

/* With a deadline for each, and errors told apart. */
int until_quiet(odeon_receiver *in);
int until_quiet(odeon_receiver *in)
{
	for (;;) {
		int why;
		struct note *note = odeon_recv_until(note, in, odeon_clock_deadline(ODEON_MS(5)), &why);

		if (why == ODEON_ELAGGED)
			continue;
		if (!note)
			return why;
		odeon_free(note);
	}
}

/* Many at once. */
size_t in_lots(odeon_receiver *in);
size_t in_lots(odeon_receiver *in)
{
	struct note *notes[16];
	size_t all = 0, got;

	while ((got = odeon_recv_many(note, in, notes, 16, ODEON_NEVER, NULL)) > 0) {
		for (size_t i = 0; i < got; i++)
			odeon_free(notes[i]);
		all += got;
	}
	return all;
}

/* Received and sent on. */
int pass_on(odeon_receiver *in, odeon_sender *out);
int pass_on(odeon_receiver *in, odeon_sender *out)
{
	struct note *note;
	int error = 0;

	while (error == 0 && (note = odeon_recv(note, in))) {
		note->number++;
		error = odeon_sender_send(out, note);
	}
	odeon_sender_drop(out);
	return error;
}

/* Received, and sent to an actor. */
int deliver(odeon_receiver *in, odeon_system *system, odeon_ref to);
int deliver(odeon_receiver *in, odeon_system *system, odeon_ref to)
{
	struct note *note;
	int error = 0;

	while (error == 0 && (note = odeon_recv(note, in)))
		error = odeon_post(system, to, note);
	return error;
}

/* Tried, and freed if it came back. */
int try_once(odeon_sender *out);
int try_once(odeon_sender *out)
{
	int why;
	struct note *note = odeon_new(note, .number = 1);

	note = odeon_sender_try(out, note, ODEON_AT_ONCE, &why);
	odeon_free(note);
	return why;
}

/* Tried a few times, changed in between, and then waited for. */
int try_a_few_times(odeon_sender *out);
int try_a_few_times(odeon_sender *out)
{
	struct note *note = odeon_new(note, .number = 1);
	int why;

	if (!note)
		return ODEON_ENOMEM;
	for (int round = 0; round < 3; round++) {
		note = odeon_sender_try(out, note, odeon_clock_deadline(ODEON_MS(1)), &why);
		if (!note)
			return why;
		note->number++;
	}
	return odeon_sender_send(out, note);
}

/* What came back is kept in the state for the next time. */
struct source { odeon_sender *out; struct note *held; };

ODEON_HANDLER(source, note)
{
	int why;

	if (source->held)
		return;
	source->held = odeon_sender_try(source->out, odeon_keep(self, note), ODEON_AT_ONCE, &why);
	if (why == ODEON_EFULL)
		odeon_sender_when_room(self, source->out);
}

ODEON_HANDLER(source, odeon_writable)
{
	if (source->held)
		source->held = odeon_sender_try(source->out, source->held, ODEON_AT_ONCE, NULL);
}

ODEON_STOP(source)
{
	odeon_free(source->held);
	odeon_sender_drop(source->out);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, note), ODEON_ON(source, odeon_writable));
ODEON_KIND(source, source_handlers, .stop = ODEON_STOPS(source));

/* The message in hand is sent into a channel. */
struct gate { odeon_sender *out; odeon_receiver *in; };

ODEON_HANDLER(gate, note)
{
	odeon_sender_send(gate->out, note);
}

ODEON_HANDLER(gate, odeon_readable)
{
	struct note *note;

	while ((note = odeon_try_recv(note, gate->in, NULL)))
		odeon_free(note);
	odeon_receiver_when_ready(self, gate->in);
}

ODEON_HANDLERS(gate_handlers, ODEON_ON(gate, note), ODEON_ON(gate, odeon_readable));
ODEON_KIND(gate, gate_handlers);

int spawn_both(odeon_system *system, odeon_ref *one, odeon_ref *other);
int spawn_both(odeon_system *system, odeon_ref *one, odeon_ref *other)
{
	int error = odeon_system_spawn(system, &source_kind, NULL, one);

	return error < 0 ? error : odeon_system_spawn(system, &gate_kind, NULL, other);
}

/* A clone, dropped on every path. */
int clone_and_drop(odeon_sender *out);
int clone_and_drop(odeon_sender *out)
{
	odeon_sender *other = odeon_sender_clone(out);
	int error;

	if (!other)
		return ODEON_ENOMEM;
	error = odeon_sender_send(other, odeon_new(note, .number = 1));
	odeon_sender_drop(other);
	return error;
}

/* A clone for somebody else. */
int clone_for(odeon_receiver *in, struct gate *gate);
int clone_for(odeon_receiver *in, struct gate *gate)
{
	gate->in = odeon_receiver_clone(in);
	return gate->in ? 0 : ODEON_ENOMEM;
}

/* A clone that is piped; the original stays. */
int clone_and_pipe(odeon_receiver *in, odeon_system *system, odeon_ref to);
int clone_and_pipe(odeon_receiver *in, odeon_system *system, odeon_ref to)
{
	odeon_receiver *other = odeon_receiver_clone(in);

	return other ? odeon_receiver_pipe(other, system, to) : ODEON_ENOMEM;
}

/* A half in a message: the answer comes by it. */
int ask_by_oneshot(odeon_sender *questions);
int ask_by_oneshot(odeon_sender *questions)
{
	struct question *question = odeon_new(question, .number = 6);
	odeon_receiver *in;
	struct note *note;
	int error, number;

	if (!question)
		return ODEON_ENOMEM;
	error = odeon_oneshot_open(ODEON_TYPE(note), &question->answer, &in);
	if (error < 0) {
		odeon_free(question);
		return error;
	}
	odeon_sender_send(questions, question);
	note = odeon_recv(note, in);
	number = note ? note->number : ODEON_EUNANSWERED;
	odeon_free(note);
	odeon_receiver_drop(in);
	return number;
}

/* The one who answers takes the half out, or leaves it to the drop. */
void answer_all(odeon_receiver *questions);
void answer_all(odeon_receiver *questions)
{
	struct question *question;

	while ((question = odeon_recv(question, questions))) {
		odeon_sender_send(question->answer, odeon_new(note, .number = question->number * 7));
		odeon_sender_drop(question->answer);
		question->answer = NULL;
		odeon_free(question);
	}
}

/* The latest of a watch. */
int volume(odeon_receiver *in);
int volume(odeon_receiver *in)
{
	int why;
	struct note *note = odeon_latest(note, in, &why);

	if (!note)
		return why;
	why = note->number;
	odeon_free(note);
	return why;
}

/* A typed channel. */
int typed(void);
int typed(void)
{
	struct note_sender out;
	struct note_receiver in;
	struct note *note;
	int why, error = note_channel_open(8, &out, &in);

	if (error < 0)
		return error;
	note_send(out, odeon_new(note, .number = 1));
	note = note_try_send(out, odeon_new(note, .number = 2), ODEON_AT_ONCE, &why);
	odeon_free(note);
	odeon_sender_drop(out.half);
	while ((note = note_recv(in)))
		odeon_free(note);
	note = note_try_recv(in, &why);
	odeon_free(note);
	note = note_recv_until(in, odeon_clock_deadline(ODEON_MS(1)), NULL);
	odeon_free(note);
	odeon_receiver_drop(in.half);
	return why;
}
