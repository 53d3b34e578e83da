/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * date.c - what http_date.h promises: moments written and read, whatever the year
 */
#include "../harness/kit.h"
#include "http_date.h"
#include <time.h>

static int64_t read_at(const char *text, int64_t now)
{
	int64_t second = -1;

	return http_date_read(http_text_of(text), now, &second) ? second : -1;
}

static void writes(int64_t second, const char *expected)
{
	char text[HTTP_DATE_BYTES + 1] = "";

	http_date_write(text, second);
	ck_assert_str_eq(text, expected);
}

START_TEST(moments_that_are_known)
{
	writes(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
	writes(0, "Thu, 01 Jan 1970 00:00:00 GMT");
	writes(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
	writes(951782400, "Tue, 29 Feb 2000 00:00:00 GMT");
	writes(4107542400, "Mon, 01 Mar 2100 00:00:00 GMT");
	writes(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT");
	writes(-62167219200, "Sat, 01 Jan 0000 00:00:00 GMT");
	writes(INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT");
	writes(INT64_MIN, "Sat, 01 Jan 0000 00:00:00 GMT");
}
END_TEST

/* The C library counts the days too. Under a sanitizer, every eleventh. */
enum { STEP = KIT_SLOWER(10) == 10 ? 86400 : 11 * 86400 };

START_TEST(every_day_of_four_centuries)
{
	for (int64_t second = -11676096000 + 12345; second < 13569465600; second += STEP) {
		time_t at = (time_t)second;
		struct tm civil;
		char text[HTTP_DATE_BYTES + 1], ours[HTTP_DATE_BYTES + 1] = "";

		must(gmtime_r(&at, &civil) != NULL && strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &civil) > 0);
		http_date_write(ours, second);
		ck_assert_str_eq(ours, text);
		ck_assert_int_eq(read_at(text, 0), second);
	}
}
END_TEST

START_TEST(older_forms_are_read)
{
	ck_assert_int_eq(read_at("Sunday, 06-Nov-94 08:49:37 GMT", 784111777), 784111777);
	ck_assert_int_eq(read_at("Sunday, 06-Nov-94 08:49:37 GMT", 1700000000), 784111777);
	ck_assert_int_eq(read_at("Wednesday, 01-Jan-70 00:00:00 GMT", 1700000000), 3155760000);       /* not 50 years away yet */
	ck_assert_int_eq(read_at("Tuesday, 01-Jan-74 00:00:00 GMT", 1700000000), 126230400);
	ck_assert_int_eq(read_at("Sun Nov  6 08:49:37 1994", 0), 784111777);
	ck_assert_int_eq(read_at("Wed Nov 16 08:49:37 1994", 0), 784975777);
}
END_TEST

START_TEST(what_is_no_date)
{
	static const char *const bad[] = { "", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GXT", "06 Nov 1994",
		"Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 GMT ", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov  6 08:49:37 94", "784111777" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(read_at(bad[i], 0) == -1, "read: %s", bad[i]);
	must(read_at("Thu, 29 Feb 2024 23:59:60 GMT", 0) == 1709251200);
}
END_TEST

START_TEST(a_clock_writes_each_second_once)
{
	struct http_clock clock = { .is_set = false };
	struct http_text text = http_clock_at(&clock, 784111777);

	must(http_text_is(text, HTTP_TEXT("Sun, 06 Nov 1994 08:49:37 GMT")));
	clock.text[0] = 'X';
	must(http_clock_at(&clock, 784111777).at[0] == 'X');
	must(http_text_is(http_clock_at(&clock, 784111778), HTTP_TEXT("Sun, 06 Nov 1994 08:49:38 GMT")));
	must(http_text_is(http_clock_at(&clock, 0), HTTP_TEXT("Thu, 01 Jan 1970 00:00:00 GMT")));
}
END_TEST

KIT_MAIN("http/date",
	{ .name = "date", .tests = KIT_TESTS(moments_that_are_known, every_day_of_four_centuries, older_forms_are_read, what_is_no_date,
		a_clock_writes_each_second_once) })
