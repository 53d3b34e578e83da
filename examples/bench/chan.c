/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan.c - the rows about channels between threads, and between actors
 *
 * Names: chan-KIND-SENDERS-RECEIVERS-BYTES, chan-select-KIND-CHANNELS-BYTES, chan-ping-KIND; chan-actors-..., between
 * actors. A bounded channel has room for 1024. "all" runs some of them; the rest run by name, or all with `odeon-bench chan`.
 */
#include "chan.h"

#define NS { "ns_per_message", "ns/message", { 0, 0 }, 1, 0 }
#define GOALS(one, two) { "ns_per_message", "ns/message", { one, two }, 1, 0 }
#define PER_HOP { "us_per_hop", "us/hop", { 0, 1.5 }, 0, 0 }

#define SHAPE(...) .shape = &(const struct shape){ __VA_ARGS__ }
#define NO_SYSTEM .has_no_system = 1, .amount = "messages", .counts = "messages"
#define IN_ALL 0
#define BY_NAME 1

#define STREAM(KIND, ROOM, SENDERS, RECEIVERS, BYTES, COUNT, IS_EXTRA, FIGURE) \
	{ .name = "chan-" #KIND "-" #SENDERS "-" #RECEIVERS "-" #BYTES, NO_SYSTEM, .count = COUNT, .is_extra = IS_EXTRA, \
	  .summary = #KIND ", " #SENDERS " to " #RECEIVERS " threads, " #BYTES " bytes", .run = chan_stream, \
	  SHAPE(ODEON_CHANNEL_QUEUE, ROOM, SENDERS, RECEIVERS, 1, BYTES), .figures = { FIGURE } }

/* There are goals for 8 bytes from one thread to one, 64 bytes from many. */
#define STREAMS(KIND, ROOM, COUNT, IS_EXTRA) \
	STREAM(KIND, ROOM, 1, 1, 8, COUNT, IS_EXTRA, GOALS(20, 25)), \
	STREAM(KIND, ROOM, 1, 1, 64, COUNT, BY_NAME, NS), \
	STREAM(KIND, ROOM, 20, 1, 8, COUNT, BY_NAME, NS), \
	STREAM(KIND, ROOM, 20, 1, 64, COUNT, IS_EXTRA, GOALS(60, 80)), \
	STREAM(KIND, ROOM, 100, 1, 8, COUNT, BY_NAME, NS), \
	STREAM(KIND, ROOM, 100, 1, 64, COUNT, IS_EXTRA, GOALS(60, 90)), \
	STREAM(KIND, ROOM, 1, 4, 8, COUNT, BY_NAME, NS), \
	STREAM(KIND, ROOM, 1, 4, 64, COUNT, BY_NAME, NS), \
	STREAM(KIND, ROOM, 4, 4, 8, COUNT, IS_EXTRA, NS), \
	STREAM(KIND, ROOM, 4, 4, 64, COUNT, BY_NAME, NS)

#define MEETING(SENDERS, RECEIVERS, BYTES, IS_EXTRA) \
	STREAM(rendezvous, 0, SENDERS, RECEIVERS, BYTES, 100000, IS_EXTRA, NS)

#define ONESHOT(BYTES, IS_EXTRA) \
	{ .name = "chan-oneshot-1-1-" #BYTES, NO_SYSTEM, .count = 500000, .is_extra = IS_EXTRA, \
	  .summary = "a oneshot for every message, " #BYTES " bytes", .run = chan_oneshot, \
	  SHAPE(ODEON_CHANNEL_ONESHOT, 1, 1, 1, 1, BYTES), .figures = { NS } }

#define BROADCAST(RECEIVERS, BYTES, IS_EXTRA) \
	{ .name = "chan-broadcast-1-" #RECEIVERS "-" #BYTES, NO_SYSTEM, .count = 500000, .is_extra = IS_EXTRA, \
	  .summary = "broadcast, 1 to " #RECEIVERS " threads, " #BYTES " bytes, paced", .run = chan_broadcast, \
	  SHAPE(ODEON_CHANNEL_BROADCAST, 1024, 1, RECEIVERS, 1, BYTES), .figures = { NS } }

#define WATCH(RECEIVERS, BYTES, IS_EXTRA) \
	{ .name = "chan-watch-1-" #RECEIVERS "-" #BYTES, NO_SYSTEM, .count = 500000, .is_extra = IS_EXTRA, \
	  .summary = "watch, 1 to " #RECEIVERS " threads, " #BYTES " bytes, over values sent", .run = chan_watch, \
	  SHAPE(ODEON_CHANNEL_WATCH, 0, 1, RECEIVERS, 1, BYTES), .figures = { NS } }

#define PING(KIND, ROOM, IS_EXTRA) \
	{ .name = "chan-ping-" #KIND, NO_SYSTEM, .count = 100000, .is_extra = IS_EXTRA, \
	  .summary = #KIND ", there and back between two threads", .run = chan_ping, \
	  SHAPE(ODEON_CHANNEL_QUEUE, ROOM, 1, 1, 1, 8), .figures = { PER_HOP } }

#define SELECT(KIND, ROOM, CHANNELS, BYTES, IS_EXTRA) \
	{ .name = "chan-select-" #KIND "-" #CHANNELS "-" #BYTES, NO_SYSTEM, .count = 1000000, .is_extra = IS_EXTRA, \
	  .summary = "select over " #CHANNELS " channels, " #KIND ", " #BYTES " bytes", .run = chan_select, \
	  SHAPE(ODEON_CHANNEL_QUEUE, ROOM, 1, 1, CHANNELS, BYTES), .figures = { NS } }

#define ACTORS_PING(KIND, ROOM) \
	{ .name = "chan-actors-ping-" #KIND, .amount = "messages", .counts = "messages", .count = 1000000, .is_extra = BY_NAME, \
	  .summary = #KIND ", there and back between two actors", .run = chan_actors_ping, \
	  SHAPE(ODEON_CHANNEL_QUEUE, ROOM, 1, 1, 1, 8), .figures = { { "us_per_hop", "us/hop", { 0, 0 }, 0, 0 } } }

#define ACTORS(SENDERS, RECEIVERS, BYTES) \
	{ .name = "chan-actors-bounded-" #SENDERS "-" #RECEIVERS "-" #BYTES, .amount = "messages", .counts = "messages", .count = 2000000, \
	  .is_extra = BY_NAME, .summary = "bounded, " #SENDERS " to " #RECEIVERS " actors, " #BYTES " bytes", .run = chan_actors_stream, \
	  SHAPE(ODEON_CHANNEL_QUEUE, 1024, SENDERS, RECEIVERS, 1, BYTES), .figures = { NS } }

#define ACTORS_ONESHOT(BYTES) \
	{ .name = "chan-actors-oneshot-1-1-" #BYTES, .amount = "messages", .counts = "messages", .count = 500000, .is_extra = BY_NAME, \
	  .summary = "a oneshot for each message between two actors, " #BYTES " bytes", .run = chan_actors_oneshot, \
	  SHAPE(ODEON_CHANNEL_ONESHOT, 1, 1, 1, 1, BYTES), .figures = { NS } }

const struct bench chan_rows[] = {
	STREAMS(unbounded, ODEON_UNBOUNDED, 2000000, IN_ALL),
	STREAMS(bounded, 1024, 2000000, IN_ALL),
	MEETING(1, 1, 8, IN_ALL), MEETING(1, 1, 64, BY_NAME), MEETING(20, 1, 8, BY_NAME), MEETING(20, 1, 64, BY_NAME),
	MEETING(100, 1, 8, BY_NAME), MEETING(100, 1, 64, BY_NAME), MEETING(1, 4, 8, BY_NAME), MEETING(1, 4, 64, BY_NAME),
	MEETING(4, 4, 8, BY_NAME), MEETING(4, 4, 64, BY_NAME),
	ONESHOT(8, IN_ALL), ONESHOT(64, BY_NAME),
	BROADCAST(1, 8, BY_NAME), BROADCAST(1, 64, BY_NAME), BROADCAST(4, 8, IN_ALL), BROADCAST(4, 64, BY_NAME),
	WATCH(1, 8, BY_NAME), WATCH(1, 64, BY_NAME), WATCH(4, 8, IN_ALL), WATCH(4, 64, BY_NAME),
	PING(unbounded, ODEON_UNBOUNDED, IN_ALL), PING(bounded, 1024, IN_ALL), PING(rendezvous, 0, BY_NAME),
	SELECT(unbounded, ODEON_UNBOUNDED, 2, 8, BY_NAME), SELECT(unbounded, ODEON_UNBOUNDED, 2, 64, BY_NAME),
	SELECT(unbounded, ODEON_UNBOUNDED, 8, 8, BY_NAME), SELECT(unbounded, ODEON_UNBOUNDED, 8, 64, BY_NAME),
	SELECT(bounded, 1024, 2, 8, IN_ALL), SELECT(bounded, 1024, 2, 64, BY_NAME),
	SELECT(bounded, 1024, 8, 8, IN_ALL), SELECT(bounded, 1024, 8, 64, BY_NAME),
	ACTORS_PING(unbounded, ODEON_UNBOUNDED), ACTORS_PING(bounded, 1024),
	ACTORS(1, 1, 8), ACTORS(1, 1, 64), ACTORS(20, 1, 8), ACTORS(20, 1, 64), ACTORS(100, 1, 8), ACTORS(100, 1, 64),
	ACTORS(1, 4, 8), ACTORS(1, 4, 64), ACTORS(4, 4, 8), ACTORS(4, 4, 64), ACTORS_ONESHOT(8), ACTORS_ONESHOT(64),
	{ .name = NULL }
};
