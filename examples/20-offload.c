/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 20-offload - work that takes long, or waits, on threads where that holds nobody up
 *
 * A door checks passwords. Hashing one is slow on purpose, and must not run in a handler: meanwhile nobody else of this worker
 * would be served. So the door offloads it, and goes on when the answer comes; whoever knocks is answered then.
 *
 * ODEON_NOBODY is the system's own pool; odeon_offload_start gives one with bounds of your own.
 *
 * Try it: let stretch() sleep for two seconds, and see which error the visitor gets.
 */
#include <odeon.h>
#include <stdio.h>

struct knock { char password[32]; };
struct digest { uint64_t value; };
struct verdict { int is_right; };
ODEON_MESSAGE(knock);
ODEON_MESSAGE(digest);
ODEON_MESSAGE(verdict);

/* Runs on a thread of the pool, and has nothing but its argument. */
ODEON_BLOCKING(stretch, knock, digest)                  /* gets (struct knock *knock, int *error) */
{
	uint64_t value = 14695981039346656037u;

	if (knock->password[0] == 0) {
		*error = ODEON_EINVAL;
		return NULL;
	}
	for (int round = 0; round < 10000; round++)
		for (const char *at = knock->password; *at != 0; at++)
			value = (value ^ (unsigned char)*at) * 1099511628211u;
	return odeon_new(digest, .value = value);
}

struct door { uint64_t right; };
struct visitor { void *asked; };                        /* what the answer will need: whom to tell */

ODEON_ANSWER(door, visitor, digest)                     /* gets (self, door, visitor, digest, error) */
{
	if (error < 0)
		odeon_reply_error_to(self, visitor->asked, error);
	else
		odeon_reply_to(self, visitor->asked, odeon_new(verdict, .is_right = digest->value == door->right));
	odeon_free(visitor->asked);
}

ODEON_HANDLER(door, knock)
{
	void *asked = odeon_duty(self);                 /* stays here; the message itself goes to the function */

	if (odeon_offload(self, ODEON_NOBODY, stretch, knock, odeon_deadline(self, ODEON_SECONDS(1)),
	                  ODEON_THEN(self, door, visitor, digest, .asked = asked)) < 0)
		odeon_free(asked);
}

ODEON_HANDLERS(door_handlers, ODEON_ON(door, knock));
ODEON_KIND(door, door_handlers);

static void visit(odeon_system *system, odeon_ref door, const char *password)
{
	struct knock *knock = odeon_new(knock);
	struct verdict *verdict;
	int why;

	if (knock != NULL)
		(void)snprintf(knock->password, sizeof knock->password, "%s", password);
	verdict = odeon_ask(verdict, system, door, knock, odeon_system_deadline(system, ODEON_SECONDS(5)), &why);
	if (verdict != NULL)
		printf("\"%s\" is %s\n", password, verdict->is_right ? "right" : "wrong");
	else
		printf("\"%s\": %s\n", password, odeon_error_text(why));
	odeon_free(verdict);
}

static int work(odeon_system *system)
{
	struct door first;
	struct digest *digest;
	odeon_ref door;
	int error;

	digest = odeon_offload_ask(system, ODEON_NOBODY, stretch, odeon_new(knock, "open sesame"), ODEON_NEVER, &error);
	if (digest == NULL)                             /* a plain thread may ask for it, too */
		return error;
	first.right = digest->value;
	odeon_free(digest);
	if ((error = odeon_system_spawn(system, &door_kind, &first, &door)) < 0)
		return error;
	visit(system, door, "open barley");
	visit(system, door, "open sesame");
	visit(system, door, "");
	return 0;
}

int main(void)
{
	odeon_system *system;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = work(system);
	if (error < 0)
		fprintf(stderr, "20-offload: %s\n", odeon_error_text(error));
	odeon_system_free(system);                      /* waits for functions under way */
	return error < 0;
}
