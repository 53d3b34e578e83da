/* SPDX-License-Identifier: BSD-2-Clause */
/* 15-registry - actors found by name, and one that is told who comes and goes */
#include <odeon.h>
#include <stdio.h>

struct leave { int unused; };
ODEON_MESSAGE(leave);

struct clerk { int unused; };
ODEON_HANDLER(clerk, leave) { odeon_exit(self); }
ODEON_HANDLERS(clerk_handlers, ODEON_ON(clerk, leave));
ODEON_KIND(clerk, clerk_handlers);

struct porter { int seen; };
ODEON_HANDLER(porter, odeon_name_news)
{
	printf("%s %s\n", odeon_name_news->name, odeon_name_news->is_there ? "came" : "went");
	if (++porter->seen == 4)
		odeon_system_quit(odeon_system_of(self));
}
ODEON_HANDLERS(porter_handlers, ODEON_ON(porter, odeon_name_news));
ODEON_KIND(porter, porter_handlers);

static int work(odeon_system *system)
{
	odeon_ref registry, porter, clerk, other, found;
	odeon_time until = odeon_clock_deadline(ODEON_SECONDS(5));
	int error;

	if ((error = odeon_registry_start(system, &registry)) < 0
	 || (error = odeon_system_spawn(system, &porter_kind, NULL, &porter)) < 0
	 || (error = odeon_system_spawn(system, &clerk_kind, NULL, &clerk)) < 0
	 || (error = odeon_system_spawn(system, &clerk_kind, NULL, &other)) < 0
	 || (error = odeon_registry_watch(system, registry, porter, until)) < 0
	 || (error = odeon_registry_put(system, registry, "till", clerk, until)) < 0
	 || (error = odeon_registry_join(system, registry, "clerks", clerk, until)) < 0)
		return error;
	if (odeon_registry_put(system, registry, "till", other, until) != ODEON_EBUSY
	 || (error = odeon_registry_find(system, registry, "till", until, &found)) < 0)
		return ODEON_EFAILED;
	odeon_post(system, found, odeon_new(leave));            /* and so it is forgotten */
	return odeon_system_run(system, until) < 0 ? ODEON_EFAILED : 0;
}

int main(void)
{
	odeon_system *system;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = work(system);
	if (error < 0)
		fprintf(stderr, "15-registry: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
