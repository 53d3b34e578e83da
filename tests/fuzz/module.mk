# SPDX-License-Identifier: BSD-2-Clause
# The fuzzers, which need clang: `make fuzz`, five minutes of a core each, or FUZZ_SECONDS=30. Their corpus is also read by tests in
# `make check`. A fuzzer more is one line in run.sh, and a folder of its name with a few small inputs.
EXTRA_DIST += %D%/run.sh %D%/corpus %D%/messages.c

.PHONY: fuzz
fuzz:
	top_srcdir='$(top_srcdir)' HTTP_PARSER_LIBS='$(HTTP_PARSER_LIBS)' FUZZ_SECONDS="$${FUZZ_SECONDS:-300}" $(SHELL) $(srcdir)/%D%/run.sh
