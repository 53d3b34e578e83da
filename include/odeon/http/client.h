/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/http/client.h - requests to HTTP/1.1 servers, over connections that are kept for the next one
 *
 *   odeon_http_client_open(system, NULL, &client);
 *
 *   odeon_request(self, client, odeon_http_fetch_new("GET", "http://127.0.0.1:8080/users/1"), until,
 *                 ODEON_THEN(self, shop, fetched, odeon_http_fetched));
 *
 *   ODEON_ANSWER(shop, fetched, odeon_http_fetched)
 *   {
 *           if (error == 0 && odeon_http_fetched->status == 200) ... odeon_http_fetched->body ...
 *   }
 *
 * A client is an actor that is asked (odeon_request, odeon_ask) with a struct odeon_http_fetch, and answers with a struct
 * odeon_http_fetched, or with an error:
 *
 *   ODEON_EINVAL         no URL, method or field that can be sent; or a plain thread asked for an answer that streams
 *   ODEON_EFULL          too many wait already; or the answer's head or body is larger than it may be
 *   ODEON_ETIMEDOUT      it took too long
 *   ODEON_EDISCONNECTED  the connection was lost, or the source of the body was; the server may have acted on the request
 *   ODEON_EFAILED        what came is no answer by HTTP
 *   ODEON_ENOMEM         no memory
 *   ODEON_ESYSTEM        no connection: refused, no route, no descriptor
 *   ODEON_ESTOPPING      the client ends
 *
 * Any status of the server is an answer: 404, and also 301, as redirections are not followed.
 *
 * Connections are kept, and used again by whoever asks next for the same address; each carries one request at a time. When
 * an address has connections_each of them, or there are connections_most in all, others wait in order. When one that was kept turns
 * out to be closed before a byte of the answer came, a request without a body whose method says that it may come twice (GET,
 * HEAD, OPTIONS, DELETE, PUT, TRACE) is sent once more.
 *
 * Bodies of requests may come from a source, and those of answers may be one, as server.h has them. An answer that `streams` comes
 * when its head has; its source then sends the pieces to whoever asked, by credit. Its connection is not kept. What came and was not
 * asked for when it breaks off is dropped; that it has broken off is told in any case, when the asker's mailbox has room.
 */
#ifndef ODEON_HTTP_CLIENT_H
#define ODEON_HTTP_CLIENT_H

#include <odeon/http/message.h>
#include <odeon/net/connection.h>

struct odeon_http_fetch {
	const char *method;                            /* default "GET". These texts live as long as the message, or for ever */
	const char *url;                               /* "http://127.0.0.1:8080/users/1?full" */
	const char *address;                           /* where to connect, as net/connection.h has it: "unix:/run/x.sock"; default what
	                                                  the URL says, which is no Unix socket */
	const char *type;                              /* of the body, as "application/json"; NULL: none is named */
	struct odeon_bytes *body;                      /* taken; NULL: none */
	odeon_ref source;                              /* or it comes from there, in pieces */
	uint64_t source_bytes;                         /* how many; 0: nobody knows */
	struct odeon_bytes *fields;                    /* of odeon_http_fetch_field; taken */
	uint64_t body_most;                            /* bytes of the answer's body; default 16 MiB, when it streams no bound */
	odeon_duration within;                         /* until it is there, or, when it streams, its head; waiting for a
	                                                  connection counts; default that of the client */
	int streams;                                   /* not 0: the answer's body comes in pieces */
};

struct odeon_http_fetched {
	int status;                                    /* 101 to 999, as the server has it: what is above 599 no standard names */
	struct odeon_bytes *body;                      /* in one piece, to be taken out or not; NULL: it is empty, or comes in pieces */
	odeon_ref source;                              /* where it comes from, when it streams */
	const struct odeon_http_fields_ *fields_;
};

/* Zero is always the default. */
typedef struct odeon_http_client_options {
	size_t bytes;
	unsigned connections_each;                     /* to one address; default 8 */
	unsigned connections_most;                     /* in all; default 64, at most 4096 */
	unsigned waiting_most;                         /* requests that wait for one; default 1024 */
	odeon_duration within;                         /* for one that names no time; default 30 s */
	odeon_duration idle_timeout;                   /* a connection is kept for so long, up to a quarter more; default 15 s */
	const char *agent;                             /* the field User-Agent; copied; default "odeon"; "": none */
	odeon_connection_options connection;           /* .bytes 0: all defaults; without credit. Its tls is for "https:" alone, which
	                                                  there is with one only; the name in the URL is the certificate's */
} odeon_http_client_options;
#define ODEON_HTTP_CLIENT_OPTIONS(...) { .bytes = sizeof(odeon_http_client_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_http_fetch) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_http_fetched) ODEON_API;

/**
 * odeon_http_client_open - a client, with its pool of connections
 * @system:  whose workers sleep in odeon_net_poller
 * @options: copied; NULL: all defaults
 * @client:  its ref
 *
 * It is stopped as any actor (odeon_actor_stop), keeps no system alive, and ends with its system.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL    no client to fill in, options that contradict each other, or the system has another poller
 *   ODEON_EVERSION  options of an unknown size
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_http_client_open(odeon_system *system, const odeon_http_client_options *options, odeon_ref *client);

/**
 * odeon_http_fetch_new - a request for a client
 * @method: copied; NULL: "GET"
 * @url:    copied
 *
 * Returns:  the message, yours; NULL when out of memory, or when @url is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_http_fetch *odeon_http_fetch_new(const char *method, const char *url) ODEON_MESSAGE_GIVEN_;

/**
 * odeon_http_fetch_field - one more field for a request: "Accept", "Authorization"
 * @name, @value: copied
 *
 * Connection, Content-Length, Content-Type, Date, Host and Transfer-Encoding are the client's own.
 *
 * Returns:  as odeon_http_answer_field
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_http_fetch_field(struct odeon_http_fetch *fetch, const char *name, const char *value);

/**
 * odeon_http_fetched_field - what an answer's field of that name says
 * @name: "content-type", in any case
 *
 * Returns:  the value of the first one, without blanks around it; NULL when there is none
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_http_fetched_field(const struct odeon_http_fetched *fetched, const char *name);

/**
 * odeon_http_fetched_field_number - an answer's fields, one after the other
 * @index: 0 and up, in the order in which they came
 * @name:  its name, as it came; untouched when there is none
 *
 * Returns:  its value; NULL when there are no more
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_http_fetched_field_number(const struct odeon_http_fetched *fetched, size_t index, const char **name);

ODEON_END_
#endif
