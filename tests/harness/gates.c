/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.c - of kit.h, the waits: gates, journals, the time
 */
#include "kit.h"
#include <errno.h>
#include <time.h>

void gate_open(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->count++;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

bool gate_waits(struct gate *gate, unsigned count, odeon_duration at_most)
{
	struct timespec until;
	int error = 0;
	bool reached;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += at_most / ODEON_SECONDS(1);
	until.tv_nsec += at_most % ODEON_SECONDS(1);
	if (until.tv_nsec >= ODEON_SECONDS(1)) {
		until.tv_sec++;
		until.tv_nsec -= ODEON_SECONDS(1);
	}
	pthread_mutex_lock(&gate->lock);
	while (gate->count < count && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&gate->changed, &gate->lock, &until);
	reached = gate->count >= count;
	pthread_mutex_unlock(&gate->lock);
	return reached;
}

void gate_wait(struct gate *gate, unsigned count)
{
	if (!gate_waits(gate, count, KIT_PATIENCE))
		ck_abort_msg("waited in vain: opened %u times, wanted %u", gate_count(gate), count);
}

unsigned gate_count(struct gate *gate)
{
	unsigned count;

	pthread_mutex_lock(&gate->lock);
	count = gate->count;
	pthread_mutex_unlock(&gate->lock);
	return count;
}

void journal_note(struct journal *journal, int number)
{
	pthread_mutex_lock(&journal->noted.lock);
	if (journal->noted.count < JOURNAL_MOST)
		journal->numbers[journal->noted.count] = number;
	pthread_mutex_unlock(&journal->noted.lock);
	gate_open(&journal->noted);
}

void journal_wait(struct journal *journal, unsigned count)
{
	gate_wait(&journal->noted, count);
}

unsigned journal_count(struct journal *journal)
{
	return gate_count(&journal->noted);
}

int journal_at(struct journal *journal, unsigned index)
{
	int number;

	must(index < JOURNAL_MOST);
	must(index < journal_count(journal));
	pthread_mutex_lock(&journal->noted.lock);
	number = journal->numbers[index];
	pthread_mutex_unlock(&journal->noted.lock);
	return number;
}

void journal_expect(struct journal *journal, unsigned count, const int *numbers)
{
	unsigned i;

	journal_wait(journal, count);
	for (i = 0; i < count; i++)
		ck_assert_int_eq(journal_at(journal, i), numbers[i]);
	ck_assert_uint_eq(journal_count(journal), count);
}

void kit_pause(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

odeon_time kit_deadline(void)
{
	return odeon_clock_deadline(KIT_PATIENCE);
}
