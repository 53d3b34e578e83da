/* SPDX-License-Identifier: BSD-2-Clause */
/* resident.h - how much memory the process has now */
#ifndef TESTS_RESIDENT_H
#define TESTS_RESIDENT_H

#include <stdio.h>
#include <unistd.h>

/* In bytes; -1: it cannot be told. */
static inline long resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long total, pages = -1;
	int count = file != NULL ? fscanf(file, "%ld %ld", &total, &pages) : 0;

	if (file != NULL)
		fclose(file);
	return count == 2 ? pages * sysconf(_SC_PAGESIZE) : -1;
}

#endif
