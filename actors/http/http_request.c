/* SPDX-License-Identifier: BSD-2-Clause */
/* http_request - shown, copied into a message, and asked */
#include "http_request.h"
#include <string.h>
#include "http_path.h"

ODEON_MESSAGE_DEFINE_DROP(odeon_http_request) { odeon_free(odeon_http_request->body); }

/* ---- made -------------------------------------------------------------------------------------------------------------------- */

void http_request_show(struct odeon_http_request *request, struct odeon_http_fields_ *fields, const struct http_head *head,
                       struct http_text parameters)
{
	*fields = (struct odeon_http_fields_){
		.memory = head->memory, .field = head->field, .bytes = head->bytes, .fields = head->fields,
		.parameters = parameters.at, .parameters_bytes = parameters.bytes
	};
	*request = (struct odeon_http_request){
		.method = head->method.at, .path = head->path.at, .query = head->query.at,
		.host = head->host.at != NULL ? head->host.at : "",
		.there = "", .fields_ = fields
	};
}

/* A text of the memory, in the new one; others live for ever. */
static const char *moved(const struct odeon_http_fields_ *fields, const char *text, const char *memory)
{
	return text != NULL && text >= fields->memory && text < fields->memory + fields->bytes ?
	       memory + (text - fields->memory) : text;
}

static void copy(void *into, const void *from, size_t bytes)
{
	if (bytes > 0)
		memcpy(into, from, bytes);
}

size_t http_request_bytes(const struct odeon_http_fields_ *fields)
{
	return sizeof *fields + fields->fields * sizeof(struct http_field) + fields->bytes + fields->parameters_bytes;
}

/* The table comes first, as it must be aligned. */
char *http_request_put(struct odeon_http_fields_ *behind, const struct odeon_http_fields_ *fields)
{
	size_t table = fields->fields * sizeof(struct http_field);
	char *memory = (char *)(behind + 1) + table;

	copy(behind + 1, fields->field, table);
	copy(memory, fields->memory, fields->bytes);
	copy(memory + fields->bytes, fields->parameters, fields->parameters_bytes);
	*behind = *fields;
	behind->memory = memory;
	behind->field = (struct http_field *)(behind + 1);
	behind->parameters = memory + fields->bytes;
	return memory;
}

struct odeon_http_request *http_request_copy(struct odeon_http_request *request)
{
	const struct odeon_http_fields_ *fields = request->fields_;
	size_t there = strlen(request->there) + 1;
	struct odeon_http_request *message = odeon_new_sized(odeon_http_request, http_request_bytes(fields) + there);
	struct odeon_http_fields_ *behind;
	char *memory;

	if (message == NULL)
		return NULL;
	behind = (struct odeon_http_fields_ *)(message + 1);
	memory = http_request_put(behind, fields);
	*message = *request;
	message->fields_ = behind;
	message->path = moved(fields, request->path, memory);
	message->query = moved(fields, request->query, memory);
	message->host = moved(fields, request->host, memory);
	message->there = memcpy(memory + fields->bytes + fields->parameters_bytes, request->there, there);
	request->body = NULL;
	return message;
}

/* ---- asked --------------------------------------------------------------------------------------------------------------------- */

const char *http_request_number(const struct odeon_http_fields_ *fields, size_t index, const char **name)
{
	if (index >= fields->fields)
		return NULL;
	*name = fields->memory + fields->field[index].name;
	return fields->memory + fields->field[index].value;
}

const char *http_request_find(const struct odeon_http_fields_ *fields, const char *name)
{
	struct http_text wanted = http_text_of(name);

	for (size_t i = 0; i < fields->fields; i++) {
		const struct http_field *field = &fields->field[i];

		if (http_text_matches((struct http_text){ fields->memory + field->name, field->name_bytes }, wanted))
			return fields->memory + field->value;
	}
	return NULL;
}

const char *odeon_http_field(const struct odeon_http_request *request, const char *name)
{
	return http_request_find(request->fields_, name);
}

const char *odeon_http_field_number(const struct odeon_http_request *request, size_t index, const char **name)
{
	return http_request_number(request->fields_, index, name);
}

const char *odeon_http_parameter(const struct odeon_http_request *request, const char *name)
{
	const char *at = request->fields_->parameters, *end = at + request->fields_->parameters_bytes;

	while (at < end) {
		const char *value = at + strlen(at) + 1;

		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}

static bool decodes_to(struct http_text text, const char *name)
{
	char byte;

	for (; text.bytes > 0 && *name != '\0'; name++)
		if (!http_query_take(&text, &byte) || byte != *name)
			return false;
	return text.bytes == 0 && *name == '\0';
}

/* How long it is, or the error. */
static int decode(struct http_text value, char *into, size_t room)
{
	size_t used = 0;
	char byte;

	for (; value.bytes > 0; used++) {
		if (!http_query_take(&value, &byte) || byte == '\0')
			return ODEON_EINVAL;
		if (used + 1 >= room)
			return ODEON_EFULL;
		into[used] = byte;
	}
	if (room == 0)
		return ODEON_EFULL;
	into[used] = '\0';
	return (int)used;
}

int odeon_http_query(const struct odeon_http_request *request, const char *name, char *into, size_t room)
{
	struct http_text query = { request->query, request->query != NULL ? strlen(request->query) : 0 }, other, value;
	int answer = ODEON_EEMPTY;

	while (answer == ODEON_EEMPTY && http_query_next(&query, &other, &value))
		if (decodes_to(other, name))
			answer = decode(value, into, room);
	if (answer < 0 && room > 0)
		into[0] = '\0';
	return answer;
}
