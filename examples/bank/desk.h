/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * desk - takes orders, and gives each to a transfer of its own
 *
 * It remembers nothing. An order that comes again gets another actor, which finds on the page of its transfer
 * how far that is. So there may be two actors of one transfer at a time, and both are right.
 */
#ifndef BANK_DESK_H
#define BANK_DESK_H

#include "transfer.h"

struct desk_is { odeon_ref journal, registry, top; unsigned accounts; };
extern const odeon_kind desk_kind;

#endif
