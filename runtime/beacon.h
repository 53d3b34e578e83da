/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * beacon - the descriptor of a receiving half, readable while there may be something to receive
 *
 * An eventfd; whoever changes the channel raises it, once, by a watcher in the channel's list; a receive of this half that finds
 * the channel empty lowers it, puts the watcher back, and looks again. For a half that time sends to, a timerfd, set to the next
 * moment at which something is due.
 *
 * Agreement. All of these: whoever uses the half. The raising: any thread, with the list's lock held.
 */
#ifndef BEACON_H
#define BEACON_H

#include <odeon/channel.h>

/* Of a half that has one. A receive found the channel empty, though it is not disconnected; or took what was due. */
void beacon_lower(odeon_receiver *receiver);

/* Of a half that has one: it ends, the channel still lives. */
void beacon_close(odeon_receiver *receiver);

#endif
