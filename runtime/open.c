/* SPDX-License-Identifier: BSD-2-Clause */
/* open - which flavour a channel is of */
#include <odeon/channel.h>

#include "list.h"
#include "meet.h"
#include "oneshot.h"
#include "plain.h"
#include "ring.h"
#include "spread.h"
#include "world.h"

static bool is_absurd(const odeon_channel_options *options)
{
	switch (options->kind) {
	case ODEON_CHANNEL_QUEUE:
		return (options->capacity > ODEON_CAPACITY_MOST && options->capacity != ODEON_UNBOUNDED)
		    || (options->capacity == 0 && options->capacity_bytes != 0) || options->copy != NULL;
	case ODEON_CHANNEL_ONESHOT:
		return options->capacity_bytes != 0 || options->copy != NULL;
	case ODEON_CHANNEL_BROADCAST:
		return options->capacity == 0 || options->capacity > ODEON_CAPACITY_MOST || options->capacity_bytes != 0;
	case ODEON_CHANNEL_WATCH:
		return options->capacity_bytes != 0;
	}
	return true;
}

static struct channel *make(const odeon_type *type, const odeon_channel_options *options)
{
	switch (options->kind) {
	case ODEON_CHANNEL_ONESHOT:
		return oneshot_make(type);
	case ODEON_CHANNEL_BROADCAST:
		return spread_make(type, options->capacity, false, options->copy);
	case ODEON_CHANNEL_WATCH:
		return spread_make(type, 1, true, options->copy);
	case ODEON_CHANNEL_QUEUE:
		break;
	}
	if (options->capacity == 0)
		return meet_make(type);
	if (options->capacity > RING_MOST || options->capacity_bytes != 0)
		return list_make(type, options->capacity, options->capacity_bytes);
	return ring_make(type, options->capacity);
}

int odeon_channel_open_with(const odeon_type *type, const odeon_channel_options *options, odeon_sender **sender,
                            odeon_receiver **receiver)
{
	struct channel *channel;

	if (type == NULL || options == NULL || sender == NULL || receiver == NULL)
		return ODEON_EINVAL;
	if (options->bytes != sizeof *options)
		return ODEON_EVERSION;
	if (is_absurd(options))
		return ODEON_EINVAL;
	if (options->kind >= ODEON_CHANNEL_BROADCAST && type->drop != NULL && options->copy == NULL)
		return ODEON_EINVAL;
	channel = make(type, options);
	if (channel == NULL)
		return ODEON_ENOMEM;
	channel_simulate(channel, options->system);
	channel_halves(channel, sender, receiver);
	return 0;
}

int odeon_channel_open(const odeon_type *type, size_t capacity, odeon_sender **sender, odeon_receiver **receiver)
{
	const odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.capacity = capacity);

	return odeon_channel_open_with(type, &options, sender, receiver);
}

/* Opened for one message, so often; and it has no options that could be wrong. */
int odeon_oneshot_open(const odeon_type *type, odeon_sender **sender, odeon_receiver **receiver)
{
	struct channel *channel;

	if (UNLIKELY(type == NULL || sender == NULL || receiver == NULL))
		return ODEON_EINVAL;
	channel = oneshot_make(type);
	if (UNLIKELY(channel == NULL))
		return ODEON_ENOMEM;
	channel_halves(channel, sender, receiver);
	return 0;
}

int odeon_broadcast_open(const odeon_type *type, size_t capacity, odeon_sender **sender, odeon_receiver **receiver)
{
	const odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = capacity);

	return odeon_channel_open_with(type, &options, sender, receiver);
}

int odeon_watch_open(const odeon_type *type, odeon_sender **sender, odeon_receiver **receiver)
{
	const odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH);

	return odeon_channel_open_with(type, &options, sender, receiver);
}
