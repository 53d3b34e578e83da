/* SPDX-License-Identifier: BSD-2-Clause */
/* gather - asked one by one, answered in any order, run once */
#include "gather.h"

#include <string.h>
#include "cache.h"
#include "hand.h"

#undef odeon_answer

struct entry {
	odeon_ref to;
	struct request *request;                /* NULL: it has answered, or it will not */
	struct message *answer;                 /* NULL: none, or it was taken */
	int error;
	bool is_taken;
};

struct gather {
	struct holding holding;
	struct request *request;                /* its continuation's */
	struct entry *entries;                  /* in the order of asking */
	uint32_t count, room, out, answered, wanted;
	bool is_closed, is_pooled;              /* a cache's block, not the allocator's */
	struct entry few[4];                    /* the entries, while they are no more: most ask one or two */
};

struct odeon_answers { struct gather gather; };

static struct gather *find(struct odeon_self *self, odeon_gather gather)
{
	struct annex *annex = self->slot->annex;
	struct holding *holding = annex != NULL ? holdings_find(&annex->holdings, HOLDING_GATHER, gather.bits) : NULL;

	return (struct gather *)(void *)holding;
}
_Static_assert(offsetof(struct gather, holding) == 0, "find takes the one for the other");

/* ---- opened, closed --------------------------------------------------------------------------------------------------------- */

static struct gather *make(struct request *request, unsigned wanted)
{
	struct gather *gather = cache_alloc(sizeof *gather);
	bool is_pooled = gather != NULL;

	if (!is_pooled && (gather = alloc_block(sizeof *gather)) == NULL)
		return NULL;
	memset(gather, 0, offsetof(struct gather, few));
	gather->request = request;
	gather->wanted = wanted;
	gather->entries = gather->few;
	gather->room = sizeof gather->few / sizeof gather->few[0];
	gather->is_pooled = is_pooled;
	return gather;
}

static void free_entries(struct gather *gather)
{
	if (gather->entries != gather->few)
		alloc_free(gather->entries, gather->room * sizeof gather->entries[0]);
}

static void discard(struct gather *gather)
{
	for (uint32_t i = 0; i < gather->count; i++)
		if (gather->entries[i].answer != NULL)
			message_free(gather->entries[i].answer);
	free_entries(gather);
	if (gather->is_pooled)
		cache_free(gather, sizeof *gather);
	else
		alloc_free(gather, sizeof *gather);
}

odeon_gather odeon_gather_open(odeon_self *self, unsigned wanted, odeon_time until, odeon_then *then)
{
	struct request *request = (struct request *)then;
	struct gather *gather;
	struct annex *annex = self->slot->annex;

	if (request_use(self, request, true, until) != 0)
		return (odeon_gather){ 0 };
	gather = make(request, wanted);
	if (gather == NULL) {
		request_close(self, request);
		request_release(request);
		return (odeon_gather){ 0 };
	}
	request->gather = gather;
	holdings_put(&annex->holdings, &gather->holding, HOLDING_GATHER, holdings_serial(&annex->holdings));
	return (odeon_gather){ gather->holding.key };
}

int odeon_gather_close(odeon_self *self, odeon_gather number)
{
	struct gather *gather = find(self, number);

	if (gather == NULL || gather->is_closed)
		return ODEON_EINVAL;
	gather->is_closed = true;
	if (gather->out == 0) {                 /* nobody will answer: it runs in a turn to come, as with an answer */
		gather->request->is_out = true;
		(void)duty_fail(request_sender(gather->request), ODEON_EEMPTY);
	}
	return 0;
}

/* ---- asked ------------------------------------------------------------------------------------------------------------------- */

static bool has_room(struct gather *gather)
{
	struct entry *entries;
	uint32_t room;

	if (gather->count < gather->room)
		return true;
	room = gather->room * 2;
	entries = alloc_block(room * sizeof *entries);
	if (entries == NULL)
		return false;
	memcpy(entries, gather->entries, gather->count * sizeof *entries);
	free_entries(gather);
	gather->entries = entries;
	gather->room = room;
	return true;
}

/* Why not, if there is no such gather to ask for. */
static int check(struct odeon_self *self, struct gather *gather, odeon_gather number)
{
	struct annex *annex = self->slot->annex;

	if (gather == NULL)                     /* there was one, or there was not */
		return number.bits != 0 && annex != NULL && number.bits <= annex->holdings.serial ? ODEON_EGONE : ODEON_EINVAL;
	return gather->is_closed ? ODEON_EINVAL : 0;
}

int odeon_gather_request_at(odeon_self *self, odeon_gather number, odeon_ref to, void *payload, const odeon_site *site)
{
	struct gather *gather = find(self, number);
	int why = check(self, gather, number);
	struct request *request;

	if (why == 0 && payload == NULL)
		return ODEON_ENOMEM;
	request = why == 0 && has_room(gather) ? request_make(self, NULL, NULL) : NULL;
	if (request == NULL) {
		if (why == 0)
			why = ODEON_ENOMEM;
		request_refuse(self, to, payload, why, site);
		return why;
	}
	request->until = gather->request->until;
	request->gather = gather;
	request->index = gather->count;
	gather->entries[gather->count++] = (struct entry){ .to = to, .request = request };
	gather->out++;
	request_send(self, request, to, payload, site);
	return 0;
}

/* ---- answered ------------------------------------------------------------------------------------------------------------------ */

void gather_answered(struct odeon_self *self, struct request *request, struct message *answer, int error)
{
	struct gather *gather = request->gather;
	struct entry *entry = &gather->entries[request->index];

	entry->request = NULL;
	entry->answer = answer;
	entry->error = error;
	gather->out--;
	gather->answered += answer != NULL;
	if ((gather->wanted != 0 && gather->answered >= gather->wanted) || (gather->is_closed && gather->out == 0))
		gather_run(self, gather->request, ODEON_EEMPTY);
}

/* Who has not answered by now is not waited for. */
static void let_go_of_the_rest(struct gather *gather, int error)
{
	for (uint32_t i = 0; i < gather->count; i++) {
		struct entry *entry = &gather->entries[i];

		if (entry->request == NULL)
			continue;
		entry->error = error;
		request_release(entry->request);
		entry->request = NULL;
	}
}

void gather_run(struct odeon_self *self, struct request *request, int error)
{
	struct gather none = { 0 }, *gather = request->gather;

	if (gather == NULL) {                   /* one that was not opened */
		request_close(self, request);
		request_run(self, request, &none, 0);
		request_release(request);
		return;
	}
	holdings_remove(&self->slot->annex->holdings, &gather->holding);
	let_go_of_the_rest(gather, error);
	request_close(self, request);
	request_run(self, request, gather, 0);
	discard(gather);
	request_release(request);
}

struct request *gather_next_out(const struct gather *gather, uint32_t *index)
{
	while (*index < gather->count) {
		struct request *request = gather->entries[(*index)++].request;

		if (request != NULL)
			return request;
	}
	return NULL;
}

/* ---- in the continuation ----------------------------------------------------------------------------------------------------- */

size_t odeon_answers_count(const odeon_answers *answers)
{
	return answers->gather.count;
}

odeon_ref odeon_answers_from(const odeon_answers *answers, size_t index)
{
	return index < answers->gather.count ? answers->gather.entries[index].to : ODEON_NOBODY;
}

/* 0: there is an answer of the type. */
static int look(const struct gather *gather, size_t index, const odeon_type *type)
{
	const struct entry *entry;

	if (index >= gather->count || gather->entries[index].is_taken)
		return ODEON_EINVAL;
	entry = &gather->entries[index];
	if (entry->answer == NULL)
		return entry->error;
	return entry->answer->type == type ? 0 : ODEON_ETYPE;
}

void *odeon_answer_at(odeon_answers *answers, size_t index, const odeon_type *type, int *why)
{
	struct gather *gather = &answers->gather;
	struct message *answer = NULL;
	int error = look(gather, index, type);

	if (error == 0) {
		answer = gather->entries[index].answer;
		gather->entries[index].answer = NULL;
		gather->entries[index].is_taken = true;
	}
	if (why != NULL)
		*why = error;
	return answer != NULL ? message_payload(answer) : NULL;
}
