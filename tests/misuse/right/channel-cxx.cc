/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels and select from C++17: no cast, no extension that -Wpedantic would name.
 */
#include <odeon.h>
#include <thread>

struct note { int number; };
ODEON_MESSAGE(note);
ODEON_CHANNEL(note);

int sum_all(odeon_receiver *in)
{
	int sum = 0;

	while (struct note *message = odeon_recv(note, in)) {
		sum += message->number;
		odeon_free(message);
	}
	odeon_receiver_drop(in);
	return sum;
}

int between_threads()
{
	odeon_sender *out;
	odeon_receiver *in;
	int error = odeon_channel_open(ODEON_TYPE(note), 8, &out, &in);

	if (error < 0)
		return error;
	std::thread other([in] { sum_all(in); });
	for (int i = 0; i < 10; i++)
		odeon_sender_send(out, odeon_new(note, i));
	odeon_sender_drop(out);
	other.join();
	return 0;
}

int try_a_few_times(odeon_sender *out)
{
	struct note *message = odeon_new(note, 1);
	int why = 0;

	for (int round = 0; message && round < 3; round++)
		message = odeon_sender_try(out, message, ODEON_AT_ONCE, &why);
	odeon_free(message);
	return why;
}

int look(odeon_receiver *in, odeon_sender *out)
{
	odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_SEND(out, odeon_new(note, 1)), ODEON_CASE_DEFAULT };
	int which = odeon_select(cases, 3, ODEON_NEVER);

	odeon_free(odeon_case_message(note, &cases[0]));
	odeon_case_clear(&cases[1]);
	return which;
}

int typed()
{
	note_sender out;
	note_receiver in;
	int why, error = note_channel_open(ODEON_UNBOUNDED, &out, &in);

	if (error < 0)
		return error;
	note_send(out, odeon_new(note, 1));
	odeon_sender_drop(out.half);
	odeon_free(note_try_recv(in, &why));
	odeon_receiver_drop(in.half);
	return why;
}

int options(odeon_sender **out, odeon_receiver **in)
{
	odeon_channel_options options = {};

	options.bytes = sizeof(options);
	options.kind = ODEON_CHANNEL_BROADCAST;
	options.capacity = 8;
	return odeon_channel_open_with(ODEON_TYPE(note), &options, out, in);
}
