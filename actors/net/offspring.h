/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offspring - a program that was started, in a worker's loop
 *
 * Agreement. All functions: the thread of the loop. It stirs its actor when the program has ended. It outlives the actor until
 * the program has ended, and is waited for by the poller then.
 */
#ifndef NET_OFFSPRING_H
#define NET_OFFSPRING_H

#include <odeon/net/program.h>
#include "poller.h"
#include "stir.h"

struct offspring {
	uv_process_t handle;
	uv_timer_t timer;                       /* until SIGKILL */
	struct poller *poller;
	odeon_system *system;
	odeon_ref actor;                        /* nobody: it has left */
	struct stir *stir;                      /* NULL: on its way */
	unsigned handles;                       /* in the loop */
	bool runs, has_ended;
	int status, signal;                     /* how */
};

/* NULL: no memory. Not in a loop yet. */
struct offspring *offspring_new(odeon_system *system, odeon_ref actor);

/* The program with these as its first three descriptors, -1: nothing. 0, or the error of libuv. */
int offspring_start(struct offspring *offspring, struct poller *poller, uv_process_options_t *options, const int descriptors[3]);

/* 0, or the error of libuv. */
int offspring_signal(struct offspring *offspring, int number);

/* SIGTERM now, SIGKILL later; 0: now. */
void offspring_end(struct offspring *offspring, odeon_duration kill_after);

/* Taken. */
void offspring_leave(struct offspring *offspring, odeon_duration kill_after);

#endif
