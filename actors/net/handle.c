/* SPDX-License-Identifier: BSD-2-Clause */
/* handle - what is done with a descriptor, by whoever may wait */
#include "handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUFFERS_MOST 64                         /* of one write */

struct handle *handle_new(const char *path, const odeon_file_options *options)
{
	struct handle *handle = calloc(1, sizeof *handle);

	if (handle == NULL)
		return NULL;
	handle->path = malloc(strlen(path) + 1);
	if (handle->path == NULL) {
		free(handle);
		return NULL;
	}
	memcpy(handle->path, path, strlen(path) + 1);
	pthread_mutex_init(&handle->lock, NULL);
	pthread_cond_init(&handle->is_done, NULL);
	handle->users = 1;
	handle->descriptor = -1;
	handle->flags = options->flags;
	handle->mode = options->mode;
	return handle;
}

struct handle *handle_share(struct handle *handle)
{
	pthread_mutex_lock(&handle->lock);
	handle->users++;
	pthread_mutex_unlock(&handle->lock);
	return handle;
}

void handle_drop(struct handle *handle)
{
	unsigned left;

	pthread_mutex_lock(&handle->lock);
	left = --handle->users;
	pthread_mutex_unlock(&handle->lock);
	if (left > 0)
		return;
	if (handle->descriptor >= 0)
		(void)close(handle->descriptor);
	odeon_free(handle->bytes);
	odeon_free(chain_take(&handle->chain));
	pthread_cond_destroy(&handle->is_done);
	pthread_mutex_destroy(&handle->lock);
	free(handle->path);
	free(handle);
}

/* ---- handing over ------------------------------------------------------------------------------------------------------------ */

void handle_submit(struct handle *handle)
{
	pthread_mutex_lock(&handle->lock);
	handle->progress = SUBMITTED;
	handle->has_run = false;
	pthread_mutex_unlock(&handle->lock);
}

void handle_run(struct handle *handle)
{
	bool is_wanted;

	pthread_mutex_lock(&handle->lock);
	is_wanted = handle->progress == SUBMITTED;
	if (is_wanted)
		handle->progress = RUNNING;
	pthread_mutex_unlock(&handle->lock);
	if (!is_wanted)
		return;
	handle_perform(handle);
	pthread_mutex_lock(&handle->lock);
	handle->progress = AT_REST;
	handle->has_run = true;
	pthread_cond_broadcast(&handle->is_done);
	pthread_mutex_unlock(&handle->lock);
}

bool handle_take_back(struct handle *handle, bool waits)
{
	bool is_at_rest;

	pthread_mutex_lock(&handle->lock);
	if (handle->progress == SUBMITTED)
		handle->progress = AT_REST;
	while (waits && handle->progress == RUNNING)
		pthread_cond_wait(&handle->is_done, &handle->lock);
	is_at_rest = handle->progress == AT_REST;
	pthread_mutex_unlock(&handle->lock);
	return is_at_rest;
}

/* ---- operations ---------------------------------------------------------------------------------------------------------------- */

static int look(struct handle *handle)
{
	struct stat now;

	if (fstat(handle->descriptor, &now) != 0)
		return errno;
	handle->facts = (struct odeon_file_facts){
		.size = (uint64_t)now.st_size,
		.changed = (int64_t)now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec,
		.device = now.st_dev, .number = now.st_ino, .mode = now.st_mode,
	};
	return 0;
}

/* What would hold up who reads it. */
static int refuse_no_files(const struct handle *handle)
{
	mode_t mode = handle->facts.mode;

	if (S_ISDIR(mode))
		return EISDIR;
	return S_ISFIFO(mode) || S_ISSOCK(mode) || isatty(handle->descriptor) ? ENOTSUP : 0;
}

/* It does not wait for the other side of a pipe. A mode where none is needed does no harm. */
static int open_path(struct handle *handle)
{
	int error;

	do
		handle->descriptor = open(handle->path, handle->flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, (mode_t)handle->mode);
	while (handle->descriptor < 0 && errno == EINTR);
	if (handle->descriptor < 0)
		return errno == ENXIO ? ENOTSUP : errno;        /* a pipe that nobody reads, or a socket */
	error = look(handle);
	return error != 0 ? error : refuse_no_files(handle);
}

static int read_into(struct handle *handle)
{
	struct odeon_bytes *bytes = handle->bytes;

	while (handle->done < bytes->room) {
		ssize_t length = pread(handle->descriptor, bytes->data + handle->done, bytes->room - handle->done,
		                       (off_t)(handle->offset + handle->done));

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno;
		if (length == 0)
			break;
		handle->done += (size_t)length;
	}
	bytes->length = handle->done;
	return 0;
}

static int gather(const struct odeon_bytes *bytes, struct iovec buffers[BUFFERS_MOST])
{
	int count = 0;

	for (; bytes != NULL && count < BUFFERS_MOST; bytes = bytes->next)
		if (bytes->length > 0)
			buffers[count++] = (struct iovec){ .iov_base = bytes->data, .iov_len = bytes->length };
	return count;
}

/* What was written is gone from the chain. */
static int write_out(struct handle *handle)
{
	struct iovec buffers[BUFFERS_MOST];

	while (chain_advance(&handle->chain, 0), handle->chain.first != NULL) {
		ssize_t length = pwritev(handle->descriptor, buffers, gather(handle->chain.first, buffers),
		                         (off_t)(handle->offset + handle->done));

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? errno : EIO;
		handle->done += (size_t)length;
		chain_advance(&handle->chain, (size_t)length);
	}
	return look(handle);
}

/* What cannot be synced, like a device, has nothing to lose. */
static int sync_out(struct handle *handle)
{
	int failed;

	do
		failed = handle->what == OPERATION_SYNC_DATA ? fdatasync(handle->descriptor) : fsync(handle->descriptor);
	while (failed != 0 && errno == EINTR);
	return failed == 0 || errno == EINVAL || errno == EROFS ? look(handle) : errno;
}

static int close_down(struct handle *handle)
{
	int descriptor = handle->descriptor;

	handle->descriptor = -1;
	return descriptor < 0 || close(descriptor) == 0 || errno == EINTR ? 0 : errno;
}

void handle_perform(struct handle *handle)
{
	static int (*const operations[])(struct handle *handle) = {
		[OPERATION_OPEN] = open_path, [OPERATION_READ] = read_into, [OPERATION_WRITE] = write_out,
		[OPERATION_SYNC] = sync_out, [OPERATION_SYNC_DATA] = sync_out, [OPERATION_LOOK] = look,
		[OPERATION_CLOSE] = close_down,
	};

	handle->done = 0;
	handle->system_error = operations[handle->what](handle);
}
