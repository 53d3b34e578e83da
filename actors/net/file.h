/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file - the actor between an owner and a handle: what is asked for, in order, one thing at a time
 *
 * Agreement. All of it is the actor's. What is asked for waits as orders (orders.c). Whatever is under way, the actor is busy; when
 * that has come back it is settled, and the next thing begins: opening, first; then orders; then reading onwards, while there is
 * credit and what was read before is told; closing, last. One message more is sent to itself then, so that what waited in the
 * mailbox by then is not lost.
 */
#ifndef NET_FILE_H
#define NET_FILE_H

#include "handle.h"
#include "news.h"

struct order {
	struct order *next;
	enum operation what;
	void *request;                          /* to be answered; NULL: bytes to be written onwards */
	struct chain chain;
	uint64_t offset;
	size_t length;
};

struct last { char unused; };                   /* to itself, behind all that waits at the end */

struct file {
	struct news news;
	struct handle *handle;
	odeon_file_options options;
	struct order *first, *latest;
	struct order *order;                    /* under way; NULL: opening, reading on, or closing */
	struct chain late;                      /* sent when it was ending */
	uint64_t read_at, write_at, read, written, size;
	uint32_t credit;
	size_t load, load_under_way;
	struct odeon_file_opened *opened;       /* laid by, these three */
	struct odeon_disconnected *disconnected;
	struct last *last;
	bool is_busy, is_open, is_high, is_given;
	bool is_ending, is_breaking;            /* all that waits is done before it closes; or not */
	bool is_closed, is_finished;
};

/* The first reason counts; what waits is not done any more. */
void file_end(struct file *file, int error, int system_error, const char *text);

/* ---- orders.c */

/* One more; NULL: no memory, and nothing was taken. */
struct order *orders_add(struct file *file, enum operation what, void *request);

/* Fills the next operation in. False: there is none. */
bool orders_begin_next(odeon_self *self, struct file *file);

/* What came of it, when it has run. */
void orders_settle(odeon_self *self, struct file *file);

/* The end: who still asks is answered, and what was not written is what the owner is to be told. */
void orders_collect(odeon_self *self, struct file *file, bool has_handle);

#endif
