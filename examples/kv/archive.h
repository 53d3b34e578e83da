/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * archive.h - the ledger of the program: opened before it serves, and read, which is told of when it takes long
 */
#ifndef KV_ARCHIVE_H
#define KV_ARCHIVE_H

#include "ledger.h"
#include "persistence.h"
#include "settings.h"

struct archive {
	struct disk *disk;                             /* NULL: nothing is saved */
	struct ledger ledger;
	struct persistence shared;
	struct store *stores[STORES_MOST];             /* what was read; whoever takes one leaves NULL */
};

/* Fills in server->persistence, too. False: that is said on standard error. */
bool archive_open(struct archive *archive, const struct settings *settings, struct server *server);
void archive_close(struct archive *archive);           /* when nobody uses it any more */

#endif
