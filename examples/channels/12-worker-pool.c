/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 12-worker-pool - one channel of questions that several threads take from, one channel of answers that all of them
 * send to
 *
 * Who is idle takes the next question: no plan who does what, no lock. The answers come as they are found, so they
 * are put in order at the end.
 */
#include "shared.h"

#define WORKERS 3
#define QUESTIONS 6

struct question { int number, from, to; };
ODEON_MESSAGE(question);
struct answer { int number, primes; };
ODEON_MESSAGE(answer);

struct worker { odeon_receiver *questions; odeon_sender *answers; };

static int is_prime(int number)
{
	for (int i = 2; i * i <= number; i++)
		if (number % i == 0)
			return 0;
	return number > 1;
}

static void *work(void *given)
{
	struct worker *worker = given;
	struct question *question;

	while ((question = odeon_recv(question, worker->questions))) {
		int primes = 0;

		for (int i = question->from; i < question->to; i++)
			primes += is_prime(i);
		odeon_sender_send(worker->answers, odeon_new(answer, .number = question->number, .primes = primes));
		odeon_free(question);
	}
	odeon_receiver_drop(worker->questions);
	odeon_sender_drop(worker->answers);
	return NULL;
}

static void collect(odeon_receiver *answers)
{
	int primes[QUESTIONS] = { 0 };
	struct answer *answer;

	while ((answer = odeon_recv(answer, answers))) {        /* until the last worker has gone */
		primes[answer->number] = answer->primes;
		odeon_free(answer);
	}
	for (int i = 0; i < QUESTIONS; i++)
		printf("%4d primes from %d to %d\n", primes[i], i * 1000, i * 1000 + 999);
}

int main(void)
{
	struct worker workers[WORKERS];
	pthread_t threads[WORKERS];
	odeon_sender *ask, *tell;
	odeon_receiver *questions, *answers;

	must(odeon_channel_open(ODEON_TYPE(question), WORKERS, &ask, &questions));
	must(odeon_channel_open(ODEON_TYPE(answer), ODEON_UNBOUNDED, &tell, &answers));
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ odeon_receiver_clone(questions), odeon_sender_clone(tell) };
		must(workers[i].questions && workers[i].answers ? 0 : ODEON_ENOMEM);
		threads[i] = start(work, &workers[i]);
	}
	odeon_receiver_drop(questions);                         /* the workers have theirs */
	odeon_sender_drop(tell);

	for (int i = 0; i < QUESTIONS; i++)
		odeon_sender_send(ask, odeon_new(question, .number = i, .from = i * 1000, .to = i * 1000 + 1000));
	odeon_sender_drop(ask);
	collect(answers);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	odeon_receiver_drop(answers);
	return 0;
}
