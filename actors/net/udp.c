/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp - the actor between an owner and a socket for datagrams
 *
 * After each turn it has sent and received what it could, and says what it waits for.
 */
#include "credit.h"
#include "datagrams.h"
#include "errors.h"
#include "hatch.h"
#include "news.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES (64u << 10)
#define HIGH_WATER ((size_t)64 << 10)
#define WRITE_MOST ((size_t)64 << 20)
#define ROUNDS 16                               /* of sending, and of receiving, before others have their turn */

ODEON_MESSAGE_DEFINE(odeon_udp_join);
ODEON_MESSAGE_DEFINE(odeon_udp_joined);
ODEON_MESSAGE_DEFINE_DROP(odeon_unsent) { odeon_free(odeon_unsent->datagram); }

ODEON_MESSAGE_DEFINE_DROP(odeon_datagram)
{
	odeon_free(odeon_datagram->bytes);
}

struct udp {
	struct news news;
	struct hatch *hatch;
	odeon_udp_options options;
	sa_family_t family;
	void *room;                             /* read_bytes */
	struct odeon_datagram *first, *last;    /* to be sent */
	size_t load;
	uint32_t credit;
	bool is_high, is_told;
	uint64_t untold, read, written;
	struct odeon_disconnected *disconnected;
};

struct odeon_datagram *odeon_datagram_new(const char *address, struct odeon_bytes *bytes)
{
	size_t length = address != NULL ? strlen(address) : 0;
	struct odeon_datagram *datagram = length < ODEON_ADDRESS_BYTES ? odeon_new(odeon_datagram) : NULL;

	if (datagram == NULL) {
		odeon_free(bytes);
		return NULL;
	}
	if (length > 0)
		memcpy(datagram->address, address, length);
	datagram->bytes = bytes;
	return datagram;
}

/* ---- the end ------------------------------------------------------------------------------------------------------------------- */

static size_t length_of(const struct odeon_datagram *datagram)
{
	size_t length = 0;

	for (const struct odeon_bytes *bytes = datagram->bytes; bytes != NULL; bytes = bytes->next)
		length += bytes->length;
	return length;
}

static size_t load_of(const struct odeon_datagram *datagram) { return sizeof *datagram + length_of(datagram); }

static struct odeon_datagram *take_first(struct udp *udp)
{
	struct odeon_datagram *first = udp->first;

	udp->first = first->next;
	if (udp->first == NULL)
		udp->last = NULL;
	first->next = NULL;
	udp->load -= load_of(first);
	return first;
}

static void end(odeon_self *self, struct udp *udp, int error, int system_error, const char *text)
{
	struct odeon_disconnected *news = udp->disconnected;

	if (udp->is_told)
		return;
	news->error = error;
	news->system_error = system_error;
	news->text = text;
	news->read = udp->read;
	news->written = udp->written;
	for (; udp->first != NULL; odeon_free(take_first(udp)))
		news->unwritten_bytes += length_of(udp->first);
	udp->disconnected = NULL;
	udp->is_told = true;
	news_tell(self, &udp->news, news);
}

/* ---- sending ---------------------------------------------------------------------------------------------------------------------- */

/* Taken. What the owner has no room for is counted, and told with the next. */
static void tell_unsent(odeon_self *self, struct udp *udp, int error, int system_error, struct odeon_datagram *datagram)
{
	struct odeon_unsent *news = NULL;

	if (news_are_told(&udp->news))
		news = odeon_new(odeon_unsent, .who = odeon_self_ref(self), .error = error, .system_error = system_error,
		                 .datagram = datagram, .untold = udp->untold);
	if (news == NULL) {
		udp->untold++;
		odeon_free(datagram);
		return;
	}
	news->text = system_error != 0 ? error_text_of(-system_error) : odeon_error_text(error);
	udp->untold = 0;
	news_tell(self, &udp->news, news);
}

/* What the other side answered to one before. */
static bool is_of_one_before(const struct udp *udp, int system_error)
{
	return udp->options.there != NULL && (system_error == ECONNREFUSED || system_error == EHOSTUNREACH || system_error == ENETUNREACH);
}

static int name_of(int system_error)
{
	return system_error == ECONNREFUSED ? ODEON_EDISCONNECTED : system_error == EINVAL ? ODEON_EINVAL : error_of(-system_error);
}

/* False: nothing goes now. */
static bool send_some(odeon_self *self, struct udp *udp)
{
	int sent = udp->first != NULL ? datagrams_send(udp->hatch->descriptor, udp->family, udp->first) : -EAGAIN;

	if (sent == -EAGAIN)
		return false;
	if (sent < 0) {
		struct odeon_datagram *which = sent == -ECONNREFUSED ? NULL : take_first(udp);

		tell_unsent(self, udp, name_of(-sent), -sent, which);
		return true;
	}
	for (; sent > 0; sent--) {
		udp->written += length_of(udp->first);
		odeon_free(take_first(udp));
	}
	return true;
}

/* At the end: all that the system takes now. */
static void send_last(odeon_self *self, struct udp *udp)
{
	while (!udp->is_told && send_some(self, udp))
		;
}

static void look_at_marks(odeon_self *self, struct udp *udp)
{
	bool passes = udp->is_high ? udp->load <= udp->options.low_water : udp->load >= udp->options.high_water;
	struct odeon_unwritten *news;

	if (!passes || !news_are_told(&udp->news))
		return;
	news = odeon_new(odeon_unwritten, .who = odeon_self_ref(self), .bytes = udp->load, .is_high = !udp->is_high);
	if (news == NULL) {
		end(self, udp, ODEON_ENOMEM, 0, "no memory to tell how much waits to be sent");
		return;
	}
	udp->is_high = !udp->is_high;
	news_tell(self, &udp->news, news);
}

/* ---- receiving --------------------------------------------------------------------------------------------------------------------- */

static bool may_receive(const struct udp *udp) { return udp->credit > 0 && news_are_told(&udp->news) && !udp->is_told; }

/* False: there is none. */
static bool receive_one(odeon_self *self, struct udp *udp)
{
	struct odeon_datagram *datagram;
	int error = datagrams_receive(udp->hatch->descriptor, udp->room, udp->options.read_bytes, &datagram);

	if (error == EAGAIN)
		return false;
	if (error == 0 && datagram == NULL) {
		end(self, udp, ODEON_ENOMEM, 0, "no memory for what came");
	} else if (error == 0) {
		udp->read += length_of(datagram);
		if (udp->credit != ODEON_READ_ALWAYS)
			udp->credit--;
		news_tell(self, &udp->news, datagram);
	} else if (is_of_one_before(udp, error)) {
		tell_unsent(self, udp, name_of(error), error, NULL);
	} else {
		end(self, udp, error_of(-error), error, error_text_of(-error));
	}
	return true;
}

static void receive_all(odeon_self *self, struct udp *udp)
{
	for (int rounds = 0; rounds < ROUNDS && may_receive(udp) && receive_one(self, udp); rounds++)
		;
}

/* ---- each turn --------------------------------------------------------------------------------------------------------------------- */

static void look(odeon_self *self, struct udp *udp)
{
	int error;

	for (int rounds = 0; rounds < ROUNDS && !udp->is_told && send_some(self, udp); rounds++)
		;
	if (!udp->is_told) {
		look_at_marks(self, udp);
		receive_all(self, udp);
	}
	error = hatch_watch(udp->hatch, poller_here(self), (may_receive(udp) ? UV_READABLE : 0) | (udp->first != NULL ? UV_WRITABLE : 0));
	if (error != 0)
		end(self, udp, error_of(error), -error, error_text_of(error));
	if (udp->is_told && news_are_told(&udp->news))
		odeon_exit(self);
}

/* There are two: of the hatch, and of the news. */
ODEON_HANDLER(udp, stir)
{
	if (udp->news.stir == NULL)
		news_stirred(self, &udp->news, stir);
	else
		udp->hatch->stir = odeon_keep(self, stir);
	look(self, udp);
}

ODEON_HANDLER(udp, odeon_room)
{
	news_go_on(self, &udp->news);
	look(self, udp);
}

/* ---- what it is told to do ----------------------------------------------------------------------------------------------------------- */

/* Those that come together are sent together: when the actor is stirred. */
ODEON_HANDLER(udp, odeon_datagram)
{
	struct odeon_datagram *datagram = odeon_keep(self, odeon_datagram);

	datagram->next = NULL;
	if (udp->is_told || udp->load >= udp->options.write_most) {
		if (udp->is_told)
			odeon_free(datagram);
		else
			tell_unsent(self, udp, ODEON_EFULL, 0, datagram);
		return;
	}
	if (udp->last != NULL)
		udp->last->next = datagram;
	else
		udp->first = datagram;
	udp->last = datagram;
	udp->load += load_of(datagram);
	if (udp->news.stir != NULL)
		news_look_again(self, &udp->news);
}

ODEON_HANDLER(udp, odeon_read)
{
	udp->credit = credit_after(udp->credit, odeon_read->count);
	look(self, udp);
}

ODEON_HANDLER(udp, odeon_udp_join)
{
	struct odeon_udp_joined joined = { .error = 0 };
	struct odeon_udp_joined *answer;

	datagrams_join(udp->hatch->descriptor, udp->family, odeon_udp_join, &joined);
	answer = odeon_new(odeon_udp_joined, .error = joined.error, .system_error = joined.system_error);
	if (answer != NULL)
		(void)odeon_reply(self, answer);
	else
		(void)odeon_reply_error(self, ODEON_ENOMEM);
}

ODEON_HANDLER(udp, odeon_give)
{
	int error = news_give(self, &udp->news, odeon_give->to);

	if (error != 0)
		end(self, udp, error, 0, "it was given to nobody, or without memory");
	look(self, udp);
}

ODEON_HANDLER(udp, odeon_close)
{
	if (!odeon_close->resets)
		send_last(self, udp);
	end(self, udp, 0, 0, "");
	look(self, udp);
}

ODEON_HANDLER(udp, odeon_down)
{
	if (!news_owner_ended(&udp->news, odeon_down))
		return;
	send_last(self, udp);
	end(self, udp, 0, 0, "");
	look(self, udp);
}

/* ---- begun and stopped --------------------------------------------------------------------------------------------------------------- */

struct socket { struct hatch *hatch; const odeon_udp_options *options; sa_family_t family; odeon_ref owner; };

/* The hatch is taken when it has begun. */
ODEON_START(udp, socket)
{
	int error = odeon_bound(self, NULL);    /* whatever the system's options say: write_most is its bound */

	udp->room = malloc(socket->options->read_bytes);
	udp->disconnected = odeon_new(odeon_disconnected, .who = odeon_self_ref(self), .text = "");
	if (error == 0 && (udp->room == NULL || udp->disconnected == NULL))
		error = ODEON_ENOMEM;
	if (error == 0)
		error = news_open(self, &udp->news, socket->owner);
	if (error != 0) {
		free(udp->room);
		odeon_free(udp->disconnected);
		return error;
	}
	udp->hatch = socket->hatch;
	udp->hatch->actor = odeon_self_ref(self);
	udp->options = *socket->options;
	udp->family = socket->family;
	udp->credit = udp->options.credit;
	news_look_again(self, &udp->news);             /* and begin, on the worker */
	return 0;
}

ODEON_STOP(udp)
{
	if (reason->code == 0)
		send_last(self, udp);
	end(self, udp, reason->code, 0, reason->code < 0 ? odeon_error_text(reason->code) : "");
	while (udp->first != NULL)
		odeon_free(take_first(udp));
	news_close(self, &udp->news);
	hatch_close(udp->hatch);
	free(udp->room);
}

ODEON_HANDLERS(udp_handlers, ODEON_ON(udp, odeon_datagram), ODEON_ON(udp, odeon_read), ODEON_ON(udp, stir), ODEON_ON(udp, odeon_room),
	ODEON_ON(udp, odeon_udp_join), ODEON_ON(udp, odeon_give), ODEON_ON(udp, odeon_close), ODEON_ON(udp, odeon_down));
ODEON_KIND(udp, udp_handlers, .start = ODEON_STARTS(udp), .stop = ODEON_STOPS(udp), .place = ODEON_PINNED);

/* ---- what users call ------------------------------------------------------------------------------------------------------------------- */

static int look_over(const odeon_udp_options *options, odeon_udp_options *all)
{
	if (options != NULL && options->bytes != 0 && options->bytes != sizeof *options)
		return ODEON_EVERSION;
	*all = options != NULL ? *options : (odeon_udp_options){ 0 };
	if (all->hops > 255 || all->receive_buffer < 0 || all->send_buffer < 0)
		return ODEON_EINVAL;
	if (all->low_water > 0 && all->low_water >= all->high_water)
		return ODEON_EINVAL;
	all->read_bytes = all->read_bytes != 0 && all->read_bytes < READ_BYTES ? all->read_bytes : READ_BYTES;
	all->high_water = all->high_water != 0 ? all->high_water : HIGH_WATER;
	all->low_water = all->low_water != 0 ? all->low_water : all->high_water / 4;
	all->write_most = all->write_most != 0 ? all->write_most : WRITE_MOST;
	return 0;
}

int odeon_udp_open(odeon_system *system, odeon_ref owner, const odeon_udp_options *options, char bound[ODEON_ADDRESS_BYTES],
                   odeon_ref *udp)
{
	odeon_udp_options all;
	struct socket socket = { .options = &all, .owner = owner };
	int error = look_over(options, &all), descriptor;

	if (udp != NULL)
		*udp = ODEON_NOBODY;
	if (error == 0 && (system == NULL || odeon_system_poller(system) != odeon_net_poller() || odeon_ref_is_nobody(owner)))
		error = ODEON_EINVAL;
	if (error != 0)
		return error;
	descriptor = datagrams_open(&all, bound, &socket.family);
	if (descriptor < 0)
		return descriptor;
	all.here = NULL;
	all.there = all.there != NULL ? "" : NULL;      /* all that is left to know */
	socket.hatch = hatch_new(system, descriptor);
	if (socket.hatch == NULL) {
		(void)close(descriptor);
		return ODEON_ENOMEM;
	}
	error = odeon_system_spawn_pinned(system, &udp_kind, &socket, ODEON_WORKER_HERE, udp);
	if (error != 0)
		hatch_close(socket.hatch);
	return error;
}
