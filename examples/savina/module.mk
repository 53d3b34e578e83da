# SPDX-License-Identifier: BSD-2-Clause
# Programs of the Savina suite, rows of odeon-bench: `odeon-bench savina` runs them all. After bench/module.mk.
examples_bench_odeon_bench_SOURCES += \
	%D%/savina.h %D%/banking.c %D%/barber.c %D%/bitonicsort.c %D%/bndbuffer.c %D%/cigsmok.c \
	%D%/concdict.c %D%/concsll.c %D%/fib.c %D%/logmap.c %D%/philosopher.c %D%/quicksort.c \
	%D%/radixsort.c %D%/sieve.c
examples_bench_odeon_bench_LDADD += -lm

EXTRA_DIST += %D%/README.md
