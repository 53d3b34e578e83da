/* SPDX-License-Identifier: BSD-2-Clause */
/* bounds - set, lifted, waited at */
#include "bounds.h"

#include <odeon/error.h>
#include "alloc.h"

int bounds_check(const odeon_mailbox *mailbox, odeon_ref owner)
{
	if (mailbox->policy > ODEON_STOP_ACTOR)
		return ODEON_EINVAL;
	if (mailbox->high_water != 0 && mailbox->low_water >= mailbox->high_water)
		return ODEON_EINVAL;
	if (mailbox->policy == ODEON_REDIRECT && mailbox_is_bounded(mailbox)
	 && (odeon_ref_is_nobody(mailbox->redirect) || odeon_ref_equal(mailbox->redirect, owner)))
		return ODEON_EINVAL;
	return 0;
}

static void set_limits(struct bounds *bounds, uint32_t most, size_t bytes, uint32_t policy, odeon_ref redirect)
{
	size_t units = bytes / 16;

	ck_pr_store_32(&bounds->policy, policy);
	ck_pr_store_64(&bounds->redirect, redirect.bits);
	ck_pr_store_32(&bounds->most, most != 0 ? most : UINT32_MAX);
	ck_pr_store_32(&bounds->most_units, bytes == 0 || units > UINT32_MAX ? UINT32_MAX : units == 0 ? 1 : (uint32_t)units);
}

int bounds_set(struct bounds **place, const odeon_mailbox *mailbox)
{
	struct bounds *bounds = *place;

	if (bounds == NULL) {
		if (!mailbox_is_bounded(mailbox))
			return 0;
		bounds = alloc_lines(sizeof *bounds);
		if (bounds == NULL)
			return ODEON_ENOMEM;
		parker_init(&bounds->room);
	}
	set_limits(bounds, mailbox->messages, mailbox->bytes, mailbox->policy, mailbox->redirect);
	bounds->high = mailbox->high_water;
	bounds->low = mailbox->low_water;
	bounds->water_to = mailbox->water_to;
	bounds->is_high = false;
	ck_pr_fence_release();
	ck_pr_store_32(&bounds->active, mailbox_is_bounded(mailbox));
	ck_pr_store_ptr(place, bounds);
	return 0;
}

void bounds_lift(struct bounds *bounds)
{
	ck_pr_store_32(&bounds->active, 0);
	set_limits(bounds, 0, 0, ODEON_FAIL, ODEON_NOBODY);
	bounds->high = bounds->low = 0;
	ck_pr_store_64(&bounds->dropped, 0);
}

void bounds_free(struct bounds *bounds)
{
	if (bounds != NULL)
		alloc_free_lines(bounds);
}

void bounds_wait(struct bounds *bounds, struct room_waiter *waiter)
{
	struct room_waiter *top = ck_pr_load_ptr(&bounds->waiters);

	do {
		waiter->below = top;
		ck_pr_fence_release();
	} while (!ck_pr_cas_ptr_value(&bounds->waiters, top, waiter, &top));
}

struct room_waiter *bounds_waiters(struct bounds *bounds)
{
	struct room_waiter *top, *first = NULL;

	if (ck_pr_load_ptr(&bounds->waiters) == NULL)
		return NULL;
	top = ck_pr_fas_ptr(&bounds->waiters, NULL);    /* takes all at once, so no entry is ever popped: no ABA */
	ck_pr_fence_acquire();
	while (top != NULL) {
		struct room_waiter *below = top->below;

		top->below = first;
		first = top;
		top = below;
	}
	return first;
}
