# SPDX-License-Identifier: BSD-2-Clause
# A key-value server that speaks the protocol of Redis: see README.md.
check_LTLIBRARIES += %D%/libkv.la
%C%_libkv_la_SOURCES = \
	%D%/about.c %D%/admin.c %D%/algebra.c %D%/call.c %D%/call.h %D%/channels.c %D%/clerk.c %D%/client.c %D%/client.h \
	%D%/clients.c %D%/cluster.c %D%/commands.c %D%/commands.h %D%/commands.inc %D%/config.c %D%/connection.c \
	%D%/conversation.c %D%/conversation.h %D%/crowd.c %D%/crowd.h %D%/disk.c %D%/disk.h %D%/effects.c %D%/effects.h \
	%D%/families.h %D%/frame.c %D%/frame.h %D%/group.c %D%/group.h %D%/hash.c %D%/hashes.c %D%/help.c %D%/keys.c \
	%D%/ledger.c %D%/ledger.h %D%/list.c %D%/list.h %D%/lists.c %D%/mail.c %D%/mail.h %D%/manifest.c %D%/manifest.h %D%/memory.c %D%/memory.h %D%/moves.c \
	%D%/objects.c %D%/pack.c %D%/pack.h %D%/pattern.c %D%/persistence.h %D%/pieces.c %D%/pops.c %D%/random.c \
	%D%/ranges.c %D%/record.c %D%/replay.c %D%/replay.h %D%/reply.c %D%/reply.h %D%/resp.c %D%/resp.h %D%/saving.c \
	%D%/saving.h %D%/scan.c %D%/scores.c %D%/scout.c %D%/scout.h %D%/scribe.c %D%/scribe.h %D%/session.c %D%/session.h %D%/sets.c %D%/shard.c \
	%D%/shard.h %D%/sorted.c %D%/sorted.h %D%/split.c %D%/store.c %D%/store.h %D%/strike.c %D%/strike.h %D%/strings.c \
	%D%/table.c %D%/table.h %D%/tape.c %D%/tape.h %D%/text.c %D%/text.h %D%/value.c %D%/wait.c %D%/wait.h
%C%_libkv_la_LIBADD = -lm

EXTRA_DIST += %D%/README.md

# The server, where there is libodeon-net.
if HAVE_NET
noinst_PROGRAMS += %D%/kv
endif
%C%_kv_SOURCES  = %D%/archive.c %D%/archive.h %D%/server.c %D%/settings.c %D%/settings.h %D%/visitor.c %D%/visitor.h
%C%_kv_CPPFLAGS = $(AM_CPPFLAGS) -DKV_VERSION='"$(PACKAGE_VERSION)"'
# Its malloc is jemalloc too: what it keeps is made by one thread and freed by another, and the C library keeps what is left of that.
%C%_kv_LDADD    = %D%/libkv.la libodeon-net.la libodeon.la $(JEMALLOC_LIBS)
