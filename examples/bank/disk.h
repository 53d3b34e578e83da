/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk - what survives: pages of numbered lines, which are only ever added
 *
 * Each account and each transfer has a page. A line says which number on its page it is going to be, and is
 * refused when there is one of that number already: so of two who believe that it is their turn one learns
 * that it is not. That is all that keeps a bank in order in which anybody may be killed at any moment, and
 * started again while his last words are still under way.
 *
 * The journal alone uses the disk while actors run. Here it is memory of the program's, which outlives the
 * actors as a file would; a real one would write a line to a file, wait for fsync, and then return.
 */
#ifndef BANK_DISK_H
#define BANK_DISK_H

#include <odeon.h>

enum book { ACCOUNTS, TRANSFERS, BOOKS };
struct page { enum book book; unsigned number; };       /* accounts and transfers are numbered from 1 on */

enum event {
	NOTHING,
	OPENED, WITHDRAWAL, DEPOSIT, REFUND, CLOSING,   /* on the page of an account */
	BEGUN, WITHDRAWN, REFUSED, DONE, UNDONE         /* on that of a transfer */
};

enum verdict { BOOKED, NO_FUNDS, IS_CLOSED };           /* what came of a booking; it is remembered, too */

struct line {
	struct page page;
	unsigned number;                                /* on its page, from 0 on */
	enum event event;
	enum verdict verdict;                           /* of an account's lines */
	unsigned transfer;                              /* that it belongs to; 0: none */
	unsigned from, to;                              /* of a transfer's lines */
	int64_t amount;                                 /* in cents */
};

struct sheet { struct line *lines; unsigned count, room; };
struct disk { struct sheet *sheets[BOOKS]; unsigned counts[BOOKS]; };  /* starts as {0} */

/* Returns: 0; ODEON_EBUSY: it is not this number's turn; ODEON_ENOMEM. */
int disk_write(struct disk *disk, const struct line *line);

/* The lines of a page, none of which ever changes; valid until the next write. */
const struct line *disk_read(const struct disk *disk, struct page page, unsigned *count);

/* 1 to this are the numbers of all pages with a line. */
unsigned disk_pages(const struct disk *disk, enum book book);

void disk_free(struct disk *disk);

/* What a line does to the money in its account. */
int64_t line_effect(const struct line *line);

#endif
