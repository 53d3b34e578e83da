/* SPDX-License-Identifier: BSD-2-Clause */
/* http_folder - requests for what is in a folder: conditions, ranges, and which answer that makes */
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "http_cached.h"
#include "http_date.h"
#include "http_file.h"
#include "http_range.h"
#include "http_session.h"
#include "http_type.h"

enum { LOCATION_MOST = 8192, NANOSECONDS = 1000000000 };

struct opening { odeon_http_duty duty; const odeon_http_folder *folder; };

/* ---- what is known of a file ----------------------------------------------------------------------------------------------------- */

struct facts {
	struct http_validators validators;
	char tag[64], date[HTTP_DATE_BYTES + 1];
	struct http_parts parts;                       /* several ranges, or the one */
	char parts_type[HTTP_PARTS_TYPE_BYTES];
	int status;
};

static bool has_parts(const struct facts *facts) { return facts->status == 206 && facts->parts.ranges.count > 1; }

static void describe(const struct http_file *file, struct facts *facts)
{
	int length = snprintf(facts->tag, sizeof facts->tag, "\"%llx-%llx-%llx\"", (unsigned long long)file->number,
	                      (unsigned long long)file->changed, (unsigned long long)file->size);

	facts->validators = (struct http_validators){
		.tag = { facts->tag, (size_t)length }, .has_date = true, .date = file->changed / NANOSECONDS
	};
	http_date_write(facts->date, facts->validators.date);
	facts->date[HTTP_DATE_BYTES] = '\0';
}

/* 200, 206, 304, 412 or 416. */
static void judge(const struct http_head *head, const struct http_file *file, struct facts *facts)
{
	int64_t now = (int64_t)time(NULL);

	facts->status = http_condition_judge(head, &facts->validators, now);
	if (facts->status == 0)
		facts->status = http_range_judge(head, &facts->validators, now, file->size, &facts->parts.ranges);
}

/* A boundary that is nowhere in the file. 0, or the error. */
static int describe_parts(const struct http_file *file, const char *type, struct facts *facts)
{
	unsigned char random[HTTP_BOUNDARY_BYTES / 2];

	facts->parts.whole = file->size;
	facts->parts.type = type;
	if (RAND_bytes(random, sizeof random) != 1)
		return ODEON_ESYSTEM;
	for (size_t i = 0; i < HTTP_BOUNDARY_BYTES; i++)
		facts->parts.boundary[i] = "0123456789abcdef"[random[i / 2] >> i % 2 * 4 & 15];
	http_parts_type(&facts->parts, facts->parts_type);
	return 0;
}

/* 0, or the error. */
static int put_fields(struct odeon_http_answer *answer, const struct http_file *file, const struct facts *facts)
{
	char range[HTTP_CONTENT_RANGE_BYTES_MOST + 1];
	int error = odeon_http_answer_field(answer, "ETag", facts->tag);

	if (error == 0)
		error = odeon_http_answer_field(answer, "Last-Modified", facts->date);
	if (error == 0 && facts->status == 200)
		error = odeon_http_answer_field(answer, "Accept-Ranges", "bytes");
	if (error == 0 && (facts->status == 206 || facts->status == 416) && !has_parts(facts)) {
		struct http_text text = http_range_write(range, facts->status, &facts->parts.ranges.range[0], file->size);

		range[text.bytes] = '\0';
		error = odeon_http_answer_field(answer, "Content-Range", range);
	}
	return error;
}

/* Its body's length is all that is wanted of it. */
static bool is_for_head(const struct opening *opening)
{
	return ((struct http_session *)opening->duty.inside_)->writer.is_for_head;
}

/* ---- answers --------------------------------------------------------------------------------------------------------------------- */

static void answer_status(odeon_self *self, odeon_http_duty duty, int status)
{
	(void)odeon_http_answer(self, duty, .status = status, .text = status == 404 ? "404 Not Found\n" : "the file is not to be had\n");
}

/* What was read already is all of it, or the beginning, or not what is wanted. The file is taken. 0, or the error. */
static int put_body(odeon_self *self, struct http_file *file, const struct opening *opening, const struct facts *facts,
                    struct odeon_http_answer *answer)
{
	const struct http_range *range = &facts->parts.ranges.range[0];
	const struct http_parts *parts = has_parts(facts) ? &facts->parts : NULL;
	int error;

	answer->source_bytes = parts != NULL ? http_parts_bytes(parts) : range->bytes;
	if (is_for_head(opening)) {
		odeon_free(file);
		return 0;
	}
	if (range->bytes == file->size && file->left == 0) {
		answer->body = file->bytes;
		file->bytes = NULL;
		odeon_free(file);
		return 0;
	}
	if (range->bytes != file->size) {
		odeon_free(file->bytes);
		file->bytes = NULL;
		file->at = range->first;
		file->left = parts != NULL ? 0 : range->bytes;
	}
	error = http_file_pour(self, file, parts, opening->folder->pool, &answer->source);
	if (error != 0)
		odeon_free(file);
	return error;
}

static const char *type_of(const struct opening *opening)
{
	const char *path = ((struct http_session *)opening->duty.inside_)->request.path;

	return http_type_of(path[strlen(path) - 1] == '/' ? opening->folder->index : path);
}

/* The file is taken. */
static void answer_file(odeon_self *self, const struct opening *opening, struct http_file *file)
{
	const struct http_session *session = opening->duty.inside_;
	struct odeon_http_answer answer = { .type = type_of(opening) };
	struct facts facts;
	int error;

	describe(file, &facts);
	judge(&session->reader.head, file, &facts);
	answer.status = facts.status;
	error = put_fields(&answer, file, &facts);
	if (error == 0 && has_parts(&facts)) {
		error = describe_parts(file, answer.type, &facts);
		answer.type = facts.parts_type;
	}
	if (error == 0 && (facts.status == 200 || facts.status == 206)) {
		error = put_body(self, file, opening, &facts, &answer);
	} else {
		odeon_free(file);
	}
	if (error == 0) {
		(void)odeon_http_answer_at(self, opening->duty, &answer);
		return;
	}
	odeon_free(answer.fields);
	answer_status(self, opening->duty, 503);
}

static bool stays(char c)
{
	char lower = http_lower(c);

	return (lower >= 'a' && lower <= 'z') || http_is_digit(c) || (c != '\0' && strchr("-._~/", c) != NULL);
}

/* To where its name ends with '/': links in it are below that then. */
static void answer_folder(odeon_self *self, odeon_http_duty duty)
{
	const char *path = ((struct http_session *)duty.inside_)->request.path;
	struct odeon_http_answer answer = { .status = 301, .text = "it is a folder\n" };
	char location[LOCATION_MOST];
	size_t used = 0;

	for (; *path != '\0' && used < sizeof location - 5; path++)
		if (stays(*path))
			location[used++] = *path;
		else
			used += (size_t)sprintf(location + used, "%%%02X", (unsigned)(unsigned char)*path);
	memcpy(location + used, "/", 2);
	if (*path != '\0' || location[used - 1] == '/' || odeon_http_answer_field(&answer, "Location", location) != 0)
		answer_status(self, duty, 404);
	else
		(void)odeon_http_answer_at(self, duty, &answer);
}

static int status_of(int system_error)
{
	switch (system_error) {
	case ENOENT: case ENOTDIR: case ELOOP: case ENAMETOOLONG: case ENXIO:
		return 404;
	case EACCES: case EPERM:
		return 403;
	default:
		return 503;
	}
}

/* The file is taken. */
static void answer_opened(odeon_self *self, const struct opening *opening, struct http_file *file)
{
	if (file->system_error == 0 && !file->is_folder) {
		answer_file(self, opening, file);
		return;
	}
	if (file->system_error != 0)
		answer_status(self, opening->duty, status_of(file->system_error));
	else
		answer_folder(self, opening->duty);
	odeon_free(file);
}

ODEON_ANSWER(odeon_http_session, opening, http_file)
{
	struct http_session *session = odeon_http_session->inside_;

	if (opening->duty.number_ != session->number || !http_exchange_is_owed(session))
		return;
	if (http_file == NULL)
		answer_status(self, opening->duty, error == ODEON_ETIMEDOUT ? 504 : 503);
	else
		answer_opened(self, opening, odeon_keep(self, http_file));
}

/* ---- asked ----------------------------------------------------------------------------------------------------------------------- */

/* Whether it is all wanted, as far as one can tell before the file is open. */
static bool is_plain(const struct odeon_http_request *request)
{
	return strcmp(request->method, "GET") == 0 && odeon_http_field(request, "Range") == NULL &&
	       odeon_http_field(request, "If-None-Match") == NULL && odeon_http_field(request, "If-Modified-Since") == NULL;
}

/* A folder's own pool is there to be used; and in a simulation nothing goes by what the system has in memory. */
static bool may_be_cached(odeon_self *self, const odeon_http_folder *folder)
{
	return odeon_ref_is_nobody(folder->pool) && odeon_system_poller_state(odeon_system_of(self)) == NULL;
}

/* The name is taken. */
static void open_and_answer(odeon_self *self, const struct opening *opening, struct http_file_name *name, odeon_time until)
{
	struct http_file *file = name != NULL && name->may_be_cached ? http_cached_open(name) : NULL;

	if (file != NULL) {
		odeon_free(name);
		answer_opened(self, opening, file);
	} else if (http_file_open(self, opening->folder->pool, name, until,
	                          ODEON_THEN(self, odeon_http_session, opening, http_file, .duty = opening->duty, .folder = opening->folder)) != 0)
		answer_status(self, opening->duty, 503);
}

void odeon_http_files(odeon_self *self, struct odeon_http_request *request)
{
	const odeon_http_folder *folder = request->argument;
	const char *path = odeon_http_parameter(request, "path");
	size_t length = path != NULL ? strlen(path) : 0;
	const struct http_session *session = request->duty.inside_;
	struct http_file_name *name;
	const char *index;

	if (folder == NULL || folder->bytes != sizeof *folder || folder->path == NULL || path == NULL) {
		(void)odeon_http_answer(self, request->duty, .status = 500, .text = "this route has no folder, or no *path\n");
		return;
	}
	index = folder->index != NULL && (length == 0 || path[length - 1] == '/') ? folder->index : "";
	name = odeon_new_sized(http_file_name, length + strlen(index) + 1, .folder = folder->path,
	                       .follows_links = folder->follows_links, .reads = is_plain(request),
	                       .may_be_cached = may_be_cached(self, folder));
	if (name != NULL)
		sprintf(name->name, "%s%s", path, index);
	open_and_answer(self, &(struct opening){ request->duty, folder }, name, odeon_deadline(self, session->route->within));
}
