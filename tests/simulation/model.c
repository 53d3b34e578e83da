/* SPDX-License-Identifier: BSD-2-Clause */
/* model - a plain model of channels, and what was done to them */
#include "model.h"
#include <stdio.h>
#include <string.h>

enum { ITEMS = 8192, SENDERS = 512, RECEIVERS = 512 };

uint64_t seed, hash;
struct model models[CHANNELS];
unsigned channels, lines, happened[16];
bool is_loud;

static uint64_t chance;
static unsigned items, senders, receivers;
static struct { unsigned char sent, received, freed; } fate[ITEMS];
static unsigned sent_by[SENDERS];
static unsigned seen[RECEIVERS][SENDERS];               /* by whom, of whom: the last number + 1 */
static unsigned spread[CHANNELS][ITEMS];                /* what a broadcast or a watch was sent */
static unsigned position[RECEIVERS];                    /* how far a receiver of one has come */
static long copies;                                     /* of items, that are alive */

void model_reset(uint64_t with)
{
	seed = chance = with;
	chance = chance * 0x9e3779b97f4a7c15u | 1;
	memset(models, 0, sizeof models);
	memset(fate, 0, sizeof fate);
	memset(sent_by, 0, sizeof sent_by);
	memset(seen, 0, sizeof seen);
	memset(position, 0, sizeof position);
	copies = 0;
	channels = items = senders = receivers = lines = 0;
	hash = 0xcbf29ce484222325u;
}

void tell_seed(int signal)
{
	fprintf(stderr, "ODEON_SEED=%llu (signal %d)\n", (unsigned long long)seed, signal);
}

unsigned below(unsigned most)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (unsigned)((chance * 0x2545f4914f6cdd1du >> 33) % most);
}

void on_event(void *host, const char *line)
{
	(void)host;
	if (is_loud)
		puts(line);
	for (; *line != '\0'; line++)
		hash = (hash ^ (unsigned char)*line) * 0x100000001b3u;
	hash = (hash ^ '\n') * 0x100000001b3u;
	lines++;
}

ODEON_MESSAGE_DEFINE_DROP(item)
{
	if (item->is_copy)
		copies--;
	else
		holds(fate[item->id].freed++ == 0);
}

static int copy_item(void *to, const void *from)
{
	(void)from;
	((struct item *)to)->is_copy = true;
	copies++;
	return 0;
}

struct item *make_item(struct half *half)
{
	struct item *item;

	holds(items < ITEMS);
	item = odeon_new(item, .channel = half->channel, .sender = half->number, .number = sent_by[half->number], .id = items++);
	holds(item != NULL);
	return item;
}

static bool is_spread(const struct model *model)
{
	return model->kind == ODEON_CHANNEL_BROADCAST || model->kind == ODEON_CHANNEL_WATCH;
}

static unsigned oldest(const struct model *model)
{
	return model->sent > model->capacity ? model->sent - (unsigned)model->capacity : 0;
}

/* A oneshot that had its message. */
static bool is_spent(const struct model *model)
{
	return model->kind == ODEON_CHANNEL_ONESHOT && model->sent > 0;
}

static bool is_counted(const struct model *model)
{
	return model->capacity != 0 && model->capacity != ODEON_UNBOUNDED;
}

/* Without receivers what is inside is dropped at once. A rendezvous has nothing inside; there it is how many sends returned
 * before the receives that they met, or, below 0, the other way round. */
static void forget_inside(struct model *model)
{
	if (model->receivers == 0 && model->capacity != 0)
		model->inside = 0;
}

void note_sent(struct half *half, unsigned id, int error)
{
	struct model *model = &models[half->channel];

	switch (error) {
	case 0:
		holds(fate[id].sent++ == 0);
		sent_by[half->number]++;
		happened[0]++;
		holds(!is_spent(model));
		spread[half->channel][model->sent++] = id;
		if (is_spread(model))
			return;
		model->inside++;
		if (is_counted(model))
			holds(model->inside <= (long)model->most);
		if (model->capacity == 0)
			holds(model->inside <= (long)model->receiving);
		break;
	case ODEON_EDISCONNECTED:
		holds(model->receivers == 0 || is_spent(model));
		happened[is_spent(model) ? 14 : 1]++;
		break;
	case ODEON_EFULL:
	case ODEON_EWOULDBLOCK:
	case ODEON_ETIMEDOUT:
		holds(model->receivers != 0 && model->capacity != ODEON_UNBOUNDED && model->kind == ODEON_CHANNEL_QUEUE);
		holds(model->inside == (long)model->most || model->capacity == 0);
		happened[2]++;
		break;
	default:
		holds(!"this error");
	}
	forget_inside(model);
}

/* Of a broadcast or a watch; the item is a copy of what was sent. */
static void note_copied(const struct half *half, const struct item *item, int error)
{
	struct model *model = &models[half->channel];
	unsigned *at = &position[half->number];

	if (item != NULL) {
		holds(error == 0 && item->is_copy && *at < model->sent);
		if (model->kind == ODEON_CHANNEL_WATCH)
			*at = model->sent - 1;
		holds(*at >= oldest(model) && item->id == spread[half->channel][*at]);
		++*at;
		happened[13]++;
	} else if (error == ODEON_ELAGGED) {
		holds(model->kind == ODEON_CHANNEL_BROADCAST && odeon_receiver_missed(half->receiver) == oldest(model) - *at);
		*at = oldest(model);
		happened[12]++;
	} else {
		holds(*at == model->sent);
		holds((error == ODEON_EDISCONNECTED) == (model->senders == 0));
		holds(error == ODEON_EDISCONNECTED || error == ODEON_EEMPTY || error == ODEON_EWOULDBLOCK || error == ODEON_ETIMEDOUT);
	}
}

void note_received(struct half *half, struct item *item, int error)
{
	struct model *model = &models[half->channel];

	if (is_spread(model)) {
		note_copied(half, item, error);
		odeon_free(item);
		return;
	}
	if (item != NULL) {
		holds(error == 0 && item->channel == half->channel);
		holds(fate[item->id].received++ == 0 && fate[item->id].freed == 0);
		holds(item->number + 1 > seen[half->number][item->sender]);
		seen[half->number][item->sender] = item->number + 1;
		model->inside--;
		holds(model->inside >= 0 || model->capacity == 0);
		happened[3]++;
		odeon_free(item);
		return;
	}
	holds(model->inside <= 0 || model->capacity == 0);
	if (error == ODEON_EDISCONNECTED) {
		holds(model->senders == 0 || is_spent(model));
		happened[4]++;
	} else {
		holds(error == ODEON_EEMPTY || error == ODEON_EWOULDBLOCK || error == ODEON_ETIMEDOUT);
		holds(model->senders != 0 && !is_spent(model));
		happened[5]++;
	}
}

void check_len(struct half *half)
{
	struct model *model = &models[half->channel];
	size_t len = half->sender != NULL ? odeon_sender_len(half->sender) : odeon_receiver_len(half->receiver);

	if (is_spread(model) && half->receiver != NULL)
		holds(len == model->sent - (position[half->number] > oldest(model) ? position[half->number] : oldest(model)));
	else if (is_spread(model))
		holds(len == (model->receivers != 0 ? model->sent - oldest(model) : 0));
	else if (model->capacity != 0)
		holds(len == (size_t)model->inside);
	holds((half->sender != NULL ? odeon_sender_capacity(half->sender) : odeon_receiver_capacity(half->receiver)) == model->capacity);
}

void model_check_end(void)
{
	for (unsigned i = 0; i < channels; i++)
		holds(models[i].senders == 0 && models[i].receivers == 0 && models[i].inside == 0);
	holds(copies == 0);
	for (unsigned i = 0; i < items; i++)
		holds(fate[i].freed == 1 && fate[i].received <= fate[i].sent);
}

/* ---- halves ------------------------------------------------------------------------------------------------------------------- */

bool hold_half(struct holder *holder, struct half half)
{
	if (holder->count == HALVES)
		return false;
	holder->halves[holder->count++] = half;
	return true;
}

static struct half sender_half(odeon_sender *sender, unsigned channel)
{
	holds(sender != NULL && senders < SENDERS);
	models[channel].senders++;
	return (struct half){ .sender = sender, .channel = channel, .number = senders++ };
}

/* The clone of a receiver sees what the original would have. */
static struct half receiver_half(odeon_receiver *receiver, unsigned channel)
{
	holds(receiver != NULL && receivers < RECEIVERS);
	models[channel].receivers++;
	return (struct half){ .receiver = receiver, .channel = channel, .number = receivers++ };
}

void drop_half(struct half half)
{
	struct model *model = &models[half.channel];

	if (half.sender != NULL) {
		model->senders--;
		odeon_sender_drop(half.sender);
	} else {
		model->receivers--;
		odeon_receiver_drop(half.receiver);
		forget_inside(model);
	}
	happened[6]++;
}

void open_channel(odeon_system *system, struct holder *holder)
{
	static const size_t capacities[] = { 0, 1, 2, 5, ODEON_UNBOUNDED };
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.system = system, .capacity = capacities[below(5)]);
	struct model *model = &models[channels];
	odeon_sender *out;
	odeon_receiver *in;

	if (channels == CHANNELS || holder->count + 2 > HALVES)
		return;
	options.kind = below(2) == 0 ? ODEON_CHANNEL_QUEUE : (enum odeon_channel_kind)below(4);
	if (options.kind != ODEON_CHANNEL_QUEUE)
		options.capacity = options.kind == ODEON_CHANNEL_BROADCAST ? 1 + below(4) : 1;
	if (options.kind == ODEON_CHANNEL_BROADCAST || options.kind == ODEON_CHANNEL_WATCH)
		options.copy = copy_item;
	if (options.capacity == 5 && below(3) != 0)
		options.capacity_bytes = (below(2) == 0 ? 3 : 9) * (48 + sizeof(struct item));
	holds(odeon_channel_open_with(ODEON_TYPE(item), &options, &out, &in) == 0);
	*model = (struct model){ .capacity = options.capacity, .most = options.capacity, .kind = options.kind };
	if (options.capacity_bytes != 0 && options.capacity_bytes / (48 + sizeof(struct item)) < model->most)
		model->most = options.capacity_bytes / (48 + sizeof(struct item));
	(void)hold_half(holder, sender_half(out, channels));
	(void)hold_half(holder, receiver_half(in, channels));
	channels++;
}

void clone_half(struct holder *holder, struct half *half)
{
	if (holder->count == HALVES || senders == SENDERS || receivers == RECEIVERS)
		return;
	if (half->sender != NULL)
		(void)hold_half(holder, sender_half(odeon_sender_clone(half->sender), half->channel));
	else {
		position[receivers] = position[half->number];
		(void)hold_half(holder, receiver_half(odeon_receiver_clone(half->receiver), half->channel));
	}
}

struct half take_half(struct holder *holder, unsigned which)
{
	struct half half = holder->halves[which];

	holder->halves[which] = holder->halves[--holder->count];
	return half;
}
