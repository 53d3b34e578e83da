/* SPDX-License-Identifier: BSD-2-Clause */
/* http_file - opened, read, and poured */
#include "http_file.h"
#include "http_cached.h"
#include <errno.h>
#include <fcntl.h>
#include <odeon/failure.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ODEON_MESSAGE_DEFINE(http_file_name);
ODEON_MESSAGE_DEFINE_DROP(http_file)
{
	odeon_free(http_file->bytes);
	if (http_file->descriptor >= 0)
		(void)close(http_file->descriptor);
}

/* ---- on a thread of the pool ----------------------------------------------------------------------------------------------------- */

/* The next segment is entered; at is closed. What is no folder, or a link to one, is not there. */
static int enter(int at, char *segment)
{
	int next = openat(at, segment, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);

	(void)close(at);
	return next;
}

/* Below the folder whatever others do to it meanwhile: no name is looked up that has a link in it. */
static int open_below(struct http_file_name *wanted)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, at, descriptor, error;
	char *name = wanted->name, *slash;

	at = open(wanted->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!wanted->follows_links) {
		for (flags |= O_NOFOLLOW; at >= 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
			*slash = '\0';
			at = enter(at, name);
		}
	}
	if (at < 0)
		return -1;
	descriptor = openat(at, *name != '\0' ? name : ".", flags);
	error = errno;
	(void)close(at);
	errno = error;
	return descriptor;
}

bool http_file_is_hidden(const char *name)
{
	return name[0] == '.' || strstr(name, "/.") != NULL;
}

/* A link that is not followed, a pipe, a device: not there. */
int http_file_look(struct http_file *file)
{
	struct stat facts;

	if (fstat(file->descriptor, &facts) != 0)
		return errno;
	file->is_folder = S_ISDIR(facts.st_mode);
	file->size = file->left = (uint64_t)facts.st_size;
	file->number = facts.st_ino;
	file->changed = (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec;
	return S_ISDIR(facts.st_mode) || S_ISREG(facts.st_mode) ? 0 : ENOENT;
}

void http_file_took(struct http_file *file, struct odeon_bytes *bytes)
{
	file->bytes = bytes;
	file->at += bytes->length;
	file->left -= bytes->length;
}

/* The next piece, all of it. Answers 0, or the error: also when the file has become shorter. */
static int read_piece(struct http_file *file)
{
	size_t length = file->left < HTTP_FILE_PIECE ? (size_t)file->left : HTTP_FILE_PIECE;
	struct odeon_bytes *bytes = odeon_bytes_new(length);

	if (bytes == NULL)
		return ENOMEM;
	while (bytes->length < length) {
		ssize_t some = pread(file->descriptor, bytes->data + bytes->length, length - bytes->length, (off_t)(file->at + bytes->length));

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0) {
			odeon_free(bytes);
			return some == 0 ? ENODATA : errno;
		}
		bytes->length += (size_t)some;
	}
	http_file_took(file, bytes);
	return 0;
}

ODEON_BLOCKING(open_file, http_file_name, http_file)
{
	struct http_file *file = odeon_new(http_file, .descriptor = -1, .system_error = ENOENT,
	                                   .may_be_cached = http_file_name->may_be_cached);

	if (file == NULL || http_file_is_hidden(http_file_name->name))
		return file;
	file->descriptor = open_below(http_file_name);
	file->system_error = file->descriptor >= 0 ? http_file_look(file) : errno;
	if (file->system_error == 0 && !file->is_folder && http_file_name->reads && file->left > 0)
		file->system_error = read_piece(file);
	return file;
}

ODEON_BLOCKING(read_file, http_file, http_file)
{
	http_file->system_error = read_piece(http_file);
	return http_file;
}

int http_file_open(odeon_self *self, odeon_ref pool, struct http_file_name *name, odeon_time until, odeon_then *then)
{
	return odeon_offload(self, pool, open_file, name, until, then);
}

/* ---- a source -------------------------------------------------------------------------------------------------------------------- */

struct http_pouring_argument { struct http_file *file; const struct http_parts *parts; odeon_ref pool; };
struct http_pouring {
	struct http_file *file;
	odeon_ref pool, owner;
	uint32_t credit;
	unsigned next;                                  /* part; the one behind the last is the end of them */
	struct http_parts parts;                        /* none: the file's `left` bytes */
};
struct piece { char unused; };

static void pour(odeon_self *self, struct http_pouring *pouring);

ODEON_ANSWER(http_pouring, piece, http_file)
{
	if (http_file == NULL || http_file->system_error != 0) {
		odeon_exit(self);                       /* before the end: so the owner knows that this is not all */
		return;
	}
	http_pouring->file = odeon_keep(self, http_file);
	pour(self, http_pouring);
}

static void give(odeon_self *self, struct http_pouring *pouring)
{
	struct odeon_bytes *bytes = pouring->file->bytes;

	pouring->file->bytes = NULL;
	pouring->credit--;
	(void)odeon_send(self, pouring->owner, bytes);
}

/* What stands before the next part, if there is one, or behind the last. False: no memory. */
static bool begin_part(struct http_pouring *pouring)
{
	const struct http_parts *parts = &pouring->parts;
	struct http_file *file = pouring->file;
	struct http_paper paper = { NULL, 0, 0 };

	http_parts_put(parts, pouring->next, &paper);
	file->bytes = odeon_bytes_new(paper.used);
	if (file->bytes == NULL)
		return false;
	paper = (struct http_paper){ (char *)file->bytes->data, paper.used, 0 };
	http_parts_put(parts, pouring->next, &paper);
	file->bytes->length = paper.used;
	if (pouring->next < parts->ranges.count) {
		file->at = parts->ranges.range[pouring->next].first;
		file->left = parts->ranges.range[pouring->next].bytes;
	}
	pouring->next++;
	return true;
}

static bool has_part(const struct http_pouring *pouring)
{
	return pouring->parts.ranges.count > 0 && pouring->next <= pouring->parts.ranges.count;
}

/* What was read, what stands before a part, or what is in memory. False: nothing without waiting, or there is no memory for it. */
static bool has_next(struct http_pouring *pouring, bool *is_broken)
{
	struct http_file *file = pouring->file;

	if (file->bytes != NULL)
		return true;
	if (file->left > 0)
		return file->may_be_cached && http_cached_read(file);
	if (!has_part(pouring))
		return false;
	*is_broken = !begin_part(pouring);
	return !*is_broken;
}

/* While a thread has the file, there is none here. */
static void pour(odeon_self *self, struct http_pouring *pouring)
{
	struct http_file *file = pouring->file;
	bool is_broken = false;

	if (file == NULL)
		return;
	while (pouring->credit > 0 && has_next(pouring, &is_broken))
		give(self, pouring);
	if (is_broken) {
		odeon_exit(self);
		return;
	}
	if (pouring->credit == 0)
		return;
	if (file->left == 0) {
		pouring->credit = 0;
		if (odeon_send(self, pouring->owner, odeon_new(odeon_read_end, .who = odeon_self_ref(self))) == ODEON_ENOMEM)
			odeon_exit(self);
		return;
	}
	pouring->file = NULL;
	if (odeon_offload(self, pouring->pool, read_file, file, ODEON_NEVER, ODEON_THEN(self, http_pouring, piece, http_file)) != 0)
		odeon_exit(self);
}

ODEON_HANDLER(http_pouring, odeon_read)
{
	http_pouring->credit += odeon_read->count;
	pour(self, http_pouring);
}

ODEON_HANDLER(http_pouring, odeon_give)
{
	http_pouring->owner = odeon_give->to;
	if (odeon_monitor(self, odeon_give->to) != 0)
		odeon_exit(self);
}

ODEON_HANDLER(http_pouring, odeon_close) { odeon_exit(self); }
ODEON_HANDLER(http_pouring, odeon_down) { odeon_exit(self); }

ODEON_START(http_pouring, http_pouring_argument)
{
	http_pouring->file = http_pouring_argument->file;
	http_pouring->pool = http_pouring_argument->pool;
	if (http_pouring_argument->parts != NULL)
		http_pouring->parts = *http_pouring_argument->parts;
	return odeon_bound(self, NULL);
}

ODEON_STOP(http_pouring) { odeon_free(http_pouring->file); }

ODEON_HANDLERS(http_pouring_handlers, ODEON_ON(http_pouring, odeon_read), ODEON_ON(http_pouring, odeon_give),
	ODEON_ON(http_pouring, odeon_close), ODEON_ON(http_pouring, odeon_down));
ODEON_KIND(http_pouring, http_pouring_handlers, .start = ODEON_STARTS(http_pouring), .stop = ODEON_STOPS(http_pouring));

int http_file_pour(odeon_self *self, struct http_file *file, const struct http_parts *parts, odeon_ref pool, odeon_ref *source)
{
	struct http_pouring_argument argument = { file, parts, pool };

	return odeon_spawn_pinned(self, &http_pouring_kind, &argument, ODEON_WORKER_HERE, source);
}
