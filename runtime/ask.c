/* SPDX-License-Identifier: BSD-2-Clause */
/* ask - settled once, by whoever comes first */
#include "ask.h"

#include "clock.h"
#include "os.h"

#define LOOK_NS 50000                           /* about what falling asleep and being woken costs */
#define SPIN_NS 2000                            /* ... of which so much without offering the core to others */

struct ask *ask_open(void)
{
	struct ask *ask = alloc_block(sizeof *ask);

	if (ask == NULL)
		return NULL;
	*ask = (struct ask){ .parties = 2, .state = ASK_WAITING };
	parker_init(&ask->parker);
	return ask;
}

void ask_leave(struct ask *ask)
{
	if (let_go_last(&ask->parties))
		alloc_free(ask, sizeof *ask);
}

static bool settle(struct ask *ask, struct message *answer, int error)
{
	bool mine = ck_pr_cas_32(&ask->state, ASK_WAITING, ASK_SETTLING);

	if (mine) {
		ask->answer = answer;
		ask->error = error;
		ck_pr_fence_release();          /* pairs with the acquire of ask_is_settled */
		ck_pr_store_32(&ask->state, ASK_SETTLED);
		parker_wake(&ask->parker);
	}
	ask_leave(ask);
	return mine;
}

bool ask_answer(uint64_t sender, struct message *answer)
{
	return settle(ask_of(sender), answer, 0);
}

bool ask_fail(uint64_t sender, int error)
{
	return settle(ask_of(sender), NULL, error);
}

bool ask_is_settled(struct ask *ask)
{
	if (ck_pr_load_32(&ask->state) != ASK_SETTLED)
		return false;
	ck_pr_fence_acquire();
	return true;
}

bool ask_abandon(struct ask *ask)
{
	if (ck_pr_cas_32(&ask->state, ASK_WAITING, ASK_ABANDONED))
		return true;
	while (!ask_is_settled(ask))            /* the answerer is two stores away */
		ck_pr_stall();
	return false;
}

/* True: settled. The answerer may need this very core: after a while it is offered at each look. */
static bool spin(struct ask *ask)
{
	int64_t began = clock_now(), now = began;

	do {
		for (int i = 0; i < 16; i++) {
			if (ask_is_settled(ask))
				return true;
			ck_pr_stall();
		}
		now = clock_now();
		if (now - began > SPIN_NS)
			os_yield();
	} while (now - began < LOOK_NS);
	return false;
}

bool ask_wait(struct ask *ask, int64_t until, bool spins)
{
	if (spins && spin(ask))
		return true;
	for (;;) {
		uint32_t key = parker_key(&ask->parker);

		if (ask_is_settled(ask))
			return true;
		if (until != INT64_MAX && clock_now() >= until)
			return !ask_abandon(ask);
		parker_sleep(&ask->parker, key, until);
	}
}
