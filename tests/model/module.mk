# SPDX-License-Identifier: BSD-2-Clause
# The protocols as models for spin. A model more is its file here, and its lines in run.sh.

if !SANITIZED
TESTS      += %D%/run.sh
endif
EXTRA_DIST += %D%/run.sh %D%/bond.pml %D%/halt.pml %D%/next.pml %D%/once.pml %D%/park.pml %D%/quiet.pml %D%/request.pml \
	%D%/select.pml %D%/stop.pml %D%/successor.pml %D%/table.pml %D%/token.pml %D%/wake.pml

.PHONY: model
model:
	top_srcdir='$(top_srcdir)' CC='$(CC)' $(SHELL) $(srcdir)/%D%/run.sh
