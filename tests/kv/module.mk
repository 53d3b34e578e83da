# SPDX-License-Identifier: BSD-2-Clause
# Tests of examples/kv. A new one is a name in the list and a line or two.
kv_tests = %D%/resp.t %D%/store.t

if HAVE_CHECK
check_PROGRAMS += $(kv_tests)
TESTS          += $(kv_tests)
endif

kv_libraries = examples/kv/libkv.la $(LDADD)
%C%_resp_t_SOURCES  = %D%/resp.c tests/fuzz/resp.c tests/fuzz/resp.h
%C%_resp_t_CPPFLAGS = $(AM_CPPFLAGS) -DKV_SOURCES='"$(abs_top_srcdir)"'
%C%_resp_t_LDADD    = $(kv_libraries)
%C%_store_t_SOURCES = %D%/store.c %D%/chance.h
%C%_store_t_LDADD   = $(kv_libraries)
