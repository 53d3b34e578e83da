/* SPDX-License-Identifier: BSD-2-Clause */
/* wires.c - owners with ears, and plain sockets */
#include "wires.h"
#include "../harness/drum.h"
#include "relay.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

struct world world;
char address[ODEON_ADDRESS_BYTES];
static int wires_kind;
static atomic_int serial;

/* ---- the pattern -------------------------------------------------------------------------------------------------------- */

enum { PIECE = 4096 };
#define PATTERN(at) ((unsigned char)((at) * 0x9e3779b97f4a7c15u >> 56))

unsigned char pattern(uint64_t at) { return PATTERN(at); }

/* Nobody else has the piece: what ThreadSanitizer is to see of the bytes it sees where they are copied or compared, all at once. */
__attribute__((no_sanitize("thread"))) static size_t draw(unsigned char piece[PIECE], uint64_t from, size_t most)
{
	size_t length = most < PIECE ? most : PIECE;

	for (size_t i = 0; i < length; i++)
		piece[i] = PATTERN(from + i);
	return length;
}

void pattern_put(void *to, uint64_t from, size_t length)
{
	unsigned char piece[PIECE];

	for (size_t at = 0, some; at < length; at += some) {
		some = draw(piece, from + at, length - at);
		memcpy((unsigned char *)to + at, piece, some);
	}
}

bool pattern_is(const void *bytes, uint64_t from, size_t length)
{
	unsigned char piece[PIECE];

	for (size_t at = 0, some; at < length; at += some) {
		some = draw(piece, from + at, length - at);
		if (memcmp((const unsigned char *)bytes + at, piece, some) != 0)
			return false;
	}
	return true;
}

/* ---- a world ------------------------------------------------------------------------------------------------------------ */

void wires_open(int kind, unsigned workers)
{
	wires_kind = kind;
	if (kind == KIND_TLS)
		relay_open();
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = (int)workers, .poller = odeon_net_poller()));
	drum_begin(&world, workers);
}

void wires_close(void)
{
	drum_end();
	world_close(&world);
	if (wires_kind == KIND_TLS)
		relay_close();
	if (strncmp(address, "unix:", 5) == 0)
		(void)unlink(address + 5);              /* of a plain listener */
}

odeon_tls *wires_tls(void) { return wires_kind == KIND_TLS ? relay_server() : NULL; }

/* ---- owners ------------------------------------------------------------------------------------------------------------- */

struct owner { struct ears *ears; odeon_ref connection; uint32_t owed; bool is_full; };

static void say(struct ears *ears, char letter)
{
	size_t length = strlen(ears->said);

	if (length + 1 < SAID_MOST && (letter != 'b' || length == 0 || ears->said[length - 1] != 'b'))
		ears->said[length] = letter;
}

static void locked_say(struct ears *ears, char letter)
{
	pthread_mutex_lock(&ears->lock);
	say(ears, letter);
	pthread_mutex_unlock(&ears->lock);
}

static void begin(odeon_self *self, struct owner *owner, odeon_ref connection)
{
	struct ears *ears = owner->ears;

	owner->connection = connection;
	if (ears->credit > 0)
		(void)odeon_send(self, connection, odeon_new(odeon_read, .count = ears->credit));      /* which may be gone */
	pthread_mutex_lock(&ears->lock);
	ears->owner = odeon_self_ref(self);
	ears->connection = connection;
	pthread_mutex_unlock(&ears->lock);
}

static void note_names(struct ears *ears, const char *protocol, const char *peer)
{
	pthread_mutex_lock(&ears->lock);
	snprintf(ears->protocol, sizeof ears->protocol, "%s", protocol);
	snprintf(ears->peer, sizeof ears->peer, "%s", peer);
	pthread_mutex_unlock(&ears->lock);
}

/* Of a session: an argument that is a session's. Of any other: its ears. */
ODEON_START(owner, odeon_session)
{
	owner->ears = (struct ears *)(uintptr_t)odeon_session->argument;
	if (!odeon_ref_is_nobody(odeon_session->connection)) {
		note_names(owner->ears, odeon_session->protocol, odeon_session->peer);
		begin(self, owner, odeon_session->connection);
	}
	return 0;
}

ODEON_HANDLER(owner, odeon_connected)
{
	locked_say(owner->ears, 'c');
	note_names(owner->ears, odeon_connected->protocol, odeon_connected->peer);
	owner->ears->is_resumed = odeon_connected->is_resumed != 0;
	begin(self, owner, odeon_connected->who);
}

ODEON_HANDLER(owner, odeon_file_opened)
{
	locked_say(owner->ears, 'o');
	begin(self, owner, odeon_file_opened->who);
}

static void check(struct ears *ears, const struct odeon_bytes *bytes)
{
	pthread_mutex_lock(&ears->lock);
	say(ears, 'b');
	ears->is_wrong |= !pattern_is(bytes->data, ears->bytes, bytes->length);
	ears->bytes += bytes->length;
	ears->reads++;
	ears->room = bytes->room;
	pthread_mutex_unlock(&ears->lock);
}

ODEON_HANDLER(owner, odeon_bytes)
{
	check(owner->ears, odeon_bytes);
	if (owner->ears->slow > 0)
		nanosleep(&(struct timespec){ .tv_nsec = owner->ears->slow * 1000000L }, NULL);
	if (!owner->ears->echoes)
		return;
	(void)odeon_send(self, owner->connection, odeon_bytes);
	if (owner->is_full)
		owner->owed++;
	else
		(void)odeon_send(self, owner->connection, odeon_new(odeon_read, .count = 1));
}

ODEON_HANDLER(owner, odeon_unwritten)
{
	pthread_mutex_lock(&owner->ears->lock);
	say(owner->ears, odeon_unwritten->is_high ? 'h' : 'l');
	if (odeon_unwritten->bytes > owner->ears->high)
		owner->ears->high = odeon_unwritten->bytes;
	pthread_mutex_unlock(&owner->ears->lock);
	owner->is_full = odeon_unwritten->is_high != 0;
	if (!owner->is_full && owner->owed > 0) {
		(void)odeon_send(self, owner->connection, odeon_new(odeon_read, .count = owner->owed));
		owner->owed = 0;
	}
}

ODEON_HANDLER(owner, odeon_read_end)
{
	locked_say(owner->ears, 'e');
	if (owner->ears->echoes)
		(void)odeon_send(self, owner->connection, odeon_new(odeon_write_end));
}

ODEON_HANDLER(owner, odeon_draining)
{
	locked_say(owner->ears, 'g');
	if (owner->ears->echoes)
		(void)odeon_send(self, owner->connection, odeon_new(odeon_close));
}

static void count_rest(struct ears *ears, struct odeon_disconnected *end)
{
	uint64_t at = end->written;

	for (struct odeon_bytes *bytes = end->unwritten; bytes != NULL; bytes = bytes->next) {
		ears->is_rest_wrong |= !pattern_is(bytes->data, at, bytes->length);
		at += bytes->length;
		ears->rest += bytes->length;
	}
}

ODEON_HANDLER(owner, odeon_disconnected)
{
	struct ears *ears = owner->ears;
	bool is_stubborn = ears->is_stubborn;                  /* the test may be gone when this was told */

	pthread_mutex_lock(&ears->lock);
	say(ears, 'd');
	if (ears->ends++ == 0) {
		count_rest(ears, odeon_disconnected);
		ears->end = *odeon_disconnected;
	}
	pthread_mutex_unlock(&ears->lock);
	if (!is_stubborn)
		odeon_exit(self);
}

ODEON_HANDLER(owner, errand)
{
	errand->run(self, errand->argument);
	if (errand->done != NULL)
		gate_open(errand->done);
}

ODEON_HANDLERS(owner_handlers, ODEON_ON(owner, odeon_connected), ODEON_ON(owner, odeon_file_opened), ODEON_ON(owner, odeon_bytes),
	ODEON_ON(owner, errand), ODEON_ON(owner, odeon_unwritten), ODEON_ON(owner, odeon_read_end), ODEON_ON(owner, odeon_draining),
	ODEON_ON(owner, odeon_disconnected));
ODEON_KIND(owner, owner_handlers, .start = ODEON_STARTS(owner));
const odeon_kind *const ears_kind = &owner_kind;

void ears_init(struct ears *ears)
{
	memset(ears, 0, sizeof *ears);
	pthread_mutex_init(&ears->lock, NULL);
}

#define LOCKED(ears, type, value) \
	type locked_; \
	pthread_mutex_lock(&(ears)->lock); \
	locked_ = (value); \
	pthread_mutex_unlock(&(ears)->lock); \
	return locked_

bool ears_said(struct ears *ears, const char *said) { LOCKED(ears, bool, strcmp(ears->said, said) == 0); }
uint64_t ears_bytes(struct ears *ears) { LOCKED(ears, uint64_t, ears->bytes); }
uint64_t ears_reads(struct ears *ears) { LOCKED(ears, uint64_t, ears->reads); }
size_t ears_room(struct ears *ears) { LOCKED(ears, size_t, ears->room); }
size_t ears_high(struct ears *ears) { LOCKED(ears, size_t, ears->high); }
bool ears_ended(struct ears *ears) { LOCKED(ears, bool, ears->ends > 0); }
static odeon_ref connection_of(struct ears *ears) { LOCKED(ears, odeon_ref, ears->connection); }

odeon_ref ears_connection(struct ears *ears)
{
	eventually(!odeon_ref_is_nobody(connection_of(ears)));
	return connection_of(ears);
}

odeon_ref owner_with(struct ears *ears)
{
	struct odeon_session session = { .argument = ears };
	odeon_ref owner;

	must(odeon_system_spawn(world.system, &owner_kind, &session, &owner) == 0);
	return owner;
}

void wires_place(char wanted[ODEON_ADDRESS_BYTES])
{
	snprintf(wanted, ODEON_ADDRESS_BYTES, "127.0.0.1:0");
	if (wires_kind != KIND_LOCAL)
		return;
	snprintf(wanted, ODEON_ADDRESS_BYTES, "unix:/tmp/odeon-wires-%d-%d", (int)getpid(), atomic_fetch_add(&serial, 1));
	(void)unlink(wanted + 5);                               /* left by another process of that number */
}

odeon_ref listen_with(odeon_listener_options options)
{
	char wanted[ODEON_ADDRESS_BYTES];
	odeon_ref listener;

	wires_place(wanted);
	if (wires_kind == KIND_TLS)
		options.connection.tls = wires_tls();
	ck_assert_int_eq(odeon_listener_open(world.system, wanted, &options, address, &listener), 0);
	return listener;
}

odeon_ref listen_for(struct ears *ears, odeon_connection_options options)
{
	return listen_with((odeon_listener_options)ODEON_LISTENER_OPTIONS(.session = &owner_kind, .argument = ears,
	                                                                   .connection = options));
}

int connect_for(odeon_ref owner, const odeon_connection_options *options, odeon_ref *connection)
{
	odeon_connection_options all = { .bytes = sizeof all };

	if (options != NULL)
		all = *options;
	if (wires_kind == KIND_TLS)
		all.tls = relay_client();
	return odeon_connection_open(world.system, address, owner, &all, connection);
}

/* ---- plain sockets ----------------------------------------------------------------------------------------------------------- */

static socklen_t read_address(struct sockaddr_storage *where)
{
	struct sockaddr_un *local = (struct sockaddr_un *)where;
	struct sockaddr_in *four = (struct sockaddr_in *)where;
	const char *colon = strrchr(address, ':');

	memset(where, 0, sizeof *where);
	if (wires_kind == KIND_LOCAL) {
		local->sun_family = AF_UNIX;
		snprintf(local->sun_path, sizeof local->sun_path, "%s", colon + 1);
		return sizeof *local;
	}
	four->sin_family = AF_INET;
	four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	four->sin_port = htons((uint16_t)atoi(colon + 1));
	return sizeof *four;
}

int new_socket(void)
{
	struct sockaddr_storage where;
	int plain;

	(void)read_address(&where);
	plain = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(plain >= 0);
	return plain;
}

static void connect_by(int plain)
{
	struct sockaddr_storage where;
	socklen_t length = read_address(&where);

	must(connect(plain, (struct sockaddr *)&where, length) == 0);
}

/* To a socket of the relay's, which goes on from there. Small buffers: what is under way is bounded nearly as without it. */
static void dial_by_relay(int plain)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), secret = new_socket(), least = 64 << 10;
	socklen_t length = sizeof where;

	must(bind(listening, (struct sockaddr *)&where, length) == 0 && listen(listening, 1) == 0);
	must(getsockname(listening, (struct sockaddr *)&where, &length) == 0);
	must(setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &least, sizeof least) == 0);
	must(setsockopt(secret, SOL_SOCKET, SO_SNDBUF, &least, sizeof least) == 0);
	must(connect(plain, (struct sockaddr *)&where, length) == 0);
	connect_by(secret);
	relay_add(accept_plainly(listening), secret);
	close(listening);
}

void dial_by(int plain)
{
	if (wires_kind == KIND_TLS)
		dial_by_relay(plain);
	else
		connect_by(plain);
}

int dial(void)
{
	int plain = new_socket();

	dial_by(plain);
	return plain;
}

int listen_plainly(void)
{
	struct sockaddr_storage where;
	socklen_t length;
	int listening;

	wires_place(address);
	length = read_address(&where);
	listening = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listening >= 0 && bind(listening, (struct sockaddr *)&where, length) == 0 && listen(listening, 16) == 0);
	if (wires_kind != KIND_LOCAL) {
		must(getsockname(listening, (struct sockaddr *)&where, &length) == 0);
		snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(((struct sockaddr_in *)&where)->sin_port));
	}
	return listening;
}

int accept_plainly(int listening)
{
	int plain = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

	must(plain >= 0);
	return plain;
}

void write_pattern(int plain, uint64_t from, size_t length)
{
	unsigned char piece[PIECE];

	while (length > 0) {
		size_t some = draw(piece, from, length);
		ssize_t written = send(plain, piece, some, MSG_NOSIGNAL);

		must(written > 0);
		from += (uint64_t)written;
		length -= (size_t)written;
	}
}

size_t write_what_goes(int plain, uint64_t from, size_t length)
{
	unsigned char piece[PIECE];
	size_t total = 0;

	while (total < length) {
		struct pollfd waits = { .fd = plain, .events = POLLOUT };
		size_t some = draw(piece, from + total, length - total);
		ssize_t written = send(plain, piece, some, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (written < 0 && errno == EAGAIN && poll(&waits, 1, 200) == 1)
			continue;
		if (written < 0)
			break;
		total += (size_t)written;
	}
	return total;
}

uint64_t read_pattern(int plain, uint64_t from, uint64_t most)
{
	unsigned char room[4096];
	uint64_t total = 0;

	while (total < most) {
		size_t some = most - total < sizeof room ? (size_t)(most - total) : sizeof room;
		ssize_t length = recv(plain, room, some, 0);

		if (length <= 0)
			break;
		must(pattern_is(room, from + total, (size_t)length));
		total += (uint64_t)length;
	}
	return total;
}

struct writing { int plain; size_t length; };

static void *write_and_end(void *argument)
{
	const struct writing *writing = argument;

	write_pattern(writing->plain, 0, writing->length);
	must(shutdown(writing->plain, SHUT_WR) == 0);
	return NULL;
}

uint64_t echoed_pattern(int plain, size_t length)
{
	struct writing writing = { plain, length };
	pthread_t writer;
	uint64_t heard;

	must(pthread_create(&writer, NULL, write_and_end, &writing) == 0);
	heard = read_pattern(plain, 0, UINT64_MAX);
	must(pthread_join(writer, NULL) == 0);
	return heard;
}

int read_end_of(int plain)
{
	unsigned char room[4096];
	ssize_t length;

	while ((length = recv(plain, room, sizeof room, 0)) > 0)
		;
	return length == 0 ? 0 : errno;
}

void reset(int plain)
{
	must(setsockopt(plain, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger)) == 0);
	close(plain);
}

struct odeon_bytes *pattern_bytes(uint64_t from, size_t length)
{
	struct odeon_bytes *bytes = odeon_bytes_new(length);

	must(bytes != NULL);
	bytes->length = length;
	pattern_put(bytes->data, from, length);
	return bytes;
}
