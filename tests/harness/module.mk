# SPDX-License-Identifier: BSD-2-Clause
# What the tests share is built in tests/module.mk. Here: mistakes that are planted, each of which must be reported.
if HAVE_CHECK
check_PROGRAMS += %D%/planted
%C%_planted_SOURCES = %D%/planted.c
TESTS      += %D%/nets.sh
endif
EXTRA_DIST += %D%/nets.sh %D%/server.sh
