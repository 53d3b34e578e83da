# SPDX-License-Identifier: BSD-2-Clause
# The explorer: a scenario more is a line in scenarios.h, one in main.c's list, and its mutants there.
# Many seeds: make explore SEEDS=1000000

if !SANITIZED
check_PROGRAMS += %D%/explore
TESTS          += %D%/run.sh
endif
%C%_explore_SOURCES  = %D%/channels.c %D%/channels.h %D%/choice.c %D%/duty.c %D%/explore.c %D%/explore.h \
	%D%/explore_atomic.h %D%/halt.c %D%/judge.c %D%/known.c %D%/late.c %D%/late.h %D%/mailbox.c %D%/main.c \
	%D%/mutants.h %D%/pool.c %D%/queues.c %D%/quiet.c %D%/rendezvous.c %D%/room.c %D%/scenarios.h %D%/slabs.c %D%/sleep.c \
	%D%/stream.c %D%/turns.c %D%/vacancy.c %D%/watches.c
%C%_explore_CPPFLAGS = $(AM_CPPFLAGS) -DODEON_EXPLORE -iquote $(top_srcdir)/%D%
%C%_explore_LDADD    = $(CK_LIBS)
EXTRA_DIST          += %D%/run.sh

.PHONY: explore
explore: %D%/explore$(EXEEXT)
	top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)' SEEDS="$${SEEDS:-1000000}" $(SHELL) $(srcdir)/%D%/run.sh
