/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resp.h - commands out of bytes that come bit by bit, in the protocol of Redis
 *
 * The caller keeps the bytes that came. It shows all that it has of one command, from its first byte on, again each time more
 * has come; they may lie elsewhere then. The parser remembers how far it understood them and does not look at them twice.
 * It reads nothing behind what it is shown, and allocates for words that are there, never for words that are promised.
 *
 *   RESP_COMMAND  parser->words has the command's parser->count words: views into what was shown (of an inline command:
 *                 into the parser), good until the parser is called again. The next command begins parser->used bytes on.
 *                 No words: nothing was asked, nothing is to be answered
 *   RESP_MORE     so far it is right, and there must come more
 *   RESP_ERROR    parser->error says what to answer, after "-ERR " ; then the connection is to be closed
 *   RESP_MEMORY   no memory for the words; the same call may be made once more
 *
 * After RESP_COMMAND the next call begins a new command. A parser is used by one thread at a time.
 */
#ifndef KV_RESP_H
#define KV_RESP_H

#include "text.h"

struct resp_limits {
	size_t words;                                  /* of one command */
	size_t bulk_bytes;                             /* of one word */
	size_t line_bytes;                             /* of a line without its end: an inline command, or a length */
	size_t bytes;                                  /* of all words of one command together */
};
#define RESP_LIMITS { .words = 1024 * 1024, .bulk_bytes = 512u << 20, .line_bytes = 64 * 1024, .bytes = 1000u << 20 }

enum resp_outcome { RESP_COMMAND, RESP_MORE, RESP_ERROR, RESP_MEMORY };

struct resp_span { size_t at, length; };

struct resp {
	struct resp_limits limits;
	struct text *words;
	size_t count, used;
	char error[64];

	size_t at;                                     /* understood so far */
	size_t sought;                                 /* no end of a line before here; at least `at` */
	size_t missing;                                /* words that are still to come; 0: the command is to begin */
	size_t bulk;                                   /* bytes of the word that comes */
	size_t total;                                  /* bytes of all words */
	bool in_bulk;                                  /* its length is known */
	bool is_done;                                  /* the next call begins anew */
	struct resp_span *spans;
	size_t room, words_room;
	char *plain;                                   /* an inline command's words, without quotes */
};

void resp_init(struct resp *resp, struct resp_limits limits);
void resp_fini(struct resp *resp);
enum resp_outcome resp_parse(struct resp *resp, const char *bytes, size_t length);

/* An inline command: words between spaces, of which some are in quotes. Answers how many spans, relative to `plain`, which
 * has as many bytes of room as the line; -1 when quotes are not closed. At most (length + 1) / 2 of them. */
long resp_split(struct text line, char *plain, struct resp_span *spans);

#endif
