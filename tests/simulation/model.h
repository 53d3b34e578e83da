/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model.h - a plain model of channels: what each one holds, and what became of each item
 *
 * Whoever does something to a channel tells the model what it was and how it ended, before anybody else runs; what cannot
 * be ends the test, which names the seed. All of it belongs to one run, from model_reset to model_check_end.
 */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "../harness/kit.h"
#include <odeon/channel.h>
#include <odeon/select.h>

enum { CHANNELS = 4, HALVES = 6 };

struct model { size_t capacity, most; long inside;       /* most: in messages, by the bound in bytes too */
               unsigned senders, receivers, receiving;
               enum odeon_channel_kind kind; unsigned sent; };  /* of a broadcast and a watch: how many in all */
struct half { odeon_sender *sender; odeon_receiver *receiver; unsigned channel, number; bool asked; };
struct holder { struct half halves[HALVES]; unsigned count; };
struct item { unsigned channel, sender, number, id : 31, is_copy : 1; };
ODEON_MESSAGE_DECLARE(item);

extern uint64_t seed;
extern struct model models[CHANNELS];
extern unsigned channels;                              /* how many are open */
extern unsigned happened[16];                          /* how often each operation did something, over all runs */
extern uint64_t hash;                                  /* of the log of events */
extern unsigned lines;                                 /* in that log */
extern bool is_loud;                                   /* prints the log */

#define holds(claim) \
	do { if (!(claim)) ck_abort_msg("ODEON_SEED=%llu: it does not hold that %s", (unsigned long long)seed, #claim); } while (0)

void model_reset(uint64_t with);
void model_check_end(void);                            /* nothing is left, and each item was freed once */
void tell_seed(int signal);                            /* a panic of the library names the seed only where an actor runs */
void on_event(void *host, const char *line);
unsigned below(unsigned most);                         /* by the seed */

struct item *make_item(struct half *half);
void note_sent(struct half *half, unsigned id, int error);   /* the send is over; not sent: it is the caller's, or freed */
void note_received(struct half *half, struct item *item, int error);   /* the receive is over */
void check_len(struct half *half);

/* ---- halves ----------------------------------------------------------------------------------------------------------- */

bool hold_half(struct holder *holder, struct half half);      /* false: no place */
struct half take_half(struct holder *holder, unsigned which);
void clone_half(struct holder *holder, struct half *half);
void drop_half(struct half half);
void open_channel(odeon_system *system, struct holder *holder);

#endif
