# SPDX-License-Identifier: BSD-2-Clause
# Clients that are there on the machine, and servers for them.
TESTS      += %D%/openssl.sh
EXTRA_DIST += %D%/openssl.sh
if HAVE_TLS
if HAVE_CHECK
check_PROGRAMS += %D%/tls_server
endif
endif
%C%_tls_server_SOURCES  = %D%/tls_server.c $(certificate_sources)
%C%_tls_server_CPPFLAGS = $(AM_CPPFLAGS) $(TLS_CFLAGS)
%C%_tls_server_LDADD    = $(net_libraries) $(TLS_LIBS)
EXTRA_DIST += %D%/tls_server.c

# What TLS costs, for docs/performance.md: ROUNDS=5
if HAVE_TLS
if HAVE_CHECK
noinst_PROGRAMS += %D%/tls_cost
bench-tls: %D%/tls_cost$(EXEEXT)
	@./%D%/tls_cost$(EXEEXT) $(ROUNDS)
endif
endif
.PHONY: bench-tls
%C%_tls_cost_SOURCES  = %D%/tls_cost.c $(certificate_sources)
%C%_tls_cost_CPPFLAGS = $(AM_CPPFLAGS) $(TLS_CFLAGS)
%C%_tls_cost_LDADD    = $(net_libraries) $(TLS_LIBS)
EXTRA_DIST += %D%/tls_cost.c
