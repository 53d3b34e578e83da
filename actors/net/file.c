/* SPDX-License-Identifier: BSD-2-Clause */
/* file - its life: opened, driven, told what to do, stopped */
#include "credit.h"
#include "file.h"

#include <odeon/actors/offload.h>
#include <odeon/timer.h>
#include <stdlib.h>

#define READ_BYTES (64u << 10)
#define HIGH_WATER ((size_t)64 << 10)
#define WRITE_MOST ((size_t)64 << 20)
#define TRY_AGAIN ODEON_MS(5)                   /* when the pool is full */

ODEON_MESSAGE_DEFINE(odeon_file_seek);
ODEON_MESSAGE_DEFINE(odeon_file_look);
ODEON_MESSAGE_DEFINE(odeon_file_sync);
ODEON_MESSAGE_DEFINE(odeon_file_read_at);
ODEON_MESSAGE_DEFINE(odeon_file_facts);
ODEON_MESSAGE_DEFINE(odeon_file_opened);
ODEON_MESSAGE_DEFINE_DROP(odeon_file_write_at) { odeon_free(odeon_file_write_at->bytes); }

ODEON_MESSAGE(last);

/* ---- the end ---------------------------------------------------------------------------------------------------- */

void file_end(struct file *file, int error, int system_error, const char *text)
{
	file->is_breaking = true;
	if (file->is_finished || file->disconnected->error != 0)
		return;
	file->is_ending = true;
	file->disconnected->error = error;
	file->disconnected->system_error = system_error;
	file->disconnected->text = text;
}

static void finish(odeon_self *self, struct file *file)
{
	struct odeon_disconnected *news = file->disconnected;

	orders_collect(self, file, true);
	file->is_finished = true;
	file->disconnected = NULL;
	news_tell(self, &file->news, news);
}

/* ---- by the pool --------------------------------------------------------------------------------------------------------------------- */

struct at_work { struct handle *handle; };
ODEON_MESSAGE_DROP(at_work) { handle_drop(at_work->handle); }

ODEON_BLOCKING(file_operation, at_work, at_work)
{
	(void)error;
	handle_run(at_work->handle);
	return at_work;
}

static void drive(odeon_self *self, struct file *file);

/* No thread can be had: it ends, and what waits is done in stop. Closing is all that may be left, and that cannot fail for this. */
static void settle_refusal(odeon_self *self, struct file *file, int error)
{
	if (error == ODEON_EFULL && odeon_tick_after(self, TRY_AGAIN, 0) == 0)
		return;
	if (error != ODEON_ESTOPPING && file->handle->what != OPERATION_CLOSE && file->disconnected->error == 0) {
		file->disconnected->error = error;
		file->disconnected->text = "no thread of the pool did it";
	}
	odeon_exit(self);
}

/* The pool stops, or we do. */
struct turn { char unused; };
ODEON_ANSWER(file, turn, at_work)
{
	if (error != 0) {
		settle_refusal(self, file, error);
		return;
	}
	orders_settle(self, file);
	drive(self, file);
}

static void submit(odeon_self *self, struct file *file)
{
	struct at_work *at_work = odeon_new(at_work, .handle = handle_share(file->handle));
	int error;

	if (at_work == NULL)
		handle_drop(file->handle);
	file->is_busy = true;
	handle_submit(file->handle);
	error = odeon_offload(self, file->options.pool, file_operation, at_work, ODEON_NEVER, ODEON_THEN(self, file, turn, at_work));
	if (error != 0)
		settle_refusal(self, file, error);
}

/* ---- the marks ----------------------------------------------------------------------------------------------------------------------- */

static void look_at_marks(odeon_self *self, struct file *file)
{
	bool passes = file->is_high ? file->load <= file->options.low_water : file->load >= file->options.high_water;
	struct odeon_unwritten *news;

	if (!passes || !file->is_open || file->is_ending || !news_are_told(&file->news))
		return;
	file->is_high = !file->is_high;
	news = odeon_new(odeon_unwritten, .who = odeon_self_ref(self), .bytes = file->load, .is_high = file->is_high);
	if (news != NULL)
		news_tell(self, &file->news, news);
	else
		file_end(file, ODEON_ENOMEM, 0, "no memory to tell how much waits to be written");
}

static void drive(odeon_self *self, struct file *file)
{
	if (file->is_finished) {
		if (news_are_told(&file->news))
			odeon_exit(self);
		return;
	}
	look_at_marks(self, file);
	if (!file->is_busy && orders_begin_next(self, file))
		submit(self, file);
	else if (file->is_closed && file->last != NULL) {
		(void)odeon_send(self, odeon_self_ref(self), file->last);
		file->last = NULL;
	}
}

ODEON_HANDLER(file, last)
{
	finish(self, file);
	drive(self, file);
}

ODEON_HANDLER(file, odeon_tick) { submit(self, file); }

ODEON_HANDLER(file, stir)
{
	news_stirred(self, &file->news, stir);
	drive(self, file);
}

ODEON_HANDLER(file, odeon_room)
{
	news_go_on(self, &file->news);
	drive(self, file);
}

/* ---- what it is told to do -------------------------------------------------------------------------------------------------------------- */

static void add_bytes(struct file *file, struct odeon_bytes *bytes)
{
	struct order *order = file->latest;
	size_t before;

	if (!file->is_ending && (order == NULL || order->what != OPERATION_WRITE || order->request != NULL)
	 && (order = orders_add(file, OPERATION_WRITE, NULL)) == NULL)
		file_end(file, ODEON_ENOMEM, 0, "no memory for what is to be written");
	if (file->is_ending) {
		chain_add(&file->late, bytes);
		return;
	}
	before = order->chain.load;
	chain_add(&order->chain, bytes);
	file->load += order->chain.load - before;
}

ODEON_HANDLER(file, odeon_bytes)
{
	bool is_too_much = file->load >= file->options.write_most;

	add_bytes(file, odeon_keep(self, odeon_bytes));
	if (is_too_much && !file->is_ending)
		file_end(file, ODEON_EFULL, 0, "too much waits to be written");
	drive(self, file);
}

/* The request is kept, or answered. NULL: that. */
static struct order *ask(odeon_self *self, struct file *file, enum operation what, void *request)
{
	struct order *order = file->is_ending ? NULL : orders_add(file, what, request);

	if (order == NULL)
		(void)odeon_reply_error(self, file->is_ending ? ODEON_EGONE : ODEON_ENOMEM);
	else
		order->request = odeon_keep(self, request);
	return order;
}

ODEON_HANDLER(file, odeon_file_look)
{
	(void)ask(self, file, OPERATION_LOOK, odeon_file_look);
	drive(self, file);
}

ODEON_HANDLER(file, odeon_file_sync)
{
	(void)ask(self, file, odeon_file_sync->is_data_only ? OPERATION_SYNC_DATA : OPERATION_SYNC, odeon_file_sync);
	drive(self, file);
}

ODEON_HANDLER(file, odeon_file_read_at)
{
	const struct odeon_file_read_at wanted = *odeon_file_read_at;
	struct order *order;

	if (wanted.length > ODEON_MESSAGE_BYTES_MOST / 2 || wanted.offset > INT64_MAX - wanted.length) {
		(void)odeon_reply_error(self, ODEON_EINVAL);
		return;
	}
	order = ask(self, file, OPERATION_READ, odeon_file_read_at);
	if (order != NULL) {
		order->offset = wanted.offset;
		order->length = wanted.length;
	}
	drive(self, file);
}

ODEON_HANDLER(file, odeon_file_write_at)
{
	struct odeon_file_write_at *request = odeon_file_write_at;
	struct order *order;

	if (request->offset > INT64_MAX) {
		(void)odeon_reply_error(self, ODEON_EINVAL);
		return;
	}
	order = ask(self, file, OPERATION_WRITE, request);
	if (order != NULL) {
		request = order->request;
		order->offset = request->offset;
		if (request->bytes != NULL)
			chain_add(&order->chain, request->bytes);
		request->bytes = NULL;
	}
	drive(self, file);
}

ODEON_HANDLER(file, odeon_read)
{
	file->credit = credit_after(file->credit, odeon_read->count);
	drive(self, file);
}

ODEON_HANDLER(file, odeon_file_seek) { file->read_at = odeon_file_seek->offset; }

ODEON_HANDLER(file, odeon_close)
{
	file->is_ending = true;
	file->is_breaking |= odeon_close->resets != 0;
	drive(self, file);
}

ODEON_HANDLER(file, odeon_give)
{
	int error = news_give(self, &file->news, odeon_give->to);

	file->is_given = true;
	if (error != 0)
		file_end(file, error, 0, "it was given to nobody, or without memory");
	drive(self, file);
}

ODEON_HANDLER(file, odeon_down)
{
	if (news_owner_ended(&file->news, odeon_down))
		file->is_ending = true;
	drive(self, file);
}

/* ---- begun and stopped --------------------------------------------------------------------------------------------------------------- */

struct opening { struct handle *handle; const odeon_file_options *options; odeon_ref owner; };

static void free_laid_by(struct file *file)
{
	odeon_free(file->opened);
	odeon_free(file->disconnected);
	odeon_free(file->last);
}

/* The handle is taken when it has begun. */
ODEON_START(file, opening)
{
	int error = odeon_bound(self, NULL);    /* whatever the system's options say: write_most is its bound */

	file->opened = odeon_new(odeon_file_opened, .who = odeon_self_ref(self));
	file->disconnected = odeon_new(odeon_disconnected, .who = odeon_self_ref(self), .text = "");
	file->last = odeon_new(last);
	if (error == 0 && (file->opened == NULL || file->disconnected == NULL || file->last == NULL))
		error = ODEON_ENOMEM;
	if (error == 0)
		error = news_open(self, &file->news, opening->owner);
	if (error != 0) {
		free_laid_by(file);
		return error;
	}
	file->handle = opening->handle;
	file->options = *opening->options;
	file->read_at = file->write_at = file->options.offset;
	file->credit = file->options.credit;
	news_look_again(self, &file->news);     /* and begin */
	return 0;
}

/* All that is left, here and now. */
static void do_the_rest(odeon_self *self, struct file *file)
{
	if (file->is_busy && !file->handle->has_run)
		handle_perform(file->handle);
	if (file->is_busy)
		orders_settle(self, file);
	file->is_ending = true;
	while (orders_begin_next(self, file)) {
		handle_perform(file->handle);
		orders_settle(self, file);
	}
}

ODEON_STOP(file)
{
	bool is_at_rest = handle_take_back(file->handle, reason->code == 0);

	if (!file->is_finished && reason->code == 0)
		do_the_rest(self, file);
	else if (!file->is_finished)
		file_end(file, reason->code, 0, reason->code < 0 ? odeon_error_text(reason->code) : "");
	if (!file->is_finished) {
		orders_collect(self, file, is_at_rest);
		news_tell(self, &file->news, file->disconnected);
		file->disconnected = NULL;
	}
	news_close(self, &file->news);
	odeon_free(chain_take(&file->late));
	free_laid_by(file);
	handle_drop(file->handle);
}

ODEON_HANDLERS(file_handlers, ODEON_ON(file, odeon_bytes), ODEON_ON(file, odeon_read), ODEON_ON(file, odeon_file_read_at),
	ODEON_ON(file, odeon_file_write_at), ODEON_ON(file, odeon_file_sync), ODEON_ON(file, odeon_file_look),
	ODEON_ON(file, odeon_file_seek), ODEON_ON(file, odeon_give), ODEON_ON(file, odeon_close), ODEON_ON(file, odeon_down),
	ODEON_ON(file, odeon_room), ODEON_ON(file, odeon_tick), ODEON_ON(file, stir), ODEON_ON(file, last));
ODEON_KIND(file, file_handlers, .start = ODEON_STARTS(file), .stop = ODEON_STOPS(file));

/* ---- opened ---------------------------------------------------------------------------------------------------------------------------- */

static int look_over(const odeon_file_options *options, odeon_file_options *all)
{
	if (options != NULL && options->bytes != 0 && options->bytes != sizeof *options)
		return ODEON_EVERSION;
	*all = options != NULL ? *options : (odeon_file_options){ 0 };
	if (all->read_bytes > ODEON_MESSAGE_BYTES_MOST / 2 || all->offset > INT64_MAX / 2)
		return ODEON_EINVAL;
	if (all->low_water > 0 && all->low_water >= all->high_water)
		return ODEON_EINVAL;
	all->mode = all->mode != 0 ? all->mode : 0666;
	all->read_bytes = all->read_bytes != 0 ? all->read_bytes : READ_BYTES;
	all->high_water = all->high_water != 0 ? all->high_water : HIGH_WATER;
	all->low_water = all->low_water != 0 ? all->low_water : all->high_water / 4;
	all->write_most = all->write_most != 0 ? all->write_most : WRITE_MOST;
	return 0;
}

int odeon_file_open(odeon_system *system, const char *path, odeon_ref owner, const odeon_file_options *options, odeon_ref *file)
{
	odeon_file_options all;
	struct opening opening = { .options = &all, .owner = owner };
	int error = look_over(options, &all);

	if (file != NULL)
		*file = ODEON_NOBODY;
	if (error == 0 && (system == NULL || path == NULL || odeon_ref_is_nobody(owner)))
		error = ODEON_EINVAL;
	if (error == 0 && (opening.handle = handle_new(path, &all)) == NULL)
		error = ODEON_ENOMEM;
	if (error != 0)
		return error;
	error = odeon_system_spawn(system, &file_kind, &opening, file);
	if (error != 0)
		handle_drop(opening.handle);
	return error;
}
