# SPDX-License-Identifier: BSD-2-Clause
# The tests. A new one is one line in one of the lists below:
#
#   NAME.t   a program made with the library check; its source is NAME.c unless a _SOURCES line says otherwise.
#            Each of its tests is counted by itself
#   NAME     a program that is good when it answers 0
#   NAME.sh  a script: 0 is good, 77 is skipped
#   NAME.expected  what the program NAME prints (examples only)
#
# Run one alone:                   make check TESTS=tests/unit/send.t
# and of that only one test case:  make check TESTS=tests/unit/send.t CK_RUN_CASE=order

TEST_EXTENSIONS = .t .sh .expected
LOG_DRIVER      = $(SHELL) $(top_srcdir)/%D%/driver.sh
T_LOG_DRIVER    = $(SHELL) $(top_srcdir)/%D%/driver.sh
SH_LOG_DRIVER   = $(SHELL) $(top_srcdir)/%D%/driver.sh
SH_LOG_COMPILER = $(SHELL)
EXTRA_DIST     += %D%/driver.sh

AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	CC='$(CC)'; CXX='$(CXX)'; NM='$(NM)'; OBJDUMP='$(OBJDUMP)'; AWK='$(AWK)'; MAKE='$(MAKE)'; \
	CFLAGS='$(ODEON_SANITIZER) $(CFLAGS)'; SANITIZER='$(ODEON_SANITIZER)'; \
	export top_srcdir top_builddir CC CXX NM OBJDUMP AWK MAKE CFLAGS SANITIZER; \
	CK_VERBOSITY=silent; CK_TAP_LOG_FILE_NAME=-; export CK_VERBOSITY CK_TAP_LOG_FILE_NAME;

# ---- first what takes longest, so that others run beside it
include %D%/model/module.mk

# ---- programs made with check; each links the insides of the library, and the kit that tests share
LDADD = %D%/harness/libkit.la libodeoncore.la $(CHECK_LIBS)
if HAVE_CHECK
AM_CPPFLAGS      += $(CHECK_CFLAGS)
check_LTLIBRARIES += %D%/harness/libkit.la
check_PROGRAMS    += $(check_tests)
TESTS             += $(check_tests)
endif
%C%_harness_libkit_la_SOURCES = %D%/harness/drum.c %D%/harness/drum.h %D%/harness/gates.c %D%/harness/halves.c %D%/harness/halves.h %D%/harness/kit.c \
	%D%/harness/kit.h
check_tests = \
	%D%/contract/bound.t \
	%D%/contract/breaker.t \
	%D%/contract/channel.t \
	%D%/contract/choice.t \
	%D%/contract/end.t \
	%D%/contract/limiter.t \
	%D%/contract/machine.t \
	%D%/contract/machine_wrong.t \
	%D%/contract/mailbox.t \
	%D%/contract/offload.t \
	%D%/contract/pipe.t \
	%D%/contract/poller.t \
	%D%/contract/registry.t \
	%D%/contract/retry.t \
	%D%/contract/room.t \
	%D%/contract/router.t \
	%D%/contract/router_change.t \
	%D%/contract/supervisor.t \
	%D%/contract/supervisor_stop.t \
	%D%/contract/topics.t \
	%D%/contract/topics_any.t \
	%D%/contract/topics_trouble.t \
	%D%/fault/behaviour.t \
	%D%/fault/bonds.t \
	%D%/fault/channels.t \
	%D%/fault/fault.t \
	%D%/fault/offload.t \
	%D%/fault/request.t \
	%D%/fault/restart.t \
	%D%/fault/router.t \
	%D%/fault/supervisor.t \
	%D%/fault/testkit.t \
	%D%/fault/timer.t \
	%D%/fault/topics.t \
	%D%/fault/waits.t \
	%D%/fault/watch.t \
	%D%/scenarios/chains.t \
	%D%/scenarios/channels.t \
	%D%/scenarios/choosers.t \
	%D%/scenarios/edges.t \
	%D%/scenarios/life.t \
	%D%/scenarios/outside.t \
	%D%/scenarios/scheduling.t \
	%D%/scenarios/selects.t \
	%D%/scenarios/trouble.t \
	%D%/scenarios/values.t \
	%D%/simulation/bonds.t \
	%D%/simulation/channels.t \
	%D%/simulation/machine.t \
	%D%/simulation/offload.t \
	%D%/simulation/poller.t \
	%D%/simulation/requests.t \
	%D%/simulation/restart.t \
	%D%/simulation/router.t \
	%D%/simulation/simulation.t \
	%D%/simulation/supervisor.t \
	%D%/simulation/topics.t \
	%D%/simulation/unanswered.t \
	%D%/simulation/waits.t \
	%D%/unit/actor.t \
	%D%/unit/ahead.t \
	%D%/unit/apart.t \
	%D%/unit/ask.t \
	%D%/unit/attach.t \
	%D%/unit/awake.t \
	%D%/unit/background.t \
	%D%/unit/bands.t \
	%D%/unit/bands_rows.t \
	%D%/unit/beacon.t \
	%D%/unit/cache.t \
	%D%/unit/callbacks.t \
	%D%/unit/channel.t \
	%D%/unit/crash.t \
	%D%/unit/deadline.t \
	%D%/unit/end.t \
	%D%/unit/error.t \
	%D%/unit/foreign.t \
	%D%/unit/faults.t \
	%D%/unit/fork.t \
	%D%/unit/frozen.t \
	%D%/unit/gather.t \
	%D%/unit/hand.t \
	%D%/unit/handling.t \
	%D%/unit/holdings.t \
	%D%/unit/host.t \
	%D%/unit/intercept.t \
	%D%/unit/letters.t \
	%D%/unit/linger.t \
	%D%/unit/link.t \
	%D%/unit/load_count.t \
	%D%/unit/meet.t \
	%D%/unit/message.t \
	%D%/unit/monitor.t \
	%D%/unit/monitor_bounds.t \
	%D%/unit/quiet.t \
	%D%/unit/receiver.t \
	%D%/unit/ref.t \
	%D%/unit/refusal.t \
	%D%/unit/request.t \
	%D%/unit/restart.t \
	%D%/unit/restart_ends.t \
	%D%/unit/restart_life.t \
	%D%/unit/restart_place.t \
	%D%/unit/rounds.t \
	%D%/unit/routing.t \
	%D%/unit/select.t \
	%D%/unit/select_mailbox.t \
	%D%/unit/select_mailbox_end.t \
	%D%/unit/select_wait.t \
	%D%/unit/selector.t \
	%D%/unit/send.t \
	%D%/unit/sender.t \
	%D%/unit/silence.t \
	%D%/unit/spread.t \
	%D%/unit/start.t \
	%D%/unit/stash.t \
	%D%/unit/stash_duty.t \
	%D%/unit/stats.t \
	%D%/unit/stop.t \
	%D%/unit/system.t \
	%D%/unit/testkit.t \
	%D%/unit/threads.t \
	%D%/unit/tick.t \
	%D%/unit/time.t \
	%D%/unit/tidy.t \
	%D%/unit/timer.t \
	%D%/unit/timer_owner.t \
	%D%/unit/turns.t \
	%D%/unit/waits.t \
	%D%/unit/watch.t \
	%D%/unit/watch_ends.t \
	%D%/unit/watchdog.t \
	%D%/unit/wheel.t

# Of libodeon-net, where that is built.
if HAVE_NET
check_tests += \
	%D%/contract/adopted.t \
	%D%/contract/connection.t \
	%D%/contract/file.t \
	%D%/contract/file_sent.t \
	%D%/contract/listener.t \
	%D%/contract/names.t \
	%D%/contract/poller_net.t \
	%D%/contract/program.t \
	%D%/contract/rearming.t \
	%D%/contract/reset.t \
	%D%/contract/signals.t \
	%D%/contract/sources.t \
	%D%/contract/udp.t \
	%D%/fault/net.t \
	%D%/fault/net_rest.t \
	%D%/simulation/connections.t \
	%D%/simulation/echo.t \
	%D%/simulation/file.t \
	%D%/simulation/kv.t \
	%D%/unit/framing.t \
	%D%/unit/net_poller.t
endif
%C%_contract_rearming_t_SOURCES = %D%/contract/rearming.c $(wires)
%C%_contract_rearming_t_LDADD = $(net_libraries)
%C%_contract_reset_t_SOURCES = %D%/contract/reset.c $(wires)
%C%_contract_reset_t_LDADD = $(net_libraries)
%C%_contract_sources_t_SOURCES = %D%/contract/sources.c $(wires)
%C%_contract_sources_t_LDADD = $(net_libraries)
net_scripts = %D%/contract/idle.sh %D%/contract/interrupted.sh
if HAVE_NET
TESTS      += $(net_scripts)
endif
EXTRA_DIST += $(net_scripts)
# What tests of sockets share.
wires = %D%/contract/relay.h %D%/contract/wires.c %D%/contract/wires.h
net_libraries = %D%/harness/libkit.la libodeonnetparts.la libodeoncore.la $(CHECK_LIBS)
certificate_sources = %D%/harness/certificates.c %D%/harness/certificates.h
if HAVE_TLS
AM_CPPFLAGS += -DWITH_TLS=1 $(TLS_CFLAGS)
wires += %D%/contract/relay.c $(certificate_sources)
check_tests += \
	%D%/contract/tls.t \
	%D%/contract/tls_trouble.t \
	%D%/fault/crypto.t \
	%D%/fault/tls.t
else
AM_CPPFLAGS += -DWITH_TLS=0
wires += %D%/contract/relay_none.c
endif
EXTRA_DIST += %D%/contract/relay.c %D%/contract/relay_none.c $(certificate_sources)
%C%_contract_tls_t_SOURCES = %D%/contract/tls.c $(wires)
%C%_contract_tls_t_LDADD = $(net_libraries)
%C%_contract_tls_trouble_t_SOURCES = %D%/contract/tls_other.h %D%/contract/tls_trouble.c $(wires)
%C%_contract_tls_trouble_t_LDADD = $(net_libraries)
%C%_contract_adopted_t_SOURCES = %D%/contract/adopted.c $(wires)
%C%_contract_adopted_t_LDADD = $(net_libraries)
%C%_contract_connection_t_SOURCES = %D%/contract/connection.c $(wires)
%C%_contract_connection_t_LDADD = $(net_libraries)
%C%_unit_framing_t_SOURCES = %D%/unit/framing.c %D%/fuzz/framing.c %D%/fuzz/framing.h
%C%_unit_framing_t_CPPFLAGS = $(AM_CPPFLAGS) -DHTTP_CORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
%C%_contract_program_t_SOURCES = %D%/contract/program.c %D%/contract/scratch.h $(wires)
%C%_contract_program_t_LDADD = $(net_libraries)
%C%_contract_file_t_SOURCES = %D%/contract/file.c %D%/contract/scratch.h $(wires)
%C%_contract_file_t_LDADD = $(net_libraries)
%C%_contract_file_sent_t_SOURCES = %D%/contract/file_sent.c %D%/contract/scratch.h $(wires)
%C%_contract_file_sent_t_LDADD = $(net_libraries)
%C%_contract_names_t_SOURCES = %D%/contract/names.c $(wires)
%C%_contract_names_t_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
%C%_contract_names_t_LDADD = $(net_libraries)
%C%_contract_signals_t_LDADD = $(net_libraries)
%C%_contract_udp_t_SOURCES = %D%/contract/udp.c %D%/contract/scratch.h $(wires)
%C%_contract_udp_t_LDADD = $(net_libraries)
%C%_simulation_file_t_LDADD = $(net_libraries)
%C%_simulation_connections_t_SOURCES = %D%/simulation/connections.c $(simulation_sides)
%C%_simulation_connections_t_LDADD = $(net_libraries)
simulation_sides = %D%/simulation/scene.c %D%/simulation/scene.h %D%/simulation/sides.c %D%/simulation/sides.h
%C%_simulation_echo_t_SOURCES = %D%/simulation/echo.c $(simulation_sides)
%C%_simulation_echo_t_LDADD = $(net_libraries)
%C%_simulation_kv_t_SOURCES = %D%/simulation/kv.c %D%/simulation/guest_says.c %D%/simulation/guests.c %D%/simulation/guests.h \
	%D%/simulation/scene.c %D%/simulation/scene.h %D%/kv/engine.c %D%/kv/engine.h %D%/kv/lines.c %D%/kv/lines.h %D%/kv/chance.h \
	examples/kv/visitor.c examples/kv/visitor.h
%C%_simulation_kv_t_LDADD = examples/kv/libkv.la $(net_libraries)
%C%_unit_framing_t_LDADD = $(net_libraries)
%C%_unit_net_poller_t_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
%C%_unit_net_poller_t_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=uv_timer_start
%C%_unit_net_poller_t_LDADD = $(net_libraries)
%C%_contract_poller_net_t_SOURCES = %D%/contract/poller.c
%C%_contract_poller_net_t_CPPFLAGS = $(AM_CPPFLAGS) -DPOLLER_HEADER='<odeon/net/loop.h>' -DPOLLER_MORE='odeon_net_poller()'
%C%_contract_poller_net_t_LDADD = $(net_libraries)
%C%_contract_listener_t_SOURCES = %D%/contract/listener.c $(wires)
%C%_contract_listener_t_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
%C%_contract_listener_t_LDADD = $(net_libraries)

# Of libodeon-http, where that is built too.
if HAVE_NET
if HAVE_HTTP
check_tests += \
	%D%/contract/http_client.t \
	%D%/contract/http_client_trouble.t \
	%D%/contract/http_server.t \
	%D%/contract/http_server_bodies.t \
	%D%/contract/http_server_files.t \
	%D%/contract/http_server_hostile.t \
	%D%/contract/http_server_upgrade.t \
	%D%/contract/websocket.t \
	%D%/contract/websocket_client.t \
	%D%/contract/websocket_life.t \
	%D%/fault/http.t \
	%D%/fault/http_client.t \
	%D%/fault/websocket.t \
	%D%/simulation/http.t \
	%D%/unit/http_cached.t
endif
endif
http_libraries = %D%/harness/libkit.la libodeonhttpparts.la libodeonnetparts.la libodeoncore.la $(CHECK_LIBS)
http_sources   = %D%/contract/web.c %D%/contract/web.h $(wires)
asker_sources = %D%/contract/asker.h $(wires)
%C%_contract_http_client_t_SOURCES = %D%/contract/http_client.c $(asker_sources)
%C%_contract_http_client_t_LDADD = $(http_libraries)
%C%_contract_http_client_trouble_t_SOURCES = %D%/contract/http_client_trouble.c $(asker_sources)
%C%_contract_http_client_trouble_t_LDADD = $(http_libraries)
%C%_contract_http_server_t_SOURCES = %D%/contract/http_server.c $(http_sources)
%C%_contract_http_server_t_LDADD = $(http_libraries)
%C%_contract_http_server_bodies_t_SOURCES = %D%/contract/http_server_bodies.c $(http_sources)
%C%_contract_http_server_bodies_t_LDADD = $(http_libraries)
%C%_contract_http_server_files_t_SOURCES = %D%/contract/http_server_files.c $(http_sources)
%C%_contract_http_server_files_t_LDADD = $(http_libraries)
%C%_contract_http_server_hostile_t_SOURCES = %D%/contract/http_server_hostile.c $(http_sources)
%C%_contract_http_server_hostile_t_LDADD = $(http_libraries)
%C%_contract_http_server_upgrade_t_SOURCES = %D%/contract/http_server_upgrade.c %D%/contract/frames.c %D%/contract/frames.h \
	$(http_sources)
%C%_contract_http_server_upgrade_t_LDADD = $(http_libraries)
frames_sources = %D%/contract/frames.c %D%/contract/frames.h $(wires)
%C%_simulation_http_t_SOURCES = %D%/simulation/http.c %D%/simulation/scene.c %D%/simulation/scene.h %D%/simulation/surfers.c \
	%D%/simulation/surfers.h
%C%_simulation_http_t_LDADD = $(http_libraries)
%C%_unit_http_cached_t_CPPFLAGS = $(AM_CPPFLAGS) -iquote $(top_srcdir)/actors/http
%C%_unit_http_cached_t_LDADD = $(http_libraries)
%C%_contract_websocket_t_SOURCES = %D%/contract/websocket.c $(frames_sources)
%C%_contract_websocket_t_LDADD = $(http_libraries)
%C%_contract_websocket_client_t_SOURCES = %D%/contract/websocket_client.c $(frames_sources)
%C%_contract_websocket_client_t_LDADD = $(http_libraries)
%C%_contract_websocket_client_t_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
%C%_contract_websocket_life_t_SOURCES = %D%/contract/websocket_life.c $(frames_sources)
%C%_contract_websocket_life_t_LDADD = $(http_libraries)

# What some of them share.
EXTRA_DIST += %D%/contract/audience.h %D%/contract/bounded.h %D%/contract/traffic.h %D%/fault/talks.h %D%/harness/one.h %D%/harness/random.h \
	%D%/harness/resident.h %D%/scenarios/tutorials.h \
	%D%/unit/aside.h %D%/unit/asking.h %D%/unit/banded.h %D%/unit/cases.h %D%/unit/listener.h %D%/unit/nested.h \
	%D%/unit/requester.h %D%/unit/supervised.h %D%/unit/timing.h %D%/unit/watched.h

# Everything that the runtime asks for comes by faults.c, which may refuse it.
fault_flags = $(AM_LDFLAGS) -Wl,--wrap=aligned_alloc,--wrap=calloc,--wrap=eventfd,--wrap=free \
	-Wl,--wrap=malloc,--wrap=mallocx,--wrap=mmap,--wrap=mprotect,--wrap=munmap,--wrap=pthread_create \
	-Wl,--wrap=realloc,--wrap=sdallocx,--wrap=timerfd_create
%C%_fault_bonds_t_SOURCES = %D%/fault/bonds.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_bonds_t_LDFLAGS = $(fault_flags)
%C%_fault_behaviour_t_SOURCES = %D%/fault/behaviour.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_behaviour_t_LDFLAGS = $(fault_flags)
%C%_fault_channels_t_SOURCES = %D%/fault/channels.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_channels_t_LDFLAGS = $(fault_flags)
%C%_fault_fault_t_SOURCES = %D%/fault/fault.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_fault_t_LDFLAGS = $(fault_flags)
%C%_fault_testkit_t_SOURCES = %D%/fault/testkit.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_testkit_t_LDFLAGS = $(fault_flags)
%C%_fault_timer_t_SOURCES = %D%/fault/timer.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_timer_t_LDFLAGS = $(fault_flags)
%C%_fault_offload_t_SOURCES = %D%/fault/offload.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_offload_t_LDFLAGS = $(fault_flags)
%C%_fault_topics_t_SOURCES = %D%/fault/topics.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_topics_t_LDFLAGS = $(fault_flags)
%C%_fault_request_t_SOURCES = %D%/fault/request.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_request_t_LDFLAGS = $(fault_flags)
%C%_fault_http_client_t_SOURCES = %D%/fault/http_client.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_http_client_t_LDFLAGS = $(fault_flags)
%C%_fault_http_client_t_LDADD = $(http_libraries)
%C%_fault_net_t_SOURCES = %D%/fault/net.c %D%/fault/faults.c %D%/fault/faults.h %D%/contract/relay_none.c
%C%_fault_net_t_CPPFLAGS = $(AM_CPPFLAGS) -DSUITE='"fault/net"' -DSTEP=1
%C%_fault_net_t_LDFLAGS = $(fault_flags)
%C%_fault_net_t_LDADD = $(net_libraries)
%C%_fault_net_rest_t_SOURCES = %D%/fault/net_rest.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_net_rest_t_LDFLAGS = $(fault_flags)
%C%_fault_net_rest_t_LDADD = $(net_libraries)
%C%_fault_http_t_SOURCES = %D%/fault/http.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_http_t_LDFLAGS = $(fault_flags)
%C%_fault_http_t_LDADD = $(http_libraries)
%C%_fault_websocket_t_SOURCES = %D%/fault/websocket.c %D%/fault/faults.c %D%/fault/faults.h $(frames_sources)
%C%_fault_websocket_t_LDFLAGS = $(fault_flags)
%C%_fault_websocket_t_LDADD = $(http_libraries)
%C%_fault_tls_t_SOURCES = %D%/fault/net.c %D%/fault/faults.c %D%/fault/faults.h %D%/contract/relay.c $(certificate_sources)
%C%_fault_tls_t_CPPFLAGS = $(AM_CPPFLAGS) -DSUITE='"fault/tls"' -DSTEP=1
%C%_fault_tls_t_LDFLAGS = $(fault_flags)
%C%_fault_tls_t_LDADD = $(net_libraries)
%C%_fault_crypto_t_SOURCES = $(%C%_fault_tls_t_SOURCES) %D%/fault/crypto_memory.c
%C%_fault_crypto_t_CPPFLAGS = $(AM_CPPFLAGS) -DSUITE='"fault/crypto"' -DSTEP=31
%C%_fault_crypto_t_LDFLAGS = $(fault_flags)
%C%_fault_crypto_t_LDADD = $(net_libraries) $(TLS_LIBS)
%C%_contract_supervisor_t_SOURCES = %D%/contract/supervisor.c %D%/contract/company.h
%C%_contract_supervisor_stop_t_SOURCES = %D%/contract/supervisor_stop.c %D%/contract/company.h
%C%_contract_machine_t_SOURCES = %D%/contract/machine.c %D%/contract/lamp.h
%C%_contract_machine_wrong_t_SOURCES = %D%/contract/machine_wrong.c %D%/contract/lamp.h
%C%_contract_router_t_SOURCES = %D%/contract/router.c %D%/contract/kitchen.h
%C%_contract_router_change_t_SOURCES = %D%/contract/router_change.c %D%/contract/kitchen.h
%C%_fault_restart_t_SOURCES = %D%/fault/restart.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_restart_t_LDFLAGS = $(fault_flags)
%C%_fault_router_t_SOURCES = %D%/fault/router.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_router_t_LDFLAGS = $(fault_flags)
%C%_fault_waits_t_SOURCES = %D%/fault/waits.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_waits_t_LDFLAGS = $(fault_flags)
%C%_fault_supervisor_t_SOURCES = %D%/fault/supervisor.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_supervisor_t_LDFLAGS = $(fault_flags)
%C%_fault_watch_t_SOURCES = %D%/fault/watch.c %D%/fault/faults.c %D%/fault/faults.h
%C%_fault_watch_t_LDFLAGS = $(fault_flags)
%C%_unit_cache_t_SOURCES = %D%/unit/cache.c %D%/fault/faults.c %D%/fault/faults.h
%C%_unit_cache_t_LDFLAGS = $(fault_flags)
%C%_unit_handling_t_SOURCES = %D%/unit/handling.c %D%/unit/taking.c %D%/unit/taking.h
%C%_unit_holdings_t_SOURCES = %D%/unit/holdings.c %D%/fault/faults.c %D%/fault/faults.h
%C%_unit_holdings_t_LDFLAGS = $(fault_flags)
%C%_unit_load_count_t_SOURCES = %D%/unit/load_count.c examples/bench/load_count.c examples/bench/load.h

%C%_simulation_channels_t_SOURCES = %D%/simulation/channels.c %D%/simulation/model.c %D%/simulation/model.h

# ---- the checks that keep the picture of the sources true
script_tests = \
	%D%/checks/atomic.sh \
	%D%/checks/conditionals.sh \
	%D%/checks/documented.sh \
	%D%/checks/documents.sh \
	%D%/checks/headers.sh \
	%D%/checks/installed.sh \
	%D%/checks/layers.sh \
	%D%/checks/public.sh \
	%D%/checks/state.sh \
	%D%/checks/symbols.sh

TESTS      += $(script_tests)
EXTRA_DIST += $(script_tests)

# ---- mistakes that a compiler must report, and correct code that it must not; the same whatever this build is
misuse_tests = \
	%D%/misuse/installed.sh \
	%D%/misuse/run.sh \
	%D%/misuse/rust.sh
if !SANITIZED
TESTS      += $(misuse_tests)
endif
TESTS      += %D%/misuse/backstop.sh
EXTRA_DIST += $(misuse_tests) %D%/misuse/backstop.sh
EXTRA_DIST += %D%/misuse/known %D%/misuse/right %D%/misuse/runtime %D%/misuse/rust %D%/misuse/wrong

# Otherwise make would make the directory misuse/rust from misuse/rust.sh, by a rule of its own.
%: %.sh

# ---- the nets themselves
include %D%/harness/module.mk

# ---- the examples, simulated
include %D%/simulation/examples/module.mk

# ---- odeon-bench: rows about channels, and the programs of the Savina suite, small
TESTS      += %D%/scenarios/crews.sh %D%/scenarios/savina.sh
EXTRA_DIST += %D%/scenarios/crews.sh %D%/scenarios/savina.sh

# ---- the larger example, with kills at each step, and its mutants
TESTS      += %D%/scenarios/bank.sh
EXTRA_DIST += %D%/scenarios/bank.sh
# ---- clients that nobody here wrote
include %D%/net/module.mk

# ---- HTTP and WebSocket
include %D%/http/module.mk

# ---- the servers among the examples, from outside
include %D%/servers/module.mk

# ---- everything at once, for a while
include %D%/stress/module.mk

# ---- the key-value server among the examples, and fuzzers
include %D%/kv/module.mk
include %D%/fuzz/module.mk

# ---- the lock-free code under seeded interleavings
include %D%/explore/module.mk
