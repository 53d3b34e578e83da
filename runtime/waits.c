/* SPDX-License-Identifier: BSD-2-Clause */
/* waits - found in the annex, told, logged, printed */
#include "waits.h"

#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "annex.h"
#include "gather.h"
#include "letters.h"
#include "rounds.h"

#define LOGGED_MOST 16

/* ---- the list -------------------------------------------------------------------------------------------------------------- */

static bool has_room(struct wait_list *list)
{
	size_t room = list->room == 0 ? 16 : list->room * 2;
	odeon_wait *waits;

	if (list->count < list->room)
		return true;
	waits = alloc_block(room * sizeof *waits);
	if (waits == NULL) {
		list->is_short = true;
		return false;
	}
	if (list->count > 0)
		memcpy(waits, list->waits, list->count * sizeof *waits);
	wait_list_free(list);
	list->waits = waits;
	list->room = room;
	return true;
}

void wait_list_free(struct wait_list *list)
{
	alloc_free(list->waits, list->room * sizeof list->waits[0]);
	list->waits = NULL;
}

/* ---- what an actor waits for ------------------------------------------------------------------------------------------------ */

typedef void see_request(void *argument, const struct slot *slot, struct request *request);

static void each_of_gather(const struct slot *slot, struct gather *gather, see_request *see, void *argument)
{
	uint32_t index = 0;
	struct request *request;

	while ((request = gather_next_out(gather, &index)) != NULL)
		see(argument, slot, request);
}

/* The holder of the token, or nobody runs. Oldest first. */
static void each_request(const struct slot *slot, see_request *see, void *argument)
{
	struct request *request = slot->annex != NULL ? slot->annex->requests.first : NULL;

	for (; request != NULL; request = request->next)
		if (request->gather != NULL)
			each_of_gather(slot, request->gather, see, argument);
		else if (request->is_out)
			see(argument, slot, request);
}

static void append(void *argument, const struct slot *slot, struct request *request)
{
	struct wait_list *list = argument;

	if (has_room(list))
		list->waits[list->count++] = (odeon_wait){
			.who = request->asker, .whom = request->to, .kind = slot->kind->name, .type = request->type,
			.site = request->site, .until = { request->until },
		};
}

/* ---- told ------------------------------------------------------------------------------------------------------------------- */

static void tell(struct inquiry *inquiry, const struct odeon_self *self, const struct slot *slot)
{
	uint32_t number = ref_slot(self->me);

	if (number >= inquiry->slots || inquiry->asked[number] != ref_generation(self->me))
		return;
	each_request(slot, append, &inquiry->list);
	inquiry->asked[number] = 0;
	if (--inquiry->left == 0)
		parker_wake(&inquiry->parker);
}

void waits_tell(struct odeon_self *self, struct slot *slot)
{
	odeon_system *system = self->system;

	pthread_mutex_lock(&system->inquiries_lock);
	for (struct inquiry *inquiry = system->inquiries; inquiry != NULL; inquiry = inquiry->next)
		tell(inquiry, self, slot);
	pthread_mutex_unlock(&system->inquiries_lock);
}

/* ---- simulated -------------------------------------------------------------------------------------------------------------- */

static void each_of_all(odeon_system *system, see_request *see, void *argument)
{
	struct directory *directory = system->directory;

	for (uint32_t i = 0; i < directory_used(directory); i++)
		if (generation_is_alive(slot_generation(&directory->slots[i])))
			each_request(&directory->slots[i], see, argument);
}

void waits_read(odeon_system *system, struct wait_list *list)
{
	each_of_all(system, append, list);
}

static void mark(void *is_new, const struct slot *slot, struct request *request)
{
	(void)slot;
	if (!request->is_told)
		*(bool *)is_new = true;
	request->is_told = true;
}

static void say(odeon_system *system, const odeon_waits *waits)
{
	char text[400];

	log_line(system, ODEON_LOG_WARNING, "at rest, and nobody will answer what %zu wait for:", waits->count);
	for (size_t i = 0; i < waits->count && i < LOGGED_MOST; i++) {
		(void)wait_print(&waits->waits[i], text, sizeof text);
		log_line(system, ODEON_LOG_WARNING, "%s", text);
	}
	if (waits->count > LOGGED_MOST)
		log_line(system, ODEON_LOG_WARNING, "... and %zu more", waits->count - LOGGED_MOST);
}

void waits_at_rest(odeon_system *system)
{
	struct wait_list list = { .count = 0 };
	bool is_new = false;
	odeon_waits *waits;

	each_of_all(system, mark, &is_new);
	if (!is_new)
		return;
	waits_read(system, &list);
	waits = rounds_list(list.waits, list.count, 0);
	wait_list_free(&list);
	if (waits != NULL && !list.is_short)
		say(system, waits);
	else
		log_line(system, ODEON_LOG_WARNING, "at rest, with requests that nobody will answer, and no memory to say which");
	odeon_waits_free(waits);
}

/* ---- as text ---------------------------------------------------------------------------------------------------------------- */

int wait_print(const odeon_wait *wait, char *text, size_t bytes)
{
	char who[ODEON_REF_TEXT], whom[ODEON_REF_TEXT], until[64] = "for ever", round[32] = "";

	odeon_ref_print(wait->who, who, sizeof who);
	odeon_ref_print(wait->whom, whom, sizeof whom);
	if (wait->until.ns != INT64_MAX)
		snprintf(until, sizeof until, "until %lld.%09lld s", (long long)(wait->until.ns / 1000000000),
		         (long long)(wait->until.ns % 1000000000));
	if (wait->cycle != 0)
		snprintf(round, sizeof round, "; round %u", wait->cycle);
	return snprintf(text, bytes, "%s (%s) waits for %s to answer struct %s, asked at %s:%u, %s%s", who, wait->kind, whom,
	                wait->type != NULL ? wait->type->name : "?", wait->site != NULL ? wait->site->file : "?",
	                wait->site != NULL ? wait->site->line : 0, until, round);
}

int odeon_waits_print(const odeon_waits *waits, char *text, size_t bytes)
{
	int length = 0;

	if (bytes > 0)
		text[0] = '\0';
	for (size_t i = 0; waits != NULL && i < waits->count; i++) {
		size_t at = (size_t)length < bytes ? (size_t)length : bytes;

		length += wait_print(&waits->waits[i], bytes > at ? text + at : NULL, bytes - at);
		at = (size_t)length < bytes ? (size_t)length : bytes;
		length += snprintf(bytes > at ? text + at : NULL, bytes - at, "\n");
	}
	if (waits != NULL && waits->silent > 0) {
		size_t at = (size_t)length < bytes ? (size_t)length : bytes;

		length += snprintf(bytes > at ? text + at : NULL, bytes - at, "%zu actors did not say\n", waits->silent);
	}
	return length;
}

void odeon_waits_free(odeon_waits *waits)
{
	free(waits);
}
