/* SPDX-License-Identifier: BSD-2-Clause */
/* step - whom, and how long, by the seed */
#include "step.h"

#include "faults.h"
#include "timer.h"
#include "turn.h"
#include "waits.h"

#define MESSAGE_NS 1000
#define POINT_NS 100
#define POINT_STEPS 3                           /* at one point fewer steps than this are taken */

static void fill_window(odeon_system *system)
{
	struct simulation *simulation = system->simulation;
	struct link *links[SIMULATION_WINDOW];
	unsigned taken = slotqueue_take(&system->inject, links, SIMULATION_WINDOW - simulation->ready);

	for (unsigned i = 0; i < taken; i++)
		simulation->window[simulation->ready++] = slot_of_link(links[i]);
}

/* Mostly short batches, so that the order of actors varies much. */
static uint32_t choose_batch(odeon_system *system)
{
	struct random *random = &system->simulation->random;
	uint32_t most = system->options.batch_messages;

	return random_below(random, 4) == 0 ? 1 + random_below(random, most) : 1 + random_below(random, most < 3 ? most : 3);
}

static void begin_turn(struct worker *worker, struct simulation *simulation)
{
	worker->credit = INT32_MAX;             /* the machine's clock has no say here */
	worker->now = (uint64_t)simulation->now;
}

/* ---- strands ------------------------------------------------------------------------------------------------------------- */

static bool is_at(const struct simulation *simulation, int64_t moment)
{
	return moment != INT64_MAX && simulation->now >= moment;
}

/* In the middle of a turn, and its wait is over. */
static bool can_go_on(struct simulation *simulation, struct strand *strand)
{
	if (strand->slot == NULL)
		return false;
	return strand->is_vain || is_at(simulation, strand->until) || strand->is_over(strand->argument);
}

static uint32_t count_strands(struct simulation *simulation)
{
	uint32_t count = 0;

	for (struct strand *strand = simulation->strands; strand != NULL; strand = strand->next)
		count += can_go_on(simulation, strand);
	return count;
}

static struct strand *strand_at(struct simulation *simulation, uint32_t which)
{
	struct strand *strand = simulation->strands;

	while (!can_go_on(simulation, strand) || which-- > 0)
		strand = strand->next;
	return strand;
}

void step_turns(void *argument)
{
	struct strand *strand = argument;
	bool is_busy;

	do {
		strand->taken = turn(strand->worker, strand->slot, strand->batch, &is_busy);
		strand->slot = NULL;
	} while (fiber_rest(strand->fiber));
}

/* Until the end of its turn, or until it waits. Messages taken in the turn, once it ended. */
static uint32_t run_strand(struct simulation *simulation, struct strand *strand)
{
	struct worker *worker = strand->worker;
	const struct context *before = context_here;
	uint32_t taken = 0;

	worker->now = (uint64_t)simulation->now;
	context_here = &worker->context;
	simulation->running = strand;
	fiber_resume(strand->fiber);
	simulation->running = NULL;
	context_here = before;
	if (strand->slot == NULL) {
		taken = strand->taken;
		if (worker->is_done) {
			simulation_strand_free(worker);
			ck_pr_store_32(&worker->finished, 1);
		}
	}
	return taken;
}

/* ---- a step ------------------------------------------------------------------------------------------------------------------ */

static uint32_t run_slot(odeon_system *system, struct slot *slot)
{
	struct worker *host = host_worker(system);
	const struct context *before = context_here;
	uint32_t batch = choose_batch(system), taken;
	bool is_busy;

	if (slot->place == ODEON_OWN_THREAD) {
		struct strand *strand = worker_at(system, slot->worker)->strand;

		strand->slot = slot;
		strand->batch = batch;
		begin_turn(strand->worker, system->simulation);
		return run_strand(system->simulation, strand);
	}
	begin_turn(host, system->simulation);
	context_here = &host->context;
	taken = turn(host, slot, batch, &is_busy);
	context_here = before;
	return taken;
}

/* INT64_MAX: there is no poller, or it has nothing to do. */
static int64_t poller_due(odeon_system *system)
{
	const struct parker *parker = &host_worker(system)->parker;

	return parker->poller != NULL ? parker->poller->due(parker->poller_state).ns : INT64_MAX;
}

int64_t simulation_due(odeon_system *system)
{
	int64_t timer = timer_first(host_worker(system)), poller = poller_due(system);

	return poller < timer ? poller : timer;
}

/* The first moment that a strand waits for, or a timer or the poller is due; INT64_MAX: none. */
static int64_t next_moment(struct simulation *simulation)
{
	int64_t first = simulation_due(simulation->system), late = faults_first(simulation);

	if (late < first)
		first = late;
	for (struct strand *strand = simulation->strands; strand != NULL; strand = strand->next)
		if (strand->slot != NULL && strand->until < first)
			first = strand->until;
	return first;
}

/* Whoever called would go on waiting, and nothing will happen by itself any more. */
static void come_to_rest(odeon_system *system, int64_t until)
{
	if (until != 0 && ck_pr_load_32(&system->phase) == PHASE_RUNNING && next_moment(system->simulation) == INT64_MAX)
		waits_at_rest(system);
}

/* Nobody can go on: to the next moment, if that is not beyond this one. */
static bool let_time_pass(struct simulation *simulation, int64_t until)
{
	int64_t first = next_moment(simulation);

	if (first == INT64_MAX || first > until)
		return false;
	simulation_pass(simulation->system, first);
	return true;
}

/* While the system stops nobody outside will do anything but wait for its end: a wait that nothing ends is given up. */
static bool give_up_one(odeon_system *system)
{
	struct simulation *simulation = system->simulation;
	struct strand *strand;
	uint32_t count = 0, which;

	if (ck_pr_load_32(&system->phase) == PHASE_RUNNING)
		return false;
	for (strand = simulation->strands; strand != NULL; strand = strand->next)
		count += strand->slot != NULL && strand->until == INT64_MAX;
	if (count == 0)
		return false;
	which = random_below(&simulation->random, count);
	for (strand = simulation->strands; strand->slot == NULL || strand->until != INT64_MAX || which-- > 0; )
		strand = strand->next;
	strand->is_vain = true;
	return true;
}

/* What is due now comes in. How many can go on, in the window and of the strands. */
static uint32_t gather_ready(odeon_system *system, uint32_t *strands)
{
	struct worker *host = host_worker(system);

	if (poller_due(system) <= system->simulation->now)
		parker_poll(&host->parker);
	while (timer_expire(host, host, system->simulation->now))
		;
	faults_bring(system, system->simulation->now);
	fill_window(system);
	*strands = count_strands(system->simulation);
	return system->simulation->ready + *strands;
}

int simulation_step(odeon_system *system, int64_t until)
{
	struct simulation *simulation = system->simulation;
	uint32_t which, strands, taken;
	struct slot *slot;

	while (gather_ready(system, &strands) == 0)     /* a timer alone need not make anybody ready: its owner may be in a wait */
		if (!let_time_pass(simulation, until) && !give_up_one(system)) {
			come_to_rest(system, until);
			return -1;
		}
	which = random_below(&simulation->random, simulation->ready + strands);
	simulation->steps++;
	if (which < simulation->ready) {
		slot = simulation->window[which];
		simulation->window[which] = simulation->window[--simulation->ready];
		taken = run_slot(system, slot);
	} else
		taken = run_strand(simulation, strand_at(simulation, which - simulation->ready));
	simulation->now += (int64_t)taken * MESSAGE_NS;
	return (int)taken;
}

/* ---- waiting ----------------------------------------------------------------------------------------------------------------- */

/* The strand whose stack this is; NULL: none. */
static struct strand *strand_here(struct simulation *simulation)
{
	struct strand *strand = simulation->running;

	return strand != NULL && context_here == &strand->worker->context ? strand : NULL;
}

static enum awaited rest(struct simulation *simulation, struct strand *strand, int64_t until, simulation_test *is_over,
                         void *argument)
{
	strand->is_over = is_over;
	strand->argument = argument;
	strand->until = until;
	strand->is_vain = false;
	(void)fiber_rest(strand->fiber);
	if (is_over(argument))
		return AWAITED_IT;
	return is_at(simulation, until) ? AWAITED_MOMENT : AWAITED_IN_VAIN;
}

enum awaited simulation_await(struct simulation *simulation, int64_t until, simulation_test *is_over, void *argument)
{
	struct strand *strand = strand_here(simulation);

	while (!is_over(argument)) {
		if (is_at(simulation, until))
			return AWAITED_MOMENT;
		if (strand != NULL)
			return rest(simulation, strand, until, is_over, argument);
		if (simulation->system != NULL && simulation_step(simulation->system, until) >= 0)
			continue;
		if (until == INT64_MAX)
			return AWAITED_IN_VAIN;
		simulation->now = until > simulation->now ? until : simulation->now;
		return is_over(argument) ? AWAITED_IT : AWAITED_MOMENT;
	}
	return AWAITED_IT;
}

static bool at_once(void *argument)
{
	(void)argument;
	return true;
}

void simulation_point(struct simulation *simulation)
{
	struct strand *strand = strand_here(simulation);
	uint32_t steps;

	if (simulation->system == NULL || (strand == NULL && context_runs_actors()))
		return;
	simulation->now += POINT_NS;
	steps = random_below(&simulation->random, POINT_STEPS);
	if (strand != NULL && steps != 0)
		(void)rest(simulation, strand, INT64_MAX, at_once, NULL);
	while (strand == NULL && steps-- > 0 && simulation_step(simulation->system, 0) >= 0)
		;
}
