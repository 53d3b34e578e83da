/* SPDX-License-Identifier: BSD-2-Clause */
/* sources - added, asked, brought from, ended */
#include "sources.h"

#include <odeon/failure.h>
#include <stdlib.h>

#define AHEAD 2u                                /* reads that a source is asked for at a time */

ODEON_MESSAGE_DEFINE(odeon_write_from);

struct source {
	struct source *next;
	odeon_ref who;
	uint64_t left;                          /* until it is cut off; UINT64_MAX: at its end */
	struct chain early;                     /* brought unasked, before its turn */
	struct chain behind;
	bool is_done;                           /* gives no more */
	bool is_broken;                         /* gave less than was wanted */
	bool has_ended;                         /* as an actor: nothing comes from it any more */
};

/* ---- lists ----------------------------------------------------------------------------------------------------------------- */

static struct source **find(struct source **list, odeon_ref who)
{
	while (*list != NULL && !odeon_ref_equal((*list)->who, who))
		list = &(*list)->next;
	return list;
}

bool sources_know(const struct sources *sources, odeon_ref who)
{
	struct source *first = sources->first, *leaving = sources->leaving;

	return *find(&first, who) != NULL || *find(&leaving, who) != NULL;
}

int sources_add(odeon_self *self, struct sources *sources, const struct odeon_write_from *wanted)
{
	struct source *source;
	int error;

	if (sources_know(sources, wanted->source))
		return ODEON_EINVAL;
	source = calloc(1, sizeof *source);
	error = source != NULL ? odeon_monitor(self, wanted->source) : ODEON_ENOMEM;
	if (error == 0)
		error = odeon_send(self, wanted->source, odeon_new(odeon_give, .to = odeon_self_ref(self)));
	if (error != 0 && error != ODEON_EGONE) {               /* of that we are told */
		free(source);
		return error;
	}
	source->who = wanted->source;
	source->left = wanted->length > 0 ? wanted->length : UINT64_MAX;
	if (sources->last != NULL)
		sources->last->next = source;
	else
		sources->first = source;
	sources->last = source;
	return 0;
}

void sources_behind(struct sources *sources, struct odeon_bytes *bytes)
{
	struct chain *behind = &sources->last->behind;
	size_t before = behind->load;

	chain_add(behind, bytes);
	sources->load += behind->load - before;
}

/* ---- reading from the first --------------------------------------------------------------------------------------------------- */

int sources_ask(odeon_self *self, struct sources *sources)
{
	int error = 0;

	if (sources->first == NULL || sources->first->is_done || sources->asked >= AHEAD)
		return 0;
	error = odeon_send(self, sources->first->who, odeon_new(odeon_read, .count = AHEAD - sources->asked));
	if (error == 0)
		sources->asked = AHEAD;
	return error == ODEON_EGONE ? 0 : error;
}

static void move(struct sources *sources, struct chain *chain, struct chain *waiting)
{
	sources->load -= waiting->load;
	chain_join(chain, waiting);
}

/* Its place is over: what waited behind it may be written. */
static void leave(odeon_self *self, struct sources *sources, struct chain *chain)
{
	struct source *source = sources->first;

	sources->first = source->next;
	if (sources->first == NULL)
		sources->last = NULL;
	sources->asked = 0;
	move(sources, chain, &source->behind);
	if (sources->first != NULL)
		move(sources, chain, &sources->first->early);
	if (source->has_ended) {
		free(source);
		return;
	}
	source->next = sources->leaving;
	sources->leaving = source;
	(void)odeon_send(self, source->who, odeon_new(odeon_close, .resets = 1));      /* without memory: it ends with us */
}

/* All that are over by now. False: one of them gave too little. */
static bool go_on(odeon_self *self, struct sources *sources, struct chain *chain)
{
	while (sources->first != NULL && (sources->first->is_done || sources->first->left == 0)) {
		bool is_broken = sources->first->is_broken;

		leave(self, sources, chain);
		if (is_broken)
			return false;
	}
	return true;
}

/* So much of these is wanted; what is behind it goes. */
static void cut(struct odeon_bytes *bytes, uint64_t *left)
{
	struct odeon_bytes *rest = NULL;

	if (*left == UINT64_MAX)
		return;
	for (; bytes != NULL; bytes = bytes->next) {
		if (bytes->length >= *left) {
			bytes->length = (size_t)*left;
			rest = bytes->next;
			bytes->next = NULL;
		}
		*left -= bytes->length;
	}
	odeon_free(rest);
}

bool sources_bring(odeon_self *self, struct sources *sources, odeon_ref who, struct odeon_bytes *bytes, struct chain *chain)
{
	struct source *source = *find(&sources->first, who);
	size_t before;

	if (source == NULL || source->is_done || source->left == 0) {
		odeon_free(bytes);
		return true;
	}
	cut(bytes, &source->left);
	if (source == sources->first) {
		sources->asked -= sources->asked > 0;
		chain_add(chain, bytes);
		return go_on(self, sources, chain);
	}
	before = source->early.load;
	chain_add(&source->early, bytes);
	sources->load += source->early.load - before;
	return true;
}

static void forget_leaving(struct sources *sources, odeon_ref who)
{
	struct source **place = find(&sources->leaving, who), *source = *place;

	if (source == NULL)
		return;
	*place = source->next;
	free(source);
}

bool sources_end(odeon_self *self, struct sources *sources, odeon_ref who, bool is_broken, bool has_ended, struct chain *chain)
{
	struct source *source = *find(&sources->first, who);

	if (source == NULL) {
		if (has_ended)
			forget_leaving(sources, who);
		return true;
	}
	if (!source->is_done)
		source->is_broken = is_broken || source->left != UINT64_MAX;
	source->is_done = true;
	source->has_ended |= has_ended;
	return go_on(self, sources, chain);
}

void sources_give_up(struct sources *sources, struct chain *chain)
{
	struct source *source;

	while ((source = sources->first) != NULL) {
		chain_join(chain, &source->early);
		chain_join(chain, &source->behind);
		sources->first = source->next;
		source->next = sources->leaving;
		sources->leaving = source;
	}
	*sources = (struct sources){ .leaving = sources->leaving };
}

void sources_free(struct sources *sources)
{
	struct source *source;

	while ((source = sources->leaving) != NULL) {
		sources->leaving = source->next;
		free(source);
	}
}
