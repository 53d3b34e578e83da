/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.c - datagrams: each comes whole, with where it is from; no more than there is credit for; what is lost is counted, what
 * cannot be sent comes back by name
 */
#include "scratch.h"
#include <net/if.h>

/* What an owner was told. */
struct heard {
	pthread_mutex_t lock;
	struct odeon_datagram last;                    /* its bytes are gone */
	uint64_t datagrams, bytes, unsent, ends, was_high, was_low;
	uint64_t untold;                               /* that came back before these, and had no room */
	struct odeon_unsent why;                       /* the last one; its datagram is gone */
	char back[ODEON_ADDRESS_BYTES];                /* and where that should have gone */
	struct odeon_disconnected end;
	bool is_wrong, echoes;
};

static struct heard heard, other;
static unsigned before;

static void setup(void)
{
	wires_open(KIND_TCP, 1);                               /* the first loop of a program leaves some open */
	wires_close();
	before = descriptors();
	wires_open(KIND_TCP, 2);
}

static void teardown(void)
{
	wires_close();
	ck_assert_uint_eq(descriptors(), before);
	ck_assert_uint_le(heard.ends, 1);
}

/* ---- an owner ---------------------------------------------------------------------------------------------------------------- */

struct hears { struct heard *heard; };

ODEON_HANDLER(hears, odeon_datagram)
{
	struct heard *heard = hears->heard;
	const struct odeon_bytes *bytes = odeon_datagram->bytes;

	pthread_mutex_lock(&heard->lock);
	heard->last = *odeon_datagram;
	heard->datagrams++;
	heard->bytes += bytes->length;
	for (size_t i = 0; i < bytes->length; i++)
		heard->is_wrong |= bytes->data[i] != pattern(i);
	pthread_mutex_unlock(&heard->lock);
	if (heard->echoes)
		(void)odeon_send(self, odeon_from(self), odeon_datagram);
}

ODEON_HANDLER(hears, odeon_unsent)
{
	struct heard *heard = hears->heard;

	pthread_mutex_lock(&heard->lock);
	heard->unsent++;
	heard->untold += odeon_unsent->untold;
	heard->why = *odeon_unsent;
	if (odeon_unsent->datagram != NULL)
		memcpy(heard->back, odeon_unsent->datagram->address, sizeof heard->back);
	pthread_mutex_unlock(&heard->lock);
}

ODEON_HANDLER(hears, odeon_unwritten)
{
	pthread_mutex_lock(&hears->heard->lock);
	hears->heard->was_high |= odeon_unwritten->is_high != 0;
	hears->heard->was_low |= odeon_unwritten->is_high == 0;
	pthread_mutex_unlock(&hears->heard->lock);
}

ODEON_HANDLER(hears, odeon_disconnected)
{
	pthread_mutex_lock(&hears->heard->lock);
	hears->heard->end = *odeon_disconnected;
	hears->heard->ends++;
	pthread_mutex_unlock(&hears->heard->lock);
}

ODEON_HANDLER(hears, errand)
{
	errand->run(self, errand->argument);
	if (errand->done != NULL)
		gate_open(errand->done);
}

ODEON_HANDLERS(hears_handlers, ODEON_ON(hears, odeon_datagram), ODEON_ON(hears, odeon_unsent), ODEON_ON(hears, odeon_unwritten),
	ODEON_ON(hears, odeon_disconnected), ODEON_ON(hears, errand));
ODEON_KIND(hears, hears_handlers);

static odeon_ref owner_for(struct heard *heard)
{
	struct hears hears = { .heard = heard };

	memset(heard, 0, sizeof *heard);
	pthread_mutex_init(&heard->lock, NULL);
	return world_spawn(&world, &hears_kind, &hears);
}

static odeon_ref open_with(struct heard *heard, odeon_udp_options options, char bound[ODEON_ADDRESS_BYTES])
{
	odeon_ref udp;

	ck_assert_int_eq(odeon_udp_open(world.system, owner_for(heard), &options, bound, &udp), 0);
	return udp;
}

#define OPTIONS(...) (odeon_udp_options)ODEON_UDP_OPTIONS(__VA_ARGS__)
#define LOCKED(whose, what) locked(&(whose)->lock, &(whose)->what)

static uint64_t locked(pthread_mutex_t *lock, const uint64_t *what)
{
	uint64_t answer;

	pthread_mutex_lock(lock);
	answer = *what;
	pthread_mutex_unlock(lock);
	return answer;
}

static void send_to(odeon_ref udp, const char *where, size_t length)
{
	tell(udp, odeon_datagram_new(where, pattern_bytes(0, length)));
}

/* ---- there and back ------------------------------------------------------------------------------------------------------------ */

START_TEST(what_is_sent_comes_back_from_there)
{
	char there[ODEON_ADDRESS_BYTES], here[ODEON_ADDRESS_BYTES];
	odeon_ref udp;

	open_with(&other, OPTIONS(.here = _i == 0 ? "127.0.0.1:0" : "[::1]:0", .credit = ODEON_READ_ALWAYS), there);
	other.echoes = true;
	udp = open_with(&heard, OPTIONS(.here = _i == 0 ? "127.0.0.1:0" : "[::1]:0", .credit = ODEON_READ_ALWAYS), here);
	for (uint64_t count = 1; count <= 50; count++) {
		send_to(udp, there, 20 * count);
		eventually(LOCKED(&heard, datagrams) == count);
		ck_assert_str_eq(heard.last.address, there);
		ck_assert_str_eq(other.last.address, here);
	}
	send_to(udp, there, 0);                                 /* an empty one is one */
	eventually(LOCKED(&heard, datagrams) == 51);
	send_to(udp, there, 65507 - (_i == 1 ? 20 : 0));        /* and a large one */
	eventually(LOCKED(&heard, datagrams) == 52);
	ck_assert(!heard.is_wrong && !other.is_wrong);
	ck_assert_uint_eq(heard.last.is_truncated, 0);
	tell(udp, odeon_new(odeon_close));
	eventually(LOCKED(&heard, ends) == 1);
	ck_assert_int_eq(heard.end.error, 0);
	ck_assert_uint_eq(heard.end.read, heard.bytes);
	ck_assert_uint_eq(heard.end.written, heard.bytes);
}
END_TEST

START_TEST(one_that_is_bound_to_nothing_and_one_to_all)
{
	char there[ODEON_ADDRESS_BYTES], to[ODEON_ADDRESS_BYTES];
	odeon_ref udp;

	open_with(&other, OPTIONS(.here = ":0", .credit = ODEON_READ_ALWAYS), there);
	other.echoes = true;
	snprintf(to, sizeof to, "127.0.0.1%s", strrchr(there, ':'));
	udp = open_with(&heard, OPTIONS(.credit = ODEON_READ_ALWAYS), NULL);
	send_to(udp, to, 100);
	eventually(LOCKED(&heard, datagrams) == 1);
	ck_assert_str_eq(heard.last.address, to);
}
END_TEST

START_TEST(pieces_are_one_datagram)
{
	char there[ODEON_ADDRESS_BYTES];
	struct odeon_bytes *bytes = pattern_bytes(0, 10);
	odeon_ref udp;

	open_with(&other, OPTIONS(.here = "127.0.0.1:0", .credit = ODEON_READ_ALWAYS), there);
	udp = open_with(&heard, OPTIONS(.there = there), NULL);
	bytes->next = pattern_bytes(10, 20);
	bytes->next->next = pattern_bytes(30, 5);
	tell(udp, odeon_datagram_new(NULL, bytes));
	eventually(LOCKED(&other, datagrams) == 1);
	ck_assert_uint_eq(other.bytes, 35);
	ck_assert(!other.is_wrong);
}
END_TEST

START_TEST(without_credit_nothing_is_read_and_what_is_lost_is_counted)
{
	char there[ODEON_ADDRESS_BYTES];
	odeon_ref udp, from;

	udp = open_with(&heard, OPTIONS(.here = "127.0.0.1:0", .receive_buffer = 4096), there);
	from = open_with(&other, OPTIONS(.there = there), NULL);
	for (int i = 0; i < 500; i++)
		send_to(from, NULL, 1000);
	tell(from, odeon_new(odeon_close));
	eventually(LOCKED(&other, ends) == 1);
	ck_assert_uint_eq(other.end.written, 500000);
	ck_assert_uint_eq(LOCKED(&heard, datagrams), 0);
	tell(udp, odeon_new(odeon_read, .count = 2));
	eventually(LOCKED(&heard, datagrams) == 2);
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	ck_assert_uint_eq(LOCKED(&heard, datagrams), 2);
	tell(udp, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	from = open_with(&other, OPTIONS(.there = there), NULL);
	for (uint64_t i = 0; LOCKED(&heard, datagrams) < 500 && i < 5000; i++) {
		send_to(from, NULL, 10);
		kit_pause();
		pthread_mutex_lock(&heard.lock);
		if (heard.last.dropped > 0)
			i = 5000;                               /* they came */
		pthread_mutex_unlock(&heard.lock);
	}
	ck_assert_uint_gt(heard.last.dropped, 400);
	ck_assert_uint_lt(heard.last.dropped, 500);
}
END_TEST

START_TEST(what_is_too_long_says_so)
{
	char there[ODEON_ADDRESS_BYTES];
	odeon_ref from;

	open_with(&heard, OPTIONS(.here = "127.0.0.1:0", .read_bytes = 100, .credit = 2), there);
	from = open_with(&other, OPTIONS(.there = there), NULL);
	send_to(from, NULL, 101);
	eventually(LOCKED(&heard, datagrams) == 1);
	ck_assert_uint_eq(heard.last.is_truncated, 1);
	ck_assert_uint_eq(heard.bytes, 100);
	send_to(from, NULL, 100);
	eventually(LOCKED(&heard, datagrams) == 2);
	ck_assert_uint_eq(heard.last.is_truncated, 0);
}
END_TEST

struct burst { const char *there; odeon_ref udp; };

/* On the worker of the socket, which cannot have sent any of them before all are there. */
static void send_burst(odeon_self *self, void *argument)
{
	struct burst *burst = argument;
	odeon_udp_options options = OPTIONS(.there = burst->there, .write_most = 70000);

	must(odeon_udp_open(world.system, odeon_self_ref(self), &options, NULL, &burst->udp) == 0);
	for (int i = 0; i < 10; i++)
		must(odeon_send(self, burst->udp, odeon_datagram_new(NULL, pattern_bytes(0, 20000))) == 0);
}

START_TEST(many_at_once_are_bounded)
{
	char there[ODEON_ADDRESS_BYTES];
	struct burst burst = { .there = there };
	struct hears hears = { .heard = &other };
	odeon_kind kind = hears_kind;

	memset(&other, 0, sizeof other);
	pthread_mutex_init(&other.lock, NULL);
	kind.place = ODEON_PINNED;
	open_with(&heard, OPTIONS(.here = "127.0.0.1:0", .credit = ODEON_READ_ALWAYS), there);
	world_do(&world, world_spawn(&world, world_kind(&world, kind), &hears), send_burst, &burst);
	eventually(LOCKED(&other, unsent) == 6);
	ck_assert_int_eq(other.why.error, ODEON_EFULL);
	eventually(LOCKED(&heard, datagrams) == 4);
	tell(burst.udp, odeon_new(odeon_close));
	eventually(LOCKED(&other, ends) == 1);
	ck_assert_uint_eq(other.end.written, 4 * 20000);
	ck_assert(!heard.is_wrong);
}
END_TEST

/* ---- groups --------------------------------------------------------------------------------------------------------------------- */

static struct odeon_udp_join *join(const char *group, const char *interface_name, uint32_t leaves)
{
	struct odeon_udp_join *join = odeon_new(odeon_udp_join, .leaves = leaves);

	must(join != NULL);
	snprintf(join->group, sizeof join->group, "%s", group);
	snprintf(join->interface_name, sizeof join->interface_name, "%s", interface_name);
	return join;
}

static int ask_to(odeon_ref udp, struct odeon_udp_join *join, int *system_error)
{
	struct odeon_udp_joined *joined = odeon_ask(odeon_udp_joined, world.system, udp, join, kit_deadline(), NULL);
	int error;

	must(joined != NULL);
	error = joined->error;
	*system_error = joined->system_error;
	odeon_free(joined);
	return error;
}

START_TEST(who_joins_a_group_gets_what_is_sent_there)
{
	const char *group = _i == 0 ? "239.255.7.7" : "ff02::7:7";
	char there[ODEON_ADDRESS_BYTES], to[ODEON_ADDRESS_BYTES];
	odeon_ref udp, from;
	int why;

	udp = open_with(&heard, OPTIONS(.here = _i == 0 ? "0.0.0.0:0" : "[::]:0", .credit = ODEON_READ_ALWAYS, .may_share = 1), there);
	from = open_with(&other, OPTIONS(.here = _i == 0 ? "0.0.0.0:0" : "[::]:0"), NULL);
	if (ask_to(udp, join(group, "lo", 0), &why) != 0 || ask_to(from, join(group, "lo", 0), &why) != 0) {
		ck_assert(why == ENODEV || why == EADDRNOTAVAIL);       /* a machine without any, or where it must not */
		return;
	}
	snprintf(to, sizeof to, _i == 0 ? "%s%s" : "[%s]%s", group, strrchr(there, ':'));
	send_to(from, to, 10);
	eventually(LOCKED(&heard, datagrams) == 1 || LOCKED(&other, unsent) > 0);
	if (LOCKED(&heard, datagrams) == 0)
		return;                                                 /* no way there on this machine, and it said so */
	ck_assert_int_eq(ask_to(udp, join(group, "lo", 1), &why), 0);
	send_to(from, to, 10);
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	ck_assert_uint_eq(LOCKED(&heard, datagrams), 1);
	ck_assert_int_eq(ask_to(udp, join(group, "lo", 1), &why), ODEON_ESYSTEM);
	ck_assert_int_eq(ask_to(udp, join("nonsense", "lo", 0), &why), ODEON_EINVAL);
	ck_assert_int_eq(ask_to(udp, join(group, "none9", 0), &why), ODEON_EINVAL);
}
END_TEST

/* ---- errors ---------------------------------------------------------------------------------------------------------------------- */

START_TEST(what_cannot_be_sent_comes_back_by_name)
{
	static const struct { const char *where; size_t length; int error, system_error; } rows[] = {
		{ "127.0.0.1:9", 70000, ODEON_ESYSTEM, EMSGSIZE }, { "nonsense", 10, ODEON_EINVAL, EINVAL },
		{ "unix:/tmp/x", 10, ODEON_EINVAL, EINVAL }, { "255.255.255.255:9", 10, ODEON_ESYSTEM, EACCES },
		{ NULL, 10, ODEON_ESYSTEM, EDESTADDRREQ },
	};
	odeon_ref udp = open_with(&heard, OPTIONS(.here = "127.0.0.1:0"), NULL);

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		send_to(udp, rows[i].where, rows[i].length);
		eventually(LOCKED(&heard, unsent) == i + 1);
		ck_assert_int_eq(heard.why.error, rows[i].error);
		ck_assert_int_eq(heard.why.system_error, rows[i].system_error);
		ck_assert_str_eq(heard.back, rows[i].where != NULL ? rows[i].where : "");
	}
	ck_assert_uint_eq(LOCKED(&heard, ends), 0);
}
END_TEST

START_TEST(nobody_there_is_told)
{
	char there[ODEON_ADDRESS_BYTES];
	odeon_ref udp = open_with(&other, OPTIONS(.here = "127.0.0.1:0"), there);

	tell(udp, odeon_new(odeon_close));
	eventually(LOCKED(&other, ends) == 1);
	world_await_end(&world, udp);
	udp = open_with(&heard, OPTIONS(.there = there, .credit = 1), NULL);
	for (unsigned i = 1; i <= 3; i++) {
		send_to(udp, NULL, 10);
		eventually(LOCKED(&heard, unsent) == i);
		ck_assert_int_eq(heard.why.error, ODEON_EDISCONNECTED);
		ck_assert_int_eq(heard.why.system_error, ECONNREFUSED);
	}
	ck_assert_uint_eq(LOCKED(&heard, ends), 0);
}
END_TEST

START_TEST(a_full_owner_misses_and_is_told_how_much)
{
	struct hears hears = { .heard = &heard };
	odeon_kind kind = hears_kind;
	struct plug plug = PLUG;
	odeon_udp_options options = OPTIONS(.here = "127.0.0.1:0");
	struct odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	odeon_ref owner, udp;
	int why;

	memset(&heard, 0, sizeof heard);
	pthread_mutex_init(&heard.lock, NULL);
	kind.mailbox = (odeon_mailbox){ .messages = 1 };
	owner = world_spawn(&world, world_kind(&world, kind), &hears);
	ck_assert_int_eq(odeon_udp_open(world.system, owner, &options, NULL, &udp), 0);
	world_tell(&world, owner, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (int i = 0; i < 10; i++)
		send_to(udp, "nonsense", 10);
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	plug_release(&plug);
	ck_assert_int_eq(ask_to(udp, join("nonsense", "lo", 0), &why), ODEON_EINVAL);  /* behind them */
	eventually(odeon_actor_stats(world.system, owner, &stats) == 0 && stats.queued == 0);
	ck_assert_uint_lt(LOCKED(&heard, unsent), 10);
	send_to(udp, "nonsense", 10);                           /* when there is room again */
	eventually(LOCKED(&heard, unsent) + LOCKED(&heard, untold) == 11);
}
END_TEST

static void leave(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_exit(self);
}

START_TEST(a_socket_ends_with_its_owner)
{
	odeon_udp_options options = OPTIONS(.here = "127.0.0.1:0", .credit = 5);
	odeon_ref owner = owner_for(&heard), udp;

	ck_assert_int_eq(odeon_udp_open(world.system, owner, &options, NULL, &udp), 0);
	world_do(&world, owner, leave, NULL);
	world_await_end(&world, udp);
	udp = open_with(&heard, options, NULL);
	must(odeon_actor_stop(world.system, udp) == 0);
	eventually(LOCKED(&heard, ends) == 1);
	ck_assert_int_eq(heard.end.error, 0);
	udp = open_with(&heard, options, NULL);
	must(odeon_actor_kill(world.system, udp) == 0);
	eventually(LOCKED(&heard, ends) == 1);
	ck_assert_int_eq(heard.end.error, ODEON_EKILLED);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_ref owner = owner_for(&heard);
	char bound[ODEON_ADDRESS_BYTES];

#define OPENED(...) odeon_udp_open(world.system, owner, &OPTIONS(__VA_ARGS__), NULL, NULL)
	ck_assert_int_eq(OPENED(.here = "nonsense"), ODEON_EINVAL);
	ck_assert_int_eq(OPENED(.here = "unix:/tmp/x"), ODEON_EINVAL);
	ck_assert_int_eq(OPENED(.here = "127.0.0.1:0", .there = "[::1]:5"), ODEON_EINVAL);
	ck_assert_int_eq(OPENED(.there = ":5"), ODEON_EINVAL);
	ck_assert_int_eq(OPENED(.hops = 256), ODEON_EINVAL);
	ck_assert_int_eq(OPENED(.low_water = 9, .high_water = 9), ODEON_EINVAL);
	ck_assert_int_eq(odeon_udp_open(world.system, owner, &(odeon_udp_options){ .bytes = 1 }, NULL, NULL), ODEON_EVERSION);
	ck_assert_int_eq(odeon_udp_open(NULL, owner, NULL, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_udp_open(world.system, ODEON_NOBODY, NULL, NULL, NULL), ODEON_EINVAL);
	open_with(&heard, OPTIONS(.here = "127.0.0.1:0"), bound);
	ck_assert_int_eq(OPENED(.here = bound), ODEON_EBUSY);
	ck_assert_int_eq(OPENED(.here = "192.0.2.1:0"), ODEON_ESYSTEM);
}
END_TEST

KIT_MAIN("contract/udp",
	{ .name = "both", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(what_is_sent_comes_back_from_there, who_joins_a_group_gets_what_is_sent_there) },
	{ .name = "datagrams", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(one_that_is_bound_to_nothing_and_one_to_all, pieces_are_one_datagram,
	                     without_credit_nothing_is_read_and_what_is_lost_is_counted, what_is_too_long_says_so, many_at_once_are_bounded) },
	{ .name = "errors", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_cannot_be_sent_comes_back_by_name, nobody_there_is_told, a_full_owner_misses_and_is_told_how_much,
	                     a_socket_ends_with_its_owner, what_makes_no_sense_is_refused) })
