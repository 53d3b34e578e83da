/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bank - who there is, and who starts whom again
 *
 *   journal, registry, top                            without these the bank is closed; it can be opened again
 *   top                rest for one
 *     accounts         one for one                    a supervisor
 *       account-1 ...
 *     transfers        one for one                    a supervisor, of a child for each order
 *     desk                                            takes orders, and gives each to a transfer
 *
 * The transfers are known to their supervisor alone. When that ends they end with it, and the desk, which
 * comes after it, is started anew, too: it begins by asking the journal which transfers have begun and not
 * ended, and has these go on. So does the desk of a bank that is opened on a disk that was used before.
 */
#ifndef BANK_BANK_H
#define BANK_BANK_H

#include "account.h"
#include "transfer.h"

struct bank {
	odeon_ref journal, registry, top;
	struct account_is *is;                          /* what the supervisors' rules point to */
	odeon_child *children;
	odeon_supervisor accounts, transfers;
};

/* The name under which the registry knows the desk. */
#define DESK_NAME "desk"

/* Accounts 1 to `accounts`, with so much in each, unless the disk has them. Returns: 0 or an error. Context: plain
 * thread. */
int bank_open(odeon_system *system, struct disk *disk, unsigned accounts, int64_t amount, struct bank *bank);

/* After the system, or after all of its actors have ended. */
void bank_free(struct bank *bank);

#endif
