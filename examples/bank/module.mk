# SPDX-License-Identifier: BSD-2-Clause
# A larger example: `make bank-seeds` (and `make bank-seeds SEEDS=100`) runs it under 10,000 seeds, with kills at each step.
noinst_PROGRAMS += %D%/bank
%C%_bank_SOURCES = \
	%D%/account.c %D%/account.h %D%/audit.c %D%/audit.h %D%/bank.c %D%/bank.h %D%/customer.c %D%/customer.h \
	%D%/desk.c %D%/desk.h %D%/disk.c %D%/disk.h %D%/journal.c %D%/journal.h %D%/main.c %D%/storm.c %D%/storm.h \
	%D%/transfer.c %D%/transfer.h
%C%_bank_LDADD = libodeon.la

TESTS      += %D%/bank.expected
EXTRA_DIST += %D%/README.md %D%/bank.expected

.PHONY: bank-seeds
bank-seeds: %D%/bank$(EXEEXT)
	%D%/bank$(EXEEXT) --simulate "$${SEEDS:-10000}"
