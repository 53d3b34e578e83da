/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program - the actor between an owner and a program
 *
 * It starts the program in its first turn, on its worker, where its connections are as well. It monitors those that bring
 * something; when the program and these have ended, it tells so, and ends.
 */
#include "adopted.h"
#include "errors.h"
#include "news.h"
#include "offspring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KILL_AFTER ODEON_SECONDS(2)

ODEON_MESSAGE_DEFINE(odeon_program_signal);
ODEON_MESSAGE_DEFINE(odeon_program_started);
ODEON_MESSAGE_DEFINE(odeon_program_ended);

/* What to start, copied. */
struct plan {
	char **path, **folder;               /* one string each */
	char **arguments, **environment;        /* all of these in one block, with their strings */
	struct terms *terms;
	odeon_program_options options;            /* descriptors that are given are duplicates */
	odeon_ref owner;
};

struct program {
	struct news news;
	struct plan *plan;
	struct offspring *offspring;
	struct odeon_program_started *started;    /* laid by, both */
	struct odeon_program_ended *ended;
	odeon_ref streams[3];
	bool brings[3];                         /* and has not ended */
	bool has_begun, is_told;
};

static const odeon_program_stream *stream_of(const struct plan *plan, int i)
{
	return i == 0 ? &plan->options.input : i == 1 ? &plan->options.output : &plan->options.errors;
}

/* ---- the plan ---------------------------------------------------------------------------------------------------------------- */

static char **copy_strings(const char *const *strings)
{
	size_t count = 0, bytes = 0;
	char **copies, *text;

	for (; strings[count] != NULL; count++)
		bytes += strlen(strings[count]) + 1;
	copies = malloc((count + 1) * sizeof *copies + bytes);
	if (copies == NULL)
		return NULL;
	text = (char *)(copies + count + 1);
	for (size_t i = 0; i < count; i++) {
		copies[i] = text;
		text = stpcpy(text, strings[i]) + 1;
	}
	copies[count] = NULL;
	return copies;
}

static void close_given(const struct plan *plan)
{
	for (int i = 0; i < 3; i++)
		if (stream_of(plan, i)->kind == ODEON_STREAM_GIVEN && stream_of(plan, i)->descriptor >= 0)
			(void)close(stream_of(plan, i)->descriptor);
}

static void free_plan(struct plan *plan)
{
	close_given(plan);
	free(plan->path);
	free(plan->folder);
	free(plan->arguments);
	free(plan->environment);
	terms_drop(plan->terms);
	free(plan);
}

static int copy_given(odeon_program_stream *stream)
{
	if (stream->kind != ODEON_STREAM_GIVEN)
		return 0;
	stream->descriptor = fcntl(stream->descriptor, F_DUPFD_CLOEXEC, 3);
	return stream->descriptor >= 0 ? 0 : ODEON_EINVAL;
}

static int copy_all_given(odeon_program_options *options)
{
	odeon_program_stream *streams[] = { &options->input, &options->output, &options->errors };
	int error = 0;

	for (int i = 0; i < 3; i++)
		if (error == 0)
			error = copy_given(streams[i]);
		else if (streams[i]->kind == ODEON_STREAM_GIVEN)
			streams[i]->descriptor = -1;            /* not ours */
	return error;
}

static int fill(struct plan *plan, const char *path)
{
	const odeon_program_options *options = &plan->options;
	const char *const alone[] = { path, NULL };
	int error = copy_all_given(&plan->options);

	if (error == 0)
		error = terms_new(options->connection, &plan->terms);
	if (error != 0)
		return error;
	plan->path = copy_strings(alone);
	plan->arguments = copy_strings(options->arguments != NULL ? options->arguments : alone);
	if (plan->path == NULL || plan->arguments == NULL)
		return ODEON_ENOMEM;
	if (options->environment != NULL && (plan->environment = copy_strings(options->environment)) == NULL)
		return ODEON_ENOMEM;
	plan->folder = copy_strings((const char *const[]){ options->folder, NULL });
	return plan->folder != NULL ? 0 : ODEON_ENOMEM;
}

/* ---- the start ------------------------------------------------------------------------------------------------------------------ */

static void close_all(const int *descriptors, int count)
{
	for (int i = 0; i < count; i++)
		if (descriptors[i] >= 0)
			(void)close(descriptors[i]);
}

/* Both ends of each connection: 0, or an error of libuv with none left. */
static int make_pairs(const struct plan *plan, int ours[3], int its[3])
{
	for (int i = 0; i < 3; i++) {
		int pair[2] = { -1, -1 };
		bool is_one = stream_of(plan, i)->kind == ODEON_STREAM_CONNECTED;

		ours[i] = its[i] = -1;
		if (is_one && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
			int error = -errno;

			close_all(ours, i);
			close_all(its, i);
			return error;
		}
		ours[i] = pair[0];
		its[i] = pair[1];
	}
	return 0;
}

/* What the program gets. */
static void choose(const struct plan *plan, const int its[3], int descriptors[3])
{
	for (int i = 0; i < 3; i++) {
		const odeon_program_stream *stream = stream_of(plan, i);

		descriptors[i] = stream->kind == ODEON_STREAM_INHERITED ? i : stream->kind == ODEON_STREAM_GIVEN ? stream->descriptor : its[i];
		if (stream->kind == ODEON_STREAM_AS_OUTPUT)
			descriptors[i] = descriptors[1];
	}
}

static int start_program(struct program *program, struct poller *poller, int ours[3])
{
	const struct plan *plan = program->plan;
	uv_process_options_t options = {
		.file = plan->path[0], .args = plan->arguments, .env = plan->environment, .cwd = plan->folder[0],
	};
	int its[3], descriptors[3], error = poller != NULL ? make_pairs(plan, ours, its) : UV_EINVAL;

	if (error != 0)
		return error;
	choose(plan, its, descriptors);
	error = offspring_start(program->offspring, poller, &options, descriptors);
	close_all(its, 3);
	if (error != 0)
		close_all(ours, 3);
	return error;
}

/* What the program reads from brings nothing but its end, and that is not waited for; what it writes to is only read. */
static int connect_one(odeon_self *self, struct program *program, int i, int descriptor)
{
	int error = adopt(self, descriptor, program->plan->terms, program->news.owner, &program->streams[i]);

	if (error == 0)
		error = i > 0 ? odeon_monitor(self, program->streams[i]) : 0;
	program->brings[i] = error == 0 && i > 0;
	if (error == 0 && i == 0)
		error = odeon_send(self, program->streams[i], odeon_new(odeon_read, .count = 1));
	else if (error == 0)
		error = odeon_send(self, program->streams[i], odeon_new(odeon_write_end));
	if (error != 0)
		(void)odeon_actor_kill(odeon_system_of(self), program->streams[i]);     /* it would not end by itself */
	return error;
}

static int connect_streams(odeon_self *self, struct program *program, int ours[3])
{
	int error = 0;

	for (int i = 0; i < 3; i++) {
		if (ours[i] >= 0 && error == 0)
			error = connect_one(self, program, i, ours[i]);
		else if (ours[i] >= 0)
			(void)close(ours[i]);
	}
	return error;
}

static void fail(struct program *program, int error, int system_error, const char *text)
{
	program->ended->error = error;
	program->ended->system_error = system_error;
	program->ended->text = text;
}

static void begin(odeon_self *self, struct program *program)
{
	struct odeon_program_started *started = program->started;
	int ours[3] = { -1, -1, -1 }, error = start_program(program, poller_here(self), ours);

	program->has_begun = true;
	program->started = NULL;
	if (error != 0) {
		fail(program, error_of(error), -error, error_text_of(error));
		odeon_free(started);
		return;
	}
	error = connect_streams(self, program, ours);
	started->number = uv_process_get_pid(&program->offspring->handle);
	started->input = program->streams[0];
	started->output = program->streams[1];
	started->errors = program->streams[2];
	news_tell(self, &program->news, started);
	if (error == 0 && program->plan->options.timeout > 0)
		error = odeon_tick_after(self, program->plan->options.timeout, 0);
	if (error != 0) {
		fail(program, error, 0, odeon_error_text(error));
		offspring_end(program->offspring, 0);
	}
	close_given(program->plan);
	program->plan->options.input.kind = program->plan->options.output.kind = program->plan->options.errors.kind = ODEON_STREAM_NOTHING;
}

/* ---- the end ---------------------------------------------------------------------------------------------------------------------- */

static bool is_over(const struct program *program)
{
	if (!program->offspring->runs)
		return true;
	if (!program->offspring->has_ended)
		return false;
	return program->plan->options.told_at_once || (!program->brings[1] && !program->brings[2]);
}

static void tell_end(odeon_self *self, struct program *program)
{
	struct odeon_program_ended *ended = program->ended;

	ended->status = program->offspring->status;
	ended->signal = program->offspring->signal;
	program->ended = NULL;
	program->is_told = true;
	news_tell(self, &program->news, ended);
}

/* Nobody reads it any more. */
static void close_input(odeon_self *self, struct program *program)
{
	(void)odeon_send(self, program->streams[0], odeon_new(odeon_close, .resets = 1));
	program->streams[0] = ODEON_NOBODY;
}

static void look(odeon_self *self, struct program *program)
{
	if (!program->has_begun)
		begin(self, program);
	if (program->offspring->has_ended && !odeon_ref_is_nobody(program->streams[0]))
		close_input(self, program);
	if (!program->is_told && is_over(program))
		tell_end(self, program);
	if (program->is_told && news_are_told(&program->news))
		odeon_exit(self);
}

/* There are two: of the offspring, and of the news. */
ODEON_HANDLER(program, stir)
{
	if (program->news.stir == NULL)
		news_stirred(self, &program->news, stir);
	else
		program->offspring->stir = odeon_keep(self, stir);
	look(self, program);
}

ODEON_HANDLER(program, odeon_room)
{
	news_go_on(self, &program->news);
	look(self, program);
}

ODEON_HANDLER(program, odeon_down)
{
	if (news_owner_ended(&program->news, odeon_down))
		offspring_end(program->offspring, odeon_down->code == 0 ? program->plan->options.kill_after : 0);
	for (int i = 1; i < 3; i++)
		if (odeon_ref_equal(program->streams[i], odeon_down->who))
			program->brings[i] = false;
	look(self, program);
}

ODEON_HANDLER(program, odeon_tick)
{
	if (program->offspring->has_ended || program->is_told)
		return;
	fail(program, ODEON_ETIMEDOUT, 0, "it ran for too long");
	offspring_end(program->offspring, program->plan->options.kill_after);
}

ODEON_HANDLER(program, odeon_program_signal) { (void)offspring_signal(program->offspring, odeon_program_signal->number); }

ODEON_HANDLER(program, odeon_close)
{
	offspring_end(program->offspring, odeon_close->resets ? 0 : program->plan->options.kill_after);
}

/* The plan is taken when it has begun. */
ODEON_START(program, plan)
{
	odeon_ref me = odeon_self_ref(self);
	int error = odeon_bound(self, NULL);

	program->started = odeon_new(odeon_program_started, .who = me);
	program->ended = odeon_new(odeon_program_ended, .who = me, .text = "");
	program->offspring = offspring_new(odeon_system_of(self), me);
	if (error == 0 && (program->started == NULL || program->ended == NULL || program->offspring == NULL))
		error = ODEON_ENOMEM;
	if (error == 0)
		error = news_open(self, &program->news, plan->owner);
	if (error != 0) {
		odeon_free(program->started);
		odeon_free(program->ended);
		if (program->offspring != NULL)
			offspring_leave(program->offspring, 0);
		return error;
	}
	program->plan = (struct plan *)(uintptr_t)plan;
	news_look_again(self, &program->news);           /* and begin, on the worker */
	return 0;
}

ODEON_STOP(program)
{
	odeon_duration kill_after = reason->code == 0 ? program->plan->options.kill_after : 0;

	if (!program->is_told && reason->code != 0)
		fail(program, reason->code, 0, reason->code < 0 ? odeon_error_text(reason->code) : "");
	else if (!program->is_told && !program->offspring->has_ended && program->ended->error == 0)
		fail(program, ODEON_ESTOPPING, 0, "its actor was stopped");
	if (!program->is_told)
		tell_end(self, program);
	offspring_leave(program->offspring, kill_after);
	news_close(self, &program->news);
	odeon_free(program->started);
	free_plan(program->plan);
}

ODEON_HANDLERS(program_handlers, ODEON_ON(program, stir), ODEON_ON(program, odeon_room), ODEON_ON(program, odeon_down),
	ODEON_ON(program, odeon_tick), ODEON_ON(program, odeon_program_signal), ODEON_ON(program, odeon_close));
ODEON_KIND(program, program_handlers, .start = ODEON_STARTS(program), .stop = ODEON_STOPS(program), .place = ODEON_PINNED);

/* ---- what users call ----------------------------------------------------------------------------------------------------------------- */

static int check(const odeon_program_options *options)
{
	if (options->bytes != sizeof *options && options->bytes != 0)
		return ODEON_EVERSION;
	if (options->timeout < 0 || options->kill_after < 0 || (options->arguments != NULL && options->arguments[0] == NULL))
		return ODEON_EINVAL;
	return options->input.kind > ODEON_STREAM_GIVEN || options->output.kind > ODEON_STREAM_GIVEN
	    || options->errors.kind > ODEON_STREAM_AS_OUTPUT ? ODEON_EINVAL : 0;
}

int odeon_program_start(odeon_system *system, const char *path, odeon_ref owner, const odeon_program_options *options,
                      odeon_ref *program)
{
	struct plan *plan;
	int error = options != NULL ? check(options) : 0;

	if (program != NULL)
		*program = ODEON_NOBODY;
	if (error == 0 && (system == NULL || path == NULL || odeon_ref_is_nobody(owner)
	 || odeon_system_poller(system) != odeon_net_poller()))
		error = ODEON_EINVAL;
	if (error != 0)
		return error;
	plan = calloc(1, sizeof *plan);
	if (plan == NULL)
		return ODEON_ENOMEM;
	if (options != NULL)
		plan->options = *options;
	if (plan->options.kill_after == 0)
		plan->options.kill_after = KILL_AFTER;
	plan->owner = owner;
	error = fill(plan, path);
	if (error == 0)
		error = odeon_system_spawn_pinned(system, &program_kind, plan, ODEON_WORKER_HERE, program);
	if (error != 0)
		free_plan(plan);
	return error;
}
