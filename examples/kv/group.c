/* SPDX-License-Identifier: BSD-2-Clause */
/* group.c - see group.h */
#include "group.h"

enum { PATIENCE_MS = 2, HASTY_MOST = 63 };

void group_first(struct group *group, odeon_time now)
{
	group->since = now;
}

/* So many have come together. */
static void learn(struct group *group, unsigned waiting)
{
	if (group->hasty > 0) {
		group->hasty--;
	} else if (waiting < group->expected && 2 * waiting < 2 * group->left + group->under_way) {
		group->hasty = group->vain * 2 + 1;
		group->vain = group->hasty < HASTY_MOST ? group->hasty : HASTY_MOST / 2;
	} else {
		group->vain = 0;
	}
}

void group_begin(struct group *group, odeon_time now, unsigned waiting)
{
	if (waiting > 0)
		learn(group, waiting);
	group->under_way = waiting;
	group->began = now;
}

void group_end(struct group *group, odeon_time now, unsigned waiting)
{
	odeon_duration took = now.ns - group->began.ns;

	group->left = waiting;
	group->expected = waiting + group->under_way;
	group->since = now;
	group->patience = took < ODEON_MS(PATIENCE_MS) / 2 ? 2 * took : ODEON_MS(PATIENCE_MS);
}

odeon_time group_due(const struct group *group, unsigned waiting)
{
	odeon_time due = group->since;

	if (waiting > 0 && waiting < group->expected && group->hasty == 0)
		due.ns += group->patience;
	return due;
}
