/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * credit - what is left of it after a struct odeon_read
 */
#ifndef NET_CREDIT_H
#define NET_CREDIT_H

#include <odeon/net/connection.h>

static inline uint32_t credit_after(uint32_t credit, uint32_t count)
{
	if (count == ODEON_READ_ALWAYS || count == 0)
		return count;
	if (credit == ODEON_READ_ALWAYS)
		return credit;
	return credit < ODEON_READ_ALWAYS - 1 - count ? credit + count : ODEON_READ_ALWAYS - 1;
}

#endif
