# SPDX-License-Identifier: BSD-2-Clause
# A key-value server that speaks the protocol of Redis: see README.md.
check_LTLIBRARIES += %D%/libkv.la
%C%_libkv_la_SOURCES = \
	%D%/hash.c %D%/pattern.c %D%/reply.c %D%/reply.h %D%/resp.c %D%/resp.h %D%/split.c %D%/text.c %D%/text.h
%C%_libkv_la_LIBADD = -lm

EXTRA_DIST += %D%/README.md
