# SPDX-License-Identifier: BSD-2-Clause
# The examples and the benchmark program, linked as a user would link them: with the library that is installed.
# A new example is two lines: its name in the list, and what it links. What it prints is compared with NAME.expected.

example_programs = \
	%D%/00-tour \
	%D%/01-hello \
	%D%/02-counter \
	%D%/03-ping-pong \
	%D%/04-ring \
	%D%/05-ownership \
	%D%/06-overload \
	%D%/07-embed \
	%D%/08-simulate \
	%D%/09-request \
	%D%/10-timers \
	%D%/11-supervision \
	%D%/12-state-machine \
	%D%/13-router \
	%D%/14-pub-sub \
	%D%/15-registry \
	%D%/16-testkit \
	%D%/20-offload
%C%_00_tour_LDADD      = libodeon.la
%C%_01_hello_LDADD     = libodeon.la
%C%_02_counter_LDADD   = libodeon.la
%C%_03_ping_pong_LDADD = libodeon.la
%C%_04_ring_LDADD      = libodeon.la
%C%_05_ownership_LDADD = libodeon.la
%C%_06_overload_LDADD  = libodeon.la
%C%_07_embed_LDADD     = libodeon.la
%C%_08_simulate_LDADD  = libodeon.la
%C%_11_supervision_LDADD = libodeon.la
%C%_12_state_machine_LDADD = libodeon.la
%C%_13_router_LDADD     = libodeon.la
%C%_16_testkit_LDADD   = libodeon.la
%C%_20_offload_LDADD   = libodeon.la
%C%_14_pub_sub_LDADD    = libodeon.la
%C%_15_registry_LDADD   = libodeon.la
%C%_10_timers_LDADD    = libodeon.la
%C%_09_request_LDADD   = libodeon.la

channel_programs = \
	%D%/channels/01-one-value \
	%D%/channels/02-use-after-send \
	%D%/channels/03-iterate \
	%D%/channels/04-clone \
	%D%/channels/05-bounded \
	%D%/channels/06-rendezvous \
	%D%/channels/07-errors \
	%D%/channels/08-try-recv \
	%D%/channels/09-mpmc \
	%D%/channels/10-select \
	%D%/channels/11-pipeline \
	%D%/channels/12-worker-pool \
	%D%/channels/13-poll-loop \
	%D%/channels/14-actors-and-threads \
	%D%/channels/15-broadcast-watch-oneshot
%C%_channels_01_one_value_LDADD = libodeon.la
%C%_channels_02_use_after_send_LDADD = libodeon.la
%C%_channels_03_iterate_LDADD = libodeon.la
%C%_channels_04_clone_LDADD = libodeon.la
%C%_channels_05_bounded_LDADD = libodeon.la
%C%_channels_06_rendezvous_LDADD = libodeon.la
%C%_channels_07_errors_LDADD = libodeon.la
%C%_channels_08_try_recv_LDADD = libodeon.la
%C%_channels_09_mpmc_LDADD = libodeon.la
%C%_channels_10_select_LDADD = libodeon.la
%C%_channels_11_pipeline_LDADD = libodeon.la
%C%_channels_12_worker_pool_LDADD = libodeon.la
%C%_channels_13_poll_loop_LDADD = libodeon.la
%C%_channels_14_actors_and_threads_LDADD = libodeon.la
%C%_channels_15_broadcast_watch_oneshot_LDADD = libodeon.la
example_programs += $(channel_programs)
EXTRA_DIST       += %D%/channels/shared.h

if HAVE_NET
example_programs += %D%/17-tcp-echo
endif
%C%_17_tcp_echo_LDADD  = libodeon-net.la libodeon.la
EXTRA_DIST            += %D%/17-tcp-echo.c %D%/17-tcp-echo.expected

if HAVE_NET
if HAVE_HTTP
example_programs += %D%/18-http-hello
endif
endif
%C%_18_http_hello_LDADD  = libodeon-http.la libodeon-net.la libodeon.la
EXTRA_DIST              += %D%/18-http-hello.c %D%/18-http-hello.expected

if HAVE_CXX
example_programs += %D%/cxx/hello
endif
%C%_cxx_hello_SOURCES  = %D%/cxx/hello.cc
%C%_cxx_hello_CPPFLAGS = -I$(top_srcdir)/include
%C%_cxx_hello_LDADD    = libodeon.la

noinst_PROGRAMS += $(example_programs)
TESTS           += $(example_programs:=.expected)
EXTRA_DIST      += $(example_programs:=.expected)

EXPECTED_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/example.sh
EXPECTED_LOG_DRIVER   = $(SHELL) $(top_srcdir)/tests/driver.sh
EXTRA_DIST           += tests/example.sh

include %D%/bench/module.mk
include %D%/savina/module.mk
include %D%/bank/module.mk
include %D%/chat/module.mk
include %D%/kv/module.mk
