/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mutant - steps that tests leave out, one at a time, to see that they are needed
 *
 * MUTANT(name) is 0 in every build but the explorer's, which defines it before it includes the code it explores.
 */
#ifndef MUTANT_H
#define MUTANT_H

#ifndef MUTANT
# define MUTANT(name) 0
#endif

/* What the explorer wants to see and nobody else: the touch of a node, a push at its exchange, the giving back of a token; the
 * touch of a waiter, its entering a list, a wait that is over. */
#ifndef EXPLORE_TOUCH
# define EXPLORE_TOUCH(node) ((void)0)
# define EXPLORE_ENTERED(mailbox, node) ((void)0)
# define EXPLORE_LEFT(mailbox) ((void)0)
# define EXPLORE_FEWER(times) (times)           /* where nothing comes of doing it more often */
# define EXPLORE_SOONER(times) (times)          /* what is done when something has happened so often */
#endif

#endif
