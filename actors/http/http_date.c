/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Days are counted in years that begin on the first of March, so that the day that comes every four years is a year's
 * last.
 */
#include "http_date.h"
#include <string.h>

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char days[] = "SunMonTueWedThuFriSat";

enum { DAY = 86400, MARCH_0000_TO_1970 = 719468, CENTURIES_4 = 146097 };

static const int64_t first_second = -62167219200, last_second = 253402300799;  /* of the years 0 and 9999 */

static int64_t days_since_1970(int64_t year, unsigned month, unsigned day)      /* month 1 to 12 */
{
	int64_t era;
	unsigned of_era, of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = (unsigned)(year - era * 400);
	return era * CENTURIES_4 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - MARCH_0000_TO_1970;
}

static void civil(int64_t since_1970, unsigned *year, unsigned *month, unsigned *day)
{
	int64_t since = since_1970 + MARCH_0000_TO_1970;
	int64_t era = (since >= 0 ? since : since - (CENTURIES_4 - 1)) / CENTURIES_4;
	unsigned of_era = (unsigned)(since - era * CENTURIES_4);
	unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / (CENTURIES_4 - 1)) / 365;
	unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	unsigned from_march = (5 * of_year + 2) / 153;

	*day = of_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = (unsigned)((int64_t)year_of_era + era * 400 + (*month <= 2));
}

static char *put_two(char *at, unsigned number)
{
	at[0] = (char)('0' + number / 10 % 10);
	at[1] = (char)('0' + number % 10);
	return at + 2;
}

static char *put(char *at, const char *text, size_t bytes)
{
	memcpy(at, text, bytes);
	return at + bytes;
}

void http_date_write(char text[HTTP_DATE_BYTES], int64_t second)
{
	unsigned year, month, day, of_day;
	int64_t since;

	second = second < first_second ? first_second : second > last_second ? last_second : second;
	since = (second - first_second) / DAY + first_second / DAY;
	of_day = (unsigned)(second - since * DAY);
	civil(since, &year, &month, &day);
	text = put(text, days + 3 * (unsigned)((since + 4 + (int64_t)7 * DAY * DAY) % 7), 3);
	text = put_two(put(text, ", ", 2), day);
	text = put(put(put(text, " ", 1), months + (size_t)3 * (month - 1), 3), " ", 1);
	text = put(put_two(put_two(text, year / 100), year % 100), " ", 1);
	text = put(put_two(text, of_day / 3600), ":", 1);
	text = put(put_two(text, of_day / 60 % 60), ":", 1);
	put(put_two(text, of_day % 60), " GMT", 4);
}

/* ---- reading: a form, in which letters stand for what comes at their place ----------------------------------------------------- */

struct date { unsigned year, month, day, hour, minute, second; };

static bool read_digit(unsigned *number, char c)
{
	*number = *number * 10 + (unsigned)(c - '0');
	return http_is_digit(c);
}

static bool read_month(struct date *date, const char *at)
{
	for (date->month = 1; date->month <= 12; date->month++)
		if (memcmp(months + (size_t)3 * (date->month - 1), at, 3) == 0)
			return true;
	return false;
}

/* YYYY, DD, hh, mm, ss: digits; _: a blank or a day's digit, @@@: a month; ?: a letter; others themselves. */
static bool read_form(struct http_text text, const char *form, struct date *date)
{
	*date = (struct date){ 0 };
	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.at[i];
		bool is_good;

		switch (form[i]) {
		case 'Y': is_good = read_digit(&date->year, c); break;
		case '_': is_good = c == ' ' || read_digit(&date->day, c); break;
		case 'D': is_good = read_digit(&date->day, c); break;
		case 'h': is_good = read_digit(&date->hour, c); break;
		case 'm': is_good = read_digit(&date->minute, c); break;
		case 's': is_good = read_digit(&date->second, c); break;
		case '@': is_good = form[i + 1] != '@' || form[i + 2] != '@' || read_month(date, text.at + i); break;
		case '?': is_good = http_lower(c) >= 'a' && http_lower(c) <= 'z'; break;
		default: is_good = c == form[i]; break;
		}
		if (!is_good)
			return false;
	}
	return true;
}

static bool has_form(struct http_text text, const char *form, struct date *date)
{
	return text.bytes == strlen(form) && read_form(text, form, date);
}

static unsigned days_in(unsigned year, unsigned month)
{
	static const uint8_t most[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return most[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool to_second(const struct date *date, int64_t *second)
{
	if (date->day == 0 || date->day > days_in(date->year, date->month))
		return false;
	if (date->hour > 23 || date->minute > 59 || date->second > 60)          /* 60: a leap second */
		return false;
	*second = days_since_1970(date->year, date->month, date->day) * DAY + date->hour * 3600 + date->minute * 60 +
	          date->second;
	return true;
}

static unsigned year_of(int64_t second)
{
	char text[HTTP_DATE_BYTES];
	uint64_t year = 0;

	http_date_write(text, second);
	(void)http_text_number((struct http_text){ text + 12, 4 }, &year);
	return (unsigned)year;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT", without the day of the week, which may be of any length. */
static bool read_old(struct http_text text, int64_t now, struct date *date)
{
	const char *comma = text.bytes > 0 ? memchr(text.at, ',', text.bytes) : NULL;
	unsigned this_year = year_of(now);

	if (comma == NULL || comma - text.at < 6 || comma - text.at > 9)
		return false;
	if (!has_form(http_text_from(text, (size_t)(comma - text.at)), ", DD-@@@-YY hh:mm:ss GMT", date))
		return false;
	date->year += this_year - this_year % 100;
	if (date->year > this_year + 50)
		date->year -= 100;
	else if (date->year + 50 <= this_year)
		date->year += 100;
	return true;
}

bool http_date_read(struct http_text text, int64_t now, int64_t *second)
{
	struct date date;

	if (has_form(text, "\?\?\?, DD @@@ YYYY hh:mm:ss GMT", &date) || has_form(text, "\?\?\? @@@ _D hh:mm:ss YYYY", &date) ||
	    read_old(text, now, &date))
		return to_second(&date, second);
	return false;
}

/* ---- the clock ------------------------------------------------------------------------------------------------------------------ */

struct http_text http_clock_at(struct http_clock *clock, int64_t second)
{
	if (!clock->is_set || clock->second != second) {
		http_date_write(clock->text, second);
		clock->second = second;
		clock->is_set = true;
	}
	return (struct http_text){ clock->text, sizeof clock->text };
}
