# SPDX-License-Identifier: BSD-2-Clause
# Tests of examples/kv. A new one is a name in the list and a line or two.
kv_tests = %D%/clients.t %D%/commands.t %D%/effects.t %D%/group.t %D%/kept.t %D%/ledger.t %D%/pause.t %D%/resp.t \
	%D%/scarce.t %D%/scout.t %D%/scribe.t %D%/shards.t %D%/store.t

if HAVE_CHECK
check_PROGRAMS += $(kv_tests) %D%/against
TESTS          += $(kv_tests) %D%/against.sh
endif
if HAVE_CHECK
if HAVE_NET
check_PROGRAMS += %D%/visitor.t
TESTS          += %D%/visitor.t
endif
endif
check_PROGRAMS += %D%/crash
TESTS          += %D%/crash.sh %D%/saving.sh %D%/server.sh
EXTRA_DIST     += %D%/against.sh %D%/crash.sh %D%/replies.txt %D%/saving.sh %D%/server.sh

kv_libraries = examples/kv/libkv.la $(LDADD)
%C%_resp_t_SOURCES  = %D%/resp.c tests/fuzz/resp.c tests/fuzz/resp.h
%C%_resp_t_CPPFLAGS = $(AM_CPPFLAGS) -DKV_SOURCES='"$(abs_top_srcdir)"'
%C%_resp_t_LDADD    = $(kv_libraries)
%C%_store_t_SOURCES = %D%/store.c %D%/chance.h
%C%_store_t_LDADD   = $(kv_libraries)
%C%_against_SOURCES = %D%/against.c %D%/chance.h %D%/engine.c %D%/engine.h %D%/lines.c %D%/lines.h
%C%_against_LDADD   = $(kv_libraries)
%C%_commands_t_SOURCES  = %D%/commands.c %D%/engine.c %D%/engine.h %D%/chance.h
%C%_commands_t_CPPFLAGS = $(AM_CPPFLAGS) -DKV_SOURCES='"$(abs_top_srcdir)"'
%C%_commands_t_LDADD    = $(kv_libraries)
%C%_clients_t_SOURCES = %D%/clients.c %D%/engine.c %D%/engine.h %D%/chance.h %D%/town.c %D%/town.h
%C%_clients_t_LDADD   = $(kv_libraries)
%C%_crash_LDADD      =
%C%_effects_t_SOURCES = %D%/effects.c %D%/chance.h %D%/engine.c %D%/engine.h %D%/lines.c %D%/lines.h
%C%_effects_t_LDADD   = $(kv_libraries)
kv_machine = %D%/engine.c %D%/engine.h %D%/chance.h %D%/machine.c %D%/machine.h %D%/shelf.c %D%/shelf.h %D%/town.c %D%/town.h
%C%_group_t_SOURCES = %D%/group.c $(kv_machine)
%C%_group_t_LDADD   = $(kv_libraries)
%C%_kept_t_SOURCES = %D%/kept.c $(kv_machine)
%C%_kept_t_LDADD   = $(kv_libraries)
%C%_ledger_t_SOURCES = %D%/ledger.c %D%/chance.h %D%/engine.c %D%/engine.h %D%/shelf.c %D%/shelf.h
%C%_ledger_t_LDADD   = $(kv_libraries)
%C%_pause_t_SOURCES = %D%/pause.c %D%/chance.h %D%/engine.c %D%/engine.h %D%/town.c %D%/town.h
%C%_pause_t_LDADD   = $(kv_libraries)
%C%_scarce_t_SOURCES = %D%/scarce.c tests/fault/faults.c tests/fault/faults.h $(kv_machine)
%C%_scarce_t_LDFLAGS = $(fault_flags)
%C%_scarce_t_LDADD   = $(kv_libraries)
%C%_scout_t_SOURCES = %D%/scout.c %D%/chance.h %D%/engine.c %D%/engine.h
%C%_scout_t_LDADD   = $(kv_libraries)
%C%_scribe_t_SOURCES = %D%/scribe.c %D%/chance.h %D%/engine.c %D%/engine.h %D%/lines.c %D%/lines.h %D%/shelf.c %D%/shelf.h
%C%_scribe_t_LDADD   = $(kv_libraries)
%C%_shards_t_SOURCES = %D%/shards.c %D%/engine.c %D%/engine.h %D%/chance.h %D%/lines.c %D%/lines.h %D%/town.c %D%/town.h
%C%_shards_t_LDADD   = $(kv_libraries)
%C%_visitor_t_SOURCES = %D%/visitor.c %D%/engine.c %D%/engine.h %D%/chance.h %D%/town.c %D%/town.h tests/fault/faults.c tests/fault/faults.h \
	examples/kv/visitor.c examples/kv/visitor.h
%C%_visitor_t_LDFLAGS = $(fault_flags)
%C%_visitor_t_LDADD   = examples/kv/libkv.la $(net_libraries)
