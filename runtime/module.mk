# SPDX-License-Identifier: BSD-2-Clause
# The library. A new source: one line in the list below and one word in the file layers.

# All objects, not installed: tests link this and so reach what users cannot.
noinst_LTLIBRARIES += libodeoncore.la
libodeoncore_la_CPPFLAGS = $(AM_CPPFLAGS) -DODEON_IMPLEMENTATION
libodeoncore_la_LIBADD   = $(CK_LIBS) $(JEMALLOC_LIBS)
libodeoncore_la_SOURCES  = \
	%D%/actor.c \
	%D%/actor.h \
	%D%/alloc.h \
	%D%/answer.c \
	%D%/ask.c \
	%D%/ask.h \
	%D%/atomic.h \
	%D%/atomic_tsan.h \
	%D%/backstop.c \
	%D%/bounds.c \
	%D%/bounds.h \
	%D%/cache.c \
	%D%/cache.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/context.h \
	%D%/deliver.c \
	%D%/deliver.h \
	%D%/directory.c \
	%D%/directory.h \
	%D%/error.c \
	%D%/gate.h \
	%D%/hand.c \
	%D%/hand.h \
	%D%/invariant.c \
	%D%/invariant.h \
	%D%/letters.c \
	%D%/letters.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/mailbox.h \
	%D%/message.c \
	%D%/message.h \
	%D%/mutant.h \
	%D%/os.c \
	%D%/os.h \
	%D%/own.c \
	%D%/own.h \
	%D%/pace.h \
	%D%/parker.c \
	%D%/parker.h \
	%D%/permit.c \
	%D%/permit.h \
	%D%/plain.c \
	%D%/plain.h \
	%D%/random.h \
	%D%/ready.c \
	%D%/ready.h \
	%D%/runqueue.h \
	%D%/sanitizer.h \
	%D%/self.c \
	%D%/send.c \
	%D%/simulation.c \
	%D%/simulation.h \
	%D%/sleepers.h \
	%D%/slot.h \
	%D%/slotqueue.h \
	%D%/stats.c \
	%D%/step.c \
	%D%/step.h \
	%D%/stop.c \
	%D%/system.c \
	%D%/system.h \
	%D%/tally.h \
	%D%/turn.c \
	%D%/turn.h \
	%D%/worker.c \
	%D%/worker.h \
	%D%/world.c \
	%D%/world.h

# What is installed: the same objects, and of their functions only what the map names.
lib_LTLIBRARIES += libodeon.la
libodeon_la_SOURCES =
libodeon_la_LIBADD  = libodeoncore.la
libodeon_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined $(ODEON_NO_UNDEFINED) -version-info $(ODEON_ABI)
if HAVE_VSCRIPT
libodeon_la_LDFLAGS += $(VSCRIPT_LDFLAGS),$(top_srcdir)/%D%/odeon.map
EXTRA_libodeon_la_DEPENDENCIES = %D%/odeon.map
endif
EXTRA_DIST += %D%/odeon.map %D%/layers

# The headers go into a directory of their own, never straight into a system directory: there gcc would not tell of
# uses after a send.
odeondir = $(includedir)/odeon-1
odeon_HEADERS = include/odeon.h
odeonpartsdir = $(odeondir)/odeon
odeonparts_HEADERS = \
	include/odeon/actor.h \
	include/odeon/compiler.h \
	include/odeon/error.h \
	include/odeon/message.h \
	include/odeon/poller.h \
	include/odeon/ref.h \
	include/odeon/send.h \
	include/odeon/stats.h \
	include/odeon/system.h \
	include/odeon/time.h
