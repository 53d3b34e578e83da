# SPDX-License-Identifier: BSD-2-Clause
# The examples under a thousand seeds each. An example that can be simulated is a name in the list, and three lines.
# Others:   tests/simulation/examples/NAME 100000 1      (how many, the first)
# One:      ODEON_SEED=17 tests/simulation/examples/NAME

simulated_examples = \
	%D%/00-tour \
	%D%/01-hello \
	%D%/02-counter \
	%D%/03-ping-pong \
	%D%/04-ring \
	%D%/05-ownership \
	%D%/06-overload \
	%D%/07-embed \
	%D%/09-request \
	%D%/12-state-machine \
	%D%/13-router \
	%D%/14-pub-sub \
	%D%/20-offload

%C%_00_tour_SOURCES  = examples/00-tour.c $(simulation_driver)
%C%_00_tour_CPPFLAGS = $(simulation_flags)
%C%_00_tour_LDADD    = libodeon.la
%C%_01_hello_SOURCES  = examples/01-hello.c $(simulation_driver)
%C%_01_hello_CPPFLAGS = $(simulation_flags)
%C%_01_hello_LDADD    = libodeon.la
%C%_02_counter_SOURCES  = examples/02-counter.c $(simulation_driver)
%C%_02_counter_CPPFLAGS = $(simulation_flags)
%C%_02_counter_LDADD    = libodeon.la
%C%_03_ping_pong_SOURCES  = examples/03-ping-pong.c $(simulation_driver)
%C%_03_ping_pong_CPPFLAGS = $(simulation_flags)
%C%_03_ping_pong_LDADD    = libodeon.la
%C%_04_ring_SOURCES  = examples/04-ring.c $(simulation_driver)
%C%_04_ring_CPPFLAGS = $(simulation_flags)
%C%_04_ring_LDADD    = libodeon.la
%C%_05_ownership_SOURCES  = examples/05-ownership.c $(simulation_driver)
%C%_05_ownership_CPPFLAGS = $(simulation_flags)
%C%_05_ownership_LDADD    = libodeon.la
%C%_06_overload_SOURCES  = examples/06-overload.c $(simulation_driver)
%C%_06_overload_CPPFLAGS = $(simulation_flags)
%C%_06_overload_LDADD    = libodeon.la
%C%_07_embed_SOURCES  = examples/07-embed.c $(simulation_driver)
%C%_07_embed_CPPFLAGS = $(simulation_flags)
%C%_07_embed_LDADD    = libodeon.la
%C%_12_state_machine_SOURCES  = examples/12-state-machine.c $(simulation_driver)
%C%_12_state_machine_CPPFLAGS = $(simulation_flags)
%C%_12_state_machine_LDADD    = libodeon.la
%C%_13_router_SOURCES  = examples/13-router.c $(simulation_driver)
%C%_13_router_CPPFLAGS = $(simulation_flags)
%C%_13_router_LDADD    = libodeon.la
%C%_20_offload_SOURCES  = examples/20-offload.c $(simulation_driver)
%C%_20_offload_CPPFLAGS = $(simulation_flags)
%C%_20_offload_LDADD    = libodeon.la
%C%_14_pub_sub_SOURCES  = examples/14-pub-sub.c $(simulation_driver)
%C%_14_pub_sub_CPPFLAGS = $(simulation_flags)
%C%_14_pub_sub_LDADD    = libodeon.la
%C%_09_request_SOURCES  = examples/09-request.c $(simulation_driver)
%C%_09_request_CPPFLAGS = $(simulation_flags)
%C%_09_request_LDADD    = libodeon.la
simulation_driver = %D%/driver.c %D%/simulated.h
simulation_flags  = $(AM_CPPFLAGS) -include $(top_srcdir)/%D%/simulated.h -DEXPECTED_IN='"$(abs_top_srcdir)/examples"'

check_PROGRAMS += $(simulated_examples)
TESTS          += $(simulated_examples)

# The driver itself, with faults that it must find.
check_PROGRAMS         += %D%/planted
%C%_planted_SOURCES     = %D%/planted.c $(simulation_driver)
%C%_planted_CPPFLAGS    = $(AM_CPPFLAGS) -include $(top_srcdir)/%D%/simulated.h \
	-DEXPECTED_IN='"$(abs_top_srcdir)/%D%"' -DPATIENCE=2
%C%_planted_LDADD       = libodeon.la
TESTS                  += %D%/finds-planted.sh
EXTRA_DIST             += %D%/finds-planted.sh %D%/planted.expected
