/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 02-use-after-send - who has sent a message has it no more, and the compiler knows
 *
 * Were the two lines in lend() below the other way round,
 *
 *	odeon_sender_send(out, book);
 *	printf("lent: %s\n", book->title);
 *
 * then gcc -Wall would say:
 *
 *	warning: pointer 'book' used after 'odeon_sender_send_at' [-Wuse-after-free]
 *
 * and it would be right: the reader may have freed it by then. tests/misuse/wrong/channel-use-after-send.c is that
 * mistake, compiled by `make check`, so that these words stay true.
 */
#include "shared.h"

struct book { const char *title; int pages; };
ODEON_MESSAGE(book);

static void *lend(void *half)
{
	odeon_sender *out = half;
	struct book *book = odeon_new(book, .title = "The Odyssey", .pages = 541);

	if (book)
		printf("lent: %s\n", book->title);      /* what you need of it, read before */
	odeon_sender_send(out, book);                   /* NULL is fine: the answer would be ODEON_ENOMEM */
	odeon_sender_drop(out);
	return NULL;
}

int main(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	struct book *book;
	pthread_t thread;

	must(odeon_channel_open(ODEON_TYPE(book), ODEON_UNBOUNDED, &out, &in));
	thread = start(lend, out);

	while ((book = odeon_recv(book, in))) {
		printf("read: %s, %d pages\n", book->title, book->pages);
		odeon_free(book);
	}
	pthread_join(thread, NULL);
	odeon_receiver_drop(in);
	return 0;
}
