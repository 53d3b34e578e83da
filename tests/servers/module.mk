# SPDX-License-Identifier: BSD-2-Clause
# The servers among the examples, from outside: clients of all sorts, by plain sockets. `make soak` has many of them come and go for
# ten minutes at each server: SECONDS_EACH=600 SERVERS="echo kv http"
servers_guests = %D%/guest.c %D%/guest.h %D%/host.c %D%/host.h

if HAVE_NET
if HAVE_CHECK
check_PROGRAMS += %D%/hostile.t
TESTS          += %D%/hostile.t
endif
endif
%C%_hostile_t_SOURCES = %D%/hostile.c $(servers_guests)
