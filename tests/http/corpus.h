/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * corpus.h - what a fuzzer begins with, read once without it
 */
#ifndef TESTS_HTTP_CORPUS_H
#define TESTS_HTTP_CORPUS_H

#include "../harness/kit.h"
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

/* Each file of tests/fuzz/corpus/NAME; how many there were. */
static inline unsigned corpus_run(const char *name, int (*run)(const uint8_t *bytes, size_t length))
{
	char path[4096];
	uint8_t bytes[4096];
	struct dirent *entry;
	unsigned files = 0;
	DIR *folder;

	snprintf(path, sizeof path, "%s/%s", HTTP_CORPUS, name);
	folder = opendir(path);
	must(folder != NULL);
	while ((entry = readdir(folder)) != NULL) {
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s/%.255s", HTTP_CORPUS, name, entry->d_name);
		file = fopen(path, "rb");
		must(file != NULL);
		must(run(bytes, fread(bytes, 1, sizeof bytes, file)) == 0);
		fclose(file);
		files++;
	}
	closedir(folder);
	return files;
}

#endif
