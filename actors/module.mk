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
