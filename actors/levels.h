/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * levels - a tree of texts that are cut at '/': of patterns, to be found by a topic, or of topics, to be found by a pattern
 *
 * Agreement. A tree of zeros is empty; it belongs to one actor. What stands at a level is the user's, and is called its
 * load; a level without a load is there for those below it only. All texts given were found good by levels_accept. While
 * levels are visited the tree does not change. A topic is found in as many steps as it has levels; the patterns that match
 * it in as many as there are patterns that agree with its beginning.
 */
#ifndef LEVELS_H
#define LEVELS_H

#include "table.h"

struct level {
	struct entry entry;
	struct level *above, *below, *before, *after;  /* below: the first of them; before, after: beside it */
	struct level *any, *rest;                      /* below it and in no list: "+" and "#" */
	void *load;
	size_t bytes;                                  /* of its name, which lies behind the struct */
};

struct levels { struct table table; struct level root; size_t count; };

typedef void levels_visit(void *argument, struct level *level);

bool levels_accept(const char *text, size_t bytes_most, unsigned levels_most, bool is_pattern);

struct level *levels_find(struct levels *levels, const char *text);    /* exactly this text; NULL: none */
struct level *levels_make(struct levels *levels, const char *text);    /* the same, or new; NULL: no memory, no change */
void levels_prune(struct levels *levels, struct level *level);  /* if it has no load and none below, it goes; so those above */

void levels_match(struct levels *levels, const char *topic, levels_visit *visit, void *argument);   /* patterns */
void levels_reach(struct levels *levels, const char *pattern, levels_visit *visit, void *argument); /* topics */

/* Takes all levels out of the tree, those with a load after they were visited. */
void levels_close(struct levels *levels, levels_visit *visit, void *argument);

#endif
