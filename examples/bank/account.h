/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * account - an actor that holds money
 *
 * What it knows of its money is its page in the journal, which it reads when it starts; until then whatever
 * comes lies aside. It books nothing that is not written: first the line, then the money, then the answer. One
 * line is written at a time, and what comes meanwhile lies aside, too. When the journal does not say that a
 * line is written, the account does not know its own page any more: it fails, is started anew by its
 * supervisor, and reads it.
 *
 * A booking is asked for by the number of its transfer, as often as need be: it is done once, and the answer
 * is always the same. Also when the answer was no: somebody may have acted on that.
 */
#ifndef BANK_ACCOUNT_H
#define BANK_ACCOUNT_H

#include "disk.h"

/* A request, answered by `booked`. The events are those of accounts. A refund comes from a transfer that withdrew, so
 * it is booked in a closed account, too. */
struct booking { enum event event; unsigned transfer; int64_t amount; };
struct booked { enum verdict verdict; };

/* Asked for with zeroes, and answered. */
struct balance { int64_t amount; unsigned is_closed, lines; };
ODEON_MESSAGE_DECLARE(booking);
ODEON_MESSAGE_DECLARE(booked);
ODEON_MESSAGE_DECLARE(balance);

/* What an account is given at each start. */
struct account_is { unsigned number; odeon_ref journal, registry; };
extern const odeon_kind account_kind;

/* The name under which the registry knows it. */
#define ACCOUNT_NAME_BYTES 24
void account_name(unsigned number, char name[ACCOUNT_NAME_BYTES]);

#endif
