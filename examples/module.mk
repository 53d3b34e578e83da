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
	%D%/08-simulate
%C%_00_tour_LDADD      = libodeon.la
%C%_01_hello_LDADD     = libodeon.la
%C%_02_counter_LDADD   = libodeon.la
%C%_03_ping_pong_LDADD = libodeon.la
%C%_04_ring_LDADD      = libodeon.la
%C%_05_ownership_LDADD = libodeon.la
%C%_06_overload_LDADD  = libodeon.la
%C%_07_embed_LDADD     = libodeon.la
%C%_08_simulate_LDADD  = libodeon.la

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
