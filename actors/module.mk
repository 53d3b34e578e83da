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
	%D%/random.h \
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
	%D%/http/http_date.c %D%/http/http_date.h \
	%D%/http/http_gate.c %D%/http/http_gate.h \
	%D%/http/http_head.c %D%/http/http_head.h \
	%D%/http/http_library.c %D%/http/http_library.h \
	%D%/http/http_path.c %D%/http/http_path.h \
	%D%/http/http_pattern.c %D%/http/http_pattern.h \
	%D%/http/http_range.c %D%/http/http_range.h \
	%D%/http/http_reader.c %D%/http/http_reader.h \
	%D%/http/http_routes.c %D%/http/http_routes.h \
	%D%/http/http_status.c %D%/http/http_status.h \
	%D%/http/http_text.c %D%/http/http_text.h \
	%D%/http/http_writer.c %D%/http/http_writer.h \
	%D%/http/metrics.c %D%/http/metrics.h \
	%D%/http/utf8.c %D%/http/utf8.h \
	%D%/http/websocket_frame.c %D%/http/websocket_frame.h \
	%D%/http/websocket_handshake.c %D%/http/websocket_handshake.h \
	%D%/http/websocket_reader.c %D%/http/websocket_reader.h
