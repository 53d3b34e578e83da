/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_fetch.h"
#include "http_fields.h"
#include "http_request.h"
#include <string.h>

ODEON_MESSAGE_DEFINE_DROP(odeon_http_fetch)
{
	odeon_free(odeon_http_fetch->body);
	odeon_free(odeon_http_fetch->fields);
}
ODEON_MESSAGE_DEFINE_DROP(odeon_http_fetched) { odeon_free(odeon_http_fetched->body); }

/* ---- what is asked for ------------------------------------------------------------------------------------------------------- */

struct odeon_http_fetch *odeon_http_fetch_new(const char *method, const char *url)
{
	size_t method_bytes = method != NULL ? strlen(method) + 1 : 0, url_bytes = url != NULL ? strlen(url) + 1 : 0;
	struct odeon_http_fetch *fetch = url != NULL ? odeon_new_sized(odeon_http_fetch, method_bytes + url_bytes) : NULL;

	if (fetch == NULL)
		return NULL;
	fetch->url = memcpy(fetch + 1, url, url_bytes);
	if (method != NULL)
		fetch->method = memcpy((char *)(fetch + 1) + url_bytes, method, method_bytes);
	return fetch;
}

int odeon_http_fetch_field(struct odeon_http_fetch *fetch, const char *name, const char *value)
{
	if (name != NULL && http_text_matches(http_text_of(name), HTTP_TEXT("host")))
		return ODEON_EINVAL;
	return http_fields_add(&fetch->fields, name, value);
}

static struct http_text method_of(const struct odeon_http_fetch *fetch)
{
	return fetch->method != NULL ? http_text_of(fetch->method) : HTTP_TEXT("GET");
}

static bool is_method(struct http_text method)
{
	for (size_t i = 0; i < method.bytes; i++)
		if (!http_is_token(method.at[i]))
			return false;
	return method.bytes > 0 && method.bytes <= HTTP_METHOD_BYTES_MOST && !http_text_is(method, HTTP_TEXT("CONNECT"));
}

bool http_fetch_may_be(const struct odeon_http_fetch *fetch, struct http_url *url)
{
	struct http_line type = { HTTP_TEXT("Content-Type"), fetch->type != NULL ? http_text_of(fetch->type) : HTTP_TEXT("") };

	return fetch->url != NULL && http_url_read(url, http_text_of(fetch->url), HTTP_TEXT("http")) && is_method(method_of(fetch))
	    && http_line_may_be(&type) && (fetch->body == NULL || odeon_ref_is_nobody(fetch->source)) && fetch->within >= 0;
}

bool http_fetch_is_for_head(const struct odeon_http_fetch *fetch) { return http_text_is(method_of(fetch), HTTP_TEXT("HEAD")); }

static bool has_body(const struct odeon_http_fetch *fetch) { return fetch->body != NULL || !odeon_ref_is_nobody(fetch->source); }

bool http_fetch_is_safe(const struct odeon_http_fetch *fetch)
{
	return !has_body(fetch) && http_text_lists(HTTP_TEXT("GET,HEAD,OPTIONS,DELETE,PUT,TRACE"), method_of(fetch));
}

bool http_fetch_is_chunked(const struct odeon_http_fetch *fetch)
{
	return !odeon_ref_is_nobody(fetch->source) && fetch->source_bytes == 0;
}

/* ---- as text ------------------------------------------------------------------------------------------------------------------ */

#define PUT(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

static void put_line(struct http_paper *paper, struct http_text name, struct http_text value)
{
	http_paper_put(paper, name);
	PUT(paper, ": ");
	http_paper_put(paper, value);
	PUT(paper, "\r\n");
}

static uint64_t body_bytes(const struct odeon_http_fetch *fetch)
{
	uint64_t bytes = fetch->source_bytes;

	for (const struct odeon_bytes *piece = fetch->body; piece != NULL; piece = piece->next)
		bytes += piece->length;
	return bytes;
}

/* Methods that usually have a body name its length when there is none, too. */
static void put_body(const struct odeon_http_fetch *fetch, struct http_paper *paper)
{
	if (fetch->type != NULL)
		put_line(paper, HTTP_TEXT("Content-Type"), http_text_of(fetch->type));
	if (http_fetch_is_chunked(fetch))
		PUT(paper, "Transfer-Encoding: chunked\r\n");
	else if (has_body(fetch) || http_text_lists(HTTP_TEXT("POST,PUT,PATCH"), method_of(fetch))) {
		PUT(paper, "Content-Length: ");
		http_paper_number(paper, body_bytes(fetch));
		PUT(paper, "\r\n");
	}
}

void http_fetch_put_head(const struct odeon_http_fetch *fetch, const struct http_url *url, const char *agent, struct http_paper *paper)
{
	struct http_line lines[HTTP_FIELDS_MOST];
	size_t count = http_fields_lines(fetch->fields, lines);

	http_paper_put(paper, method_of(fetch));
	PUT(paper, " ");
	http_url_put_target(url, paper);
	PUT(paper, " HTTP/1.1\r\n");
	put_line(paper, HTTP_TEXT("Host"), url->host);
	if (agent[0] != '\0')
		put_line(paper, HTTP_TEXT("User-Agent"), http_text_of(agent));
	for (size_t i = 0; i < count; i++)
		put_line(paper, lines[i].name, lines[i].value);
	put_body(fetch, paper);
	PUT(paper, "\r\n");
}

/* ---- what came ------------------------------------------------------------------------------------------------------------------ */

struct odeon_http_fetched *http_fetched_make(const struct http_head *head)
{
	struct odeon_http_fields_ fields = { .memory = head->memory, .field = head->field, .bytes = head->bytes, .fields = head->fields };
	struct odeon_http_fetched *fetched = odeon_new_sized(odeon_http_fetched, http_request_bytes(&fields), .status = head->code);
	struct odeon_http_fields_ *behind;

	if (fetched == NULL)
		return NULL;
	behind = (struct odeon_http_fields_ *)(fetched + 1);
	(void)http_request_put(behind, &fields);
	fetched->fields_ = behind;
	return fetched;
}

const char *odeon_http_fetched_field(const struct odeon_http_fetched *fetched, const char *name)
{
	return http_request_find(fetched->fields_, name);
}

const char *odeon_http_fetched_field_number(const struct odeon_http_fetched *fetched, size_t index, const char **name)
{
	return http_request_number(fetched->fields_, index, name);
}
