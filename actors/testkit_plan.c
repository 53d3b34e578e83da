/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testkit_plan - which faults befall a simulated system
 *
 * A fault is named by what stays the same when other faults are taken away, as far as anything does: the kind, the type, and
 * which of these messages it is. So what has struck by chance can be planned again, in part.
 */
#include "testkit.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLION 1000000u
#define NAME_BYTES 48
#define MOST 64                                 /* faults by chance in a run, if nothing else is said */
#define DELAY_MOST ODEON_MS(10)

enum { REFUSE = ODEON_FAULT_FAIL + 1, WORDS };
static const char *const words[WORDS] = { "none", "drop", "delay", "twice", "kill", "fail", "refuse" };

struct fault {
	int what;                               /* enum odeon_fault, or REFUSE */
	bool is_off;
	char kind[NAME_BYTES], type[NAME_BYTES];        /* "*": any */
	uint64_t nth, seen;
	odeon_duration delay;
};

struct faults { struct fault *faults; unsigned count, room; };

/* How many messages of this sort there were. */
struct sort { char kind[NAME_BYTES], type[NAME_BYTES]; uint64_t count; };

struct odeon_plan {
	odeon_faults hooks;
	struct faults fixed, struck;
	bool is_random;
	odeon_rates rates;
	struct sort *sorts;
	size_t sort_count, sort_room;
	uint64_t pieces;                        /* of memory, asked for so far */
};

/* Room for one more; NULL: no memory. */
static void *grow(void *array, size_t count, size_t *room, size_t bytes)
{
	if (count < *room)
		return array;
	array = realloc(array, (2 * *room + 8) * bytes);
	if (array != NULL)
		*room = 2 * *room + 8;
	return array;
}

static bool add(struct faults *faults, struct fault fault)
{
	size_t room = faults->room;
	struct fault *more = grow(faults->faults, faults->count, &room, sizeof *more);

	if (more == NULL)
		return false;
	faults->faults = more;
	faults->room = (unsigned)room;
	faults->faults[faults->count++] = fault;
	return true;
}

/* A name as texts have it: without what stands between names there. */
static void set_name(char name[NAME_BYTES], const char *from)
{
	size_t length = 0;

	for (; length < NAME_BYTES - 1 && from[length] != '\0'; length++)
		name[length] = isgraph((unsigned char)from[length]) && strchr("/;*'", from[length]) == NULL ? from[length] : '?';
	name[length] = '\0';
}

/* ---- by chance -------------------------------------------------------------------------------------------------------------- */

/* NULL: no memory, it is not counted then, and nothing befalls it. */
static struct sort *sort_of(odeon_plan *plan, const char *kind, const char *type)
{
	struct sort *sort;

	for (size_t i = 0; i < plan->sort_count; i++)
		if (strcmp(plan->sorts[i].kind, kind) == 0 && strcmp(plan->sorts[i].type, type) == 0)
			return &plan->sorts[i];
	sort = grow(plan->sorts, plan->sort_count, &plan->sort_room, sizeof *sort);
	if (sort == NULL)
		return NULL;
	plan->sorts = sort;
	sort += plan->sort_count++;
	*sort = (struct sort){ .count = 0 };
	memcpy(sort->kind, kind, NAME_BYTES);
	memcpy(sort->type, type, NAME_BYTES);
	return sort;
}

static int pick(const odeon_rates *rates, unsigned number)
{
	const unsigned of[] = { 0, rates->drop, rates->delay, rates->twice, rates->kill, rates->fail };

	for (int what = ODEON_FAULT_DROP; what <= ODEON_FAULT_FAIL; what++) {
		if (number < of[what])
			return what;
		number -= of[what];
	}
	return ODEON_FAULT_NONE;
}

static int strike(odeon_plan *plan, struct fault fault)
{
	return fault.what != ODEON_FAULT_NONE && plan->struck.count < plan->rates.most && add(&plan->struck, fault) ? fault.what
	     : ODEON_FAULT_NONE;
}

static int befall(odeon_plan *plan, const char *kind, const char *type, uint64_t chance, odeon_duration *delay)
{
	struct sort *sort = sort_of(plan, kind, type);
	struct fault fault = { .what = pick(&plan->rates, (unsigned)(chance % MILLION)) };

	if (sort == NULL)
		return ODEON_FAULT_NONE;
	memcpy(fault.kind, kind, NAME_BYTES);
	memcpy(fault.type, type, NAME_BYTES);
	fault.nth = sort->count;
	if (fault.what == ODEON_FAULT_DELAY)
		*delay = fault.delay = 1 + (odeon_duration)(chance / MILLION % (uint64_t)plan->rates.delay_most);
	return strike(plan, fault);
}

/* ---- asked ------------------------------------------------------------------------------------------------------------------ */

static bool fits(const char *planned, const char *name) { return strcmp(planned, "*") == 0 || strcmp(planned, name) == 0; }

/* All count, the first that is met strikes. */
static void meet(struct faults *faults, const char *kind, const char *type, int *what, odeon_duration *delay)
{
	for (unsigned i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->faults[i];

		if (fault->is_off || fault->what == REFUSE || !fits(fault->kind, kind) || !fits(fault->type, type)
		 || ++fault->seen != fault->nth || *what != ODEON_FAULT_NONE)
			continue;
		*what = fault->what;
		*delay = fault->delay;
	}
}

static enum odeon_fault on_message(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance,
                                   odeon_duration *delay)
{
	odeon_plan *plan = data;
	char kind_name[NAME_BYTES] = "", type_name[NAME_BYTES] = "";
	int what = ODEON_FAULT_NONE;
	struct sort *sort;

	(void)to;
	if (strcmp(kind, TESTKIT_PROBE) == 0)
		return ODEON_FAULT_NONE;
	set_name(kind_name, kind);
	set_name(type_name, type->name);
	meet(&plan->fixed, kind_name, type_name, &what, delay);
	if (!plan->is_random) {
		meet(&plan->struck, kind_name, type_name, &what, delay);
		return (enum odeon_fault)what;
	}
	sort = sort_of(plan, kind_name, type_name);
	if (sort != NULL)
		sort->count++;
	if (what == ODEON_FAULT_NONE && (plan->rates.spares == NULL || plan->rates.spares(plan->rates.data, kind, type) == 0))
		what = befall(plan, kind_name, type_name, chance, delay);
	return (enum odeon_fault)what;
}

static bool is_refused(const struct faults *faults, uint64_t piece)
{
	for (unsigned i = 0; i < faults->count; i++)
		if (faults->faults[i].what == REFUSE && !faults->faults[i].is_off && faults->faults[i].nth == piece)
			return true;
	return false;
}

static int on_memory(void *data, size_t bytes, uint64_t chance)
{
	odeon_plan *plan = data;
	uint64_t piece = ++plan->pieces;

	(void)bytes;
	if (is_refused(&plan->fixed, piece))
		return 1;
	if (!plan->is_random)
		return is_refused(&plan->struck, piece);
	return chance % MILLION < plan->rates.refuse && strike(plan, (struct fault){ .what = REFUSE, .nth = piece }) == REFUSE;
}

/* ---- text -------------------------------------------------------------------------------------------------------------------- */

static bool read_fault(const char *text, struct fault *fault)
{
	unsigned long long nth = 0;
	long long delay = 0;
	char word[8] = "", rest;
	int got, wanted;

	*fault = (struct fault){ .what = ODEON_FAULT_DROP };
	if (sscanf(text, " %7s", word) != 1)
		return false;
	while (fault->what < WORDS && strcmp(words[fault->what], word) != 0)
		fault->what++;
	if (fault->what == WORDS)
		return false;
	if (fault->what == REFUSE) {
		got = sscanf(text, " %*s %llu %c", &nth, &rest);
		wanted = 1;
	} else if (fault->what == ODEON_FAULT_DELAY) {
		got = sscanf(text, " %*s %47[^/; ]/%47[^/; ] %llu %lld %c", fault->kind, fault->type, &nth, &delay, &rest);
		wanted = 4;
	} else {
		got = sscanf(text, " %*s %47[^/; ]/%47[^/; ] %llu %c", fault->kind, fault->type, &nth, &rest);
		wanted = 3;
	}
	fault->nth = nth;
	fault->delay = delay;
	return got == wanted && nth > 0 && delay >= 0;
}

static int read_text(odeon_plan *plan, const char *text)
{
	struct fault fault;
	char one[160];
	size_t length;

	while (text[strspn(text, "; \t\n")] != '\0') {
		text += strspn(text, "; \t\n");
		length = strcspn(text, ";");
		if (length >= sizeof one)
			return ODEON_EINVAL;
		memcpy(one, text, length);
		one[length] = '\0';
		if (!read_fault(one, &fault))
			return ODEON_EINVAL;
		if (!add(&plan->fixed, fault))
			return ODEON_ENOMEM;
		text += length;
	}
	return 0;
}

struct text { char *at; size_t bytes; int length; };

static void print_fault(const struct fault *fault, struct text *text)
{
	char one[200];
	int length = snprintf(one, sizeof one, "%s%s ", text->length > 0 ? "; " : "", words[fault->what]);

	if (fault->what != REFUSE)
		length += snprintf(one + length, sizeof one - (size_t)length, "%s/%s ", fault->kind, fault->type);
	length += snprintf(one + length, sizeof one - (size_t)length, "%llu", (unsigned long long)fault->nth);
	if (fault->what == ODEON_FAULT_DELAY)
		length += snprintf(one + length, sizeof one - (size_t)length, " %lld", (long long)fault->delay);
	if ((size_t)text->length < text->bytes)
		snprintf(text->at + text->length, text->bytes - (size_t)text->length, "%s", one);
	text->length += length;
}

int odeon_plan_print(const odeon_plan *plan, char *text, size_t bytes)
{
	struct text out = { text, bytes, 0 };

	if (bytes > 0)
		text[0] = '\0';
	for (unsigned i = 0; i < plan->fixed.count; i++)
		print_fault(&plan->fixed.faults[i], &out);
	for (unsigned i = 0; i < plan->struck.count; i++)
		if (!plan->struck.faults[i].is_off)
			print_fault(&plan->struck.faults[i], &out);
	return out.length;
}

/* ---- made ---------------------------------------------------------------------------------------------------------------------- */

static int set_rates(odeon_plan *plan, const odeon_rates *rates)
{
	uint64_t sum = (uint64_t)rates->drop + rates->delay + rates->twice + rates->kill + rates->fail;

	if (rates->bytes != sizeof *rates)
		return ODEON_EVERSION;
	if (sum > MILLION || rates->delay_most < 0)
		return ODEON_EINVAL;
	plan->rates = *rates;
	plan->is_random = true;
	if (rates->most == 0)
		plan->rates.most = MOST;
	if (rates->delay_most == 0)
		plan->rates.delay_most = DELAY_MOST;
	return 0;
}

int testkit_plan_make(const char *text, const odeon_rates *rates, odeon_plan **result)
{
	odeon_plan *plan = calloc(1, sizeof *plan);
	int error = plan != NULL ? 0 : ODEON_ENOMEM;

	if (error == 0 && text != NULL)
		error = read_text(plan, text);
	if (error == 0 && rates != NULL)
		error = set_rates(plan, rates);
	if (error != 0) {
		odeon_plan_free(plan);
		return error;
	}
	plan->hooks = (odeon_faults)ODEON_FAULTS(on_message, on_memory, plan);
	*result = plan;
	return 0;
}

int odeon_plan_read(const char *text, odeon_plan **plan)
{
	return text != NULL && plan != NULL ? testkit_plan_make(text, NULL, plan) : ODEON_EINVAL;
}

int odeon_plan_random(const odeon_rates *rates, odeon_plan **plan)
{
	return rates != NULL && plan != NULL ? testkit_plan_make(NULL, rates, plan) : ODEON_EINVAL;
}

const odeon_faults *odeon_plan_faults(odeon_plan *plan) { return &plan->hooks; }

void odeon_plan_free(odeon_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->fixed.faults);
	free(plan->struck.faults);
	free(plan->sorts);
	free(plan);
}

/* ---- for trials ------------------------------------------------------------------------------------------------------------------ */

unsigned testkit_plan_struck(const odeon_plan *plan) { return plan->struck.count; }

static void rewind_all(struct faults *faults)
{
	for (unsigned i = 0; i < faults->count; i++)
		faults->faults[i].seen = 0;
}

void testkit_plan_keep(odeon_plan *plan, const unsigned *numbers, unsigned count)
{
	plan->is_random = false;
	plan->pieces = 0;
	rewind_all(&plan->fixed);
	rewind_all(&plan->struck);
	for (unsigned i = 0; i < plan->struck.count; i++)
		plan->struck.faults[i].is_off = true;
	for (unsigned i = 0; i < count; i++)
		plan->struck.faults[numbers[i]].is_off = false;
}
