/* SPDX-License-Identifier: BSD-2-Clause */
/* orders - what a file was asked for: added, begun, settled, given up */
#include "errors.h"
#include "file.h"

#include <stdlib.h>

#define READ_BLINDLY 4096u                      /* where a file should have no more */

/* ---- added, and given up ---------------------------------------------------------------------------------------------------- */

struct order *orders_add(struct file *file, enum operation what, void *request)
{
	struct order *order = calloc(1, sizeof *order);

	if (order == NULL)
		return NULL;
	order->what = what;
	order->request = request;
	if (file->latest != NULL)
		file->latest->next = order;
	else
		file->first = order;
	file->latest = order;
	return order;
}

static void answer(odeon_self *self, struct order *order, void *message, int error)
{
	if (order->request == NULL)
		return;
	if (message != NULL)
		(void)odeon_reply_to(self, order->request, message);
	else
		(void)odeon_reply_error_to(self, order->request, error);
}

static void free_order(struct order *order)
{
	if (order == NULL)
		return;
	odeon_free(order->request);
	odeon_free(chain_take(&order->chain));
	free(order);
}

static struct order *take_order(struct file *file)
{
	struct order *order = file->first;

	file->first = order->next;
	if (file->first == NULL)
		file->latest = NULL;
	return order;
}

/* The rest of what was under way comes first. */
void orders_collect(odeon_self *self, struct file *file, bool has_handle)
{
	struct odeon_disconnected *news = file->disconnected;
	int error = news->error != 0 ? news->error : ODEON_EGONE;
	struct chain all = { 0 };

	if (has_handle && file->order != NULL && file->order->request == NULL)
		chain_join(&all, &file->handle->chain);
	if (file->order != NULL)
		answer(self, file->order, NULL, error);
	free_order(file->order);
	file->order = NULL;
	while (file->first != NULL) {
		struct order *order = take_order(file);

		if (order->request == NULL)
			chain_join(&all, &order->chain);
		answer(self, order, NULL, error);
		free_order(order);
	}
	chain_join(&all, &file->late);
	news->read = file->read;
	news->written = file->written;
	news->unwritten_bytes = all.length;
	news->unwritten = chain_take(&all);
}

/* ---- what came of it --------------------------------------------------------------------------------------------------------------- */

static void settle_open(odeon_self *self, struct file *file)
{
	struct odeon_file_opened *opened = file->opened;

	file->opened = NULL;
	file->is_open = true;
	file->size = file->handle->facts.size;
	opened->facts = file->handle->facts;
	if (file->is_given || file->handle->system_error != 0)
		odeon_free(opened);
	else
		news_tell(self, &file->news, opened);
}

/* The end of the file is told once for each credit that met it. */
static void tell_end_of_file(odeon_self *self, struct file *file)
{
	struct odeon_read_end *news = odeon_new(odeon_read_end, .who = odeon_self_ref(self));

	file->credit = 0;
	if (news != NULL)
		news_tell(self, &file->news, news);
	else
		file_end(file, ODEON_ENOMEM, 0, "no memory to tell of the end of the file");
}

/* Without an order: for the owner. */
static void settle_read(odeon_self *self, struct file *file)
{
	struct odeon_bytes *bytes = file->handle->bytes;

	file->handle->bytes = NULL;
	if (file->handle->system_error != 0 || file->is_ending || bytes->length == 0) {
		if (file->handle->system_error == 0 && !file->is_ending)
			tell_end_of_file(self, file);
		odeon_free(bytes);
		return;
	}
	file->read_at = file->handle->offset + bytes->length;
	file->read += bytes->length;
	file->size = file->read_at > file->size ? UINT64_MAX : file->size;      /* it is no guide any more */
	if (file->credit != ODEON_READ_ALWAYS)
		file->credit -= file->credit > 0;
	news_tell(self, &file->news, bytes);
}

static void *facts_of(const struct file *file)
{
	struct odeon_file_facts *facts = odeon_new(odeon_file_facts);

	if (facts != NULL)
		*facts = file->handle->facts;
	return facts;
}

/* When it failed all is answered at the end, the rest of what was to be written stays in the handle. */
static void settle_order(odeon_self *self, struct file *file)
{
	struct order *order = file->order;
	void *bytes = file->handle->bytes;

	if (order->what == OPERATION_WRITE && order->request == NULL) {
		file->written += file->handle->done;
		file->write_at += file->handle->done;
		file->load -= file->load_under_way;
	}
	file->handle->bytes = NULL;
	if (file->handle->system_error != 0) {
		odeon_free(bytes);
		return;
	}
	answer(self, order, order->what == OPERATION_READ ? bytes : order->request != NULL ? facts_of(file) : NULL, ODEON_ENOMEM);
	free_order(order);
	file->order = NULL;
}

static void fail(struct file *file, int system_error)
{
	file_end(file, error_of(-system_error), system_error, error_text_of(-system_error));
}

void orders_settle(odeon_self *self, struct file *file)
{
	file->is_busy = false;
	if (file->handle->what == OPERATION_CLOSE)
		file->is_closed = true;
	else if (file->order != NULL)
		settle_order(self, file);
	else if (file->handle->what == OPERATION_OPEN)
		settle_open(self, file);
	else
		settle_read(self, file);
	if (file->handle->system_error != 0)
		fail(file, file->handle->system_error);
}

/* ---- what is next -------------------------------------------------------------------------------------------------------------------- */

static bool begin_order(odeon_self *self, struct file *file)
{
	struct handle *handle = file->handle;
	struct order *order = take_order(file);

	if (order->what == OPERATION_READ && (handle->bytes = odeon_bytes_new(order->length)) == NULL) {
		answer(self, order, NULL, ODEON_ENOMEM);
		free_order(order);
		return false;
	}
	file->order = order;
	file->load_under_way = order->chain.load;
	handle->what = order->what;
	handle->offset = order->what == OPERATION_WRITE && order->request == NULL ? file->write_at : order->offset;
	chain_join(&handle->chain, &order->chain);
	return true;
}

static size_t room_of(const struct file *file)
{
	size_t most = file->options.read_bytes;
	uint64_t left = file->size > file->read_at ? file->size - file->read_at : READ_BLINDLY;

	return left < most ? (size_t)left : most;
}

static bool begin_read(struct file *file)
{
	file->handle->bytes = odeon_bytes_new(room_of(file));
	if (file->handle->bytes == NULL) {
		file_end(file, ODEON_ENOMEM, 0, "no memory to read into");
		return false;
	}
	file->handle->what = OPERATION_READ;
	file->handle->offset = file->read_at;
	return true;
}

static bool begin(struct file *file, enum operation what)
{
	file->handle->what = what;
	return true;
}

bool orders_begin_next(odeon_self *self, struct file *file)
{
	if (!file->is_open && !file->is_breaking)
		return begin(file, OPERATION_OPEN);
	while (file->first != NULL && !file->is_breaking)
		if (begin_order(self, file))
			return true;
	if (!file->is_ending && file->credit > 0 && news_are_told(&file->news) && begin_read(file))
		return true;
	return file->is_ending && !file->is_closed && begin(file, OPERATION_CLOSE);
}
