/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door - listening sockets, and one of them in a worker's loop
 *
 * Agreement. door_open, door_shut, door_close: the loop's thread. A door stirs its actor, as a wire does, when somebody may be accepted;
 * it goes on to until nobody can be any more, or it is shut. Accepting is the actor's, and not libuv's, so that who cannot be
 * accepted for want of descriptors waits in the system's queue, and costs nothing there.
 */
#ifndef NET_DOOR_H
#define NET_DOOR_H

#include "wire.h"

struct door {
	uv_poll_t poll;
	odeon_system *system;
	odeon_ref actor;
	struct stir *stir;                      /* NULL: on its way */
	int descriptor;
	bool is_entered, is_open;
};

/* So many descriptors that listen at one address, whose port is filled in; each may be in a loop of its own. 0, or the error
 * with none left. A simulated system's are numbers in its network (network.h), and one is enough. */
int doors_listen(odeon_system *system, struct address *address, unsigned backlog, int *descriptors, unsigned count);
int doors_copy(int listening, int *descriptors, unsigned count);       /* all of this one, which stays the caller's */
void doors_remove(odeon_system *system, const char *path);     /* of a Unix socket */
void door_drop(odeon_system *system, int descriptor);          /* one that is in no loop */

/* Whoever waits first: a descriptor; or -errno, where -EAGAIN says that nobody does. */
int door_accept(struct door *door, struct address *there);

/* NULL: no memory; then the descriptor is still the caller's. */
struct door *door_new(odeon_system *system, odeon_ref actor, int descriptor);

/* Stir the actor when somebody comes, or no more. 0, or the error of libuv. The poller is NULL in a simulated system. */
int door_open(struct door *door, struct poller *poller);
void door_shut(struct door *door);
void door_close(struct door *door);             /* taken, the descriptor too */

#endif
