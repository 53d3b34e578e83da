# SPDX-License-Identifier: BSD-2-Clause
# libodeon-http: HTTP and WebSocket. A library of its own, so that who wants sockets alone needs no parser; built where
# libodeon-net is and the parser and libcrypto are found. Like all actors it sees the public headers only.

http_headers = \
	include/odeon/http/client.h \
	include/odeon/http/message.h \
	include/odeon/http/server.h \
	include/odeon/http/websocket.h
http_pages = \
	docs/man/made/odeon_http_answer.3 \
	docs/man/made/odeon_http_answer_at.3 \
	docs/man/made/odeon_http_answer_bytes.3 \
	docs/man/made/odeon_http_answer_field.3 \
	docs/man/made/odeon_http_answer_text.3 \
	docs/man/made/odeon_http_client_open.3 \
	docs/man/made/odeon_http_fetch_field.3 \
	docs/man/made/odeon_http_fetch_new.3 \
	docs/man/made/odeon_http_fetched_field.3 \
	docs/man/made/odeon_http_fetched_field_number.3 \
	docs/man/made/odeon_http_field.3 \
	docs/man/made/odeon_http_field_number.3 \
	docs/man/made/odeon_http_files.3 \
	docs/man/made/odeon_http_forward.3 \
	docs/man/made/odeon_http_metrics.3 \
	docs/man/made/odeon_http_parameter.3 \
	docs/man/made/odeon_http_query.3 \
	docs/man/made/odeon_http_server_open.3 \
	docs/man/made/odeon_websocket_binary.3 \
	docs/man/made/odeon_websocket_open.3 \
	docs/man/made/odeon_websocket_text.3
EXTRA_DIST += $(http_headers) include/odeon/http.h %D%/odeon-http.map %D%/http_cached.c %D%/http_cached_none.c

# What needs no sockets; tests link it.
if HAVE_HTTP
noinst_LTLIBRARIES += libodeonhttp.la
endif
libodeonhttp_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libodeonhttp_la_LIBADD   = $(HTTP_PARSER_LIBS) $(CRYPTO_LIBS)
libodeonhttp_la_SOURCES  = \
	%D%/http_date.c %D%/http_date.h \
	%D%/http_gate.c %D%/http_gate.h \
	%D%/http_head.c %D%/http_head.h \
	%D%/http_library.c %D%/http_library.h \
	%D%/http_parts.c %D%/http_parts.h \
	%D%/http_path.c %D%/http_path.h \
	%D%/http_pattern.c %D%/http_pattern.h \
	%D%/http_range.c %D%/http_range.h \
	%D%/http_reader.c %D%/http_reader.h \
	%D%/http_routes.c %D%/http_routes.h \
	%D%/http_status.c %D%/http_status.h \
	%D%/http_text.c %D%/http_text.h \
	%D%/http_url.c %D%/http_url.h \
	%D%/http_writer.c %D%/http_writer.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/utf8.c %D%/utf8.h \
	%D%/websocket_frame.c %D%/websocket_frame.h \
	%D%/websocket_handshake.c %D%/websocket_handshake.h \
	%D%/websocket_reader.c %D%/websocket_reader.h

if HAVE_NET
if HAVE_HTTP
# All objects, not installed: tests link these, libodeonnetparts and libodeoncore.
noinst_LTLIBRARIES += libodeonhttpparts.la
libodeonhttpparts_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libodeonhttpparts_la_LIBADD   = libodeonhttp.la
libodeonhttpparts_la_SOURCES  = \
	%D%/http_answer.c \
	%D%/http_caller.c \
	%D%/http_caller.h \
	%D%/http_caller_asking.c \
	%D%/http_caller_hearing.c \
	%D%/http_cached.h \
	%D%/http_client.c \
	%D%/http_exchange.c \
	%D%/http_fetch.c \
	%D%/http_fetch.h \
	%D%/http_fields.c \
	%D%/http_fields.h \
	%D%/http_file.c \
	%D%/http_file.h \
	%D%/http_folder.c \
	%D%/http_metrics.c \
	%D%/http_output.c \
	%D%/http_output.h \
	%D%/http_reply.c \
	%D%/http_request.c \
	%D%/http_request.h \
	%D%/http_server.c \
	%D%/http_server.h \
	%D%/http_session.c \
	%D%/http_session.h \
	%D%/http_type.c \
	%D%/http_type.h \
	%D%/http_upgrade.c \
	%D%/websocket.c \
	%D%/websocket.h \
	%D%/websocket_client.c \
	%D%/websocket_reading.c \
	%D%/websocket_telling.c \
	%D%/websocket_writing.c
if HAVE_CACHED
libodeonhttpparts_la_SOURCES += %D%/http_cached.c
else
libodeonhttpparts_la_SOURCES += %D%/http_cached_none.c
endif

lib_LTLIBRARIES += libodeon-http.la
libodeon_http_la_SOURCES =
libodeon_http_la_LIBADD  = libodeonhttpparts.la libodeon-net.la libodeon.la
libodeon_http_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined $(ODEON_NO_UNDEFINED) -version-info $(ODEON_ABI)
if HAVE_VSCRIPT
libodeon_http_la_LDFLAGS += $(VSCRIPT_LDFLAGS),$(top_srcdir)/%D%/odeon-http.map
EXTRA_libodeon_http_la_DEPENDENCIES = %D%/odeon-http.map
endif

odeonparts_HEADERS += include/odeon/http.h
odeonhttpdir = $(odeonpartsdir)/http
odeonhttp_HEADERS = $(http_headers)
man_MANS += $(http_pages)
pkgconfig_DATA += odeon-http.pc
endif
endif
