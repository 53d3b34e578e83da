/* SPDX-License-Identifier: BSD-2-Clause */
/* letters - of the dead ones the default logger says a few a second, with their send sites */
#include "letters.h"

#include <stdarg.h>
#include <stdio.h>
#include "clock.h"
#include "simulation.h"

#define SAID_A_SECOND 5

void log_line(odeon_system *system, enum odeon_log_level level, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (system->options.on_log != NULL)
		system->options.on_log(system->options.host, level, text);
	else
		fprintf(stderr, "%s: %s\n", system->name, text);
}

/* Whether this one is said; *held is how many were not, since the last that was. */
static bool may_say(odeon_system *system, struct said *log, uint32_t *held)
{
	int64_t second = clock_now() / 1000000000;
	bool said;

	pthread_mutex_lock(&system->log_lock);
	if (log->second != second) {
		log->second = second;
		log->said = 0;
	}
	said = log->said < SAID_A_SECOND;
	*held = log->held;
	if (said) {
		log->said++;
		log->held = 0;
	} else
		log->held++;
	pthread_mutex_unlock(&system->log_lock);
	return said;
}

static void say(odeon_system *system, const odeon_dead_letter *letter)
{
	char from[ODEON_REF_TEXT], to[ODEON_REF_TEXT], more[48] = "";
	uint32_t held;

	if (!may_say(system, &system->letters_log, &held))
		return;
	odeon_ref_print(letter->from, from, sizeof from);
	odeon_ref_print(letter->to, to, sizeof to);
	if (held > 0)
		snprintf(more, sizeof more, " (and %u more before it)", held);
	log_line(system, ODEON_LOG_WARNING, "dead letter: struct %s from %s to %s: %s; sent at %s:%u%s",
	         letter->type->name, from, to, odeon_error_text(letter->why),
	         letter->site != NULL ? letter->site->file : "?", letter->site != NULL ? letter->site->line : 0, more);
}

/* What is left over when a system ends is the ordinary course: the host is told, but the log is not. */
static bool is_ending(odeon_system *system)
{
	return ck_pr_load_32(&system->phase) != PHASE_RUNNING;
}

/* So is what comes to somebody who was to be expected to have ended. */
static bool is_ordinary(odeon_system *system, const odeon_dead_letter *letter)
{
	return is_ending(system) || (letter->type->may_be_late && letter->why == ODEON_EGONE);
}

void letter_bury(odeon_system *system, struct worker *worker, struct message *message, odeon_ref from, odeon_ref to, int why)
{
	const odeon_dead_letter letter = { message->type, from, to, why, message->site };

	TALLY(system, worker, dead[-why]);
	if (UNLIKELY(system->simulation != NULL))
		simulation_event(system, "dead letter: struct %s to %u.%u: %s", message->type->name, ref_slot(to),
		                 ref_generation(to), odeon_error_name(why));
	if (system->options.on_dead_letter != NULL)
		system->options.on_dead_letter(system->options.host, &letter);
	else if (!is_ordinary(system, &letter) && !directory_is_forked(system->directory))       /* a lock may be held for ever there */
		say(system, &letter);
	message_renounce(message, why);
	message_drop(message);
}

static void say_end(odeon_system *system, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	char text[ODEON_REF_TEXT], more[48] = "";
	uint32_t held;

	if (!may_say(system, &system->ends_log, &held))
		return;
	odeon_ref_print(who, text, sizeof text);
	if (held > 0)
		snprintf(more, sizeof more, " (and %u more before it)", held);
	log_line(system, ODEON_LOG_WARNING, "%s (%s) failed, and nobody was told: %d, %s%s", text, kind, reason->code,
	         reason->text, more);
}

void letter_of_end(odeon_system *system, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	if (system->options.on_failure != NULL)
		system->options.on_failure(system->options.host, who, kind, reason);
	else if (reason->code != ODEON_EKILLED && !is_ending(system))         /* a kill was somebody's wish */
		say_end(system, who, kind, reason);
}

void letter_discard(odeon_system *system, struct worker *worker, struct message *message, odeon_ref from, odeon_ref to,
                    int why)
{
	letter_bury(system, worker, message, from, to, why);
	message_release(message);
}
