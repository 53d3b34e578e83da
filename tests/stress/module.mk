# SPDX-License-Identifier: BSD-2-Clause
# The stress test: a short one in `make check`, a long one by `make stress` (and `make stress SECONDS=600`).
check_PROGRAMS += %D%/crowd %D%/restarts %D%/storm %D%/stress
%C%_crowd_SOURCES = %D%/crowd.c
%C%_crowd_LDADD   = libodeoncore.la
%C%_restarts_SOURCES = %D%/child.c %D%/keeper.c %D%/nursery.h %D%/restarts.c %D%/tree.c
%C%_restarts_LDADD   = libodeoncore.la
%C%_storm_SOURCES = %D%/storm.c
%C%_storm_LDADD   = libodeoncore.la
%C%_stress_SOURCES = %D%/citizens.c %D%/stress.c %D%/town.c %D%/town.h
%C%_stress_LDADD   = libodeoncore.la
TESTS      += %D%/crowd %D%/restarts.sh %D%/short.sh %D%/storm.sh
EXTRA_DIST += %D%/restarts.sh %D%/short.sh %D%/storm.sh

SECONDS = 120
.PHONY: stress
stress: %D%/crowd %D%/restarts %D%/storm %D%/stress
	%D%/crowd $(SECONDS)
	%D%/stress --seconds $(SECONDS)
	%D%/stress --starts 10000
	%D%/restarts --seconds $(SECONDS)
	%D%/restarts --seconds $(SECONDS) --tree
	%D%/storm
