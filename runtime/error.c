/* SPDX-License-Identifier: BSD-2-Clause */
/* error - names and texts, from the one list */
#include <odeon/error.h>

static const char *const names[ODEON_ERROR_COUNT] = {
	[0] = "ODEON_OK",
#define NAME(name, number, text) [-(number)] = "ODEON_" #name,
	ODEON_ERRORS(NAME)
#undef NAME
};

static const char *const texts[ODEON_ERROR_COUNT] = {
	[0] = "ok",
#define TEXT(name, number, text) [-(number)] = text,
	ODEON_ERRORS(TEXT)
#undef TEXT
};

static int is_known(int error)
{
	return error <= 0 && error > -ODEON_ERROR_COUNT;
}

const char *odeon_error_name(int error)
{
	return is_known(error) ? names[-error] : "(unknown)";
}

const char *odeon_error_text(int error)
{
	return is_known(error) ? texts[-error] : "unknown error";
}
