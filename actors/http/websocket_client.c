/* SPDX-License-Identifier: BSD-2-Clause */
/* websocket_client - a websocket that we open: what is asked, and what may be answered */
#include "websocket.h"

#include <odeon/failure.h>
#include <odeon/timer.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include "http_reader.h"
#include "http_url.h"
#include "websocket_handshake.h"

#define REQUEST_BYTES 8192
#define ANSWER_LINE_BYTES 1024
#define ANSWER_FIELDS_BYTES 8192
#define ANSWER_FIELDS 100
#define CONNECT_TIMEOUT ODEON_SECONDS(30)

/* Until it is open. */
struct websocket_opening {
	const char *const *protocols;                   /* offered */
	char accept[WEBSOCKET_ACCEPT_BYTES];            /* what proves that the server has read our key */
	struct http_reader reader;
};

/* What a client's start is given. All of it is taken when that answers 0, and only then. */
struct websocket_client {
	odeon_system *system;
	odeon_ref owner;
	const odeon_websocket_options *options;
	odeon_connection_options connection;
	char address[ODEON_HOST_BYTES], name[HTTP_NAME_BYTES];
	struct http_url url;
	struct websocket_opening *opening;
	struct odeon_bytes *request;
};

void websocket_opening_free(struct websocket_opening *opening)
{
	if (opening != NULL)
		http_reader_fini(&opening->reader);
	free(opening);
}

/* ---- the URL ---------------------------------------------------------------------------------------------------------------- */

/* It has no part behind '#' (RFC 6455, 3). What is secret and what the connection does go together. */
static bool read_url(struct websocket_client *client, const char *url)
{
	return url != NULL && strchr(url, '#') == NULL && http_url_read(&client->url, http_text_of(url), HTTP_TEXT("ws"))
	    && client->url.is_secure == (client->connection.tls != NULL) && http_url_find(&client->url, client->address, client->name);
}

/* ---- the request -------------------------------------------------------------------------------------------------------------- */

#define PUT(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

static bool are_tokens(const char *const *protocols)
{
	for (; *protocols != NULL; protocols++) {
		size_t length = strlen(*protocols);

		if (length == 0 || length >= ODEON_WEBSOCKET_PROTOCOL_BYTES)
			return false;
		for (size_t i = 0; i < length; i++)
			if (!http_is_token((*protocols)[i]))
				return false;
	}
	return true;
}

static void put_protocols(struct http_paper *paper, const char *const *protocols)
{
	for (size_t i = 0; protocols != NULL && protocols[i] != NULL; i++) {
		http_paper_put(paper, i == 0 ? HTTP_TEXT("Sec-WebSocket-Protocol: ") : HTTP_TEXT(", "));
		http_paper_put(paper, http_text_of(protocols[i]));
		if (protocols[i + 1] == NULL)
			PUT(paper, "\r\n");
	}
}

static void put_request(struct http_paper *paper, const struct websocket_client *client, struct http_text key)
{
	PUT(paper, "GET ");
	http_url_put_target(&client->url, paper);
	PUT(paper, " HTTP/1.1\r\nHost: ");
	http_paper_put(paper, client->url.host);
	PUT(paper, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
	http_paper_put(paper, key);
	PUT(paper, "\r\n");
	put_protocols(paper, client->options->protocols);
	PUT(paper, "\r\n");
}

static int choose_key(char key[WEBSOCKET_KEY_BYTES + 1])
{
	unsigned char random[16];

	if (RAND_bytes(random, sizeof random) != 1)
		return ODEON_ESYSTEM;
	(void)EVP_EncodeBlock((unsigned char *)key, random, sizeof random);
	return 0;
}

static int make_request(struct websocket_client *client)
{
	char key[WEBSOCKET_KEY_BYTES + 1];
	struct http_text text = { key, WEBSOCKET_KEY_BYTES };
	struct http_paper paper = { .size = REQUEST_BYTES };
	int error = choose_key(key);

	if (error != 0)
		return error;
	if (!websocket_accept(text, client->opening->accept))
		return ODEON_ENOMEM;
	client->request = odeon_bytes_new(paper.size);
	if (client->request == NULL)
		return ODEON_ENOMEM;
	paper.at = (char *)client->request->data;
	put_request(&paper, client, text);
	client->request->length = paper.used;
	return http_paper_fits(&paper) ? 0 : ODEON_EINVAL;
}

/* ---- the answer ------------------------------------------------------------------------------------------------------------------ */

static bool is_offered(const struct websocket_opening *opening, struct http_text name)
{
	for (const char *const *ours = opening->protocols; ours != NULL && *ours != NULL; ours++)
		if (http_text_is(name, http_text_of(*ours)))
			return true;
	return false;
}

/* Which fields were there, and said what they must. */
struct proof { unsigned upgrades, connections, accepts, protocols; struct http_text protocol; };

static bool judge_field(const struct websocket_opening *opening, struct proof *proof, struct http_text name,
                        struct http_text value)
{
	if (http_text_matches(name, HTTP_TEXT("upgrade"))) {
		proof->upgrades++;
		return http_text_matches(value, HTTP_TEXT("websocket"));
	}
	if (http_text_matches(name, HTTP_TEXT("connection"))) {
		proof->connections += http_text_lists(value, HTTP_TEXT("upgrade"));
		return true;
	}
	if (http_text_matches(name, HTTP_TEXT("sec-websocket-accept"))) {
		proof->accepts++;
		return http_text_is(value, (struct http_text){ opening->accept, WEBSOCKET_ACCEPT_BYTES });
	}
	if (http_text_matches(name, HTTP_TEXT("sec-websocket-protocol"))) {
		proof->protocols++;
		proof->protocol = value;
		return is_offered(opening, value);
	}
	return !http_text_matches(name, HTTP_TEXT("sec-websocket-extensions"));        /* none was offered */
}

/* NULL: it is as it must be; else what is wrong. */
static const char *judge(const struct websocket_opening *opening, struct proof *proof)
{
	const struct http_head *head = &opening->reader.head;

	if (head->code != 101 || head->minor != 1)
		return "the server does not speak WebSocket there";
	for (size_t i = 0; i < head->fields; i++) {
		struct http_text name, value = http_head_field(head, i, &name);

		if (!judge_field(opening, proof, name, value))
			return "the answer has a field that may not be";
	}
	if (proof->upgrades != 1 || proof->connections == 0 || proof->accepts != 1 || proof->protocols > 1)
		return "the answer lacks a field";
	return NULL;
}

static void refuse(odeon_self *self, struct websocket *websocket, const char *wrong)
{
	websocket_fail(self, websocket, ODEON_EHANDSHAKE, WEBSOCKET_LOST, wrong);
}

static const char *why_refused(int status)
{
	return status == 431 ? "the answer is too long" : "the answer is not HTTP/1.1";
}

static void be_open(odeon_self *self, struct websocket *websocket, const struct proof *proof)
{
	struct odeon_websocket_opened *opened = odeon_new(odeon_websocket_opened, .who = odeon_self_ref(self));

	if (opened == NULL) {
		websocket_fail(self, websocket, ODEON_ENOMEM, WEBSOCKET_LOST, "no memory to tell that it is open");
		return;
	}
	if (proof->protocols > 0)
		memcpy(opened->protocol, proof->protocol.at, proof->protocol.bytes);
	(void)odeon_tick_cancel(self, 'o');
	websocket_tell(websocket, TELL_OPENED, opened);
	websocket->is_open = true;
	websocket_opening_free(websocket->opening);
	websocket->opening = NULL;
	websocket_say_what_waits(self, websocket);
}

/* Of those that say 1xx before it, nothing is taken. */
static bool is_interim(const struct http_head *head)
{
	return head->code / 100 == 1 && head->code != 101;
}

static void see_head(odeon_self *self, struct websocket *websocket)
{
	struct proof proof = { 0 };
	const char *wrong = judge(websocket->opening, &proof);

	if (wrong == NULL)
		be_open(self, websocket, &proof);
	else
		refuse(self, websocket, wrong);
}

/* What was read and is not of the answer's head stays. */
void websocket_read_answer(odeon_self *self, struct websocket *websocket)
{
	struct http_reader *reader = &websocket->opening->reader;
	struct odeon_bytes *input = websocket->input;
	enum http_event event;
	size_t used;

	do {
		event = http_reader_read(reader, (struct http_text){ (char *)input->data, input->length }, &used);
		input->data += used;
		input->length -= used;
	} while (event == HTTP_END || (event == HTTP_HEAD && is_interim(&reader->head)));
	if (event == HTTP_HEAD)
		see_head(self, websocket);
	else if (event == HTTP_REFUSED && reader->status == 503)
		websocket_fail(self, websocket, ODEON_ENOMEM, WEBSOCKET_LOST, "no memory for the answer");
	else if (event == HTTP_REFUSED)
		refuse(self, websocket, why_refused(reader->status));
	else
		websocket_read_nothing(websocket);
}

/* ---- opened ---------------------------------------------------------------------------------------------------------------------- */

int websocket_connect(odeon_self *self, struct websocket *websocket, struct websocket_client *client)
{
	odeon_duration timeout = client->connection.connect_timeout > 0 ? client->connection.connect_timeout : CONNECT_TIMEOUT;
	int error = odeon_monitor(self, client->owner);

	if (error == 0)
		error = odeon_tick_after(self, timeout, 'o');
	if (error == 0)
		error = odeon_connection_open(client->system, client->address, odeon_self_ref(self), &client->connection,
		                              &websocket->connection);
	if (error != 0)
		return error;
	(void)odeon_send(self, websocket->connection, client->request);
	websocket->owner = client->owner;
	websocket->opening = client->opening;
	if (client->connection.write_most > 0)
		websocket->early_most = client->connection.write_most;
	return 0;
}

static int prepare(struct websocket_client *client, const char *url)
{
	const struct http_limits limits = { .target_bytes = ANSWER_LINE_BYTES, .field_bytes = ANSWER_FIELDS_BYTES, .fields = ANSWER_FIELDS,
		.body_bytes = UINT64_MAX };
	int error = websocket_check(client->options);

	if (error != 0)
		return error;
	client->connection = client->options->connection;
	if (!read_url(client, url) || (client->options->protocols != NULL && !are_tokens(client->options->protocols)))
		return ODEON_EINVAL;
	client->connection.bytes = client->connection.bytes != 0 ? client->connection.bytes : sizeof client->connection;
	client->connection.credit = 0;                          /* it is the websocket that asks */
	if (client->url.is_secure && client->connection.tls_name == NULL)
		client->connection.tls_name = client->name;
	client->opening = calloc(1, sizeof *client->opening);
	if (client->opening == NULL)
		return ODEON_ENOMEM;
	client->opening->protocols = client->options->protocols;
	(void)http_reader_init_answers(&client->opening->reader, limits);
	return make_request(client);
}

int odeon_websocket_open(odeon_system *system, const char *url, odeon_ref owner, const odeon_websocket_options *options,
                         odeon_ref *websocket)
{
	static const odeon_websocket_options defaults = ODEON_WEBSOCKET_OPTIONS(.session = NULL);
	struct websocket_client client = { .system = system, .owner = owner, .options = options != NULL ? options : &defaults };
	struct websocket_start start = { .options = client.options, .client = &client };
	int error = ODEON_EINVAL;

	if (websocket != NULL)
		*websocket = ODEON_NOBODY;
	if (system != NULL && !odeon_ref_is_nobody(owner))
		error = prepare(&client, url);
	if (error == 0)
		error = odeon_system_spawn_pinned(system, websocket_actor, &start, ODEON_WORKER_HERE, websocket);
	if (error != 0) {
		odeon_free(client.request);
		websocket_opening_free(client.opening);
	}
	return error;
}
