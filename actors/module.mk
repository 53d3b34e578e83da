# SPDX-License-Identifier: BSD-2-Clause
# Ready-made actors. They see the public headers only, as users do. A new one: one line in the list below, and its header in
# runtime/module.mk.

noinst_LTLIBRARIES += libodeonactors.la
libodeonactors_la_SOURCES = \
	%D%/breaker.c \
	%D%/children.c %D%/children.h \
	%D%/failures.c \
	%D%/farewell.c \
	%D%/foreman.c \
	%D%/levels.c %D%/levels.h \
	%D%/limiter.c \
	%D%/machine.c \
	%D%/offload.c \
	%D%/pipe.c \
	%D%/registry.c \
	%D%/retry.c \
	%D%/revival.c \
	%D%/router.c \
	%D%/routing.c %D%/routing.h \
	%D%/subscriptions.c %D%/subscriptions.h \
	%D%/supervising.h \
	%D%/supervisor.c \
	%D%/table.c %D%/table.h \
	%D%/testkit.h \
	%D%/testkit_plan.c \
	%D%/testkit_probe.c \
	%D%/testkit_trials.c \
	%D%/topics.c

libodeoncore_la_LIBADD += libodeonactors.la

# ---- HTTP and WebSocket without sockets, for the library of sockets; tests link it
if HAVE_HTTP
noinst_LTLIBRARIES += libodeonhttp.la
endif
libodeonhttp_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libodeonhttp_la_LIBADD   = $(HTTP_PARSER_LIBS) $(CRYPTO_LIBS)
libodeonhttp_la_SOURCES  = \
	%D%/net/http_date.c %D%/net/http_date.h \
	%D%/net/http_gate.c %D%/net/http_gate.h \
	%D%/net/http_head.c %D%/net/http_head.h \
	%D%/net/http_library.c %D%/net/http_library.h \
	%D%/net/http_path.c %D%/net/http_path.h \
	%D%/net/http_pattern.c %D%/net/http_pattern.h \
	%D%/net/http_range.c %D%/net/http_range.h \
	%D%/net/http_reader.c %D%/net/http_reader.h \
	%D%/net/http_routes.c %D%/net/http_routes.h \
	%D%/net/http_status.c %D%/net/http_status.h \
	%D%/net/http_text.c %D%/net/http_text.h \
	%D%/net/http_writer.c %D%/net/http_writer.h \
	%D%/net/metrics.c %D%/net/metrics.h \
	%D%/net/utf8.c %D%/net/utf8.h \
	%D%/net/websocket_frame.c %D%/net/websocket_frame.h \
	%D%/net/websocket_handshake.c %D%/net/websocket_handshake.h \
	%D%/net/websocket_reader.c %D%/net/websocket_reader.h
