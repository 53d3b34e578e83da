/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * company.h - a simulated system with members that are supervised, and what they did as a line of text
 *
 *   "+a"  member a starts     "!a"  its start fails     "-a"  its stop runs     "a7"  it handles number 7
 *
 * Each of them and a space. A member is known by a letter; whom[] has its latest ref.
 */
#ifndef COMPANY_H
#define COMPANY_H

#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { LETTERS = 26, LINE_MOST = 4096 };
enum { FAIL = -1, LEAVE = -2, FAIL_ONCE = -3 };        /* numbers that are orders; else they are noted */

struct member_is { char letter; };

static struct {
	odeon_system *system;
	odeon_ref top;                                 /* their supervisor */
	odeon_ref whom[LETTERS];
	char line[LINE_MOST];
	int starts_to_fail[LETTERS];                   /* so many times, from now on */
	int failures;                                  /* told to the host */
	char failure[ODEON_REASON_BYTES];
	odeon_time started[LETTERS];
	bool is_last_failing;                          /* a FAIL_ONCE has been seen */
	unsigned letters;
} company;

static inline void write_down(char what, char letter, int number)
{
	size_t at = strlen(company.line);

	if (number >= 0)
		(void)snprintf(company.line + at, LINE_MOST - at, "%c%d ", letter, number);
	else
		(void)snprintf(company.line + at, LINE_MOST - at, "%c%c ", what, letter);
}

struct member { char letter; };

ODEON_START(member, member_is)
{
	int index = member_is->letter - 'a';

	member->letter = member_is->letter;
	if (company.starts_to_fail[index] > 0) {
		company.starts_to_fail[index]--;
		write_down('!', member->letter, -1);
		return ODEON_ESYSTEM;
	}
	write_down('+', member->letter, -1);
	company.whom[index] = odeon_self_ref(self);
	company.started[index] = odeon_now(self);
	return 0;
}

ODEON_STOP(member) { write_down('-', member->letter, -1); }

ODEON_HANDLER(member, parcel)
{
	if (parcel->number == FAIL || (parcel->number == FAIL_ONCE && !company.is_last_failing)) {
		company.is_last_failing = true;
		odeon_fail(self, 7, "as told");
	} else if (parcel->number == LEAVE)
		odeon_exit(self);
	else
		write_down(0, member->letter, parcel->number == FAIL_ONCE ? 99 : parcel->number);
}
ODEON_HANDLERS(member_handlers, ODEON_ON(member, parcel));
ODEON_KIND(member, member_handlers, .start = ODEON_STARTS(member), .stop = ODEON_STOPS(member));

static inline void company_failed(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	company.failures++;
	(void)snprintf(company.failure, sizeof company.failure, "%s", reason->text);
}

static inline void company_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
	company.letters++;
}

static inline void company_open(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_failure = company_failed,
	                                      .on_dead_letter = company_letter);

	memset(&company, 0, sizeof company);
	must(odeon_system_start(&options, &company.system) == 0);
}

static inline void company_run(odeon_duration how_long)
{
	must(odeon_system_run(company.system, odeon_system_deadline(company.system, how_long)) >= 0);
}

static inline void company_supervise(odeon_supervisor rule)
{
	must(odeon_supervise(company.system, &rule, &company.top) == 0);
}

static inline bool company_has_ended(odeon_ref who)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	return odeon_actor_stats(company.system, who, &stats) == ODEON_EGONE;
}

/* Nothing is lost, and nobody is left. */
static inline void company_close(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stop(company.system, odeon_system_deadline(company.system, ODEON_SECONDS(60)), NULL) == 0);
	must(odeon_system_stats(company.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0);
	must(stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(company.system) == 0);
	must(parcels_made() == parcels_dropped());
}

static inline void company_post(char letter, int number)
{
	(void)odeon_post(company.system, company.whom[letter - 'a'], parcel_new(number));
}

/* Runs a while; then this and no more was written down since the last time. */
#define company_expect(text) \
	do { \
		company_run(ODEON_MS(1)); \
		ck_assert_str_eq(company.line, text); \
		company.line[0] = 0; \
	} while (0)

#define MEMBER(L, ...) \
	ODEON_CHILD(.name = #L, .kind = &member_kind, .argument = #L, .argument_bytes = sizeof(struct member_is), __VA_ARGS__)

/* A request to a supervisor, answered while the system runs. */
struct question { void *message; odeon_ref to; int error; struct odeon_child_is is; bool is_answered; };
struct inquiry { struct question *question; };
struct told { int unused; };
struct asker { struct question *question; };

ODEON_ANSWER(asker, told, odeon_child_is)
{
	asker->question->error = error;
	if (odeon_child_is != NULL)
		asker->question->is = *odeon_child_is;
	asker->question->is_answered = true;
	odeon_exit(self);
}

ODEON_START(asker, inquiry)
{
	struct question *question = inquiry->question;

	asker->question = question;
	return odeon_request(self, question->to, question->message, ODEON_NEVER,
	                     ODEON_THEN(self, asker, told, odeon_child_is, .unused = 0));
}
ODEON_HANDLER(asker, note) { odeon_exit(self); }
ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, note));
ODEON_KIND(asker, asker_handlers, .start = ODEON_STARTS(asker));

static inline void company_ask(struct question *question, odeon_ref to, void *message)
{
	*question = (struct question){ .to = to, .message = message };
	must(odeon_system_spawn(company.system, &asker_kind, &(struct inquiry){ question }, NULL) == 0);
}

#endif
