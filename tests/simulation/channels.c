/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - channels of a simulated system under many seeds, against a plain model of a channel
 *
 * The scene: 2 to 6 actors, pooled and with threads of their own, and the host share a few channels, and do what the
 * seed says: open, clone, drop, give halves away, send, try, receive, select, ask to be told. Only one of them runs at a
 * time, and none is interrupted between an operation's effect and its return, so the model need not guess: after each
 * operation it knows what the channel holds. It checks
 *
 *   order         the messages of one sending half come to one receiving half in the order sent
 *   capacity      never more than that many wait; full and empty are said only when it is so; len is exact
 *   exactly once  no message is received twice, or received and dropped, and each is freed once
 *   the end       disconnected is said when the other side is gone (and what was sent is taken), and only then
 *
 * One seed is one run: the log of events is the same byte for byte.
 */
#include "../harness/kit.h"
#include <odeon/channel.h>
#include <odeon/select.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 1000, CHANNELS = 4, ACTORS_MOST = 6, HALVES = 6, ITEMS = 8192, SENDERS = 512, RECEIVERS = 512, ROUNDS = 12 };
#define ROUND_TIME ODEON_US(20)

/* ---- the model ------------------------------------------------------------------------------------------------------------- */

struct model { size_t capacity, most; long inside;       /* most: in messages, by the bound in bytes too */
               unsigned senders, receivers, receiving; };
struct half { odeon_sender *sender; odeon_receiver *receiver; unsigned channel, number; bool asked; };
struct holder { struct half halves[HALVES]; unsigned count; };

static uint64_t seed, chance;
static struct model models[CHANNELS];
static unsigned channels, items, senders, receivers;
static struct { unsigned char sent, received, freed; } fate[ITEMS];
static unsigned sent_by[SENDERS];
static unsigned seen[RECEIVERS][SENDERS];               /* by whom, of whom: the last number + 1 */
static unsigned happened[16];                           /* how often each operation did something */
static uint64_t hash;
static unsigned lines;
static bool is_loud;

#define holds(claim) \
	do { if (!(claim)) ck_abort_msg("ODEON_SEED=%llu: it does not hold that %s", (unsigned long long)seed, #claim); } while (0)

/* A panic of the library names the seed only where an actor runs. */
static void tell_seed(int signal)
{
	fprintf(stderr, "ODEON_SEED=%llu (signal %d)\n", (unsigned long long)seed, signal);
}

static unsigned below(unsigned most)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (unsigned)((chance * 0x2545f4914f6cdd1du >> 33) % most);
}

static void on_event(void *host, const char *line)
{
	(void)host;
	if (is_loud)
		puts(line);
	for (; *line != '\0'; line++)
		hash = (hash ^ (unsigned char)*line) * 0x100000001b3u;
	hash = (hash ^ '\n') * 0x100000001b3u;
	lines++;
}

struct item { unsigned channel, sender, number, id; };
ODEON_MESSAGE_DROP(item)
{
	holds(fate[item->id].freed++ == 0);
}

static struct item *make_item(struct half *half)
{
	struct item *item;

	holds(items < ITEMS);
	item = odeon_new(item, .channel = half->channel, .sender = half->number, .number = sent_by[half->number], .id = items++);
	holds(item != NULL);
	return item;
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

/* The send of an item is over. Not sent: it is the caller's, or freed. */
static void note_sent(struct half *half, unsigned id, int error)
{
	struct model *model = &models[half->channel];

	switch (error) {
	case 0:
		holds(fate[id].sent++ == 0);
		sent_by[half->number]++;
		model->inside++;
		if (is_counted(model))
			holds(model->inside <= (long)model->most);
		if (model->capacity == 0)
			holds(model->inside <= (long)model->receiving);
		happened[0]++;
		break;
	case ODEON_EDISCONNECTED:
		holds(model->receivers == 0);
		happened[1]++;
		break;
	case ODEON_EFULL:
	case ODEON_EWOULDBLOCK:
	case ODEON_ETIMEDOUT:
		holds(model->receivers != 0 && model->capacity != ODEON_UNBOUNDED);
		holds(model->inside == (long)model->most || model->capacity == 0);
		happened[2]++;
		break;
	default:
		holds(!"this error");
	}
	forget_inside(model);
}

/* A receive is over. */
static void note_received(struct half *half, struct item *item, int error)
{
	struct model *model = &models[half->channel];

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
		holds(model->senders == 0);
		happened[4]++;
	} else {
		holds(error == ODEON_EEMPTY || error == ODEON_EWOULDBLOCK || error == ODEON_ETIMEDOUT);
		holds(model->senders != 0);
		happened[5]++;
	}
}

static void check_len(struct half *half)
{
	struct model *model = &models[half->channel];
	size_t len = half->sender != NULL ? odeon_sender_len(half->sender) : odeon_receiver_len(half->receiver);

	if (model->capacity != 0)
		holds(len == (size_t)model->inside);
	holds((half->sender != NULL ? odeon_sender_capacity(half->sender) : odeon_receiver_capacity(half->receiver)) == model->capacity);
}

/* ---- halves ------------------------------------------------------------------------------------------------------------------- */

static bool hold_half(struct holder *holder, struct half half)
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

static void drop_half(struct half half)
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

static void open_channel(odeon_system *system, struct holder *holder)
{
	static const size_t capacities[] = { 0, 1, 2, 5, ODEON_UNBOUNDED };
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.system = system, .capacity = capacities[below(5)]);
	struct model *model = &models[channels];
	odeon_sender *out;
	odeon_receiver *in;

	if (channels == CHANNELS || holder->count + 2 > HALVES)
		return;
	if (options.capacity == 5 && below(3) != 0)
		options.capacity_bytes = (below(2) == 0 ? 3 : 9) * (48 + sizeof(struct item));
	holds(odeon_channel_open_with(ODEON_TYPE(item), &options, &out, &in) == 0);
	*model = (struct model){ .capacity = options.capacity, .most = options.capacity };
	if (options.capacity_bytes != 0 && options.capacity_bytes / (48 + sizeof(struct item)) < model->most)
		model->most = options.capacity_bytes / (48 + sizeof(struct item));
	(void)hold_half(holder, sender_half(out, channels));
	(void)hold_half(holder, receiver_half(in, channels));
	channels++;
}

/* A half that travels. */
struct gift { struct half half; };
ODEON_MESSAGE_DROP(gift)
{
	if (gift->half.sender != NULL || gift->half.receiver != NULL)
		drop_half(gift->half);
}

/* ---- operations ------------------------------------------------------------------------------------------------------------------ */

static odeon_time until_when(odeon_system *system)
{
	switch (below(4)) {
	case 0:
		return ODEON_AT_ONCE;
	case 1:
		return ODEON_NEVER;
	default:
		return odeon_system_deadline(system, ODEON_US(below(30)));
	}
}

static void try_send(struct half *half, odeon_time until)
{
	struct half copy = *half;                       /* a nested handler may move it about */
	struct item *item = make_item(&copy);
	unsigned id = item->id;
	int why;

	item = odeon_sender_try(copy.sender, item, until, &why);
	holds((item == NULL) == (why == 0));
	note_sent(&copy, id, why);
	odeon_free(item);
}

static void send_it(struct half *half)
{
	struct half copy = *half;
	struct item *item = make_item(&copy);
	unsigned id = item->id;

	note_sent(&copy, id, odeon_sender_send(copy.sender, item));
}

static void recv_it(struct half *half, odeon_time until)
{
	struct half copy = *half;
	struct item *item;
	int why;

	models[copy.channel].receiving++;
	item = odeon_recv_until(item, copy.receiver, until, &why);
	models[copy.channel].receiving--;
	note_received(&copy, item, why);
}

static void select_some(odeon_system *system, odeon_self *self, struct holder *holder)
{
	odeon_case cases[HALVES + 2];
	struct half halves[HALVES + 2];
	size_t count = 0, kept;
	unsigned ids[HALVES + 2];
	odeon_time until = until_when(system);
	bool mailbox = self != NULL && below(2) == 0;
	int index;

	for (unsigned i = 0; i < holder->count; i++) {
		if (below(3) == 0)
			continue;
		halves[count] = holder->halves[i];
		if (halves[count].sender != NULL) {
			struct item *item = make_item(&halves[count]);

			ids[count] = item->id;
			cases[count] = (odeon_case)ODEON_CASE_SEND(halves[count].sender, item);
		} else {
			models[halves[count].channel].receiving++;
			cases[count] = (odeon_case)ODEON_CASE_RECV(halves[count].receiver);
		}
		count++;
	}
	kept = count;
	if (mailbox)
		cases[count++] = (odeon_case)ODEON_CASE_MAILBOX(self);
	if (below(4) == 0)
		cases[count++] = (odeon_case)ODEON_CASE_DEFAULT;
	if (count == 0 && until.ns == INT64_MAX)
		return;
	index = below(2) == 0 ? odeon_select(cases, count, until) : odeon_select_biased(cases, count, until);
	for (size_t i = 0; i < kept; i++)
		models[halves[i].channel].receiving -= halves[i].receiver != NULL;
	if (index >= 0 && (size_t)index < kept) {
		if (halves[index].sender != NULL)
			note_sent(&halves[index], ids[index], cases[index].error);
		else
			note_received(&halves[index], odeon_case_message(item, &cases[index]), cases[index].error);
		happened[7]++;
	} else if (index >= 0 && cases[index].what == ODEON_ON_MAILBOX) {
		holds(cases[index].error == 0 || cases[index].error == ODEON_ESTOPPING);
		happened[8]++;
	} else
		holds(index >= 0 || index == ODEON_ETIMEDOUT || index == ODEON_EWOULDBLOCK);
	for (size_t i = 0; i < kept; i++)
		odeon_case_clear(&cases[i]);
}

static void clone_half(struct holder *holder, struct half *half)
{
	if (holder->count == HALVES || senders == SENDERS || receivers == RECEIVERS)
		return;
	if (half->sender != NULL)
		(void)hold_half(holder, sender_half(odeon_sender_clone(half->sender), half->channel));
	else
		(void)hold_half(holder, receiver_half(odeon_receiver_clone(half->receiver), half->channel));
}

static struct half take_half(struct holder *holder, unsigned which)
{
	struct half half = holder->halves[which];

	holder->halves[which] = holder->halves[--holder->count];
	return half;
}

/* Self NULL: the host. */
static void ask_to_be_told(odeon_self *self, struct half *half)
{
	if (self == NULL)
		return;
	holds((half->sender != NULL ? odeon_sender_when_room(self, half->sender) : odeon_receiver_when_ready(self, half->receiver)) == 0);
	happened[9]++;
}

static odeon_ref actors[ACTORS_MOST];
static unsigned actor_count;

static void operate(odeon_system *system, odeon_self *self, struct holder *holder, bool may_block, bool may_nest)
{
	unsigned which = holder->count > 0 ? below(holder->count) : 0;
	struct half *half = holder->count > 0 ? &holder->halves[which] : NULL;

	switch (half != NULL ? below(12) : 11) {
	case 0: case 1: case 2: case 3: case 4:
		if (half->receiver != NULL)
			recv_it(half, until_when(system));
		else if (may_block && below(3) == 0)
			send_it(half);
		else
			try_send(half, until_when(system));
		break;
	case 5: case 6: case 7:
		select_some(system, may_nest ? self : NULL, holder);
		break;
	case 8:
		clone_half(holder, half);
		break;
	case 9:
		if (below(2) == 0)
			drop_half(take_half(holder, which));
		else if (self != NULL)
			(void)odeon_send(self, actors[below(actor_count)], odeon_new(gift, .half = take_half(holder, which)));
		else
			(void)odeon_post(system, actors[below(actor_count)], odeon_new(gift, .half = take_half(holder, which)));
		break;
	case 10:
		check_len(half);
		ask_to_be_told(self, half);
		break;
	case 11:
		open_channel(system, holder);
		break;
	}
}

/* ---- actors ------------------------------------------------------------------------------------------------------------------------ */

struct worker_bee { struct holder holder; bool is_own, is_within; unsigned rounds; };
struct go { int number; };
ODEON_MESSAGE(go);

static void work(odeon_self *self, struct worker_bee *bee)
{
	bool was_within = bee->is_within;

	if (bee->rounds == 0) {
		odeon_exit(self);
		return;
	}
	bee->rounds--;
	bee->is_within = true;
	for (unsigned i = 1 + below(3); i > 0; i--)
		operate(odeon_system_of(self), self, &bee->holder, bee->is_own, bee->is_own && !was_within);
	bee->is_within = was_within;
}

ODEON_HANDLER(worker_bee, go)
{
	work(self, worker_bee);
	(void)odeon_send(self, odeon_self_ref(self), go);
}
ODEON_HANDLER(worker_bee, gift)
{
	if (hold_half(&worker_bee->holder, gift->half))
		gift->half = (struct half){ .sender = NULL };
}
ODEON_HANDLER(worker_bee, odeon_readable) { happened[10]++; work(self, worker_bee); }
ODEON_HANDLER(worker_bee, odeon_writable) { happened[11]++; work(self, worker_bee); }
ODEON_STOP(worker_bee)
{
	while (worker_bee->holder.count > 0)
		drop_half(take_half(&worker_bee->holder, 0));
}
ODEON_HANDLERS(worker_bee_handlers, ODEON_ON(worker_bee, go), ODEON_ON(worker_bee, gift), ODEON_ON(worker_bee, odeon_readable),
               ODEON_ON(worker_bee, odeon_writable));
ODEON_KIND(worker_bee, worker_bee_handlers, .stop = ODEON_STOPS(worker_bee));

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void reset(uint64_t with)
{
	seed = chance = with;
	chance = chance * 0x9e3779b97f4a7c15u | 1;
	memset(models, 0, sizeof models);
	memset(fate, 0, sizeof fate);
	memset(sent_by, 0, sizeof sent_by);
	memset(seen, 0, sizeof seen);
	channels = items = senders = receivers = lines = 0;
	hash = 0xcbf29ce484222325u;
}

static void play(uint64_t with)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter,
	                                      .simulation = { .enabled = 1, .seed = with, .on_event = on_event });
	odeon_kind own = worker_bee_kind;
	struct holder host = { .count = 0 };
	odeon_system *system = NULL;

	own.place = ODEON_OWN_THREAD;
	reset(with);
	signal(SIGABRT, tell_seed);
	holds(odeon_system_start(&options, &system) == 0);
	open_channel(system, &host);
	open_channel(system, &host);
	actor_count = 2 + below(ACTORS_MOST - 1);
	for (unsigned i = 0; i < actor_count; i++) {
		bool is_own = below(2) == 0;
		struct worker_bee bee = { .is_own = is_own, .rounds = ROUNDS };

		for (unsigned k = 0; k < host.count && bee.holder.count < 3; k++)
			clone_half(&bee.holder, &host.halves[below(host.count)]);
		holds(odeon_system_spawn(system, is_own ? &own : &worker_bee_kind, &bee, &actors[i]) == 0);
		holds(odeon_post(system, actors[i], odeon_new(go, .number = 0)) == 0);
	}
	for (unsigned i = 0; i < 2 * ROUNDS; i++) {
		operate(system, NULL, &host, true, false);
		if (below(4) == 0)
			(void)odeon_system_run(system, odeon_system_deadline(system, ROUND_TIME));
	}
	while (host.count > 0)
		drop_half(take_half(&host, 0));
	(void)odeon_system_wait(system, odeon_system_deadline(system, ODEON_SECONDS(1)));
	holds(odeon_system_free(system) == 0);
	for (unsigned i = 0; i < channels; i++)
		holds(models[i].senders == 0 && models[i].receivers == 0 && models[i].inside == 0);
	for (unsigned i = 0; i < items; i++)
		holds(fate[i].freed == 1 && fate[i].received <= fate[i].sent);
}

/* ---- the tests ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(every_seed_agrees_with_the_model_and_repeats)
{
	const char *given = getenv("ODEON_SEED");
	unsigned seeds = given != NULL ? 1 : KIT_SLOWER(SEEDS) / 10;

	for (unsigned i = 0; i < seeds; i++) {
		uint64_t with = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)_i * seeds + i + 1, before;

		is_loud = given != NULL && getenv("LOUD") != NULL;
		play(with);
		before = hash;
		holds(lines > 20);
		play(with);
		ck_assert_msg(hash == before, "ODEON_SEED=%llu: two runs differ", (unsigned long long)with);
	}
}
END_TEST

START_TEST(everything_happens)
{
	memset(happened, 0, sizeof happened);
	for (uint64_t i = 1; i <= 60; i++)
		play(i);
	for (unsigned i = 0; i < 12; i++)
		ck_assert_msg(happened[i] > 10, "operation %u happened %u times", i, happened[i]);
}
END_TEST

START_TEST(seeds_differ)
{
	uint64_t before;
	unsigned different = 0;

	play(1);
	before = hash;
	for (uint64_t i = 2; i < 22; i++) {
		play(i);
		different += hash != before;
	}
	ck_assert_uint_ge(different, 20);
}
END_TEST

/* ---- waits, one by one -------------------------------------------------------------------------------------------------------------- */

static struct world world;
static odeon_sender *out;
static odeon_receiver *in;
static char log_text[20000];

static void keep_event(void *host, const char *line)
{
	size_t length = strlen(log_text);

	(void)host;
	snprintf(log_text + length, sizeof log_text - length, "%s\n", line);
}

static void setup(void)
{
	reset(kit_seed());
	log_text[0] = '\0';
	world_open(&world, (odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed(), .on_event = keep_event }));
	out = NULL;
	in = NULL;
}

static void open_parcels(size_t capacity)
{
	const odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.system = world.system, .capacity = capacity);

	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(parcel), &options, &out, &in), 0);
}

static void close_parcels(void)
{
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	out = NULL;
	in = NULL;
}

static void teardown(void)
{
	close_parcels();
	world_close(&world);
}

static odeon_time from_now(odeon_duration duration)
{
	return odeon_system_deadline(world.system, duration);
}

static odeon_ref spawn_at(enum odeon_place place)
{
	return world_placed(&world, (struct catcher){ 0 }, place, 0);
}

static void send_five(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_system_of(self) == world.system);
	for (int i = 0; i < 5; i++)
		must(odeon_sender_send(out, parcel_new(i)) == 0);
}

static int recv_number(odeon_time until, int *why)
{
	struct parcel *parcel = odeon_recv_until(parcel, in, until, why);
	int number = parcel != NULL ? parcel->number : -1;

	odeon_free(parcel);
	return number;
}

/* Full at once, and at each message, in a rendezvous too: the actor's handler rests and goes on. */
START_TEST(a_wait_of_the_host_runs_the_actors)
{
	int why;

	open_parcels((size_t)_i % 3);
	world_tell(&world, spawn_at(ODEON_OWN_THREAD), send_five, NULL);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(recv_number(ODEON_NEVER, &why), i);
	ck_assert_int_eq(recv_number(ODEON_NEVER, &why), -1);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);         /* in vain: nobody is left to send */
}
END_TEST

START_TEST(a_deadline_is_on_the_virtual_clock)
{
	odeon_time real = odeon_clock_now(), until = from_now(ODEON_SECONDS(3600));
	int why;

	open_parcels(1);
	ck_assert_int_eq(recv_number(until, &why), -1);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_system_now(world.system).ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, real.ns + ODEON_SECONDS(5));
}
END_TEST

static void send_late(odeon_self *self, void *argument)
{
	must(odeon_select(NULL, 0, odeon_deadline(self, ODEON_MS(15))) == ODEON_ETIMEDOUT);      /* sleeps */
	send_five(self, argument);
}

START_TEST(tick_after_and_actors_come_in_the_order_of_time)
{
	odeon_receiver *tick = odeon_receiver_tick(world.system, ODEON_MS(10));
	odeon_receiver *after = odeon_receiver_after(world.system, from_now(ODEON_MS(35)));
	odeon_case cases[3] = { ODEON_CASE_RECV(tick), ODEON_CASE_RECV(after), ODEON_CASE_NOTHING };
	static const int order[] = { 0, 2, 2, 2, 2, 2, 0, 0, 1 };
	odeon_time began = odeon_system_now(world.system);

	open_parcels(ODEON_UNBOUNDED);
	cases[2] = (odeon_case)ODEON_CASE_RECV(in);
	world_tell(&world, spawn_at(ODEON_OWN_THREAD), send_late, NULL);
	for (unsigned i = 0; i < 9; i++) {
		ck_assert_int_eq(odeon_select(cases, 3, ODEON_NEVER), order[i]);
		ck_assert_int_eq(cases[order[i]].error, 0);
	}
	ck_assert_int_ge(odeon_system_now(world.system).ns, began.ns + ODEON_MS(35));
	ck_assert_int_lt(odeon_system_now(world.system).ns, began.ns + ODEON_MS(36));
	for (int i = 0; i < 3; i++)
		odeon_case_clear(&cases[i]);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(after);
}
END_TEST

struct question { odeon_ref whom; int got, why; odeon_time until; };
static void ask_him(odeon_self *self, void *argument)
{
	struct question *question = argument;
	struct parcel *answer = odeon_ask(parcel, odeon_system_of(self), question->whom, parcel_new(20), question->until, &question->why);

	question->got = answer != NULL ? answer->number : -1;
	odeon_free(answer);
}

static void answer_him(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	parcel->number++;
	must(odeon_reply(self, parcel) == 0);
}

START_TEST(an_actor_with_its_own_thread_may_ask)
{
	odeon_ref knower = world_catcher(&world, (struct catcher){ .on_parcel = answer_him });
	struct question own = { knower, 0, 0, ODEON_NEVER }, pooled = own;

	world_tell(&world, spawn_at(ODEON_OWN_THREAD), ask_him, &own);
	world_tell(&world, spawn_at(ODEON_POOLED), ask_him, &pooled);
	ck_assert_int_ge(odeon_system_run(world.system, from_now(ODEON_MS(1))), 3);
	ck_assert_int_eq(own.got, 21);
	ck_assert_int_eq(own.why, 0);
	ck_assert_int_eq(pooled.got, -1);
	ck_assert_int_eq(pooled.why, ODEON_EWOULDBLOCK);
}
END_TEST

/* Each waits for the other. The stop of the system gives one wait up after the other. */
START_TEST(a_deadlock_ends_with_the_system)
{
	odeon_ref a = spawn_at(ODEON_OWN_THREAD), b = spawn_at(ODEON_OWN_THREAD);
	struct question first = { b, 0, 0, ODEON_NEVER }, second = { a, 0, 0, ODEON_NEVER };

	world_tell(&world, a, ask_him, &first);
	world_tell(&world, b, ask_him, &second);
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_NEVER), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_system_stop(world.system, from_now(ODEON_SECONDS(1)), NULL), 0);
	ck_assert(first.why == ODEON_ETIMEDOUT || second.why == ODEON_ETIMEDOUT);
	ck_assert_int_eq(first.got, -1);
	ck_assert_int_eq(second.got, -1);
}
END_TEST

static void take_own(odeon_self *self, void *argument)
{
	odeon_case cases[2] = { ODEON_CASE_MAILBOX(self), ODEON_CASE_RECV(in) };
	int *result = argument;

	do
		*result = odeon_select(cases, 2, ODEON_NEVER);
	while (*result == 1 || cases[0].error == 0);
	odeon_case_clear(&cases[1]);
	*result = cases[0].error;
}

START_TEST(a_mailbox_case_hears_messages_and_the_end)
{
	struct journal notes = JOURNAL;
	int result = 0;
	odeon_ref actor = world_placed(&world, (struct catcher){ .journal = &notes }, ODEON_OWN_THREAD, 0);

	open_parcels(1);
	world_tell(&world, actor, take_own, &result);
	ck_assert_int_eq(odeon_sender_send(out, parcel_new(1)), 0);
	world_posts(&world, actor, 0, 5);
	ck_assert_int_ge(odeon_system_run(world.system, from_now(ODEON_MS(1))), 0);
	journal_expect(&notes, 5, (int[]){ 0, 1, 2, 3, 4 });
	world_posts(&world, actor, 5, 2);
	ck_assert_int_eq((_i % 2 == 0 ? odeon_actor_kill : odeon_actor_stop)(world.system, actor), 0);
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_NEVER), 0);
	ck_assert_int_eq(result, ODEON_ESTOPPING);
	ck_assert_uint_eq(journal_count(&notes), _i % 2 == 0 ? 5 : 7);
}
END_TEST

static void fill_him(odeon_self *self, void *argument)
{
	int why;

	for (int i = 0; i < 10; i++)
		must(odeon_try_post(odeon_system_of(self), *(odeon_ref *)argument, parcel_new(i), ODEON_NEVER, &why) == NULL);
}

START_TEST(an_own_thread_waits_for_room_in_a_mailbox)
{
	struct journal notes = JOURNAL;
	odeon_ref full = world_bounded(&world, (struct catcher){ .journal = &notes }, (odeon_mailbox){ .messages = 1 });

	world_tell(&world, spawn_at(ODEON_OWN_THREAD), fill_him, &full);
	ck_assert_int_ge(odeon_system_run(world.system, from_now(ODEON_MS(1))), 10);
	ck_assert_uint_eq(journal_count(&notes), 10);
}
END_TEST

START_TEST(the_log_has_each_operation_and_its_channel)
{
	int why;

	open_parcels(1);
	close_parcels();
	open_parcels(1);
	world_tell(&world, spawn_at(ODEON_OWN_THREAD), send_five, NULL);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(recv_number(ODEON_NEVER, &why), i);
	close_parcels();
	ck_assert_ptr_nonnull(strstr(log_text, "0.1 sends struct parcel, channel 2\n"));
	ck_assert_ptr_nonnull(strstr(log_text, "0.0 receives struct parcel, channel 2\n"));
	ck_assert_ptr_nonnull(strstr(log_text, "0.0 is the last that sends struct parcel, channel 1\n"));
	ck_assert_ptr_nonnull(strstr(log_text, "0.0 is the last that receives struct parcel, channel 2\n"));
}
END_TEST

START_TEST(a_channel_may_outlive_its_system)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 5 });
	odeon_channel_options of = ODEON_CHANNEL_OPTIONS(.capacity = 1);
	odeon_system *gone = NULL;
	odeon_receiver *after;
	int why;

	ck_assert_int_eq(odeon_system_start(&options, &gone), 0);
	of.system = gone;
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(parcel), &of, &out, &in), 0);
	after = odeon_receiver_after(gone, odeon_system_deadline(gone, 10));
	ck_assert_int_eq(odeon_system_free(gone), 0);
	ck_assert_int_eq(odeon_sender_send(out, parcel_new(3)), 0);
	ck_assert_int_eq(recv_number(ODEON_NEVER, &why), 3);
	ck_assert_int_eq(recv_number(ODEON_NEVER, &why), -1);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	odeon_free(odeon_recv(odeon_tick, after));
	odeon_receiver_drop(after);
}
END_TEST

START_TEST(two_worlds_do_not_mix)
{
	odeon_receiver *real = odeon_receiver_tick(NULL, ODEON_MS(1)), *simulated = odeon_receiver_tick(world.system, ODEON_MS(1));
	odeon_case cases[2] = { ODEON_CASE_RECV(real), ODEON_CASE_RECV(simulated) };
	odeon_case others[2] = { ODEON_CASE_RECV(simulated), ODEON_CASE_FD(0, 1) };

	ck_assert_int_eq(odeon_select(cases, 2, ODEON_AT_ONCE), ODEON_EINVAL);
	cases[0] = (odeon_case)ODEON_CASE_RECV(simulated);
	cases[1] = (odeon_case)ODEON_CASE_RECV(real);
	ck_assert_int_eq(odeon_select(cases, 2, ODEON_AT_ONCE), ODEON_EINVAL);
	ck_assert_int_eq(odeon_select(others, 2, ODEON_AT_ONCE), ODEON_EINVAL);
	odeon_receiver_drop(real);
	odeon_receiver_drop(simulated);
}
END_TEST

KIT_MAIN("simulation/channels",
	{ "model", KIT_TESTS(every_seed_agrees_with_the_model_and_repeats), NULL, NULL, 10 },
	{ "scene", KIT_TESTS(everything_happens, seeds_differ), NULL, NULL, 0 },
	{ "waits", KIT_TESTS(a_wait_of_the_host_runs_the_actors, a_deadline_is_on_the_virtual_clock,
	                     tick_after_and_actors_come_in_the_order_of_time, an_actor_with_its_own_thread_may_ask,
	                     a_deadlock_ends_with_the_system, a_mailbox_case_hears_messages_and_the_end,
	                     an_own_thread_waits_for_room_in_a_mailbox, the_log_has_each_operation_and_its_channel,
	                     a_channel_may_outlive_its_system, two_worlds_do_not_mix), setup, teardown, 6 })
