/* SPDX-License-Identifier: BSD-2-Clause */
/* terms - a connection's options, looked over and shared */
#include "connection.h"
#include <odeon/net/tls.h>

#include <stdlib.h>

#define READ_BYTES (64u << 10)
#define HIGH_WATER ((size_t)64 << 10)
#define WRITE_MOST ((size_t)64 << 20)
#define CONNECT_TIMEOUT ODEON_SECONDS(30)
#define LINGER ODEON_SECONDS(2)
#define KEEP_ALIVE_MOST 32767u                  /* of the system */

static int check(const odeon_connection_options *options)
{
	if (options->bytes != 0 && options->bytes != sizeof *options)
		return ODEON_EVERSION;
	if (options->connect_timeout < 0 || options->idle_timeout < 0 || options->write_timeout < 0 || options->linger < 0)
		return ODEON_EINVAL;
	if (options->read_bytes > ODEON_MESSAGE_BYTES_MOST / 2 || options->keep_alive > KEEP_ALIVE_MOST)
		return ODEON_EINVAL;
	return options->low_water > 0 && options->low_water >= options->high_water ? ODEON_EINVAL : 0;
}

static void fill_in(odeon_connection_options *options)
{
	options->bytes = sizeof *options;
	if (options->read_bytes == 0)
		options->read_bytes = READ_BYTES;
	if (options->high_water == 0)
		options->high_water = HIGH_WATER;
	if (options->low_water == 0)
		options->low_water = options->high_water / 4;
	if (options->write_most == 0)
		options->write_most = WRITE_MOST;
	if (options->connect_timeout == 0)
		options->connect_timeout = CONNECT_TIMEOUT;
	if (options->linger == 0)
		options->linger = LINGER;
}

int terms_new(const odeon_connection_options *options, struct terms **terms)
{
	int error = options != NULL ? check(options) : 0;

	*terms = error == 0 ? calloc(1, sizeof **terms) : NULL;
	if (*terms == NULL)
		return error != 0 ? error : ODEON_ENOMEM;
	atomic_init(&(*terms)->users, 1);
	if (options != NULL)
		(*terms)->options = *options;
	fill_in(&(*terms)->options);
	(*terms)->options.tls = odeon_tls_share((*terms)->options.tls);
	return 0;
}

struct terms *terms_share(struct terms *terms)
{
	(void)atomic_fetch_add_explicit(&terms->users, 1, memory_order_relaxed);       /* whoever shares has one himself */
	return terms;
}

/* The last one frees it, after all that the others did with it. */
void terms_drop(struct terms *terms)
{
	if (terms == NULL || atomic_fetch_sub_explicit(&terms->users, 1, memory_order_acq_rel) != 1)
		return;
	odeon_tls_drop(terms->options.tls);
	free(terms);
}
