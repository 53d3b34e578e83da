/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the two is here, nobody else knows. Their calls have the same shapes, so that only the names differ. */
#include "http_library.h"
#include <string.h>

#if __has_include(<llhttp.h>)

#include <llhttp.h>

typedef llhttp_t parser;
typedef llhttp_settings_t settings;

static void begin(parser *parser, const settings *settings, int kind) { llhttp_init(parser, (llhttp_type_t)kind, settings); }
static uint64_t chunk_bytes(const parser *parser) { return parser->content_length; }
static const char *method_of(const parser *parser) { return llhttp_method_name((llhttp_method_t)parser->method); }

static bool feed(parser *parser, const settings *settings, struct http_text bytes)
{
	llhttp_errno_t error = llhttp_execute(parser, bytes.at, bytes.bytes);

	(void)settings;
	return error == HPE_OK || error == HPE_PAUSED_UPGRADE;
}

#else

#include <http_parser.h>

typedef struct http_parser parser;
typedef struct http_parser_settings settings;

static uint64_t chunk_bytes(const parser *parser) { return parser->content_length; }
static const char *method_of(const parser *parser) { return http_method_str((enum http_method)parser->method); }

static void begin(parser *parser, const settings *settings, int kind)
{
	(void)settings;
	http_parser_init(parser, (enum http_parser_type)kind);
}

static bool feed(parser *parser, const settings *settings, struct http_text bytes)
{
	return http_parser_execute(parser, settings, bytes.at, bytes.bytes) == bytes.bytes && parser->http_errno == HPE_OK;
}

#endif

_Static_assert(sizeof(parser) <= sizeof((struct http_library *)0)->state, "the library's struct has grown");

static struct http_library *library_of(parser *parser) { return parser->data; }

#define TELL_TEXT(event) \
	static int tell_##event(parser *parser, const char *at, size_t bytes) \
	{ \
		struct http_library *library = library_of(parser); \
		\
		library->listener->on_##event(library->owner, (struct http_text){ at, bytes }); \
		return 0; \
	}
TELL_TEXT(target)
TELL_TEXT(name)
TELL_TEXT(value)
TELL_TEXT(body)

static int tell_chunk(parser *parser)
{
	struct http_library *library = library_of(parser);

	library->listener->on_chunk(library->owner, chunk_bytes(parser));
	return 0;
}

/* 1: no body comes, whatever the head says of its length. */
static int tell_head(parser *parser)
{
	unsigned code = parser->type == HTTP_RESPONSE ? parser->status_code : 0;

	return code != 0 && (library_of(parser)->is_for_head || code / 100 == 1 || code == 204 || code == 304);
}

static int tell_end(parser *parser)
{
	struct http_library *library = library_of(parser);

	library->listener->on_end(library->owner);
	return 0;
}

static const settings all = {
	.on_url = tell_target,
	.on_header_field = tell_name,
	.on_header_value = tell_value,
	.on_headers_complete = tell_head,
	.on_body = tell_body,
	.on_chunk_header = tell_chunk,
	.on_message_complete = tell_end
};

static void begin_any(struct http_library *library, const struct http_listener *listener, void *owner, int kind)
{
	parser *parser = (void *)library->state;

	library->listener = listener;
	library->owner = owner;
	memset(library->state, 0, sizeof library->state);
	begin(parser, &all, kind);
	parser->data = library;
}

void http_library_begin(struct http_library *library, const struct http_listener *listener, void *owner)
{
	begin_any(library, listener, owner, HTTP_REQUEST);
}

void http_library_begin_answer(struct http_library *library, const struct http_listener *listener, void *owner, bool is_for_head)
{
	library->is_for_head = is_for_head;
	begin_any(library, listener, owner, HTTP_RESPONSE);
}

bool http_library_feed(struct http_library *library, struct http_text bytes)
{
	return bytes.bytes == 0 || feed((void *)library->state, &all, bytes);
}

const char *http_library_method(const struct http_library *library)
{
	return method_of((const void *)library->state);
}
