/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - what is sent to the scribe, and what is done where effects are made */
#include "mail.h"
#include "scribe.h"
#include "store.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE(kv_piece_wanted);
ODEON_MESSAGE_DEFINE(kv_rebuild);
ODEON_MESSAGE_DEFINE(kv_flush);
ODEON_MESSAGE_DEFINE(kv_flushed);
ODEON_MESSAGE_DEFINE_DROP(kv_piece) { free(kv_piece->bytes); }
ODEON_MESSAGE_DEFINE_DROP(kv_rebuilt) { store_free(kv_rebuilt->store); }
ODEON_MESSAGE_DEFINE_DROP(kv_record)
{
	free(kv_record->bytes);
	odeon_free(kv_record->request);
	odeon_free(kv_record->answer);
}

/* ---- one behind the other ------------------------------------------------------------------------------------------------ */

void kv_records_init(struct kv_records *records)
{
	*records = (struct kv_records){ NULL, &records->first, 0 };
}

void kv_records_add(struct kv_records *records, struct kv_record *record)
{
	record->next = NULL;
	*records->end = record;
	records->end = &record->next;
	records->awaited += kv_record_is_awaited(record);
}

static unsigned count_awaited(const struct kv_record *record)
{
	unsigned count = 0;

	for (; record != NULL; record = record->next)
		count += kv_record_is_awaited(record);
	return count;
}

struct kv_record *kv_records_take(struct kv_records *records, size_t bytes)
{
	struct kv_record *first = records->first, *last = first;

	if (first == NULL)
		return NULL;
	for (size_t sum = first->length; last->next != NULL && sum + last->next->length <= bytes; last = last->next)
		sum += last->next->length;
	records->first = last->next;
	if (last->next == NULL)
		records->end = &records->first;
	last->next = NULL;
	records->awaited -= count_awaited(first);
	return first;
}

uint64_t kv_records_count(const struct kv_record *first, size_t *cost)
{
	uint64_t count = 0;

	*cost = 0;
	for (const struct kv_record *record = first; record != NULL; record = record->next, count++)
		*cost += kv_record_cost(record);
	return count;
}

void kv_records_put_back(struct kv_records *records, struct kv_record *first)
{
	struct kv_record **end = &first;

	records->awaited += count_awaited(first);
	while (*end != NULL)
		end = &(*end)->next;
	*end = records->first;
	if (records->first == NULL)
		records->end = end;
	records->first = first;
}

void kv_records_free(struct kv_records *records)
{
	struct kv_record *record;

	while ((record = records->first) != NULL) {
		records->first = record->next;
		odeon_free(record);
	}
	kv_records_init(records);
}

/* ---- answers ------------------------------------------------------------------------------------------------------------- */

void kv_record_answer(odeon_self *self, struct kv_record *record, bool is_safe)
{
	if (record->request == NULL)
		return;
	served_send(self, record->answer->served, true, is_safe || record->length == 0 ? NULL : SERVED_UNSAFE);
	record->answer->served = NULL;
	if (is_safe || record->length == 0) {
		(void)odeon_reply_to(self, record->request, record->answer);
		record->answer = NULL;
	} else {
		(void)odeon_reply_error_to(self, record->request, ODEON_ESYSTEM);
	}
	odeon_free(record->request);
	odeon_free(record->answer);
	record->request = NULL;
	record->answer = NULL;
}

/* ---- telling the scribe --------------------------------------------------------------------------------------------------- */

struct kv_record *kv_record_new(const struct kv_cluster *cluster, int *error)
{
	struct kv_record *record = NULL;

	*error = 0;
	if (cluster->server.persistence != NULL && (record = odeon_new(kv_record)) == NULL)
		*error = ODEON_ENOMEM;
	return record;
}

/* The same for all of an order, whatever becomes of the disk meanwhile: a transaction is not refused by halves. */
static const char *refusal_of(int error)
{
	switch (error) {
	case 0: return NULL;
	case ENOSPC: return "MISCONF Errors writing to the AOF file: No space left on device";
	case EIO: return "MISCONF Errors writing to the AOF file: Input/output error";
	case ENOMEM: return "MISCONF Errors writing to the AOF file: Cannot allocate memory";
	case EDQUOT: return "MISCONF Errors writing to the AOF file: Disk quota exceeded";
	case EFBIG: return "MISCONF Errors writing to the AOF file: File too large";
	default: return "MISCONF Errors writing to the AOF file";
	}
}

void kv_effects_init(struct effects *effects, const struct kv_cluster *cluster)
{
	effects_init(effects, cluster->server.persistence != NULL ? refusal_of(persistence_get(cluster->server.persistence, error)) : NULL);
}

static void answer_now(odeon_self *self, void *request, struct kv_answer *answer, int error)
{
	if (answer != NULL) {
		served_send(self, answer->served, false, error != 0 ? SERVED_UNSAFE : NULL);
		answer->served = NULL;
	}
	if (request == NULL || error != 0)
		odeon_free(answer);
	if (request != NULL && error != 0)
		(void)odeon_reply_error_to(self, request, error);
	else if (request != NULL)
		(void)odeon_reply_to(self, request, answer);
}

/* An answer that says to wait promises nothing, and must come before what ends the waiting, which may come from anywhere. */
static bool must_wait(struct persistence *shared, bool has_changed, const void *request, const struct kv_answer *answer)
{
	return request != NULL && !answer->is_blocked && persistence_waits(shared, has_changed);
}

static void send(odeon_self *self, const struct kv_cluster *cluster, struct kv_record *record, struct effects *effects)
{
	record->bytes = effects->bytes.bytes;
	record->length = effects->bytes.length;
	reply_init(&effects->bytes, 2);
	persistence_add(cluster->server.persistence, backlog, kv_record_cost(record));
	(void)odeon_send(self, cluster->scribe, record);       /* when it is gone, another one writes everything anew */
}

bool kv_record_send(odeon_self *self, const struct kv_cluster *cluster, struct kv_record *record, struct effects *effects, void *request,
                    struct kv_answer *answer)
{
	struct persistence *shared = cluster->server.persistence;
	bool has_changed = effects->bytes.length > 0, is_lost = effects->bytes.failed;

	if (is_lost)
		persistence_lose(shared);
	if (record == NULL || is_lost || (!has_changed && !must_wait(shared, false, request, answer))) {
		answer_now(self, request, answer, is_lost ? ODEON_ENOMEM : 0);
		odeon_free(record);
		effects_fini(effects);
		return false;
	}
	if (must_wait(shared, has_changed, request, answer)) {
		served_hold(answer->served);
		record->request = odeon_keep(self, request);
		record->answer = answer;
		send(self, cluster, record, effects);
		return true;
	}
	send(self, cluster, record, effects);
	answer_now(self, request, answer, 0);
	return false;
}
