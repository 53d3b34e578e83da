/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * banded.h - what bands.c and bands_rows.c share: parcels whose numbers say their band
 */
#ifndef TESTS_BANDED_H
#define TESTS_BANDED_H

#include "../harness/kit.h"
#include "../../runtime/bands.h"

enum { BAND = 1000, EXIT = 9000, BANDS_OFF, BANDS_TWO };        /* the number of a parcel / BAND is its band; EXIT and on: 0 */

static inline unsigned by_thousands(const odeon_type *type, const void *message)
{
	const struct parcel *parcel = message;

	if (type != ODEON_TYPE(parcel))
		return 99;                      /* errands: the lowest there is */
	return parcel->number >= EXIT ? 0 : (unsigned)parcel->number / BAND;
}

static const odeon_bands four = { 4, { 3, 2, 2, 1 }, by_thousands };
static const odeon_bands two = { 2, { 4, 1 }, by_thousands };

#endif
