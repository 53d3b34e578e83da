/* SPDX-License-Identifier: BSD-2-Clause */
/* choose - rounds of trying, entering, looking, sleeping, leaving */
#include "choosing.h"

#include "clock.h"
#include "context.h"
#include "descriptors.h"
#include "meet.h"
#include "mutant.h"
#include "nest.h"
#include "os.h"
#include "simulation.h"
#include "step.h"

#define SPIN_NS 300                     /* so long with the core held: a cache line there and back, and a little work */
#define SPIN_YIELDS 20                  /* then it is offered at each look, so many times */
#define SPIN_YIELDS_IN_TURN 3           /* ... or by those who send and share one: their turn comes */
#define SPIN_MOST_NS 200000             /* ... and no longer than others may well keep it: then it pays to sleep */
#define SPIN_FEW_NS 2000000             /* unless few wait for the same: each has its turn, and nobody needs to be woken */
#define FEW 32
#define LOOKS EXPLORE_FEWER(16)         /* between two looks at the clock */
#define LOOKS_OFFERED 1                 /* the same, when the core has been offered: others are waiting for it */
#define YIELDS_MOST 100                 /* in a row, for a push that is not finished; then short sleeps */
#define YIELD_SLEEP_NS 50000

enum { NOTHING_YET = -1000 };           /* no error has this number */

/* ---- the row ---------------------------------------------------------------------------------------------------------------- */

static struct random *dice(struct choosing *choosing)
{
	if (choosing->simulated != NULL)
		return &choosing->simulated->random;
	if (context_here != NULL && context_here->random != NULL)
		return context_here->random;
	random_seed(&choosing->own, (uint64_t)clock_now());
	return &choosing->own;
}

/* The next place. */
static inline void draw(struct choosing *choosing)
{
	size_t place = choosing->drawn++;

	if (choosing->choice != CHOOSE_FAIR || choosing->drawn == choosing->count)
		return;
	if (choosing->random == NULL)
		choosing->random = dice(choosing);
	row_draw(choosing->cases, choosing->count, place, choosing->random);
}

/* The row in which cases are tried and entered. */
static odeon_case *case_at(struct choosing *choosing, size_t place)
{
	if (place == choosing->drawn)
		draw(choosing);
	return row_case(choosing->cases, place);
}

/* ---- trying --------------------------------------------------------------------------------------------------------------- */

/* How many could happen now; for CHOOSE_NONE. */
static int mark_ready(struct choosing *choosing)
{
	int ready = 0;

	for (size_t i = 0; i < choosing->count; i++)
		ready += choosing->cases[i].is_ready = case_can_happen(&choosing->cases[i], NULL);
	return ready > 0 ? ready : NOTHING_YET;
}

static int try_all(struct choosing *choosing)
{
	if (choosing->choice == CHOOSE_NONE)
		return mark_ready(choosing);
	for (size_t i = 0; i < choosing->count; i++) {
		odeon_case *one = case_at(choosing, i);

		if (case_try(one))
			return (int)(one - choosing->cases);
	}
	return NOTHING_YET;
}

/* ---- waiting --------------------------------------------------------------------------------------------------------------- */

static bool is_past(struct choosing *choosing, int64_t until)
{
	if (until == 0 || until == INT64_MAX)
		return until == 0 || choosing->is_vain;
	return (choosing->simulated != NULL ? choosing->simulated->now : clock_now()) >= until;
}

static void enter(struct choosing *choosing, odeon_case *one)
{
	struct waiter *waiter = &place_of(one)->waiter;
	struct channel *channel = channel_of(one);

	if (channel == NULL)
		return;
	*waiter = (struct waiter){
		.wait = &choosing->wait, .number = (uint32_t)(one - choosing->cases), .looks = choosing->choice == CHOOSE_NONE,
		.message = one->what == ODEON_ON_SEND ? message_of(one->message) : NULL,
	};
	waitlist_add(list_of(one), waiter);
	if (channel->flavour->meets && !waiter->looks && !MUTANT(LOOKERS_NOT_TOLD))     /* here is a partner now */
		waitlist_tell_lookers(one->what == ODEON_ON_RECV ? &channel->for_room : &channel->for_messages);
}

static void leave(odeon_case *one)
{
	if (channel_of(one) != NULL)
		waitlist_remove(list_of(one), &place_of(one)->waiter);
}

static bool any_can_happen(struct choosing *choosing)
{
	for (size_t i = 0; i < choosing->count; i++)
		if (case_can_happen(&choosing->cases[i], &choosing->wait))
			return true;
	return false;
}

/* The first moment at which time itself makes something happen. */
static int64_t due(struct choosing *choosing, int64_t until)
{
	for (size_t i = 0; i < choosing->count; i++) {
		struct channel *channel = channel_of(&choosing->cases[i]);
		int64_t moment = channel != NULL && channel->flavour->due != NULL ? channel->flavour->due(channel) : until;

		until = moment < until ? moment : until;
	}
	return until;
}

/* Chosen, or called to the mailbox. */
static bool is_called(struct choosing *choosing)
{
	return wait_chosen(&choosing->wait) >= 0 || (choosing->self != NULL && nest_look(choosing->self));
}

static bool is_over(void *choosing) { return is_called(choosing); }

/* How many halves there are that may wait for the same; 0: none, it is no channel. */
static uint32_t halves_beside(odeon_case *one)
{
	struct channel *channel = channel_of(one);

	return channel == NULL ? 0 : ck_pr_load_32(one->what == ODEON_ON_RECV ? &channel->receivers : &channel->senders);
}

/* Whether few wait for the same. */
static bool are_few(struct choosing *choosing)
{
	uint32_t halves = choosing->count == 1 ? halves_beside(&choosing->cases[0]) : 0;

	return halves > 0 && halves <= FEW;
}

/* Asked for once, for it takes a system call. Simulated threads run one after the other. */
static int16_t core_of(struct choosing *choosing)
{
	if (choosing->core == CORE_NOT_ASKED)
		choosing->core = choosing->simulated != NULL ? 0 : os_core_here();
	return choosing->core;
}

/* Of those who may be woken in turn (wait.h); else it is not asked for. */
static int16_t turn_core(struct choosing *choosing)
{
	for (size_t i = 0; i < choosing->count; i++)
		if (halves_beside(&choosing->cases[i]) > 1 && channel_of(&choosing->cases[i])->flavour->in_turn)
			return core_of(choosing);
	return OS_ANY_CORE;
}

/* After a round in vain, as others were faster. Whoever sleeps at once then is woken for each message by who is at the other end, and
 * that one gets little else done: a hundred senders on two cores came to 400 ns a message, and to 35 if they spin again. But
 * many on one core only keep it from him: 85 ns, and 240. */
static bool spins_again(struct choosing *choosing)
{
	return choosing->simulated == NULL && (are_few(choosing) || core_of(choosing) == OS_ANY_CORE);
}

/* Whether it waits for room beside others on its core. For messages four that share one wait better as they would else: 0.95. */
static bool sends_in_turn(struct choosing *choosing)
{
	return choosing->count == 1 && choosing->cases[0].what == ODEON_ON_SEND && turn_core(choosing) != OS_ANY_CORE;
}

/* Of the only receiver of a list or ring, or the only half of its side of a rendezvous, that waits for nothing else. Not of several: each
 * would begin anew whenever it sees what another then has. */
static struct awake *awake_of(struct choosing *choosing)
{
	odeon_case *one = choosing->cases;      /* NULL where there are none */

	if (choosing->count != 1 || halves_beside(one) != 1 || (one->what != ODEON_ON_RECV && !choosing->meets)
	    || (!choosing->meets && receiver_of(one)->channel->flavour->taken == NULL))
		return NULL;
	return one->what == ODEON_ON_RECV ? &receiver_of(one)->awake : &sender_of(one)->awake;
}

/* For about what a wake costs; the core is offered so many times, or for as long as it stays awake. Twenty that share one and wait for room
 * come to 55 ns a message if they never offer it, 46 if three times, 50 if twenty times; a hundred to 72, 53 and 57. True: what is looked for is there. */
static bool spin(struct choosing *choosing, int64_t until, bool (*is_there)(struct choosing *choosing), int yields_most)
{
	int64_t began = clock_now(), now = began, most = are_few(choosing) ? SPIN_FEW_NS : SPIN_MOST_NS;
	struct awake *awake = awake_of(choosing);
	int64_t stays = awake != NULL && awake->stays && yields_most > 0 ? AWAKE_NS : 0;
	int yields = 0;

	do {
		for (int looks = yields == 0 ? LOOKS : LOOKS_OFFERED; looks > 0; looks--) {
			if (is_there(choosing)) {
				if (stays > 0 && yields > yields_most)
					awake_paid(awake);
				return true;
			}
			ck_pr_stall();
		}
		now = clock_now();
		if (now - began <= SPIN_NS)
			continue;
		if (yields == 0 && sends_in_turn(choosing))
			yields_most = SPIN_YIELDS_IN_TURN;
		if (yields++ >= yields_most && now - began >= stays)
			return false;
		os_yield();
	} while (now - began < most && now < until);
	return false;
}

static bool is_taken_or_ended(struct choosing *choosing)
{
	struct channel *channel = channel_of(&choosing->cases[0]);

	return meet_is_taken(channel, choosing->turn) || ck_pr_load_32(&channel->receivers) == 0;
}

/* What is to be sent lies on the table for as long as it is looked at; `spins`: whether it pays to look on. True: it was taken. */
static bool offer(struct choosing *choosing, int64_t until, bool *spins)
{
	odeon_case *one = &choosing->cases[0];
	struct channel *channel = channel_of(one);

	if (!meet_offer(channel, message_of(one->message), &choosing->turn))
		return false;
	*spins = spin(choosing, until, is_taken_or_ended, SPIN_YIELDS);
	if (meet_withdraw(channel, choosing->turn))
		return false;
	one->message = NULL;
	one->error = 0;
	return true;
}

/* Before anything is entered. True: something can happen, or, `index` says which, has happened. A rendezvous that waits for
 * something else, too, spins when it has entered: nobody finds a partner that is not there. */
static bool spin_outside(struct choosing *choosing, int64_t until, bool *spins, int *index)
{
	if (!choosing->meets)
		return spin(choosing, until, any_can_happen, SPIN_YIELDS);
	if (choosing->count > 1 || choosing->choice == CHOOSE_NONE)
		return false;
	if (choosing->cases[0].what == ODEON_ON_RECV)
		return spin(choosing, until, any_can_happen, 0);
	*index = offer(choosing, until, spins) ? 0 : NOTHING_YET;
	return *index == 0;
}

/* Until chosen, until the actor is called, or until the moment. */
static void sleep_nested(struct choosing *choosing, int64_t until)
{
	struct parker *parker = choosing->wait.parker;
	uint32_t key;

	if (nest_look(choosing->self) || !nest_rest(choosing->self)) {  /* whoever is in the middle of a push may need this core */
		if (choosing->yields++ < YIELDS_MOST)
			os_yield();
		else
			os_sleep_ns(YIELD_SLEEP_NS);
		return;
	}
	choosing->yields = 0;
	key = parker_key(parker);
	if (wait_chosen(&choosing->wait) < 0 && !nest_is_called(choosing->self))
		parker_sleep(parker, key, until);
	nest_regain(choosing->self);
}

/* Nobody else can do anything, and nobody chose us: then there is nothing to do for us either. */
static void sleep_simulated(struct choosing *choosing, int64_t until)
{
	choosing->is_vain = simulation_await(choosing->simulated, until, is_over, choosing) == AWAITED_IN_VAIN;
	invariant(!choosing->is_vain || !any_can_happen(choosing), "a wake-up was lost");
}

static void sleep_on_word(struct choosing *choosing, int64_t until)
{
	struct awake *awake = awake_of(choosing);
	int64_t began = awake != NULL ? clock_now() : 0;

	wait_sleep(&choosing->wait, until);
	if (awake != NULL)
		awake_slept(awake, wait_chosen(&choosing->wait) >= 0 ? clock_now() - began : INT64_MAX);
}

/* Entered. Until chosen, or until the moment, or for no reason. */
static void sleep(struct choosing *choosing, int64_t until, bool spins)
{
	until = due(choosing, until);
	if (choosing->simulated != NULL)
		sleep_simulated(choosing, until);
	else if (spins && choosing->meets && spin(choosing, until, is_called, SPIN_YIELDS))
		return;
	else if (choosing->self != NULL)
		sleep_nested(choosing, until);
	else
		sleep_on_word(choosing, until);
}

/* Whether the case could happen to another half, with another message. */
static bool is_more(odeon_case *one)
{
	struct channel *channel = channel_of(one);

	return one->what == ODEON_ON_RECV ? channel_can_recv(channel, receiver_of(one), NULL) : channel_can_send(channel, NULL, NULL);
}

/* The successor has tried: the next may come, if there is anything for it. */
static void pass_on(odeon_case *one)
{
	bool was_more = MUTANT(PASS_LOOK_FIRST) && is_more(one);

	if (waitlist_pass(list_of(one)) && !MUTANT(PASS_NO_LOOK) && (MUTANT(PASS_LOOK_FIRST) ? was_more : is_more(one)))
		waitlist_tell_on(list_of(one));
}

/* Nobody chooses us any more. The case that happened; or NOTHING_YET. */
static int finish(struct choosing *choosing)
{
	int chosen = wait_end(&choosing->wait);
	struct message *left;
	odeon_case *one;

	for (size_t i = 0; i < choosing->count; i++)
		if ((int)i != chosen || (choosing->wait.parker != NULL && !MUTANT(PARKER_NOT_LEFT)))
			leave(&choosing->cases[i]);
	EXPLORE_LEFT(&choosing->wait);
	if (chosen < 0 || choosing->choice == CHOOSE_NONE || MUTANT(LATE_GIVES_UP))
		return NOTHING_YET;
	one = &choosing->cases[chosen];
	left = place_of(one)->waiter.message;
	if (channel_of(one)->flavour->meets && (left != NULL) == (one->what == ODEON_ON_RECV) && !MUTANT(MET_TRIED_AGAIN)) {
		one->message = left != NULL ? message_payload(left) : NULL;
		one->error = 0;
		channel_note(channel_of(one), left != NULL ? "receives" : "sends");
		return chosen;
	}
	chosen = case_try(one) ? chosen : NOTHING_YET;
	if (place_of(one)->waiter.is_successor && !(MUTANT(PASS_IF_DONE) && chosen == NOTHING_YET))
		pass_on(one);
	return chosen;
}

/* One round. What happened, or NOTHING_YET, or an error. Who pushes to the actor's mailbox wakes its worker's parker. */
static int wait_for_one(struct choosing *choosing, int64_t until, bool spins)
{
	struct parker own, *parker = choosing->self != NULL ? &choosing->self->worker->parker : NULL;
	int index = NOTHING_YET;

	if (spins && choosing->simulated == NULL && spin_outside(choosing, until, &spins, &index))
		return index;
	if (choosing->descriptors > 0) {
		if (parker == NULL)
			parker_init(parker = &own);
		index = descriptors_open(parker, choosing->cases, choosing->count, choosing->descriptors);
		if (index != 0)
			return index;
	}
	wait_begin(&choosing->wait, parker, turn_core(choosing));
	for (size_t i = 0; i < choosing->count; i++)
		enter(choosing, case_at(choosing, i));
	if (MUTANT(ENTERED_NO_LOOK) || !any_can_happen(choosing))
		sleep(choosing, until, spins);
	index = finish(choosing);
	if (choosing->descriptors > 0)
		descriptors_close(parker);
	return index;
}

/* Nothing else can happen at once: the default does. */
static int stand_by(struct choosing *choosing)
{
	if (choosing->choice != CHOOSE_NONE)
		return choosing->standby;
	choosing->cases[choosing->standby].is_ready = 1;
	return 1;
}

int choose_in_rounds(odeon_case *cases, size_t count, odeon_time until, enum choice choice, bool is_tried)
{
	struct choosing choosing = {
		.cases = cases, .count = count, .choice = choice, .standby = -1, .core = CORE_NOT_ASKED,
		.is_tried = is_tried, .drawn = is_tried ? count : 0,
	};
	int index = choosing_begin(&choosing, until);

	if (index != 0)
		return index;
	if (!is_tried)
		row_lay(cases, count);
	if (choosing.simulated != NULL)
		simulation_point(choosing.simulated);
	for (bool is_first = true, spins = true; ; is_first = false, spins = spins_again(&choosing)) {
		if (MUTANT(LATE_GIVES_UP) && !is_first && is_past(&choosing, until.ns))
			return ODEON_ETIMEDOUT;
		index = is_first && is_tried ? NOTHING_YET : try_all(&choosing);
		if (index != NOTHING_YET)
			return index;
		if (choosing.standby >= 0)
			return stand_by(&choosing);
		if (is_past(&choosing, until.ns))
			return ODEON_ETIMEDOUT;
		if (context_would_block())
			return ODEON_EWOULDBLOCK;
		index = wait_for_one(&choosing, until.ns, spins);
		if (index != NOTHING_YET)
			return index;
	}
}
