/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_server_files.c - a route that serves a folder
 *
 * What is in the folder is served, in parts and under conditions; what is not is not there, however it is asked for.
 */
#include "web.h"
#include <fcntl.h>
#include <linux/magic.h>
#include <odeon/actors/offload.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum { LARGE = 300000 };

static struct client client;
static struct heard heard;
static char folder[64];
static odeon_http_folder options, followed;
static bool has_pool;                           /* the folder's own: nothing is read at once because it is in memory */
static odeon_ref pool;

static void put(const char *name, const char *text, size_t length)
{
	char path[256];
	int file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	must(file >= 0 && write(file, text, length) == (ssize_t)length);
	close(file);
}

static void make(const char *name, int (*how)(const char *path))
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	must(how(path) == 0);
}
static int make_folder(const char *path) { return mkdir(path, 0777); }
static int make_pipe(const char *path) { return mkfifo(path, 0666); }
static int make_link(const char *path) { return symlink("/etc/passwd", path); }
static int make_link_of_folder(const char *path) { return symlink("/etc", path); }

static void open_all(int kind)
{
	static char large[LARGE];
	const odeon_http_route routes[] = {
		{ "GET /*path", .handle = odeon_http_files, .argument = &options },
		{ "GET /followed/*path", .handle = odeon_http_files, .argument = &followed },
		{ "GET /wrong", .handle = odeon_http_files, .argument = &options },
		{ 0 }
	};

	strcpy(folder, "/tmp/odeon-files-XXXXXX");
	must(mkdtemp(folder) != NULL);
	options = (odeon_http_folder)ODEON_HTTP_FOLDER(.path = folder, .index = "index.html");
	followed = (odeon_http_folder)ODEON_HTTP_FOLDER(.path = folder, .follows_links = 1);
	pattern_put(large, 0, LARGE);
	put("index.html", "<p>hello", 8);
	put("empty.txt", "", 0);
	put("large.bin", large, LARGE);
	put(".secret", "x", 1);
	make("below", make_folder);
	put("below/a b.TXT", "below\n", 6);
	make("pipe", make_pipe);
	make("link", make_link);
	make("links", make_link_of_folder);
	web_open(kind, (odeon_http_server_options){ .routes = routes });
	if (has_pool)
		must(odeon_offload_start(world.system, NULL, &pool) == 0);
	options.pool = followed.pool = pool;
	client_open(&client);
}

static void close_all(void)
{
	char command[128];

	client_close(&client);
	web_close();
	snprintf(command, sizeof command, "rm -r %s", folder);
	must(system(command) == 0);
}

#define ask(...) (heard = client_ask(&client, __VA_ARGS__))
#define hears(number, text) do { ck_assert_int_eq(heard.status, number); ck_assert_str_eq(heard.body, text); } while (0)
#define WITH(path, fields) "GET " path " HTTP/1.1\r\nHost: h\r\n" fields "\r\n"

START_TEST(what_is_there_is_served)
{
	open_all(_i);
	ask(GET("/"));
	hears(200, "<p>hello");
	ck_assert(heard_says(&heard, "Content-Type: text/html; charset=utf-8"));
	ck_assert(heard_says(&heard, "Accept-Ranges: bytes"));
	ask(GET("/below/a%%20b.TXT"));
	hears(200, "below\n");
	ck_assert(heard_says(&heard, "Content-Type: text/plain; charset=utf-8"));
	ask(GET("/empty.txt"));
	hears(200, "");
	ask(GET("/large.bin"));
	ck_assert_int_eq(heard.status, 200);
	ck_assert(heard_says(&heard, "Content-Length: 300000"));
	ck_assert_uint_eq(heard.length, LARGE);
	ck_assert(pattern_is(heard.body, 0, sizeof heard.body - 1));
	client_say(&client, "HEAD /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
	heard = client_hear(&client, true);
	ck_assert(heard_says(&heard, "Content-Length: 300000"));
	ask(GET("/below"));
	ck_assert_int_eq(heard.status, 301);
	ck_assert(heard_says(&heard, "Location: /below/"));
	close_all();
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
	static const char *const paths[] = {
		"/no", "/no/", "/no/no", "/index.html/", "/index.html/x", "/below/", "/.secret", "/below/../.secret", "/link", "/links/passwd",
		"/links/", "/pipe", "/%2e%2e/%2e%2e/etc/passwd", "/below/..%2f..%2fetc/passwd", "/followed/no", "/followed/pipe",
	};

	open_all(_i);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		char path[100];

		client_close(&client);
		client_open(&client);
		snprintf(path, sizeof path, "%s", paths[i]);
		ask("GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
		ck_assert_msg(heard.status == (strchr(path, '%') != NULL ? 400 : 404), "%s: %d", path, heard.status);
	}
	ask(GET("/wrong"));
	ck_assert_int_eq(heard.status, 500);
	ask(GET("/followed/link"));
	ck_assert_int_eq(heard.status, 200);
	ask(GET("/followed/links/passwd"));
	ck_assert_int_eq(heard.status, 200);
	close_all();
}
END_TEST

START_TEST(parts_are_served)
{
	open_all(_i);
	ask(WITH("/large.bin", "Range: bytes=100-199\r\n"));
	ck_assert_int_eq(heard.status, 206);
	ck_assert(heard_says(&heard, "Content-Range: bytes 100-199/300000"));
	ck_assert_uint_eq(heard.length, 100);
	ck_assert(pattern_is(heard.body, 100, 100));
	ask(WITH("/large.bin", "Range: bytes=-5000\r\n"));
	ck_assert_uint_eq(heard.length, 5000);
	ck_assert(pattern_is(heard.body, LARGE - 5000, 5000));
	ask(WITH("/large.bin", "Range: bytes=1-\r\n"));
	ck_assert_uint_eq(heard.length, LARGE - 1);
	ask(WITH("/large.bin", "Range: bytes=300000-\r\n"));
	ck_assert_int_eq(heard.status, 416);
	ck_assert(heard_says(&heard, "Content-Range: bytes */300000"));
	ask(WITH("/large.bin", "Range: bytes=5-4\r\n"));
	ck_assert_int_eq(heard.status, 200);
	ask(WITH("/index.html", "Range: bytes=0-0\r\nIf-Range: \"other\"\r\n"));
	hears(200, "<p>hello");
	ask(WITH("/index.html", "Range: bytes=3-4\r\n"));
	hears(206, "he");
	close_all();
}
END_TEST

static void field(const char *name, char value[100])
{
	const char *at = strstr(heard.head, name);

	must(at != NULL && sscanf(at + strlen(name), ": %99[^\r]", value) == 1);
}

/* ---- several parts at once --------------------------------------------------------------------------------------------------- */

static char boundary[33];

/* Of the answer: its parts are told apart by this. */
static void see_boundary(void)
{
	const char *at = strstr(heard.head, "\r\nContent-Type: multipart/byteranges; boundary=");

	ck_assert_int_eq(heard.status, 206);
	ck_assert_ptr_nonnull(at);
	must(sscanf(strchr(at, '=') + 1, "%32[0-9a-f]\r\n", boundary) == 1 && strlen(boundary) == 32);
	ck_assert_ptr_null(strstr(heard.head, "Content-Range:"));
}

/* At this place of the body stands that part of the large file; what is behind it. */
static const char *pass_part(const char *at, size_t first, size_t last)
{
	char head[300];
	int length = snprintf(head, sizeof head, "\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes %zu-%zu/300000\r\n\r\n",
	                      boundary, first, last);

	ck_assert_mem_eq(at, head, (size_t)length);
	ck_assert(pattern_is(at + length, first, last + 1 - first));
	return at + length + (last + 1 - first);
}

static void expect_end(const char *at)
{
	char end[100];
	int length = snprintf(end, sizeof end, "\r\n--%s--\r\n", boundary);

	ck_assert_mem_eq(at, end, (size_t)length);
	ck_assert_ptr_eq(at + length, heard.body + heard.length);
}

START_TEST(several_parts_are_served_at_once)
{
	char before[33];

	open_all(_i);
	ask(WITH("/large.bin", "Range: bytes=100-199, 0-0,400000-,-50\r\n"));
	see_boundary();
	expect_end(pass_part(pass_part(pass_part(heard.body, 100, 199), 0, 0), 299950, 299999));
	strcpy(before, boundary);
	ask(WITH("/large.bin", "Range: bytes=1-2,4-5\r\n"));
	see_boundary();
	ck_assert_str_ne(before, boundary);                     /* nobody knows it before */
	expect_end(pass_part(pass_part(heard.body, 1, 2), 4, 5));
	ask(WITH("/large.bin", "Range: bytes=150001-,0-149999\r\n"));
	see_boundary();                                         /* more than one read each, and more than there is room for here */
	ck_assert_uint_gt(heard.length, LARGE);
	ck_assert_uint_lt(heard.length, LARGE + 400);
	ask(WITH("/large.bin", "Range: bytes=400000-,7-8\r\n"));      /* one alone is no part */
	ck_assert(heard_says(&heard, "Content-Range: bytes 7-8/300000"));
	ck_assert_uint_eq(heard.length, 2);
	ask(WITH("/index.html", "Range: bytes=0-0,2-3\r\nIf-Range: \"other\"\r\n"));
	hears(200, "<p>hello");
	client_say(&client, "HEAD /large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-0,2-2\r\n\r\n");
	heard = client_hear(&client, true);
	ck_assert(heard_says(&heard, "Content-Length: 300000"));
	ask(GET("/index.html"));                                /* what was said of lengths is so */
	hears(200, "<p>hello");
	close_all();
}
END_TEST

START_TEST(who_asks_for_the_same_again_gets_all_of_it_once)
{
	char ranges[3000];
	size_t length = (size_t)sprintf(ranges, "bytes=0-0");

	open_all(_i);
	ask(WITH("/index.html", "Range: bytes=0-,0-,0-,0-\r\n"));
	hears(200, "<p>hello");
	ck_assert_ptr_null(strstr(heard.head, "multipart"));
	for (int i = 1; i < 300; i++)
		length += (size_t)sprintf(ranges + length, ",%d-%d", 2 * i, 2 * i);
	ask(WITH("/large.bin", "Range: %s\r\n"), ranges);
	ck_assert_int_eq(heard.status, 200);
	ck_assert_uint_eq(heard.length, LARGE);
	ask(WITH("/empty.txt", "Range: bytes=0-0,2-3\r\n"));
	ck_assert_int_eq(heard.status, 416);
	close_all();
}
END_TEST

START_TEST(what_has_not_changed_is_not_sent_again)
{
	char tag[100], date[100];

	open_all(_i);
	ask(GET("/index.html"));
	field("ETag", tag);
	field("Last-Modified", date);
	ask(WITH("/index.html", "If-None-Match: %s\r\n"), tag);
	hears(304, "");
	ask(WITH("/index.html", "If-Modified-Since: %s\r\n"), date);
	hears(304, "");
	ask(WITH("/index.html", "If-Match: \"other\"\r\n"));
	ck_assert_int_eq(heard.status, 412);
	ask(WITH("/index.html", "If-None-Match: \"other\"\r\n"));
	hears(200, "<p>hello");
	put("index.html", "<p>other!", 9);
	ask(WITH("/index.html", "If-None-Match: %s\r\n"), tag);
	hears(200, "<p>other!");
	close_all();
}
END_TEST

START_TEST(a_file_that_shrinks_breaks_the_connection)
{
	char path[100];

	open_all(_i);
	snprintf(path, sizeof path, "%s/huge", folder);
	put("huge", "x", 1);
	must(truncate(path, 100 << 20) == 0);
	client_say(&client, "%s", GET("/huge"));
	must(recv(client.socket, client.room, 1, MSG_PEEK) == 1);
	must(truncate(path, 1) == 0);
	heard = client_hear(&client, false);
	ck_assert(heard.is_cut);
	close_all();
}
END_TEST

START_TEST(who_goes_in_the_middle_leaves_no_file_open)
{
	char path[100];

	open_all(_i);
	snprintf(path, sizeof path, "%s/huge", folder);
	put("huge", "x", 1);
	must(truncate(path, 100 << 20) == 0);
	for (int i = 0; i < 20; i++) {
		client_say(&client, "%s", GET("/huge"));
		if (i % 2 == 0)
			must(recv(client.socket, client.room, 1, MSG_PEEK) == 1);
		reset(client.socket);
		client_open(&client);
	}
	ask(GET("/index.html"));
	hears(200, "<p>hello");
	close_all();
	for (int i = 3; i < 100; i++) {
		char name[64], target[256] = "";

		snprintf(name, sizeof name, "/proc/self/fd/%d", i);
		must(readlink(name, target, sizeof target - 1) < 0 || strstr(target, "huge") == NULL);
	}
}
END_TEST

static uint64_t begun(void)
{
	struct odeon_offload_counts counts;

	must(odeon_offload_count(world.system, pool, odeon_system_deadline(world.system, ODEON_SECONDS(10)), &counts) == 0);
	return counts.begun;
}

/* Where reading what is in memory never waits: there all of it can be had so, but for a look that something else disturbs. */
static bool is_local(void)
{
	struct statfs facts;

	must(statfs(folder, &facts) == 0);
	return facts.f_type == EXT4_SUPER_MAGIC || facts.f_type == BTRFS_SUPER_MAGIC;
}

START_TEST(who_reads)
{
	unsigned without = 0;

	open_all(_i);
	for (int i = 0; i < 100; i++) {
		uint64_t before = begun();

		ask(GET("/large.bin"));
		ck_assert_uint_eq(heard.length, LARGE);
		without += begun() == before;
	}
	if (has_pool)
		ck_assert_uint_eq(without, 0);
	else if (is_local())
		ck_assert_uint_gt(without, 0);
	close_all();
}
END_TEST

/* Neither somebody who would pour it, nor what is poured. */
START_TEST(head_reads_nothing)
{
	odeon_stats_system before = ODEON_STATS(odeon_stats_system), after = ODEON_STATS(odeon_stats_system);

	open_all(_i);
	must(odeon_system_stats(world.system, &before) == 0);
	for (int i = 0; i < 100; i++) {
		client_say(&client, "HEAD /%s HTTP/1.1\r\nHost: h\r\n\r\n", i % 2 == 0 ? "index.html" : "large.bin");
		heard = client_hear(&client, true);
		ck_assert_int_eq(heard.status, 200);
		ck_assert(heard_says(&heard, i % 2 == 0 ? "Content-Length: 8" : "Content-Length: 300000"));
	}
	must(odeon_system_stats(world.system, &after) == 0);
	ck_assert_uint_lt(after.spawned - before.spawned, 50);
	close_all();
}
END_TEST

static void without_pool(void)
{
	has_pool = false;
	pool = ODEON_NOBODY;
}
static void with_pool(void) { has_pool = true; }

#define TESTS KIT_TESTS(what_is_there_is_served, what_is_not_there_is_not_found, parts_are_served, several_parts_are_served_at_once, \
                        who_asks_for_the_same_again_gets_all_of_it_once, what_has_not_changed_is_not_sent_again, \
                        a_file_that_shrinks_breaks_the_connection, who_goes_in_the_middle_leaves_no_file_open, who_reads, head_reads_nothing)

KIT_MAIN("contract/http_server_files",
	{ .name = "files", .setup = without_pool, .tests = TESTS, .loop = PLAIN_KINDS },
	{ .name = "pool", .setup = with_pool, .tests = TESTS, .loop = PLAIN_KINDS })
