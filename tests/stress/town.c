/* SPDX-License-Identifier: BSD-2-Clause */
/* town - its places, what everybody does, and the account of the tokens */
#include "town.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct settings settings = { .seconds = 5, .watchdog = 30 };
odeon_system *town;
_Atomic uint64_t places[PLACES];
atomic_bool closing;
_Atomic(const char *) doing[SENDERS + 1];
atomic_ulong continuations_made, continuations_run;
unsigned long rounds;

bool is_planted(const char *mistake)
{
	return settings.plant && strcmp(settings.plant, mistake) == 0;
}

void print_everyone(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int i;

	for (i = 0; i <= SENDERS; i++) {
		const char *what = atomic_load(&doing[i]);

		if (what)
			fprintf(stderr, "  %s %d: %s\n", i < PLACES ? "citizen" : i < SENDERS ? "driver" : "main", i, what);
	}
	if (town && odeon_system_stats(town, &stats) == 0)
		fprintf(stderr, "  %llu actors, %llu messages queued, %llu accepted\n", (unsigned long long)stats.actors,
		        (unsigned long long)stats.queued, (unsigned long long)stats.accepted);
}

void give_up(const char *claim, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "stress: ODEON_SEED=%llu, round %lu: it does not hold that %s: ", (unsigned long long)settings.seed,
	        rounds, claim);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n  again: stress --seed %llu --seconds %d\n", (unsigned long long)settings.seed, settings.seconds);
	print_everyone();
	_exit(1);
}

/* ---- tokens ---------------------------------------------------------------------------------------------------------------- */

enum fate { NOT_MADE, MADE, DROPPED };

static atomic_uchar *fates;                            /* by serial number */
static atomic_ulong serials;

bool tokens_begin(void)
{
	fates = mmap(NULL, SERIALS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return fates != MAP_FAILED;
}

ODEON_MESSAGE_DEFINE_DROP(token)
{
	unsigned char was = atomic_exchange(&fates[token->serial], DROPPED);

	if (is_planted("lost") && token->serial == 1000)
		atomic_store(&fates[token->serial], MADE);
	fail_unless(was == MADE, "token %llu of sender %u is dropped in state %d", (unsigned long long)token->serial,
	            token->sender, was);
	if (is_planted("twice") && token->serial == 1000)
		token_drop(token);
}

struct token *token_make(unsigned sender, uint64_t life, uint64_t *sequence)
{
	unsigned long serial = atomic_fetch_add(&serials, 1);
	struct token *token;

	if (serial >= SERIALS)
		return NULL;
	token = odeon_new(token, .serial = serial, .sequence = ++*sequence, .life = life, .sender = (uint16_t)sender,
	                  .hops = 6, .is_direct = true);
	if (is_planted("order") && token && token->sequence == 500)
		token->sequence = 1;
	if (token)
		atomic_store(&fates[serial], MADE);
	return token;
}

void check_fates(void)
{
	unsigned long made = atomic_load(&serials), i;

	for (i = 0; i < made && i < SERIALS; i++)
		fail_unless(atomic_load(&fates[i]) != MADE, "token %lu was made and never dropped", i);
}

void forget_fates(void)
{
	memset((void *)fates, 0, atomic_load(&serials) < SERIALS ? atomic_load(&serials) : SERIALS);
	atomic_store(&serials, 0);
}
