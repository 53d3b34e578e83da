# SPDX-License-Identifier: BSD-2-Clause
# A key-value server that speaks the protocol of Redis: see README.md.
check_LTLIBRARIES += %D%/libkv.la
%C%_libkv_la_SOURCES = \
	%D%/hash.c %D%/list.c %D%/list.h %D%/memory.c %D%/memory.h %D%/pattern.c %D%/reply.c %D%/reply.h \
	%D%/resp.c %D%/resp.h %D%/sorted.c %D%/sorted.h %D%/split.c %D%/store.c %D%/store.h %D%/table.c %D%/table.h \
	%D%/text.c %D%/text.h %D%/value.c
%C%_libkv_la_LIBADD = -lm

EXTRA_DIST += %D%/README.md
