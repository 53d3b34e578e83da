/* SPDX-License-Identifier: BSD-2-Clause */
/* journal - lines are written and read for those who ask */
#include "journal.h"
#include <stdbool.h>
#include <string.h>

ODEON_MESSAGE_DEFINE(write);
ODEON_MESSAGE_DEFINE(written);
ODEON_MESSAGE_DEFINE(read);
ODEON_MESSAGE_DEFINE(lines);
ODEON_MESSAGE_DEFINE(look);
ODEON_MESSAGE_DEFINE(unfinished);

struct journal { struct disk *disk; };

ODEON_HANDLER(journal, write)
{
	int error = disk_write(journal->disk, &write->line);

	if (error < 0)
		odeon_reply_error(self, error);
	else
		odeon_reply(self, odeon_new(written, .number = write->line.number));
}

ODEON_HANDLER(journal, read)
{
	unsigned count;
	const struct line *found = disk_read(journal->disk, read->page, &count);
	struct lines *lines = odeon_new_sized(lines, count * sizeof lines->lines[0], .count = count);

	if (lines != NULL && count > 0)
		memcpy(lines->lines, found, count * sizeof lines->lines[0]);
	odeon_reply(self, lines);                       /* no memory, no answer: the asker is told so */
}

static bool is_unfinished(const struct disk *disk, unsigned transfer)
{
	unsigned count;
	const struct line *lines = disk_read(disk, (struct page){ TRANSFERS, transfer }, &count);

	return count > 0 && lines[count - 1].event != DONE && lines[count - 1].event != UNDONE;
}

ODEON_HANDLER(journal, look)
{
	unsigned pages = disk_pages(journal->disk, TRANSFERS);
	size_t most = pages * sizeof(unsigned);
	struct unfinished *unfinished = odeon_new_sized(unfinished, most, .count = 0);

	for (unsigned i = 1; unfinished != NULL && i <= pages; i++)
		if (is_unfinished(journal->disk, i))
			unfinished->transfers[unfinished->count++] = i;
	odeon_reply(self, unfinished);
}

ODEON_HANDLERS(journal_handlers, ODEON_ON(journal, write), ODEON_ON(journal, read), ODEON_ON(journal, look));
const odeon_kind journal_kind = ODEON_KIND_INIT(journal, journal_handlers);
