# SPDX-License-Identifier: BSD-2-Clause
# Tests of HTTP and WebSocket, which need no sockets. A new one is a name in the list; those that read a corpus link its fuzzer too.
http_tests = \
	%D%/date.t \
	%D%/metrics.t \
	%D%/path.t \
	%D%/range.t \
	%D%/reader.t \
	%D%/routes.t \
	%D%/smuggling.t \
	%D%/websocket.t \
	%D%/writer.t

if HAVE_HTTP
if HAVE_CHECK
check_PROGRAMS += $(http_tests)
TESTS          += $(http_tests)
endif
endif

# The example, and clients that others wrote.
TESTS      += %D%/server.sh
EXTRA_DIST += %D%/server.sh

http_test_libraries = libodeonhttp.la $(LDADD)
http_test_cppflags  = $(AM_CPPFLAGS) -iquote $(top_srcdir)/actors/http -DHTTP_CORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
%C%_reader_t_SOURCES     = %D%/corpus.h %D%/reader.c %D%/reads.h tests/fuzz/http.c tests/fuzz/http.h
%C%_reader_t_CPPFLAGS    = $(http_test_cppflags)
%C%_reader_t_LDADD       = $(http_test_libraries)
%C%_reader_t_LDFLAGS     = $(AM_LDFLAGS) -Wl,--wrap=realloc
%C%_smuggling_t_SOURCES  = %D%/smuggling.c %D%/reads.h tests/fuzz/http.c tests/fuzz/http.h
%C%_smuggling_t_CPPFLAGS = $(http_test_cppflags)
%C%_smuggling_t_LDADD    = $(http_test_libraries)
%C%_date_t_CPPFLAGS      = $(http_test_cppflags)
%C%_date_t_LDADD         = $(http_test_libraries)
%C%_writer_t_CPPFLAGS    = $(http_test_cppflags)
%C%_writer_t_LDADD       = $(http_test_libraries)
%C%_range_t_CPPFLAGS     = $(http_test_cppflags)
%C%_range_t_LDADD        = $(http_test_libraries)
%C%_path_t_CPPFLAGS      = $(http_test_cppflags)
%C%_path_t_LDADD         = $(http_test_libraries)
%C%_routes_t_SOURCES     = %D%/corpus.h %D%/routes.c tests/fuzz/routes.c tests/fuzz/routes.h
%C%_routes_t_CPPFLAGS    = $(http_test_cppflags)
%C%_routes_t_LDADD       = $(http_test_libraries)
%C%_routes_t_LDFLAGS     = $(AM_LDFLAGS) -Wl,--wrap=calloc,--wrap=realloc
%C%_websocket_t_SOURCES  = %D%/corpus.h %D%/websocket.c tests/fuzz/websocket.c tests/fuzz/websocket.h
%C%_websocket_t_CPPFLAGS = $(http_test_cppflags)
%C%_websocket_t_LDADD    = $(http_test_libraries)
%C%_metrics_t_CPPFLAGS   = $(http_test_cppflags)
%C%_metrics_t_LDADD      = $(http_test_libraries)

# A folder that is served, and curl.
TESTS      += %D%/folder.sh
EXTRA_DIST += %D%/folder.sh %D%/folder.c
if HAVE_NET
if HAVE_HTTP
if HAVE_CHECK
check_PROGRAMS += %D%/folder
endif
endif
endif
%C%_folder_SOURCES = %D%/folder.c
%C%_folder_LDADD   = libodeonhttpparts.la libodeonnetparts.la libodeoncore.la

# A program of the examples, with clients that others wrote.
TESTS      += %D%/chat.sh
EXTRA_DIST += %D%/chat.sh
