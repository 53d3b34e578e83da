/* SPDX-License-Identifier: BSD-2-Clause */
/* bands - rows, and whose turn it is */
#include "bands.h"

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static struct message *behind(struct message *message)
{
	return message->node.link != NULL ? message_of_node(message->node.link) : NULL;
}

void row_put(struct row *row, struct message *message)
{
	message->node.link = NULL;
	if (row->last != NULL)
		row->last->node.link = &message->node;
	else
		row->first = message;
	row->last = message;
	row->count++;
}

struct message *row_take(struct row *row)
{
	struct message *message = row->first;

	if (message == NULL)
		return NULL;
	row->first = behind(message);
	if (row->first == NULL)
		row->last = NULL;
	row->count--;
	return message;
}

void row_lead(struct row *row, struct row *first)
{
	if (first->first == NULL)
		return;
	if (row->first != NULL)
		first->last->node.link = &row->first->node;
	else
		row->last = first->last;
	row->first = first->first;
	row->count += first->count;
	*first = (struct row){ .count = 0 };
}

/* ---- bands ------------------------------------------------------------------------------------------------------ */

struct bands *bands_make(const odeon_bands *rule)
{
	struct bands *bands = alloc_zeroed(sizeof *bands);

	if (bands != NULL)
		bands->rule = rule;
	return bands;
}

void bands_free(struct bands *bands)
{
	debug_invariant(bands == NULL || bands->count == 0, "bands with messages in them are freed");
	alloc_free(bands, sizeof *bands);
}

void bands_put(struct bands *bands, struct message *message)
{
	const odeon_bands *rule = bands->rule;
	unsigned band;

	message_show(message);
	band = rule->of(message->type, message_payload(message));
	message_hide(message);
	message->node.stamp = ++bands->serial;
	row_put(&bands->rows[band < rule->count ? band : rule->count - 1], message);
	bands->count++;
}

/* The bands below this one in which something waits. */
static uint32_t waiting_below(const struct bands *bands, unsigned band)
{
	uint32_t set = 0;

	for (unsigned lower = band + 1; lower < bands->rule->count; lower++)
		if (bands->rows[lower].count > 0)
			set |= 1u << lower;
	return set;
}

static unsigned pick(struct bands *bands)
{
	unsigned band = 0;

	if (bands->owed != 0) {
		band = (unsigned)__builtin_ctz(bands->owed);
		bands->owed &= bands->owed - 1;
		return band;            /* nobody else takes from it, so one is still there */
	}
	while (bands->rows[band].count == 0)
		band++;
	if (++bands->served[band] >= bands->rule->quota[band]) {
		bands->served[band] = 0;
		bands->owed = waiting_below(bands, band);
	}
	return band;
}

struct message *bands_take(struct bands *bands)
{
	if (bands->count == 0)
		return NULL;
	bands->count--;
	return row_take(&bands->rows[pick(bands)]);
}

void bands_empty(struct bands *bands, struct row *row)
{
	for (; bands->count > 0; bands->count--) {
		struct row *oldest = NULL;

		for (unsigned band = 0; band < ODEON_BANDS_MOST; band++)
			if (bands->rows[band].count > 0
			 && (oldest == NULL || bands->rows[band].first->node.stamp < oldest->first->node.stamp))
				oldest = &bands->rows[band];
		row_put(row, row_take(oldest));
	}
	bands->owed = 0;
}
