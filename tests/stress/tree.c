/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.c - a tree of ready-made supervisors: a root, ten below it, groups below those, each with twenty children and its rule
 *
 * The groups take turns with the strategies. Nobody gives up, so that a ref is a child's until the child is killed.
 */
#include "nursery.h"
#include <odeon/actors/supervisor.h>
#include <time.h>

enum { BRANCHES = KEEPERS };

static struct seat seats[CHILDREN_MOST];
static odeon_child children[CHILDREN_MOST];
static odeon_ref root;

static int add(odeon_system *system, odeon_ref to, const odeon_child *child, odeon_ref *who)
{
	int why = 0;
	struct odeon_child_is *is = odeon_ask(odeon_child_is, system, to, odeon_child_add_new(child), ODEON_NEVER, &why);

	if (is != NULL)
		*who = is->who;
	odeon_free(is);
	return why;
}

static int add_supervisor(odeon_system *system, odeon_ref to, const odeon_supervisor *rule, odeon_ref *who)
{
	odeon_child child = ODEON_CHILD(.kind = &odeon_supervisor_kind, .argument = rule, .argument_bytes = sizeof *rule,
	                                .stop_within = ODEON_SECONDS(60));

	return add(system, to, &child, who);
}

/* The rule is copied; what it points to is not. */
static int add_group(odeon_system *system, odeon_ref branch, unsigned first)
{
	odeon_supervisor rule = ODEON_SUPERVISOR(.strategy = (enum odeon_strategy)(first / GROUP % 3),
	                                         .children = &children[first], .count = GROUP,
	                                         .restarts = ODEON_RESTARTS_ANY);
	odeon_ref group;

	for (unsigned i = first; i < first + GROUP; i++) {
		seats[i] = (struct seat){ i };
		children[i] = (odeon_child)ODEON_CHILD(.kind = &child_kind, .argument = &seats[i],
		                                       .argument_bytes = sizeof seats[i], .failed = policy_of(i));
	}
	return add_supervisor(system, branch, &rule, &group);
}

static int add_branch(odeon_system *system, unsigned first, unsigned end)
{
	odeon_supervisor rule = ODEON_SUPERVISOR(.restarts = ODEON_RESTARTS_ANY);
	odeon_ref branch = ODEON_NOBODY;
	int error = add_supervisor(system, root, &rule, &branch);

	for (unsigned i = first; i < end && error == 0; i += GROUP)
		error = add_group(system, branch, i);
	return error;
}

int tree_open(odeon_system *system)
{
	odeon_supervisor rule = ODEON_SUPERVISOR(.restarts = ODEON_RESTARTS_ANY);
	unsigned each = (unsigned)settings.children / BRANCHES;
	int error = odeon_supervise(system, &rule, &root);

	for (unsigned i = 0; i < BRANCHES && error == 0; i++)
		error = add_branch(system, i * each, (i + 1) * each);
	return error;
}

void tree_close(odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	fail_unless(odeon_supervisor_stop(system, root) == 0);
	do {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		fail_unless(odeon_system_stats(system, &stats) == 0);
	} while (stats.actors > 0);
}
