/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.c - comparing texts, and reading and writing numbers
 */
#include "text.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_of(const char *string)
{
	return (struct text){ string, strlen(string) };
}

bool text_equal(struct text a, struct text b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

int text_compare(struct text a, struct text b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* ---- integers ---------------------------------------------------------------------------------------------------- */

static bool add_digit(unsigned long long *magnitude, char digit)
{
	unsigned value = (unsigned char)digit - '0';

	return value <= 9 && !__builtin_mul_overflow(*magnitude, 10u, magnitude) && !__builtin_add_overflow(*magnitude, value, magnitude);
}

bool text_integer(struct text text, long long *number)
{
	bool is_negative = text.length > 0 && text.at[0] == '-';
	size_t i = is_negative;
	unsigned long long magnitude = 0;

	if (text.length == 1 && text.at[0] == '0') {
		*number = 0;
		return true;
	}
	if (i == text.length || text.at[i] == '0')
		return false;
	for (; i < text.length; i++)
		if (!add_digit(&magnitude, text.at[i]))
			return false;
	if (magnitude > (unsigned long long)LLONG_MAX + is_negative)
		return false;
	*number = is_negative ? (long long)(0 - magnitude) : (long long)magnitude;
	return true;
}

size_t integer_write(char *to, long long number)
{
	char digits[24], *at = digits + sizeof digits;
	unsigned long long magnitude = number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;
	size_t length;

	do
		*--at = (char)('0' + magnitude % 10);
	while ((magnitude /= 10) > 0);
	if (number < 0)
		*--at = '-';
	length = (size_t)(digits + sizeof digits - at);
	memcpy(to, at, length);
	return length;
}

/* ---- others ------------------------------------------------------------------------------------------------------ */

/* With a zero behind it, as strtod wants it. */
static bool terminate(char *to, size_t room, struct text text)
{
	if (text.length >= room)
		return false;
	if (text.length > 0)
		memcpy(to, text.at, text.length);
	to[text.length] = 0;
	return true;
}

bool text_double(struct text text, double *number)
{
	char copy[NUMBER_BYTES], *end;

	if (text.length == 0 || isspace((unsigned char)text.at[0]) || !terminate(copy, sizeof copy, text))
		return false;
	errno = 0;
	*number = strtod(copy, &end);
	return end == copy + text.length && !isnan(*number) && (errno != ERANGE || (isfinite(*number) && *number != 0));
}

bool text_bound(struct text text, double *number)
{
	char copy[NUMBER_BYTES], *end;

	if (!terminate(copy, sizeof copy, text))
		return false;
	*number = strtod(copy, &end);
	return end == copy + text.length && !isnan(*number);
}

bool text_long_double(struct text text, long double *number)
{
	char copy[NUMBER_BYTES], *end;

	if (text.length == 0 || isspace((unsigned char)text.at[0]) || !terminate(copy, sizeof copy, text))
		return false;
	errno = 0;
	*number = strtold(copy, &end);
	return end == copy + text.length && !isnan(*number) && (errno != ERANGE || (isfinite(*number) && *number != 0));
}

size_t double_write(char *to, double number)
{
	if (isinf(number))
		return (size_t)snprintf(to, 32, "%s", number > 0 ? "inf" : "-inf");
	return (size_t)snprintf(to, 32, "%.17g", number);
}

size_t long_double_write(char *to, long double number)
{
	size_t length = (size_t)snprintf(to, NUMBER_BYTES, "%.17Lf", number);

	while (memchr(to, '.', length) != NULL && to[length - 1] == '0')
		length--;
	if (to[length - 1] == '.')
		length--;
	if (length == 2 && to[0] == '-' && to[1] == '0') {
		to[0] = '0';
		length = 1;
	}
	return length;
}
