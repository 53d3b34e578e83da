/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.c - the server of examples/kv is killed under load, again and again, and must have what it promised
 *
 *   crash KV FOLDER ROUNDS POLICY [SEED]
 *
 * Several clients, each with a connection of its own, write as fast as they are answered: a transaction over three keys, in several shards
 * as a rule, with the same number in each; every fourth client by MSET. They note which numbers were answered, and when. Beside them one pushes
 * numbers and another takes them, waiting for them: each is in the list or was taken, and the one that was taken is not there again. Then the server is
 * killed, started again in the same folder, and asked. What it must have: what it had after the kill before this one, and of what was answered since, with
 * `always` all; else all but the last LATE_MS: so long it may wait for a disk that is slow, and every other round is longer than that. The system
 * lives on, and with it what was written and not synced; what becomes of that when the machine stops is tested in scribe.c.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define must(claim) \
	do { if (!(claim)) { fprintf(stderr, "%s:%d: it does not hold that %s (errno %d)\n", __FILE__, __LINE__, #claim, errno); exit(1); } } while (0)

enum { CLIENTS = 6, PIPELINE = 8, LATE_MS = 2500, APART_MS = 10, MARKS = 2 * LATE_MS / APART_MS };

/* Numbers that were answered, and when: one in APART_MS, the last ones. */
struct marks { struct { long number; double when; } at[MARKS]; unsigned long count; };

struct client {
	unsigned number;
	int connection;
	pthread_t thread;
	uint64_t random;
	long sent, answered, had;                      /* the largest numbers; had: found after the last kill */
	struct marks marks;
};

/* A list, another one in each round. */
static struct queue {
	unsigned round;
	pthread_t pusher, popper;
	int pushes, pops;
	long sent, answered, taken;                    /* the largest numbers */
	struct marks marks;
} queue;

static struct {
	const char *server, *policy;
	char folder[400], path[500];
	pid_t running;
	int output;                                    /* of the server */
	atomic_bool is_over;
	long demands;                                  /* how often something was to be there that a server could have lost */
} all;

static double now(void)
{
	struct timespec time;

	must(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static bool is_always(void) { return strcmp(all.policy, "always") == 0; }

static void mark(struct marks *marks, long number)
{
	double when = now();

	if (marks->count > 0 && when < marks->at[(marks->count - 1) % MARKS].when + APART_MS / 1000.0)
		return;
	marks->at[marks->count % MARKS].number = number;
	marks->at[marks->count++ % MARKS].when = when;
}

/* The largest number that was answered so long before it was killed that it must be there; 0: none. */
static long promised(const struct marks *marks, long answered, double killed)
{
	if (is_always())
		return answered;
	for (unsigned long i = marks->count; i > 0 && i + MARKS > marks->count; i--)
		if (marks->at[(i - 1) % MARKS].when < killed - LATE_MS / 1000.0)
			return marks->at[(i - 1) % MARKS].number;
	return 0;
}

/* ---- the server ------------------------------------------------------------------------------------------------------------- */

static void start_server(void)
{
	int ends[2];
	char said[200] = "";
	size_t length = 0;

	(void)unlink(all.path);
	must(pipe(ends) == 0);
	all.running = fork();
	must(all.running >= 0);
	if (all.running == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		execl(all.server, all.server, "--unix", all.path, "--workers", "2", "--shards", "3", "--appendonly", "yes", "--dir", all.folder,
		      "--appendfsync", all.policy, "--auto-aof-rewrite-min-size", "200000", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	while (strchr(said, '\n') == NULL) {
		ssize_t some = read(ends[0], said + length, sizeof said - 1 - length);

		must(some > 0);
		length += (size_t)some;
	}
	must(strncmp(said, "ready at", 8) == 0);
	all.output = ends[0];
}

static void kill_server(void)
{
	int status;

	must(kill(all.running, SIGKILL) == 0);
	must(waitpid(all.running, &status, 0) == all.running);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);      /* and it had not ended before */
	(void)close(all.output);
}

static int connect_to_server(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int connection = socket(AF_UNIX, SOCK_STREAM, 0);

	must(connection >= 0 && strlen(all.path) < sizeof address.sun_path);
	strcpy(address.sun_path, all.path);
	must(connect(connection, (const struct sockaddr *)&address, sizeof address) == 0);
	return connection;
}

/* ---- clients ------------------------------------------------------------------------------------------------------------------ */

/* How often the client ends a unit: with the last of its replies. */
static bool uses_mset(const struct client *client)
{
	return client->number % 4 == 3;
}

static size_t add_unit(const struct client *client, char *to, size_t room, long number)
{
	unsigned n = client->number;
	int length = uses_mset(client)
		? snprintf(to, room, "MSET a%u %ld b%u %ld c%u %ld\r\n", n, number, n, number, n, number)
		: snprintf(to, room, "MULTI\r\nSET a%u %ld\r\nRPUSH b%u %ld\r\nINCR c%u\r\nEXEC\r\n", n, number, n, number, n);

	must(length > 0 && (size_t)length < room);
	return (size_t)length;
}

static bool read_line(FILE *from, char *line, size_t room)
{
	return fgets(line, (int)room, from) != NULL && strchr(line, '\n') != NULL;
}

/* False: the server is gone. */
static bool read_unit(const struct client *client, FILE *from)
{
	char line[200];
	int lines = uses_mset(client) ? 1 : 8;

	for (int i = 0; i < lines; i++) {
		if (!read_line(from, line, sizeof line))
			return false;
		if (line[0] == '-') {
			fprintf(stderr, "heard: %s", line);
			exit(1);
		}
	}
	return true;
}

static bool talk(struct client *client, int connection, FILE *from)
{
	char text[PIPELINE * 200];
	size_t length = 0;
	long first = client->sent + 1, count = 1 + (long)(next_random(&client->random) % PIPELINE);

	for (long i = 0; i < count; i++)
		length += add_unit(client, text + length, sizeof text - length, first + i);
	client->sent += count;
	if (send(connection, text, length, MSG_NOSIGNAL) != (ssize_t)length)
		return false;
	for (long i = 0; i < count; i++) {
		if (!read_unit(client, from))
			return false;
		client->answered = first + i;
		mark(&client->marks, first + i);
	}
	return true;
}

static void *run_client(void *data)
{
	struct client *client = data;
	int connection = client->connection;
	FILE *from = fdopen(connection, "r");

	must(from != NULL);
	while (!atomic_load(&all.is_over) && talk(client, connection, from))
		;
	(void)fclose(from);
	return NULL;
}

/* ---- a list that somebody waits for ------------------------------------------------------------------------------------------------ */

static void *run_pusher(void *data)
{
	int connection = queue.pushes;
	FILE *from = fdopen(connection, "r");
	char text[100], line[100];
	bool is_there = true;

	(void)data;
	must(from != NULL);
	while (!atomic_load(&all.is_over) && is_there) {
		int length = snprintf(text, sizeof text, queue.sent % 3 == 0 ? "MULTI\r\nSET pushed 1\r\nRPUSH queue%u %ld\r\nEXEC\r\n" : "RPUSH queue%u %ld\r\n",
		                      queue.round, queue.sent + 1);

		is_there = send(connection, text, (size_t)length, MSG_NOSIGNAL) == length;
		for (int lines = queue.sent % 3 == 0 ? 6 : 1; is_there && lines > 0; lines--) {
			is_there = read_line(from, line, sizeof line);
			must(!is_there || line[0] != '-');
		}
		queue.sent++;
		if (is_there) {
			queue.answered = queue.sent;
			mark(&queue.marks, queue.sent);
		}
	}
	(void)fclose(from);
	return NULL;
}

static void *run_popper(void *data)
{
	int connection = queue.pops;
	FILE *from = fdopen(connection, "r");
	char text[100], line[100];
	int length = snprintf(text, sizeof text, "BLPOP queue%u 0\r\n", queue.round);

	(void)data;
	must(from != NULL);
	while (send(connection, text, (size_t)length, MSG_NOSIGNAL) == length) {
		for (int i = 0; i < 5; i++)
			if (!read_line(from, line, sizeof line)) {
				(void)fclose(from);
				return NULL;
			}
		must(atol(line) == queue.taken + 1);
		queue.taken++;
	}
	(void)fclose(from);
	return NULL;
}

static long ask(int connection, FILE *from, const char *format, unsigned number);

/* What is there goes on from what was taken, but for one that was on its way; and has all that was promised. */
static void check_queue(int connection, FILE *from, double killed)
{
	long count = ask(connection, from, "LLEN queue%u\r\n", queue.round), first = ask(connection, from, "LINDEX queue%u 0\r\n", queue.round);
	long last = ask(connection, from, "LINDEX queue%u -1\r\n", queue.round), least = promised(&queue.marks, queue.answered, killed);

	if ((count > 0 && last - first + 1 != count) || last > queue.sent || (count > 0 ? last : queue.taken + 1) < least
	 || (count > 0 && first > queue.taken + 2) || (is_always() && count > 0 && first < queue.taken + 1)) {
		fprintf(stderr, "the list has %ld, from %ld to %ld; sent were %ld, answered %ld, taken %ld, and promised %ld\n", count, first, last,
		        queue.sent, queue.answered, queue.taken, least);
		exit(1);
	}
	all.demands += least > 0;
	queue = (struct queue){ .round = queue.round + 1 };
}

/* ---- what must be there --------------------------------------------------------------------------------------------------------- */

static long ask(int connection, FILE *from, const char *format, unsigned number)
{
	char text[100], line[100];
	int length;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	length = snprintf(text, sizeof text, format, number);
#pragma GCC diagnostic pop
	must(length > 0 && send(connection, text, (size_t)length, MSG_NOSIGNAL) == length);
	must(read_line(from, line, sizeof line));
	if (line[0] == ':')
		return atol(line + 1);
	must(line[0] == '$');
	if (line[1] == '-')
		return 0;
	must(read_line(from, line, sizeof line));
	return atol(line);
}

/* The lists have all numbers; the next round goes on behind what is there. */
static void check(struct client *client, int connection, FILE *from, double killed)
{
	unsigned n = client->number;
	long a = ask(connection, from, "GET a%u\r\n", n), b, c = ask(connection, from, "GET c%u\r\n", n), count = a;
	long fresh = promised(&client->marks, client->answered, killed), least = fresh > client->had ? fresh : client->had;

	if (uses_mset(client)) {
		b = ask(connection, from, "GET b%u\r\n", n);
	} else {
		b = ask(connection, from, "LINDEX b%u -1\r\n", n);
		count = ask(connection, from, "LLEN b%u\r\n", n);
	}
	if (a != b || a != c || a != count || a < least || a > client->sent) {
		fprintf(stderr, "client %u: it has %ld, %ld, %ld, %ld; sent were %ld, and promised %ld\n", n, a, b, c, count, client->sent, least);
		exit(1);
	}
	all.demands += fresh > client->had;
	client->sent = client->answered = client->had = a;
	client->marks.count = 0;
}

/* Soon, as a rule. Where it is late that counts, every other time as late as that. */
static void wait_to_kill(uint64_t *random, bool is_late)
{
	unsigned ms = (is_late ? LATE_MS : 0) + 5 + (unsigned)(next_random(random) % 300);

	(void)nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

static void run_round(struct client *clients, uint64_t *random, bool is_late)
{
	double killed;
	int connection;
	FILE *from;

	atomic_store(&all.is_over, false);
	for (unsigned i = 0; i < CLIENTS; i++)
		clients[i].connection = connect_to_server();    /* all of them, before it may be killed */
	queue.pushes = connect_to_server();
	queue.pops = connect_to_server();
	for (unsigned i = 0; i < CLIENTS; i++)
		must(pthread_create(&clients[i].thread, NULL, run_client, &clients[i]) == 0);
	must(pthread_create(&queue.popper, NULL, run_popper, NULL) == 0 && pthread_create(&queue.pusher, NULL, run_pusher, NULL) == 0);
	wait_to_kill(random, is_late);
	killed = now();
	kill_server();
	atomic_store(&all.is_over, true);
	for (unsigned i = 0; i < CLIENTS; i++)
		must(pthread_join(clients[i].thread, NULL) == 0);
	must(pthread_join(queue.pusher, NULL) == 0 && pthread_join(queue.popper, NULL) == 0);
	start_server();
	connection = connect_to_server();
	from = fdopen(connection, "r");
	must(from != NULL);
	for (unsigned i = 0; i < CLIENTS; i++)
		check(&clients[i], connection, from, killed);
	check_queue(connection, from, killed);
	(void)fclose(from);
}

int main(int count, char **words)
{
	static struct client clients[CLIENTS];
	uint64_t random = count > 5 ? strtoull(words[5], NULL, 10) : (uint64_t)time(NULL);
	long units = 0;

	if (count < 5) {
		fprintf(stderr, "usage: crash KV FOLDER ROUNDS POLICY [SEED]\n");
		return 2;
	}
	all.server = words[1];
	all.policy = words[4];
	(void)snprintf(all.folder, sizeof all.folder, "%s", words[2]);
	(void)snprintf(all.path, sizeof all.path, "%s/socket", all.folder);
	for (unsigned i = 0; i < CLIENTS; i++)
		clients[i] = (struct client){ .number = i, .random = random + i };
	start_server();
	for (long round = 0; round < atol(words[3]); round++)
		run_round(clients, &random, round % 2 == 0 && !is_always());
	kill_server();
	for (unsigned i = 0; i < CLIENTS; i++)
		units += clients[i].sent;
	printf("%s rounds with appendfsync %s: %ld units, %ld times some had to be there, none missing, none by halves\n", words[3], all.policy,
	       units, all.demands);
	return units > 0 && all.demands > 0 ? 0 : 1;
}
