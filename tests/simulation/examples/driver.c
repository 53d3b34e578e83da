/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver - runs an example under many seeds
 *
 *   PROGRAM [seeds [first]]      1000 seeds from 1 on; ODEON_SEED in the environment: only that one
 *
 * Compiled with EXPECTED_IN, the directory of NAME.expected. Each seed is run twice. The example must end well, print what
 * that file says, leave no system behind, and do the same both times, event for event. Whatever goes wrong, the seed
 * is told, with the command that runs it alone. The seeds are run in a child process, so that this holds for a crash and for
 * a hang too, whatever the compiler has put into the child.
 */
#include "simulated.h"

#undef main
#undef odeon_system_start
#undef odeon_system_free
#undef poll

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEDS 1000
#if !defined(PATIENCE)
# define PATIENCE 60                                   /* seconds for one seed */
#endif
#define SYSTEMS_MOST 8
#define OUTPUT_MOST 65536

struct run {
	uint64_t seed;
	odeon_system *systems[SYSTEMS_MOST];           /* those that live now */
	int count;
	uint64_t events, sum;                          /* how many, and a sum over their text */
	odeon_on_event *on_event;                      /* the example's own */
	char output[OUTPUT_MOST];
};

static struct run run;
static volatile uint64_t *seed_now;                    /* shared: which seed the child is at */

/* ---- what the example calls instead ------------------------------------------------------------------------------ */

static void on_event(void *host, const char *line)
{
	run.events++;
	for (const char *at = line; *at != '\0'; at++)
		run.sum = (run.sum ^ (unsigned char)*at) * 0x100000001b3u;      /* FNV-1a */
	if (run.on_event != NULL)
		run.on_event(host, line);
}

int simulated_start(const odeon_options *given, odeon_system **system)
{
	odeon_options options = ODEON_OPTIONS(.workers = 0);
	int error;

	if (given != NULL)
		options = *given;
	options.workers = ODEON_WORKERS_AUTO;
	options.simulation.enabled = 1;
	options.simulation.seed = run.seed + (uint64_t)run.count;
	run.on_event = options.simulation.on_event;
	options.simulation.on_event = on_event;
	if (run.count == SYSTEMS_MOST)
		return ODEON_ENOMEM;
	error = odeon_system_start(&options, system);
	if (error == 0)
		run.systems[run.count++] = *system;
	return error;
}

int simulated_free(odeon_system *system)
{
	int error = odeon_system_free(system);

	for (int i = 0; i < run.count && error == 0; i++)
		if (run.systems[i] == system)
			run.systems[i--] = run.systems[--run.count];
	return error;
}

int simulated_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *argument)
{
	(void)attributes;
	*thread = pthread_self();
	function(argument);
	return 0;
}

int simulated_join(pthread_t thread, void **result)
{
	(void)thread;
	if (result != NULL)
		*result = NULL;
	return 0;
}

int simulated_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
	(void)milliseconds;
	for (int i = 0; i < run.count; i++)
		odeon_system_run(run.systems[i], ODEON_AT_ONCE);
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = fds[i].events;
	return (int)count;
}

/* ---- what it prints ---------------------------------------------------------------------------------------------- */

static int caught[2], real[2];                         /* files for descriptors 1 and 2, and what these were */

static void open_files(void)
{
	for (int i = 0; i < 2; i++) {
		FILE *file = tmpfile();

		real[i] = dup(i + 1);
		caught[i] = file != NULL ? fileno(file) : -1;
		if (real[i] < 0 || caught[i] < 0) {
			perror("driver");
			exit(1);
		}
	}
}

static void catch_output(void)
{
	for (int i = 0; i < 2; i++)
		if (ftruncate(caught[i], 0) != 0 || lseek(caught[i], 0, SEEK_SET) != 0 || dup2(caught[i], i + 1) < 0)
			abort();
}

static void release_output(void)
{
	fflush(stdout);
	for (int i = 0; i < 2; i++)
		dup2(real[i], i + 1);
}

static void read_caught(int which, char *text, size_t bytes)
{
	ssize_t length = pread(caught[which], text, bytes - 1, 0);

	text[length > 0 ? length : 0] = '\0';
}

static char *read_expected(const char *name)
{
	static char text[OUTPUT_MOST];
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, EXPECTED_IN "/%s.expected", name);
	file = fopen(path, "r");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* ---- one seed ---------------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static int complain(const char *name, const char *format, ...)
{
	static char said[OUTPUT_MOST];
	va_list arguments;

	printf("%s: seed %llu: ", name, (unsigned long long)run.seed);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	read_caught(1, said, sizeof said);
	printf("\nit printed:\n%s%salone: ODEON_SEED=%llu tests/simulation/examples/%s\n", run.output, said,
	       (unsigned long long)run.seed, name);
	return -1;
}

static int run_once(const char *name, uint64_t seed, const char *expected)
{
	int answer;

	run.seed = seed;
	run.count = 0;
	run.events = 0;
	run.sum = 0xcbf29ce484222325u;
	*seed_now = seed;
	catch_output();
	answer = example_main();
	release_output();
	read_caught(0, run.output, sizeof run.output);
	if (answer != 0)
		return complain(name, "it answered %d", answer);
	if (strcmp(run.output, expected) != 0)
		return complain(name, "it printed something else than %s.expected", name);
	if (run.count != 0)
		return complain(name, "%d systems were left behind", run.count);
	return 0;
}

static int run_twice(const char *name, uint64_t seed, const char *expected)
{
	uint64_t events, sum;

	if (run_once(name, seed, expected) != 0)
		return -1;
	events = run.events;
	sum = run.sum;
	if (run_once(name, seed, expected) != 0)
		return -1;
	if (events == 0)
		return complain(name, "the simulation told no events");
	if (events != run.events || sum != run.sum)
		return complain(name, "the second run was another: %llu events, then %llu",
		                (unsigned long long)events, (unsigned long long)run.events);
	return 0;
}

static int run_seeds(const char *name, uint64_t first, uint64_t seeds)
{
	char *expected = read_expected(name);

	open_files();
	for (uint64_t seed = first; seed < first + seeds; seed++)
		if (run_twice(name, seed, expected) != 0)
			return 1;
	printf("%s: the same under %llu seeds from %llu on, each twice\n", name, (unsigned long long)seeds,
	       (unsigned long long)first);
	return 0;
}

/* ---- the child, and who watches it ------------------------------------------------------------------------------- */

/* Until the child has ended, or has been at one seed for too long: then it is killed. */
static int watch(pid_t child, int lifeline)
{
	struct pollfd fd = { .fd = lifeline, .events = POLLIN };
	uint64_t seed;
	int status;

	do
		seed = *seed_now;
	while (poll(&fd, 1, PATIENCE * 1000) == 0 && seed != *seed_now);
	if (fd.revents == 0) {
		printf("it hangs\n");
		kill(child, SIGKILL);
	}
	return waitpid(child, &status, 0) == child ? status : -1;
}

static int run_watched(const char *name, uint64_t first, uint64_t seeds)
{
	int lifeline[2], status;
	pid_t child;

	seed_now = mmap(NULL, sizeof *seed_now, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seed_now == MAP_FAILED || pipe(lifeline) != 0 || (child = fork()) < 0) {
		perror("driver");
		return 1;
	}
	if (child == 0) {
		close(lifeline[0]);
		exit(run_seeds(name, first, seeds));
	}
	close(lifeline[1]);
	status = watch(child, lifeline[0]);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("%s: ended by signal %d\nalone: ODEON_SEED=%llu tests/simulation/examples/%s\n", name, WTERMSIG(status),
	       (unsigned long long)*seed_now, name);
	return 1;
}

int main(int count, char **arguments)
{
	const char *slash = strrchr(arguments[0], '/'), *name = slash != NULL ? slash + 1 : arguments[0];
	const char *chosen = getenv("ODEON_SEED");
	uint64_t seeds = count > 1 ? strtoull(arguments[1], NULL, 0) : SEEDS;
	uint64_t first = count > 2 ? strtoull(arguments[2], NULL, 0) : 1;

	if (strncmp(name, "lt-", 3) == 0)              /* libtool's name for a program that is not installed */
		name += 3;
	if (chosen != NULL) {
		first = strtoull(chosen, NULL, 0);
		seeds = 1;
	}
	return run_watched(name, first, seeds);
}
