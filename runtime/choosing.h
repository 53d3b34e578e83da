/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choosing - one call of choose: what is asked for, and whether that may be asked
 *
 * Agreement. As choose.h; on the stack of the thread that waits.
 */
#ifndef CHOOSING_H
#define CHOOSING_H

#include "row.h"

#define CORE_NOT_ASKED (-2)

struct choosing {
	odeon_case *cases;
	size_t count;
	enum choice choice;
	bool is_tried;                  /* all are plain, stand in their row, and were tried in vain */
	struct simulation *simulated;   /* NULL: real time */
	bool is_real;                   /* something among them is of no simulated system */
	odeon_self *self;               /* whose mailbox is among them; NULL: none */
	struct random *random;          /* dice for the row; NULL: not yet needed */
	struct random own;
	size_t drawn;                   /* so many places of the row are settled */
	unsigned yields;
	int standby;                    /* the default case, or -1 */
	bool waits;                     /* there is something to wait for */
	bool meets;                     /* a rendezvous is among them: nobody finds a partner that only looks */
	bool is_vain;                   /* simulated: nothing is left that could end the wait */
	unsigned descriptors;
	int16_t core;                   /* the only one that the thread may use, or OS_ANY_CORE; or CORE_NOT_ASKED */
	uint64_t turn;                  /* of its offer on a rendezvous's table */
	struct wait wait;
};

/* Before anything is tried; from here on the thread takes part in the channels' depots and in its actor's nest, and what is to be
 * sent is the choice's. 0; ODEON_EINVAL: a case is none, or not all are of the same world, or nothing would ever happen. */
int choosing_begin(struct choosing *choosing, odeon_time until);

#endif
