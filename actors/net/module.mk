# SPDX-License-Identifier: BSD-2-Clause
# libodeon-net: sockets, by libuv. A library of its own, so that libodeon needs no libuv; built where libuv is found. Like
# all actors it sees the public headers only.

net_headers = \
	include/odeon/net/bytes.h \
	include/odeon/net/connection.h \
	include/odeon/net/file.h \
	include/odeon/net/framing.h \
	include/odeon/net/listener.h \
	include/odeon/net/loop.h \
	include/odeon/net/names.h \
	include/odeon/net/network.h \
	include/odeon/net/program.h \
	include/odeon/net/signals.h \
	include/odeon/net/tls.h \
	include/odeon/net/udp.h
net_pages = \
	docs/man/made/odeon_bytes_constant.3 \
	docs/man/made/odeon_bytes_copy.3 \
	docs/man/made/odeon_bytes_new.3 \
	docs/man/made/odeon_bytes_share.3 \
	docs/man/made/odeon_bytes_text.3 \
	docs/man/made/odeon_connection_adopt.3 \
	docs/man/made/odeon_connection_open.3 \
	docs/man/made/odeon_datagram_new.3 \
	docs/man/made/odeon_file_open.3 \
	docs/man/made/odeon_framing_add.3 \
	docs/man/made/odeon_framing_clear.3 \
	docs/man/made/odeon_framing_init.3 \
	docs/man/made/odeon_framing_next.3 \
	docs/man/made/odeon_framing_rest.3 \
	docs/man/made/odeon_listener_open.3 \
	docs/man/made/odeon_names_find.3 \
	docs/man/made/odeon_net_loop.3 \
	docs/man/made/odeon_net_poller.3 \
	docs/man/made/odeon_network_count.3 \
	docs/man/made/odeon_network_set.3 \
	docs/man/made/odeon_program_start.3 \
	docs/man/made/odeon_signals_watch.3 \
	docs/man/made/odeon_tls_client.3 \
	docs/man/made/odeon_tls_drop.3 \
	docs/man/made/odeon_tls_reload.3 \
	docs/man/made/odeon_tls_server.3 \
	docs/man/made/odeon_tls_share.3 \
	docs/man/made/odeon_udp_open.3
EXTRA_DIST += $(net_headers) include/odeon/net.h %D%/odeon-net.map

if HAVE_NET
# All objects, not installed: tests link these and libodeoncore.
noinst_LTLIBRARIES += libodeonnetparts.la
libodeonnetparts_la_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(TLS_CFLAGS)
libodeonnetparts_la_LIBADD   = $(UV_LIBS) $(TLS_LIBS)
libodeonnetparts_la_SOURCES  = \
	%D%/acceptor.c \
	%D%/acceptor.h \
	%D%/address.c \
	%D%/address.h \
	%D%/adopted.c \
	%D%/adopted.h \
	%D%/bytes.c \
	%D%/chain.c \
	%D%/chain.h \
	%D%/client.c \
	%D%/connection.c \
	%D%/connection.h \
	%D%/credit.h \
	%D%/datagrams.c \
	%D%/datagrams.h \
	%D%/dialing.c \
	%D%/dialing.h \
	%D%/door.c \
	%D%/door.h \
	%D%/errors.c \
	%D%/errors.h \
	%D%/file.c \
	%D%/file.h \
	%D%/framing.c \
	%D%/hall.c \
	%D%/hall.h \
	%D%/handle.c \
	%D%/handle.h \
	%D%/hatch.c \
	%D%/hatch.h \
	%D%/leaving.c \
	%D%/line.c \
	%D%/listener.c \
	%D%/names.c \
	%D%/names.h \
	%D%/network.c \
	%D%/network.h \
	%D%/news.c \
	%D%/news.h \
	%D%/offspring.c \
	%D%/offspring.h \
	%D%/orders.c \
	%D%/pieces.c \
	%D%/poller.c \
	%D%/poller.h \
	%D%/ports.c \
	%D%/program.c \
	%D%/seeing.c \
	%D%/signals.c \
	%D%/sources.c \
	%D%/sources.h \
	%D%/stir.h \
	%D%/stream.c \
	%D%/stream.h \
	%D%/telling.c \
	%D%/terms.c \
	%D%/tls.h \
	%D%/udp.c \
	%D%/wire.c \
	%D%/wire.h \
	%D%/writing.c
if HAVE_TLS
libodeonnetparts_la_SOURCES += \
	%D%/tls_bio.c \
	%D%/tls_context.c \
	%D%/tls_errors.c \
	%D%/tls_files.c \
	%D%/tls_generation.c \
	%D%/tls_parts.h \
	%D%/tls_reading.c \
	%D%/tls_sessions.c \
	%D%/tls_writing.c
else
libodeonnetparts_la_SOURCES += %D%/tls_none.c
endif

lib_LTLIBRARIES += libodeon-net.la
libodeon_net_la_SOURCES =
libodeon_net_la_LIBADD  = libodeonnetparts.la libodeon.la
libodeon_net_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined $(ODEON_NO_UNDEFINED) -version-info $(ODEON_ABI)
if HAVE_VSCRIPT
libodeon_net_la_LDFLAGS += $(VSCRIPT_LDFLAGS),$(top_srcdir)/%D%/odeon-net.map
EXTRA_libodeon_net_la_DEPENDENCIES = %D%/odeon-net.map
endif

odeonparts_HEADERS += include/odeon/net.h
odeonnetdir = $(odeonpartsdir)/net
odeonnet_HEADERS = $(net_headers)
man_MANS += $(net_pages)
pkgconfig_DATA += odeon-net.pc
endif
