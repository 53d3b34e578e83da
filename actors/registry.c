/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registry - an actor that knows others by name
 *
 * Those that have names stand in one list, in the order they came. Each watcher has one message laid by for each of them, which
 * will tell that it went: so that news needs no memory.
 */
#include <odeon.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE(odeon_named);
ODEON_MESSAGE_DEFINE(odeon_name_news);

struct question { enum odeon_name_question question; odeon_ref who; char name[ODEON_NAME_BYTES]; };
ODEON_MESSAGE(question);

struct bearer {
	struct bearer *after;
	odeon_ref who;
	bool is_group;
	char name[ODEON_NAME_BYTES];
};

struct laid_by { struct laid_by *after; struct odeon_name_news *came, *went; };

struct watcher {
	struct watcher *after;
	odeon_ref who;
	struct laid_by *laid_by;                        /* as many as there are bearers; the latest first */
};

struct registry { struct bearer *bearers; struct watcher *watchers; };

/* ---- news ---------------------------------------------------------------------------------------------------------------- */

static void take_back(struct watcher *watcher)
{
	struct laid_by *laid_by = watcher->laid_by;

	watcher->laid_by = laid_by->after;
	odeon_free(laid_by->came);
	odeon_free(laid_by->went);
	free(laid_by);
}

static bool lay_by(struct watcher *watcher)
{
	struct laid_by *laid_by = calloc(1, sizeof *laid_by);

	if (laid_by == NULL)
		return false;
	laid_by->came = odeon_new(odeon_name_news);
	laid_by->went = odeon_new(odeon_name_news);
	laid_by->after = watcher->laid_by;
	watcher->laid_by = laid_by;
	if (laid_by->came != NULL && laid_by->went != NULL)
		return true;
	take_back(watcher);
	return false;
}

static void tell(odeon_self *self, odeon_ref to, struct odeon_name_news *news, const struct bearer *bearer, bool is_there)
{
	news->who = bearer->who;
	news->is_there = is_there;
	memcpy(news->name, bearer->name, sizeof news->name);
	(void)odeon_send(self, to, news);
}

static void tell_came(odeon_self *self, struct watcher *watcher, struct laid_by *laid_by, const struct bearer *bearer)
{
	tell(self, watcher->who, laid_by->came, bearer, true);
	laid_by->came = NULL;
}

static void tell_went(odeon_self *self, struct watcher *watcher, const struct bearer *bearer)
{
	tell(self, watcher->who, watcher->laid_by->went, bearer, false);
	watcher->laid_by->went = NULL;
	take_back(watcher);
}

static void free_watcher(struct watcher *watcher)
{
	while (watcher->laid_by != NULL)
		take_back(watcher);
	free(watcher);
}

/* ---- those that have names ------------------------------------------------------------------------------------------------- */

static void remove_bearer(odeon_self *self, struct registry *registry, struct bearer **at)
{
	struct bearer *bearer = *at;

	*at = bearer->after;
	for (struct watcher *watcher = registry->watchers; watcher != NULL; watcher = watcher->after)
		tell_went(self, watcher, bearer);
	free(bearer);
}

/* It has ended. */
static void forget(odeon_self *self, struct registry *registry, odeon_ref who)
{
	struct watcher **watcher = &registry->watchers;
	struct bearer **bearer = &registry->bearers;

	while (*watcher != NULL && !odeon_ref_equal((*watcher)->who, who))
		watcher = &(*watcher)->after;
	if (*watcher != NULL) {
		struct watcher *ended = *watcher;

		*watcher = ended->after;
		free_watcher(ended);
	}
	while (*bearer != NULL)
		if (odeon_ref_equal((*bearer)->who, who))
			remove_bearer(self, registry, bearer);
		else
			bearer = &(*bearer)->after;
}

ODEON_HANDLER(registry, odeon_down) { forget(self, registry, odeon_down->who); }

static struct bearer *first_named(struct registry *registry, const char *name)
{
	struct bearer *bearer = registry->bearers;

	while (bearer != NULL && strcmp(bearer->name, name) != 0)
		bearer = bearer->after;
	return bearer;
}

static int look_alive(odeon_self *self, odeon_ref who)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	return odeon_actor_stats(odeon_system_of(self), who, &stats);
}

/* The first that lives: of those that have ended the news may be under way yet. */
static struct bearer *first_alive(odeon_self *self, struct registry *registry, const char *name)
{
	struct bearer *bearer;

	while ((bearer = first_named(registry, name)) != NULL && look_alive(self, bearer->who) == ODEON_EGONE)
		forget(self, registry, bearer->who);
	return bearer;
}

static struct bearer **place_of(struct registry *registry, const char *name, odeon_ref who)
{
	struct bearer **at = &registry->bearers;

	while (*at != NULL && (!odeon_ref_equal((*at)->who, who) || strcmp((*at)->name, name) != 0))
		at = &(*at)->after;
	return at;
}

/* All that it will take to tell of one more, or nothing. */
static bool lay_by_everywhere(struct registry *registry)
{
	struct watcher *watcher, *without;

	for (without = registry->watchers; without != NULL && lay_by(without); without = without->after)
		;
	for (watcher = registry->watchers; without != NULL && watcher != without; watcher = watcher->after)
		take_back(watcher);
	return without == NULL;
}

static int add(odeon_self *self, struct registry *registry, const struct question *question, struct bearer **at)
{
	struct bearer *bearer = calloc(1, sizeof *bearer);
	int error = bearer != NULL ? odeon_monitor(self, question->who) : ODEON_ENOMEM;

	if (error == 0 && !lay_by_everywhere(registry))
		error = ODEON_ENOMEM;
	if (error != 0) {
		free(bearer);
		return error;
	}
	bearer->who = question->who;
	bearer->is_group = question->question == ODEON_NAME_JOIN;
	memcpy(bearer->name, question->name, sizeof bearer->name);
	*at = bearer;
	for (struct watcher *watcher = registry->watchers; watcher != NULL; watcher = watcher->after)
		tell_came(self, watcher, watcher->laid_by, bearer);
	return 0;
}

static int come(odeon_self *self, struct registry *registry, const struct question *question)
{
	struct bearer *first = first_alive(self, registry, question->name), **at;
	int error = look_alive(self, question->who);
	bool is_group = question->question == ODEON_NAME_JOIN;

	if (error != 0)
		return error;
	if (first != NULL && (first->is_group != is_group || (!is_group && !odeon_ref_equal(first->who, question->who))))
		return ODEON_EBUSY;
	at = place_of(registry, question->name, question->who);
	return *at != NULL ? 0 : add(self, registry, question, at);
}

static int leave(odeon_self *self, struct registry *registry, const struct question *question)
{
	struct bearer **at = place_of(registry, question->name, question->who);

	if (*at == NULL)
		return ODEON_EGONE;
	remove_bearer(self, registry, at);
	return 0;
}

/* ---- who watches --------------------------------------------------------------------------------------------------------------- */

static int prepare(odeon_self *self, struct registry *registry, struct watcher *watcher)
{
	int error = look_alive(self, watcher->who);

	if (error == 0)
		error = odeon_monitor(self, watcher->who);
	for (struct bearer *bearer = registry->bearers; error == 0 && bearer != NULL; bearer = bearer->after)
		error = lay_by(watcher) ? 0 : ODEON_ENOMEM;
	return error;
}

static int watch(odeon_self *self, struct registry *registry, odeon_ref who)
{
	struct watcher *watcher = registry->watchers;
	struct laid_by *laid_by;
	int error;

	while (watcher != NULL && !odeon_ref_equal(watcher->who, who))
		watcher = watcher->after;
	if (watcher != NULL)
		return 0;
	watcher = calloc(1, sizeof *watcher);
	if (watcher == NULL)
		return ODEON_ENOMEM;
	watcher->who = who;
	error = prepare(self, registry, watcher);
	if (error != 0) {
		free_watcher(watcher);
		return error;
	}
	watcher->after = registry->watchers;
	registry->watchers = watcher;
	laid_by = watcher->laid_by;
	for (struct bearer *bearer = registry->bearers; bearer != NULL; bearer = bearer->after, laid_by = laid_by->after)
		tell_came(self, watcher, laid_by, bearer);
	return 0;
}

/* ---- the actor ------------------------------------------------------------------------------------------------------------------- */

static int change(odeon_self *self, struct registry *registry, const struct question *question)
{
	if (question->question == ODEON_NAME_WATCH)
		return watch(self, registry, question->who);
	if (question->name[0] == 0)
		return ODEON_EINVAL;
	switch (question->question) {
	case ODEON_NAME_PUT:
	case ODEON_NAME_JOIN:
		return come(self, registry, question);
	case ODEON_NAME_LEAVE:
		return leave(self, registry, question);
	case ODEON_NAME_FIND:
		return first_alive(self, registry, question->name) != NULL ? 0 : ODEON_EGONE;
	default:
		return ODEON_EINVAL;
	}
}

ODEON_HANDLER(registry, question)
{
	struct odeon_named *answer = odeon_new(odeon_named);    /* before anything changes */
	int error = answer != NULL ? change(self, registry, question) : ODEON_ENOMEM;

	if (error != 0) {
		odeon_free(answer);
		(void)odeon_reply_error(self, error);
		return;
	}
	for (struct bearer *bearer = first_named(registry, question->name); bearer != NULL; bearer = bearer->after)
		if (strcmp(bearer->name, question->name) == 0 && answer->count++ == 0)
			answer->who = bearer->who;
	(void)odeon_reply(self, answer);
}

ODEON_START(registry, question) { return odeon_bound(self, NULL); }

ODEON_STOP(registry)
{
	struct bearer *bearer;
	struct watcher *watcher;

	while ((bearer = registry->bearers) != NULL) {
		registry->bearers = bearer->after;
		free(bearer);
	}
	while ((watcher = registry->watchers) != NULL) {
		registry->watchers = watcher->after;
		free_watcher(watcher);
	}
}

ODEON_HANDLERS(registry_handlers, ODEON_ON(registry, question), ODEON_ON(registry, odeon_down));
ODEON_KIND(registry, registry_handlers, .start = ODEON_STARTS(registry), .stop = ODEON_STOPS(registry));

/* ---- what users call --------------------------------------------------------------------------------------------------------------- */

int odeon_registry_start(odeon_system *system, odeon_ref *registry)
{
	return odeon_system_spawn(system, &registry_kind, NULL, registry);
}

/* A name that is none stays empty. */
void *odeon_registry_question_new(enum odeon_name_question question, const char *name, odeon_ref who)
{
	struct question *message = odeon_new(question, .question = question, .who = who);
	size_t bytes = name != NULL ? strnlen(name, ODEON_NAME_BYTES) : 0;

	if (message != NULL && bytes < ODEON_NAME_BYTES)
		memcpy(message->name, name != NULL ? name : "", bytes);
	return message;
}

static int ask(odeon_system *system, odeon_ref registry, void *question, odeon_time until, odeon_ref *who)
{
	int why;
	struct odeon_named *named = odeon_ask(odeon_named, system, registry, question, until, &why);

	if (who != NULL)
		*who = named != NULL ? named->who : ODEON_NOBODY;
	odeon_free(named);
	return why;
}

int odeon_registry_put(odeon_system *system, odeon_ref registry, const char *name, odeon_ref who, odeon_time until)
{
	return ask(system, registry, odeon_registry_question_new(ODEON_NAME_PUT, name, who), until, NULL);
}

int odeon_registry_join(odeon_system *system, odeon_ref registry, const char *name, odeon_ref who, odeon_time until)
{
	return ask(system, registry, odeon_registry_question_new(ODEON_NAME_JOIN, name, who), until, NULL);
}

int odeon_registry_leave(odeon_system *system, odeon_ref registry, const char *name, odeon_ref who, odeon_time until)
{
	return ask(system, registry, odeon_registry_question_new(ODEON_NAME_LEAVE, name, who), until, NULL);
}

int odeon_registry_find(odeon_system *system, odeon_ref registry, const char *name, odeon_time until, odeon_ref *who)
{
	return ask(system, registry, odeon_registry_question_new(ODEON_NAME_FIND, name, ODEON_NOBODY), until, who);
}

int odeon_registry_watch(odeon_system *system, odeon_ref registry, odeon_ref who, odeon_time until)
{
	return ask(system, registry, odeon_registry_question_new(ODEON_NAME_WATCH, NULL, who), until, NULL);
}
