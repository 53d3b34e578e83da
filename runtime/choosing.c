/* SPDX-License-Identifier: BSD-2-Clause */
/* choosing - the cases of a choice, looked at before anything is tried */
#include "choosing.h"

#include "context.h"
#include "hand.h"
#include "nest.h"
#include "simulation.h"

/* All cases are of one simulation, or of none. */
static int check_world(struct choosing *choosing, struct simulation *simulated)
{
	if (simulated == NULL) {
		choosing->is_real = true;
		return choosing->simulated == NULL ? 0 : ODEON_EINVAL;
	}
	if (choosing->is_real || (choosing->simulated != NULL && choosing->simulated != simulated))
		return ODEON_EINVAL;
	choosing->simulated = simulated;
	return 0;
}

static int check_mailbox(struct choosing *choosing, odeon_case *one)
{
	if (!nest_is_allowed(one->end))
		return ODEON_EINVAL;
	choosing->self = one->end;
	choosing->waits = true;
	nest_begin(choosing->self);
	return check_world(choosing, choosing->self->system->simulation);
}

static int check_channel(struct choosing *choosing, odeon_case *one)
{
	struct channel *channel;

	if (one->end == NULL || (one->what == ODEON_ON_SEND && one->message == NULL))
		return ODEON_EINVAL;
	channel = channel_of(one);
	channel_enter(channel);
	if (check_world(choosing, channel->simulated) != 0)
		return ODEON_EINVAL;
	choosing->meets |= channel->flavour->meets;
	choosing->waits = true;
	if (one->what == ODEON_ON_SEND) {
		hand_own(message_of(one->message));
		message_renounce(message_of(one->message), ODEON_EUNANSWERED);
		message_of(one->message)->sender = 0;
	}
	return 0;
}

/* From this case on, as many as are plain, and of no other world. */
static size_t take_plain(struct choosing *choosing, size_t first)
{
	bool is_real = false, meets = false;
	size_t i;

	for (i = first; i < choosing->count && (choosing->is_tried || case_is_plain(&choosing->cases[i])); i++) {
		odeon_case *one = &choosing->cases[i];

		if (one->what == ODEON_ON_RECV) {
			if (choosing->simulated != NULL)
				break;
			channel_enter(receiver_of(one)->channel);
			meets |= receiver_of(one)->channel->flavour->meets;
			is_real = true;
		} else if (one->what == ODEON_ON_DEFAULT) {
			choosing->standby = (int)i;
		}
		one->error = 0;
	}
	choosing->is_real |= is_real;
	choosing->waits |= is_real || choosing->standby >= 0;
	choosing->meets |= meets;
	return i;
}

static int check(struct choosing *choosing, odeon_case *one)
{
	one->error = 0;
	if (one->what == ODEON_ON_RECV && one->message != NULL)
		odeon_case_clear(one);
	switch (one->what) {
	case ODEON_ON_RECV:
	case ODEON_ON_SEND:
		return check_channel(choosing, one);
	case ODEON_ON_FD:
		choosing->descriptors++;
		choosing->waits = true;
		return check_world(choosing, NULL);
	case ODEON_ON_MAILBOX:
		return check_mailbox(choosing, one);
	default:
		return ODEON_EINVAL;
	}
}

int choosing_begin(struct choosing *choosing, odeon_time until)
{
	int error = choosing->cases == NULL && choosing->count > 0 ? ODEON_EINVAL : 0;

	for (size_t i = 0; error == 0 && (i = take_plain(choosing, i)) < choosing->count; i++)
		error = check(choosing, &choosing->cases[i]);
	if (error != 0)
		return error;
	if (!choosing->waits && until.ns == INT64_MAX)
		return ODEON_EINVAL;
	if (choosing->simulated == NULL && !choosing->is_real && !context_would_block())
		choosing->simulated = simulation_here();        /* only time: that of the actor that waits */
	return 0;
}
