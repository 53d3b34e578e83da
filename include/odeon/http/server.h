/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/http/server.h - an HTTP/1.1 server: which path is answered by whom
 *
 *   static void hello(odeon_self *self, struct odeon_http_request *request)
 *   {
 *           odeon_http_answer(self, request->duty, .text = "hello\n");
 *   }
 *
 *   static const odeon_http_route routes[] = { { "GET /", .handle = hello }, { 0 } };
 *   odeon_http_server_options options = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);
 *   odeon_http_server_open(system, ":8080", &options, NULL, NULL);
 *
 * A server is a listener (net/listener.h): it is stopped, and drained, as one. Each connection has a session, an actor that is
 * pinned to the worker that accepted it; it takes one request after the other and answers them in order, so the next one of
 * a pipeline is looked at when the one before is answered.
 *
 * A route is a method and a path in segments: "GET /users/:id" (:id is one segment that is not empty), "PUT /files/" with
 * "*path" behind (all the rest). Where several match, text comes before :name, and that before *name; their order in the list
 * means nothing. GET answers HEAD too. What no route has is answered 404 or 405. It says who answers:
 *
 *   handle     a function. It runs on the connection's worker, as a handler of the session, so it must not block. It
 *              answers at once, or hands the request on (odeon_http_forward), or asks others first: the continuation is the session's,
 *
 *                 ODEON_ANSWER(odeon_http_session, lookup, value)
 *                 {
 *                         odeon_http_answer(self, lookup->duty, .text = value->text);
 *                 }
 *
 *   actor      an actor. It gets the request as a message, a struct odeon_http_request, and replies with a struct
 *              odeon_http_answer: odeon_reply(self, odeon_http_answer_text(0, "hello\n"))
 *   websocket  after a handshake, websockets with these options (http/websocket.h)
 *
 * Whoever is late is answered for by 504, whose actor is gone, fails or does not answer by 502, whose actor has no room by 503.
 *
 * Bodies of requests come whole, up to body_most; or, where the route says `streams`, in pieces: the request comes without its
 * body, and the session, odeon_from, is a *source* of it: an actor that is read by credit as a connection is. Send it struct odeon_read, and
 * the pieces come as struct odeon_bytes, and after the last one struct odeon_read_end; or once struct odeon_disconnected:
 * it will never be whole. What nobody reads makes the client wait. A struct odeon_give names another one to send them to.
 * All of these wait in the session while its reader's mailbox is full, the end too; only when the server is stopped or killed as an
 * actor meanwhile is that end a dead letter.
 *
 * Bodies of answers may come from a source too: a file, a connection, an actor of yours. The session gives itself as the
 * owner (struct odeon_give), reads by credit as the client takes it, and ends it by struct odeon_close when all has come, or when
 * nobody wants it any more. A source that ends too early breaks the connection off, so that the client knows.
 * An answer to a session that has ended is dropped, and its source is told nothing: who made it must end it.
 *
 * What breaks the protocol is answered by its own error (400, 408, 413, 414, 417, 431, 501, 505), and the connection is closed.
 */
#ifndef ODEON_HTTP_SERVER_H
#define ODEON_HTTP_SERVER_H

#include <odeon/net/listener.h>
#include <odeon/request.h>
#include <odeon/http/message.h>
#include <odeon/http/websocket.h>

/* Exactly one of handle, actor and websocket. */
typedef struct odeon_http_route {
	const char *pattern;                           /* "GET /users/:id" */
	void (*handle)(odeon_self *self, struct odeon_http_request *request);
	odeon_ref actor;
	const odeon_websocket_options *websocket;      /* with a session; of a route of GET; must outlive the connections */
	const void *argument;                          /* for handle, in the request; the same */
	int streams;                                   /* not 0: the request's body comes in pieces */
	uint64_t body_most;                            /* larger ones are refused by 413; default that of the server; in pieces none */
	odeon_duration within;                         /* until it is answered, and while a body comes in pieces and its reader
	                                                  wants none; default that of the server */
} odeon_http_route;

/* Zero is always the default. */
typedef struct odeon_http_server_options {
	size_t bytes;
	const odeon_http_route *routes;                /* copied; the last has no pattern */
	uint32_t target_most;                          /* bytes of a request's target, else 414; default 8 KiB */
	uint32_t head_most;                            /* bytes of its fields, else 431; default 32 KiB, with target_most at most 64 KiB */
	uint32_t fields_most;                          /* the same; default 100 */
	uint64_t body_most;                            /* default 1 MiB */
	odeon_duration head_timeout;                   /* a head must be whole, from its first byte on; default 10 s */
	odeon_duration body_timeout;                   /* a body may stand still for so long, or be slower than body_rate; default 10 s */
	uint32_t body_rate;                            /* bytes a second; default 1024 */
	odeon_duration idle_timeout;                   /* between two requests; default 60 s */
	odeon_duration within;                         /* until a request is answered; default 30 s */
	odeon_connection_options connection;           /* .bytes 0: all defaults; write_timeout: 30 s */
	uint32_t connections_most;                     /* 0: no bound */
	unsigned backlog;                              /* as a listener's */
	int descriptor;                                /* the same: the address is NULL then */
} odeon_http_server_options;
#define ODEON_HTTP_SERVER_OPTIONS(...) { .bytes = sizeof(odeon_http_server_options), __VA_ARGS__ }

/* For odeon_http_files. Zero is always the default. It must outlive the connections. */
typedef struct odeon_http_folder {
	size_t bytes;
	const char *path;                              /* "/srv/www" */
	const char *index;                             /* what stands for a folder, "index.html"; NULL: nothing does */
	int follows_links;                             /* not 0: also out of the folder */
	odeon_ref pool;                                /* of threads that open and read (actors/offload.h); default the system's own,
	                                                  for what is not in memory */
} odeon_http_folder;
#define ODEON_HTTP_FOLDER(...) { .bytes = sizeof(odeon_http_folder), __VA_ARGS__ }

/* The state of a session, for ODEON_ANSWER; nothing in it is yours. */
struct odeon_http_session { struct http_session *inside_; };

ODEON_BEGIN_

/**
 * odeon_http_server_open - serve HTTP at an address
 * @system:  whose workers sleep in odeon_net_poller
 * @address: as net/connection.h has them; NULL: at that of options' `descriptor`
 * @options: copied
 * @bound:   the address with the port that was had, ODEON_ADDRESS_BYTES long; may be NULL
 * @server:  its ref, a listener's; nobody on failure; may be NULL
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL    no routes, one that is none, whose pattern is none, or that names nobody to answer or several; options that
 *                   contradict each other
 *   ODEON_EFULL     routes that match in too many ways
 *   ODEON_EVERSION  options of an unknown size
 *   or as odeon_listener_open, whose ODEON_EBUSY also stands for two routes that match the same
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_http_server_open(odeon_system *system, const char *address, const odeon_http_server_options *options,
                                     char *bound, odeon_ref *server);

/**
 * odeon_http_answer - answer a request, at once or later
 * @self: the session: in a route's handle, or in a continuation of it
 * @duty: of the request
 *
 *   odeon_http_answer(self, request->duty, .status = 404, .text = "no such user\n");
 *
 * Its text is copied. What the answer owns (body, fields) is taken, on failure too. What may not be is logged nowhere: the client
 * is told 500.
 *
 * Returns:  0, or
 *   ODEON_EINVAL  a status or a field that may not be; a stream without a source; or @self is not the session
 *   ODEON_EGONE   it was answered, it is too late, or the client is gone
 *   ODEON_ENOMEM  no memory; the connection is closed
 * Context:  own handler, of a session
 * Since:    0.1
 */
#define odeon_http_answer(self, duty, ...) \
	odeon_http_answer_at(self, duty, __extension__ &(struct odeon_http_answer){ __VA_ARGS__ })
ODEON_API int odeon_http_answer_at(odeon_self *self, odeon_http_duty duty, struct odeon_http_answer *answer);

/**
 * odeon_http_forward - have an actor answer a request
 * @self:   the session: in a route's handle, or in a continuation of it
 * @duty:   of the request
 * @to:     gets the request as a message, and replies with a struct odeon_http_answer
 * @within: until it is answered; 0: as the route has it
 *
 * Returns:  0: somebody will answer; or as odeon_http_answer
 * Context:  own handler, of a session
 * Since:    0.1
 */
ODEON_API int odeon_http_forward(odeon_self *self, odeon_http_duty duty, odeon_ref to, odeon_duration within);

/**
 * odeon_http_metrics - a route's handle: the counters of the system (stats.h), as Prometheus reads them
 *
 *   { "GET /metrics", .handle = odeon_http_metrics }
 *
 * Context:  own handler, of a session
 * Since:    0.1
 */
ODEON_API void odeon_http_metrics(odeon_self *self, struct odeon_http_request *request);

/**
 * odeon_http_files - a route's handle: the files below a folder
 *
 *   { "GET /files/" with "*path" behind, .handle = odeon_http_files, .argument = &folder }      an odeon_http_folder
 *
 * With Last-Modified and ETag, and what a client asks by them (If-None-Match, If-Modified-Since, If-Match,
 * If-Unmodified-Since, If-Range); with ranges, of which several come as multipart/byteranges; of ranges that overlap, or more than 16,
 * the whole file. The type is told by the name's end.
 * What the system has in memory is opened and read at once (Linux 5.12 and on; ext4, XFS, btrfs, F2FS), where one wait is left: for where
 * the rest is on the disk, when some is not in memory; all else on threads of the pool, and all of it when the folder names a pool. Not found is: what is not there, what is no file, names that begin
 * with a dot, and what is reached by a symbolic link, unless these are followed. A folder without '/' behind is redirected.
 *
 * Context:  own handler, of a session
 * Since:    0.1
 */
ODEON_API void odeon_http_files(odeon_self *self, struct odeon_http_request *request);

ODEON_END_
#endif
