/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.c - tests of odeon/error.h: every number has its name and its text, and no other has
 */
#include "../harness/kit.h"
#include <limits.h>
#include <string.h>

static const struct { const char *name; int number; const char *text; } errors[] = {
#define LISTED(name, number, text) { "ODEON_" #name, number, text },
	ODEON_ERRORS(LISTED)
#undef LISTED
};
#define ERRORS (sizeof(errors) / sizeof(errors[0]))

START_TEST(every_error_has_its_name_and_text)
{
	size_t i;

	for (i = 0; i < ERRORS; i++) {
		ck_assert_str_eq(odeon_error_name(errors[i].number), errors[i].name);
		ck_assert_str_eq(odeon_error_text(errors[i].number), errors[i].text);
	}
}
END_TEST

START_TEST(no_two_errors_share_a_number_and_all_fit_the_counters)
{
	char seen[ODEON_ERROR_COUNT] = { 0 };
	size_t i;

	ck_assert_uint_eq(ERRORS + 1, ODEON_ERROR_COUNT);
	for (i = 0; i < ERRORS; i++) {
		ck_assert_int_lt(errors[i].number, 0);
		ck_assert_int_gt(errors[i].number, -ODEON_ERROR_COUNT);
		ck_assert_int_eq(seen[-errors[i].number], 0);
		seen[-errors[i].number] = 1;
	}
}
END_TEST

START_TEST(who_would_have_waited_is_told_the_way_that_works)
{
	static const char *const ways[] = { "odeon_receiver_pipe", "odeon_sender_try", "odeon_sender_when_room", "odeon_request" };
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		ck_assert_ptr_nonnull(strstr(odeon_error_text(ODEON_EWOULDBLOCK), ways[i]));
}
END_TEST

START_TEST(success_has_a_name)
{
	ck_assert_str_eq(odeon_error_name(0), "ODEON_OK");
	ck_assert_str_eq(odeon_error_text(0), "ok");
}
END_TEST

START_TEST(a_number_outside_the_list_is_unknown_not_a_crash)
{
	static const int strangers[] = { 1, 17, INT_MAX, INT_MIN, INT_MIN + 1, ODEON_ERROR_LAST_ - 1, -1000 };
	size_t i;

	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		ck_assert_str_eq(odeon_error_name(strangers[i]), "(unknown)");
		ck_assert_str_eq(odeon_error_text(strangers[i]), "unknown error");
	}
}
END_TEST

KIT_MAIN("unit/error",
	{ .name = "list", .tests = KIT_TESTS(every_error_has_its_name_and_text,
	                                     no_two_errors_share_a_number_and_all_fit_the_counters,
	                                     success_has_a_name, who_would_have_waited_is_told_the_way_that_works,
	                                     a_number_outside_the_list_is_unknown_not_a_crash) })
