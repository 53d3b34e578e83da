/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guests.h - clients of the key-value server in a simulated network, and the plain store that says what they must hear
 *
 * Each guest has keys of its own, and an engine (tests/kv/engine.h), which runs a command when its reply has come:
 * they must be the same, byte for byte, one reply for each command, in order. Commands come in units, each with a
 * serial number that it counts up, before and behind; so after a break the guest sees how far the server has come: no
 * less far than was acknowledged, and no farther than was sent. All guests add to one list.
 */
#ifndef TESTS_GUESTS_H
#define TESTS_GUESTS_H

#include "scene.h"
#include "../kv/engine.h"

enum { UNIX_SECONDS = 1700000000, ADDED_MOST = 2000 };
struct chance { uint64_t state; };                     /* as tests/kv/chance.h has it */

enum role { PLAIN, LOOKS, ADDS, DUMPS };

/* A command that was sent and not yet answered; its words lie behind it. */
struct said {
	struct said *next;
	enum role role;
	unsigned serial;                               /* of its unit, or of what it adds */
	size_t count;
	struct text words[40];
	char bytes[];
};

struct guest {
	unsigned number, generation;
	char address[ODEON_ADDRESS_BYTES];
	odeon_ref connection;
	struct chance chance;
	struct engine engine, scratch;                 /* the latter: to try what is wrong as such */
	struct said *first, *last;
	unsigned ahead;                                /* commands in this list */
	struct reply out, heard;
	unsigned serial, acknowledged;                 /* units: sent; of which all replies came */
	unsigned added, is_added[ADDED_MOST];          /* to the list; acknowledged */
	unsigned units;                                /* still to be sent on this connection */
	bool is_connected, is_sure, in_multi, has_ended, has_heard_end, finishes, is_finished;
};

extern uint64_t guests_acknowledged, guests_breaks, guests_unsure, guests_polite_ends;

/* Connects, and again whenever its connection has ended, until it is told to finish: then once more, to look at all its keys. */
struct guest *guest_new(unsigned number, const char *address);
void guest_finish(struct guest *guest);
bool guest_is_finished(const struct guest *guest);
/* What it added to the list, and was told is there, must be there, in order; what is there it has sent. */
void guest_check_list(const struct guest *guest, const char *reply, size_t length);
void guest_free(struct guest *guest);

/* ---- guest_says.c: added to what it has said and is to be sent */

__attribute__((format(printf, 4, 5)))
void guest_say_line(struct guest *guest, enum role role, unsigned serial, const char *format, ...);
void guest_say_unit(struct guest *guest);
void guest_say_addition(struct guest *guest);
void guest_say_everything(struct guest *guest);        /* all that can be asked of its keys */

#endif
