/* SPDX-License-Identifier: BSD-2-Clause */
/* wire - the loop's callbacks, and what an actor asks of its socket */
#include "wire.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include "stream.h"

#define READ_FIRST 1024u
#define READ_LEAST 152u                         /* the largest that fits into a block which workers keep for messages: 192 bytes of payload */
#define SMALL_READS 8                           /* in a row, until the room shrinks */

ODEON_MESSAGE_DEFINE(stir);
_Static_assert(sizeof(struct odeon_bytes) + READ_LEAST == 192, "it fits, and no more would");

/* ---- made and closed ----------------------------------------------------------------------------------------------------- */

struct wire *wire_new(odeon_system *system, const odeon_connection_options *options, bool is_local)
{
	struct wire *wire = calloc(1, sizeof *wire);

	if (wire == NULL)
		return NULL;
	wire->stir = odeon_new(stir);
	if (wire->stir == NULL) {
		free(wire);
		return NULL;
	}
	wire->system = system;
	wire->is_local = is_local;
	wire->read_most = options->read_bytes;
	wire->read_bytes = options->read_bytes < READ_FIRST ? options->read_bytes : READ_FIRST;
	return wire;
}

void wire_free(struct wire *wire)
{
	struct odeon_bytes *bytes;

	while ((bytes = wire_take(wire)) != NULL)
		odeon_free(bytes);
	odeon_free(wire->stir);
	free(wire);
}

static void on_close(uv_handle_t *handle) { wire_free(handle->data); }

void wire_close(struct wire *wire, bool resets)
{
	wire->actor = ODEON_NOBODY;
	if (!stream_is_open(wire))
		wire_free(wire);
	else
		stream_close(wire, resets, on_close);
}

/* ---- what is seen is noted ------------------------------------------------------------------------------------------------ */

static void stir_actor(struct wire *wire)
{
	struct stir *stir = wire->stir;

	wire->stir = NULL;
	if (stir != NULL)
		(void)odeon_post(wire->system, wire->actor, stir);
}

static void note(struct wire *wire, uint32_t seen, int error)
{
	if (odeon_ref_is_nobody(wire->actor))
		return;
	if (error < 0 && (wire->seen & WIRE_FAILED) == 0)
		wire->error = error;
	wire->seen |= error < 0 ? WIRE_FAILED : seen;
	stir_actor(wire);
}

/* ---- into the loop ------------------------------------------------------------------------------------------------------------ */

int wire_open(struct wire *wire, struct poller *poller, const odeon_connection_options *options, int descriptor)
{
	int error = stream_open(wire, poller, descriptor);

	if (error == 0)
		stream_set(wire, options->delays != 0, options->keep_alive);
	return error;
}

/* A request of the loop, to be freed when it is called back: data is the wire. NULL: no memory. */
static void *request_new(struct wire *wire, size_t bytes)
{
	uv_req_t *request = calloc(1, bytes);

	if (request != NULL)
		request->data = wire;
	return request;
}

static void on_connect(uv_connect_t *request, int status)
{
	note(request->data, WIRE_CONNECTED, status);
	free(request);
}

int wire_connect(struct wire *wire, struct poller *poller, const odeon_connection_options *options,
                 const struct address *address)
{
	uv_connect_t *request = request_new(wire, sizeof *request);
	int error = request != NULL ? stream_connect(wire, poller, request, address, on_connect) : UV_ENOMEM;

	if (error == 0)
		stream_set(wire, options->delays != 0, options->keep_alive);
	else
		free(request);
	return error;
}

void wire_addresses(const struct wire *wire, char *here, char *there)
{
	uv_os_fd_t descriptor = -1;

	if (wire->end != NULL) {
		address_print(&wire->end->address, here);
		address_print(&line_other(wire->end)->address, there);
		return;
	}
	(void)uv_fileno(&wire->uv.handle, &descriptor);
	address_of_here(descriptor, here);
	address_of_peer(descriptor, there);
}

/* ---- reading -------------------------------------------------------------------------------------------------------------------- */

/* Without credit there is no room, and the loop says so to on_read. */
static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct wire *wire = handle->data;
	struct odeon_bytes *room;

	(void)suggested;
	*buffer = uv_buf_init(NULL, 0);
	if (wire->credit == 0 || wire->waiting >= WIRE_WAITING_MOST || odeon_ref_is_nobody(wire->actor))
		return;
	room = odeon_bytes_new(wire->read_bytes);
	if (room != NULL)
		*buffer = uv_buf_init((char *)room->data, wire->read_bytes);
	else
		note(wire, WIRE_FAILED, UV_ENOMEM);
}

/* A read that fills its room is followed by a larger one; many that do not, by smaller ones. */
static void fit(struct wire *wire, size_t length)
{
	if (length == wire->read_bytes) {
		wire->small_reads = 0;
		wire->read_bytes = wire->read_bytes > wire->read_most / 4 ? wire->read_most : wire->read_bytes * 4;
	} else if ((length > wire->read_bytes / 4 && length >= READ_LEAST) || wire->read_bytes <= READ_LEAST) {
		wire->small_reads = 0;
	} else if (++wire->small_reads == SMALL_READS) {
		wire->small_reads = 0;
		wire->read_bytes = wire->read_bytes / 4 > READ_LEAST ? wire->read_bytes / 4 : READ_LEAST;
	}
}

static void add(struct wire *wire, struct odeon_bytes *bytes, size_t length)
{
	struct odeon_bytes **place = &wire->first;

	while (*place != NULL)                  /* few wait */
		place = &(*place)->next;
	*place = bytes;
	bytes->length = length;
	wire->waiting++;
	wire->read += length;
	if (wire->credit != ODEON_READ_ALWAYS)
		wire->credit--;
}

static void stop_reading(struct wire *wire)
{
	(void)stream_read_stop(wire);
	wire->is_reading = false;
}

/* The loop takes a side that hangs up behind its last bytes for one that has said its end: the system knows better. EPIPE: it has
 * said that, and was gone after it. */
static int error_at_end(const struct wire *wire)
{
	uv_os_fd_t descriptor = -1;
	socklen_t length = sizeof(int);
	int error = 0;

	if (wire->end == NULL && uv_fileno(&wire->uv.handle, &descriptor) == 0)
		(void)getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	return error == EPIPE ? 0 : -error;
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct wire *wire = stream->data;
	struct odeon_bytes *room = buffer->base != NULL ? (struct odeon_bytes *)(void *)buffer->base - 1 : NULL;

	if (length > 0) {
		add(wire, room, (size_t)length);
		fit(wire, (size_t)length);
		stir_actor(wire);
		return;
	}
	odeon_free(room);
	if (length == 0)                        /* nothing, after all */
		return;
	stop_reading(wire);
	if (length != UV_ENOBUFS)               /* that is on_room's word */
		note(wire, WIRE_READ_END, length == UV_EOF ? error_at_end(wire) : (int)length);
}

void wire_credit(struct wire *wire, uint32_t credit)
{
	wire->credit = credit;
	if (wire->is_reading || credit == 0 || wire->waiting >= WIRE_WAITING_MOST
	 || (wire->seen & (WIRE_READ_END | WIRE_FAILED)) != 0)
		return;
	wire->is_reading = true;
	if (stream_read_start(wire, on_room, on_read) != 0)
		wire->is_reading = false;
}

struct odeon_bytes *wire_take(struct wire *wire)
{
	struct odeon_bytes *bytes = wire->first;

	if (bytes == NULL)
		return NULL;
	wire->first = bytes->next;
	bytes->next = NULL;
	wire->waiting--;
	return bytes;
}

/* ---- writing -------------------------------------------------------------------------------------------------------------------- */

/* How many buffers. */
static unsigned gather(const struct odeon_bytes *chain, uv_buf_t buffers[WIRE_BUFFERS_MOST])
{
	unsigned count = 0;

	for (; chain != NULL && count < WIRE_BUFFERS_MOST; chain = chain->next)
		if (chain->length > 0)
			buffers[count++] = (uv_buf_t){ .base = (char *)chain->data, .len = chain->length };
	return count;
}

ssize_t wire_write(struct wire *wire, const struct odeon_bytes *chain)
{
	uv_buf_t buffers[WIRE_BUFFERS_MOST];
	unsigned count = gather(chain, buffers);
	int written = count > 0 ? stream_try_write(wire, buffers, count) : 0;

	return written == UV_EAGAIN ? 0 : written;
}

static void on_probe(uv_write_t *request, int status)
{
	struct wire *wire = request->data;

	free(request);
	wire->is_probing = false;
	note(wire, WIRE_PROBED, status);
}

int wire_probe(struct wire *wire, unsigned char byte)
{
	uv_write_t *request = request_new(wire, sizeof *request);
	uv_buf_t buffer = { .base = (char *)&wire->probed, .len = 1 };
	int error;

	wire->probed = byte;
	error = request != NULL ? stream_write(wire, request, &buffer, 1, on_probe) : UV_ENOMEM;

	wire->is_probing = error == 0;
	if (error != 0)
		free(request);
	return error;
}

bool wire_is_sending(const struct wire *wire)
{
	uv_os_fd_t descriptor = -1;
	int count = 0;

	if (wire->is_local || wire->end != NULL || uv_fileno(&wire->uv.handle, &descriptor) != 0)
		return false;
	return ioctl(descriptor, SIOCOUTQ, &count) == 0 && count > 0;
}

static void on_write_end(uv_shutdown_t *request, int status)
{
	note(request->data, WIRE_WRITE_ENDED, status);
	free(request);
}

int wire_write_end(struct wire *wire)
{
	uv_shutdown_t *request = request_new(wire, sizeof *request);
	int error = request != NULL ? stream_shutdown(wire, request, on_write_end) : UV_ENOMEM;

	if (error != 0)
		free(request);
	return error;
}
