# SPDX-License-Identifier: BSD-2-Clause
# The benchmarks: one program, built by default and not installed. `make bench` prints the table of docs/performance.md;
# `make bench-peers` compares channels with Rust's and Go's: ROWS="chan-ping" ROUNDS=5 CORES="1 2" PEERS="std crossbeam go"
noinst_PROGRAMS += %D%/odeon-bench

%C%_odeon_bench_SOURCES = \
	%D%/bench.h %D%/main.c %D%/list.c %D%/run.c %D%/child.c %D%/stats.c %D%/report.c \
	%D%/floor.c %D%/floor_cores.c %D%/floor_rings.c \
	%D%/pingpong.c %D%/ring.c %D%/counting.c %D%/fork_join_throughput.c %D%/fork_join_create.c %D%/big.c \
	%D%/fairness.c %D%/monitor_storm.c %D%/supervisor_restart.c %D%/router.c %D%/publish.c \
	%D%/fan_in.c %D%/chameneos.c %D%/skynet.c %D%/memory.c %D%/idle.c %D%/ask.c %D%/request.c %D%/offload.c %D%/wake.c %D%/timers.c \
	%D%/chan.h %D%/chan.c %D%/chan_crew.c %D%/chan_stream.c %D%/chan_spread.c %D%/chan_oneshot.c \
	%D%/chan_ping.c %D%/chan_select.c %D%/chan_actors.c %D%/chan_actors_oneshot.c
%C%_odeon_bench_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_VERSION='"$(PACKAGE_VERSION)"'
%C%_odeon_bench_LDADD = libodeon.la $(JEMALLOC_LIBS)

# Who asks an echo server, and the least server that answers, echoes or commands; no odeon in it.
noinst_PROGRAMS += %D%/echo-load
%C%_echo_load_SOURCES = %D%/load.h %D%/load.c %D%/load_count.c %D%/load_main.c %D%/load_serve.c
%C%_echo_load_LDADD =

EXTRA_DIST += %D%/README.md %D%/table.sh %D%/servers.sh %D%/peers/compare.sh %D%/peers/channels.rs %D%/peers/channels.go \
	%D%/peers/servers.go

.PHONY: bench bench-peers bench-servers clean-peers
bench: %D%/odeon-bench$(EXEEXT)
	@$(SHELL) $(srcdir)/%D%/table.sh ./%D%/odeon-bench$(EXEEXT)

bench-peers: %D%/odeon-bench$(EXEEXT)
	@$(SHELL) $(srcdir)/%D%/peers/compare.sh ./%D%/odeon-bench$(EXEEXT) %D%/peers/made $(ROWS)

# The servers beside those that others wrote, where they are there: WHAT="kv http files idle echo" ROUNDS=3
if HAVE_NET
bench-servers: $(noinst_PROGRAMS)
	@$(SHELL) $(srcdir)/%D%/servers.sh . %D%/peers/made $(WHAT)
else
bench-servers:
	@echo "skipped: built without libodeon-net"
endif

clean-local: clean-peers
clean-peers:
	-rm -rf %D%/peers/made
