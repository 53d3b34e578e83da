/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_cached.c - what http_cached.h promises: what is opened without waiting, and that it is read whole
 */
#include "../harness/kit.h"
#include "http_cached.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LARGE = 200001, LOOKS_MOST = 1000 };

static char folder[64];
static bool suits;                              /* else nothing is in memory */
static unsigned char large[LARGE];

static void in_folder(const char *name, char path[128]) { snprintf(path, 128, "%s/%s", folder, name); }

static void put(const char *name, const void *content, size_t length)
{
	char path[128];
	int file;

	in_folder(name, path);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	must(file >= 0 && write(file, content, length) == (ssize_t)length && close(file) == 0);
}

/* Once a day, and after a change, the system writes down that a link was read; it may wait for that, so nobody has the link without
 * waiting then. This one was read last an hour from now. */
static void make_link(const char *path)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) + 3600 }, { .tv_sec = time(NULL) } };

	must(symlink("small", path) == 0 && utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0);
}

static void begin(void)
{
	char path[128];
	int at;

	strcpy(folder, "/tmp/odeon-cached-XXXXXX");
	must(mkdtemp(folder) != NULL && (at = open(folder, O_PATH)) >= 0);
	suits = http_cached_suits(at);
	close(at);
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (unsigned char)(i * 2654435761u >> 24);
	put("large", large, LARGE);
	put("small", "small", 5);
	put("empty", "", 0);
	put(".hidden", "x", 1);
	in_folder("link", path);
	make_link(path);
	in_folder("pipe", path);
	must(mkfifo(path, 0666) == 0);
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", folder);
	must(system(command) == 0);
}

static struct http_file *open_once(const char *in, const char *name, int reads, int follows_links)
{
	struct http_file_name *wanted = odeon_new_sized(http_file_name, strlen(name) + 1, .folder = in, .reads = reads,
	                                                .follows_links = follows_links);
	struct http_file *file;

	must(wanted != NULL);
	strcpy(wanted->name, name);
	file = http_cached_open(wanted);
	odeon_free(wanted);
	return file;
}

/* A look may find nothing because somebody changes a folder just then; and everything, where the calls are not there. */
static struct http_file *open_some_time(const char *name, int reads, int follows_links)
{
	struct http_file *file = NULL;

	for (int i = 0; i < LOOKS_MOST && file == NULL; i++)
		file = open_once(folder, name, reads, follows_links);
	must((file != NULL) == suits);
	return file;
}

START_TEST(what_fits_in_a_piece_is_read_with_it)
{
	struct http_file *file = open_some_time("small", 1, 0);

	if (file != NULL) {
		must(file->size == 5 && file->left == 0 && file->at == 5 && !file->is_folder && file->system_error == 0);
		must(file->bytes->length == 5 && memcmp(file->bytes->data, "small", 5) == 0);
	}
	odeon_free(file);
}
END_TEST

START_TEST(what_is_longer_comes_in_pieces)
{
	struct http_file *file = open_some_time("large", 1, 0);
	size_t got = 0;

	while (file != NULL) {
		must(file->bytes->length > 0 && memcmp(file->bytes->data, large + got, file->bytes->length) == 0);
		got += file->bytes->length;
		must(file->at == got && file->left == LARGE - got);
		odeon_free(file->bytes);
		file->bytes = NULL;
		if (file->left == 0)
			break;
		for (int i = 0; i < LOOKS_MOST && !http_cached_read(file); i++)
			;
		must(file->bytes != NULL);
	}
	must(file == NULL || got == LARGE);
	odeon_free(file);
}
END_TEST

START_TEST(what_is_not_to_be_read_is_not)
{
	struct http_file *file = open_some_time("large", 0, 0);

	must(file == NULL || (file->bytes == NULL && file->left == LARGE));
	odeon_free(file);
	file = open_some_time("empty", 1, 0);
	must(file == NULL || (file->bytes == NULL && file->left == 0));
	odeon_free(file);
	file = open_some_time("", 1, 0);
	must(file == NULL || (file->is_folder && file->bytes == NULL));
	odeon_free(file);
}
END_TEST

START_TEST(what_shrinks_is_not_there)
{
	struct http_file *file = open_some_time("large", 0, 0);

	put("large", "x", 1);
	if (file != NULL) {
		file->at = 1;
		must(!http_cached_read(file) && file->bytes == NULL && file->at == 1);
	}
	odeon_free(file);
}
END_TEST

START_TEST(all_else_is_for_the_pool)
{
	static const char *const names[] = { ".hidden", "link", "pipe", "none", "small/none", "../small" };
	struct http_file *file = open_some_time("link", 1, 1);

	must(file == NULL || file->size == 5);
	odeon_free(file);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		must(open_once(folder, names[i], 1, 0) == NULL);
	must(open_once("/proc/self", "status", 1, 0) == NULL);
	must(open_once("/none", "small", 1, 0) == NULL);
}
END_TEST

KIT_MAIN("unit/http_cached",
	{ .name = "cached", .setup = begin, .teardown = end, .tests = KIT_TESTS(what_fits_in_a_piece_is_read_with_it,
		what_is_longer_comes_in_pieces, what_is_not_to_be_read_is_not, what_shrinks_is_not_there, all_else_is_for_the_pool) })
