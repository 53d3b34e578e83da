# SPDX-License-Identifier: BSD-2-Clause
# Programs of the Savina suite, rows of odeon-bench: `odeon-bench savina` runs them all. After bench/module.mk.
examples_bench_odeon_bench_SOURCES += \
	%D%/savina.h %D%/banking.c %D%/barber.c %D%/bndbuffer.c %D%/cigsmok.c %D%/concdict.c %D%/concsll.c \
	%D%/logmap.c %D%/philosopher.c
examples_bench_odeon_bench_LDADD += -lm
