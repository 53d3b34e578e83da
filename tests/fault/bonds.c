/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bonds.c - bonds and attachments with everything that they ask for failing in turn: each call answers a named error and
 * leaves nothing, or does what it says, and works the next time; and once they are set, nothing that comes of them asks
 * for anything
 *
 * While a failure is armed nothing of the library check is called, as its memory comes by the same way.
 */
#include "../harness/kit.h"
#include "faults.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SWEEP_MOST = 200, BONDS = 3, ATTACHED = 3, CALLS = BONDS + 1 + ATTACHED };

static odeon_system *system_here;
static struct downs downs;
static struct journal journal;
static int number = 7;

static void note_release(void *what) { journal_note(&journal, *(int *)what); }

/* ---- a system, without the library check -------------------------------------------------------------------------------------- */

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void ignore_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

static void open_system(void)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .on_dead_letter = ignore_letter, .on_failure = ignore_failure);

	must(odeon_system_start(&options, &system_here) == 0);
}

static odeon_stats_system stats(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(system_here, &stats) == 0);
	return stats;
}

static void close_system(void)
{
	must(odeon_system_stop(system_here, kit_deadline(), NULL) == 0);
	must(stats().actors == 0 && stats().queued == 0);
	must(stats().accepted == stats().handled + stats().dropped + stats().dead_letters);
	must(odeon_system_free(system_here) == 0);
}

static odeon_ref spawn(struct catcher first)
{
	odeon_ref actor = ODEON_NOBODY;

	must(odeon_system_spawn(system_here, catcher, &first, &actor) == 0);
	return actor;
}

static void await_end(odeon_ref actor)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	eventually(odeon_actor_stats(system_here, actor, &stats) == ODEON_EGONE);
}

static void tell(odeon_ref actor, errand_run *run, void *argument, struct gate *done)
{
	must(odeon_post(system_here, actor, odeon_new(errand, .run = run, .argument = argument, .done = done)) == 0);
}

static void have_done(odeon_ref actor, errand_run *run, void *argument)
{
	struct gate done = GATE;

	tell(actor, run, argument, &done);
	gate_wait(&done, 1);
	pthread_mutex_lock(&done.lock);                        /* whoever opened it has left it */
	pthread_mutex_unlock(&done.lock);
}

/* ---- the scene --------------------------------------------------------------------------------------------------------------- */

struct scene {
	odeon_ref setter, watched, linked, dead, child;
	struct plug plug;                              /* holds `watched` up, so that a bond waits there */
	struct ending childs;
	int pipe[2];
	int answers[CALLS];
	unsigned long nth, failed;
	bool for_ever, stays_armed;
};

/* Each that was refused before. */
static void set_all(odeon_self *self, struct scene *scene)
{
	int *answers = scene->answers;

	if (answers[0])
		answers[0] = odeon_trap(self, 1);
	if (answers[1])
		answers[1] = odeon_monitor(self, scene->watched);
	if (answers[2])
		answers[2] = odeon_link(self, scene->linked);
	if (answers[3])
		answers[3] = odeon_monitor(self, scene->dead);
	if (answers[4])
		answers[4] = odeon_attach(self, &number, note_release);
	if (answers[5])
		answers[5] = odeon_attach_descriptor(self, scene->pipe[1]);
	if (answers[6])
		answers[6] = odeon_attach_actor(self, scene->child);
}

static void set_with_failure(odeon_self *self, void *argument)
{
	struct scene *scene = argument;
	int refused = 0;

	faults_arm(scene->nth, scene->for_ever);
	set_all(self, scene);
	scene->failed = faults_disarm();
	for (int i = 0; i < CALLS; i++) {
		must(scene->answers[i] == 0 || scene->answers[i] == ODEON_ENOMEM);
		refused += scene->answers[i] != 0;
	}
	must(scene->failed > 0 || refused == 0);
	if (scene->for_ever && scene->nth == 1)
		must(refused >= BONDS);                /* none of these does without */
	set_all(self, scene);
	for (int i = 0; i < CALLS; i++)
		must(scene->answers[i] == 0);
	if (scene->stays_armed)
		faults_arm(1, true);
}

static void make_scene(struct scene *scene)
{
	downs = (struct downs)DOWNS;
	journal = (struct journal)JOURNAL;
	open_system();
	scene->childs = (struct ending)ENDING;
	scene->plug = (struct plug)PLUG;
	scene->setter = spawn((struct catcher){ .downs = &downs });
	scene->watched = spawn((struct catcher){ 0 });
	scene->linked = spawn((struct catcher){ 0 });
	scene->child = spawn((struct catcher){ .ending = &scene->childs });
	scene->dead = spawn((struct catcher){ 0 });
	must(odeon_actor_kill(system_here, scene->dead) == 0);
	await_end(scene->dead);
	must(pipe(scene->pipe) == 0);
	for (int i = 0; i < CALLS; i++)
		scene->answers[i] = 1;
}

/* Both end: two are told of, beside the one that had ended. Then the setter ends, and with it what is attached. */
static void end_all(struct scene *scene)
{
	char byte;

	gate_wait(&downs.told, 1);
	must(odeon_actor_kill(system_here, scene->watched) == 0);
	must(odeon_actor_kill(system_here, scene->linked) == 0);
	gate_wait(&downs.told, BONDS);
	must(odeon_actor_kill(system_here, scene->setter) == 0);
	gate_wait(&scene->childs.ended, 1);
	must(scene->childs.code == ODEON_EKILLED);
	journal_wait(&journal, 1);
	must(read(scene->pipe[0], &byte, 1) == 0);
	must(close(scene->pipe[0]) == 0);
}

/* ---- setting ------------------------------------------------------------------------------------------------------------------- */

static bool set_and_end(unsigned long nth, bool for_ever)
{
	struct scene scene = { .nth = nth, .for_ever = for_ever };
	long before = faults_blocks();

	make_scene(&scene);
	have_done(scene.setter, set_with_failure, &scene);
	end_all(&scene);
	eventually(stats().actors == 0);
	must(gate_count(&downs.told) == BONDS);     /* none that was refused left half of it behind */
	close_system();
	must(faults_blocks() == before);
	return scene.failed > 0;
}

START_TEST(setting_without_memory_is_an_error_and_leaves_nothing)
{
	unsigned long nth;

	set_and_end(SWEEP_MOST, false);                        /* and what is kept for the life of the process */
	for (nth = 1; nth < SWEEP_MOST && set_and_end(nth, _i); nth++)
		;
	ck_assert_uint_gt(nth, BONDS + ATTACHED);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}
END_TEST

/* ---- what comes of it ----------------------------------------------------------------------------------------------------------- */

/* From the handler's end on everything is refused: the bonds arrive, one comes back, the others are told, what is attached
 * goes. */
START_TEST(arriving_telling_and_releasing_need_no_memory)
{
	struct scene scene = { .nth = SWEEP_MOST, .stays_armed = true };

	make_scene(&scene);
	tell(scene.watched, errand_plug, &scene.plug, NULL);
	gate_wait(&scene.plug.entered, 1);
	have_done(scene.setter, set_with_failure, &scene);
	plug_release(&scene.plug);                             /* now it arrives */
	end_all(&scene);
	must(odeon_system_stop(system_here, kit_deadline(), NULL) == 0);
	(void)faults_disarm();
	must(gate_count(&downs.told) == BONDS);
	close_system();
}
END_TEST

/* Many bonds, undone by the end of the one who set them, and as many told. */
enum { MANY = 2000 };
struct many { odeon_ref *others; bool links; };

static void set_many(odeon_self *self, void *argument)
{
	struct many *many = argument;

	for (int i = 0; i < MANY; i++)
		must((many->links ? odeon_link : odeon_monitor)(self, many->others[i]) == 0);
	faults_arm(1, true);
}

START_TEST(an_end_with_many_bonds_needs_no_memory)
{
	static odeon_ref others[MANY];
	struct many many = { others, _i == 1 };
	odeon_ref setter;

	open_system();
	setter = spawn((struct catcher){ 0 });
	for (int i = 0; i < MANY; i++)
		others[i] = spawn((struct catcher){ 0 });
	have_done(setter, set_many, &many);
	must(odeon_actor_kill(system_here, setter) == 0);
	eventually(stats().actors == (many.links ? 0 : MANY));
	must(odeon_system_stop(system_here, kit_deadline(), NULL) == 0);
	(void)faults_disarm();
	must(stats().failed == (many.links ? MANY + 1 : 1));
	close_system();
}
END_TEST

KIT_MAIN("fault/bonds",
	{ .name = "setting", .loop = 2, .tests = KIT_TESTS(setting_without_memory_is_an_error_and_leaves_nothing) },
	{ .name = "without", .tests = KIT_TESTS(arriving_telling_and_releasing_need_no_memory) },
	{ .name = "many", .loop = 2, .tests = KIT_TESTS(an_end_with_many_bonds_needs_no_memory) })
