/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 05-ownership - what a handler may do with its message: move it, forward it, keep it, or let it drop
 *
 * A message has one owner at any time. Sending, replying, forwarding, freeing ends your ownership always, also when
 * they fail. Whatever a handler still holds when it returns is dropped for it. The drop below runs exactly once for
 * every parcel ever made; watch it in what this prints.
 *
 * Try it: touch `parcel` after the odeon_forward below, and compile with gcc -Wall.
 */
#include <odeon.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parcel { char *content; unsigned grams; };       /* owns its content */
ODEON_MESSAGE_DROP(parcel)
{
	printf("  drop: %s\n", parcel->content);
	free(parcel->content);
}

struct fetch { char unused; };                          /* "Give me what is on the shelf." */
ODEON_MESSAGE(fetch);

static struct parcel *pack(const char *content, unsigned grams)
{
	char *copy = malloc(strlen(content) + 1);
	struct parcel *parcel;

	if (!copy)
		return NULL;                            /* NULL is fine: sending it answers ODEON_ENOMEM */
	strcpy(copy, content);
	parcel = odeon_new(parcel, .content = copy, .grams = grams);
	if (!parcel)
		free(copy);
	return parcel;
}

/* ---- the depot takes what is too heavy for the office ------------------------------------------------------------ */

struct depot { char unused; };

ODEON_HANDLER(depot, parcel)
{
	printf("  depot: %s has come\n", parcel->content);
	parcel->grams = 0;
	odeon_reply(self, parcel);                      /* moved: back to whoever asked the office, not to the office */
}

ODEON_HANDLERS(depot_handlers, ODEON_ON(depot, parcel));
ODEON_KIND(depot, depot_handlers);

/* ---- the office -------------------------------------------------------------------------------------------------- */

struct office { odeon_ref depot; struct parcel *shelf; };

ODEON_HANDLER(office, parcel)
{
	if (parcel->grams > 1000) {
		printf("  office: %s is forwarded\n", parcel->content);
		odeon_forward(self, office->depot, parcel);     /* with its sender, and its duty to be answered */
	} else if (parcel->grams > 100) {
		printf("  office: %s is kept\n", parcel->content);
		odeon_free(office->shelf);                      /* what lay there is freed early; NULL is fine */
		office->shelf = odeon_keep(self, parcel);       /* ours until we give it away; the old name is dead */
	} else
		printf("  office: %s is of no use\n", parcel->content);
}                                                       /* still in hand: dropped */

ODEON_HANDLER(office, fetch)
{
	odeon_reply(self, office->shelf);
	office->shelf = NULL;
}

ODEON_STOP(office)
{
	printf("  office: closes\n");
	odeon_free(office->shelf);                      /* whoever keeps, frees: in stop at the latest */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, parcel), ODEON_ON(office, fetch));
ODEON_KIND(office, office_handlers, .stop = ODEON_STOPS(office));

/* ---- a customer is a plain thread: what it gets as an answer is its own ------------------------------------------ */

static void tell(const char *what, struct parcel *parcel, int why)
{
	printf("%s: %s\n", what, parcel ? parcel->content : odeon_error_text(why));
	odeon_free(parcel);
}

static void send_parcels(odeon_system *system, odeon_ref office)
{
	odeon_time until = odeon_system_deadline(system, ODEON_SECONDS(10));
	struct parcel *answer;
	int why;

	answer = odeon_ask(parcel, system, office, pack("a piano", 200000), until, &why);
	tell("forwarded, and answered by the depot", answer, why);

	answer = odeon_ask(parcel, system, office, pack("a leaflet", 5), until, &why);
	tell("dropped, so its asker is told", answer, why);

	odeon_post(system, office, pack("a vase", 900));
	answer = odeon_ask(parcel, system, office, odeon_new(fetch), until, &why);
	tell("kept, and moved out later", answer, why);

	odeon_post(system, office, pack("a book", 300));
	answer = odeon_ask(parcel, system, office, pack("a feather", 1), until, &why);
	tell("dropped too", answer, why);
}

int main(void)
{
	odeon_system *system;
	odeon_ref depot, office;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	if ((error = odeon_system_spawn(system, &depot_kind, NULL, &depot)) == 0
	 && (error = odeon_system_spawn(system, &office_kind, &(struct office){ .depot = depot }, &office)) == 0)
		send_parcels(system, office);
	if (error < 0)
		fprintf(stderr, "05-ownership: %s\n", odeon_error_text(error));
	odeon_system_free(system);                      /* the book is still on the shelf */
	return error < 0;
}
