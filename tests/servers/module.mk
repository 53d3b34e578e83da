# SPDX-License-Identifier: BSD-2-Clause
# The servers among the examples, from outside: clients of all sorts, by plain sockets. `make soak` has many of them come and go for
# ten minutes at each server: SECONDS_EACH=600 SERVERS="echo kv http tls chat", and then once more at kv, which keeps what it holds in a file.
servers_guests = %D%/guest.c %D%/guest.h %D%/guest_chat.c %D%/guest_parts.h %D%/host.c %D%/host.h
if HAVE_TLS
servers_guests += %D%/guest_tls.c
if HAVE_CHECK
check_PROGRAMS += %D%/tls_echo
servers_made    = %D%/tls_echo$(EXEEXT)
endif
else
servers_guests += %D%/guest_tls_none.c
endif
EXTRA_DIST += %D%/guest_tls.c %D%/guest_tls_none.c %D%/tls_echo.c
%C%_tls_echo_SOURCES  = %D%/tls_echo.c $(certificate_sources)
%C%_tls_echo_CPPFLAGS = $(AM_CPPFLAGS) $(TLS_CFLAGS)
%C%_tls_echo_LDADD    = $(net_libraries) $(TLS_LIBS)

if HAVE_NET
if HAVE_CHECK
check_PROGRAMS += %D%/hostile.t
TESTS          += %D%/hostile.t
endif
endif
if HAVE_NET
check_PROGRAMS += %D%/soak
TESTS          += $(servers_scripts)
endif
servers_scripts = %D%/soak.sh %D%/valgrind.sh
EXTRA_DIST     += $(servers_scripts)
%C%_soak_SOURCES = %D%/soak.c $(servers_guests)
%C%_soak_LDADD   = $(TLS_LIBS)

SECONDS_EACH = 600
SERVERS      = echo kv http tls chat
.PHONY: soak
if HAVE_NET
soak: %D%/soak $(noinst_PROGRAMS) $(servers_made)
	%D%/soak --seconds $(SECONDS_EACH) $(SERVERS)
	rm -rf soak.kept && mkdir soak.kept
	%D%/soak --seconds $(SECONDS_EACH) --folder soak.kept kv
	rm -rf soak.kept
else
soak:
	@echo "skipped: built without libodeon-net"
endif

%C%_hostile_t_SOURCES = %D%/hostile.c $(servers_guests)
%C%_hostile_t_LDADD   = $(LDADD) $(TLS_LIBS)
