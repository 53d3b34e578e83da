/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elsewhere - functions of another file, which no compiler looks into while it reads their caller
 *
 * And the smallest world for a mistake: a system without workers, so that nothing is handled until run_all, and every
 * program here does the same each time it runs.
 */
#ifndef ELSEWHERE_H
#define ELSEWHERE_H

#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE_DECLARE(note);

/* Touch what they are given, and take nothing. */
void elsewhere_write(struct note *note, int number);
int elsewhere_read(const struct note *note);

/* Take the message, and do not tell the compiler of their callers. */
int elsewhere_send(odeon_self *self, odeon_ref to, struct note *note);
int elsewhere_post(odeon_system *system, odeon_ref to, struct note *note);

/* The half itself, by another name. */
odeon_sender *elsewhere_sender(odeon_sender *half);
odeon_receiver *elsewhere_receiver(odeon_receiver *half);

/* A system without workers and one actor of a kind, or the end of the program. */
odeon_system *open_world(const odeon_kind *kind, odeon_ref *actor);

/* Everything that waits is handled. */
void run_all(odeon_system *system);

/* A note that is posted to the actor and handled. */
void post_and_run(odeon_system *system, odeon_ref actor, int number);

/* The end of the system, and what the program answers: 0. */
int close_world(odeon_system *system);

#endif
