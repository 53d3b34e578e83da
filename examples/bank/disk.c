/* SPDX-License-Identifier: BSD-2-Clause */
/* disk - arrays of pages of lines */
#include "disk.h"
#include <stdlib.h>
#include <string.h>

/* Room for `count` + 1 pages or lines, where there is room for `room`; NULL: no memory, and the array is as it was. */
static void *widen(void *array, unsigned count, unsigned *room, size_t bytes)
{
	unsigned wider = count < 2 * *room + 4 ? 2 * *room + 4 : count + 1;

	if (count < *room)
		return array;
	array = realloc(array, wider * bytes);
	if (array != NULL)
		*room = wider;
	return array;
}

static struct sheet *sheet_of(struct disk *disk, struct page page)
{
	unsigned before = disk->counts[page.book];
	struct sheet *sheets = widen(disk->sheets[page.book], page.number, &disk->counts[page.book], sizeof *sheets);

	if (sheets == NULL)
		return NULL;
	memset(sheets + before, 0, (disk->counts[page.book] - before) * sizeof *sheets);
	disk->sheets[page.book] = sheets;
	return &sheets[page.number];
}

int disk_write(struct disk *disk, const struct line *line)
{
	struct sheet *sheet = sheet_of(disk, line->page);
	struct line *lines;

	if (sheet == NULL)
		return ODEON_ENOMEM;
	if (line->number != sheet->count)
		return ODEON_EBUSY;
	lines = widen(sheet->lines, sheet->count, &sheet->room, sizeof *lines);
	if (lines == NULL)
		return ODEON_ENOMEM;
	lines[sheet->count] = *line;
	sheet->lines = lines;
	sheet->count++;
	return 0;
}

const struct line *disk_read(const struct disk *disk, struct page page, unsigned *count)
{
	if (page.number >= disk->counts[page.book]) {
		*count = 0;
		return NULL;
	}
	*count = disk->sheets[page.book][page.number].count;
	return disk->sheets[page.book][page.number].lines;
}

unsigned disk_pages(const struct disk *disk, enum book book)
{
	unsigned last = disk->counts[book];

	while (last > 0 && disk->sheets[book][last - 1].count == 0)
		last--;
	return last > 0 ? last - 1 : 0;
}

void disk_free(struct disk *disk)
{
	for (int book = 0; book < BOOKS; book++) {
		for (unsigned i = 0; i < disk->counts[book]; i++)
			free(disk->sheets[book][i].lines);
		free(disk->sheets[book]);
	}
	*disk = (struct disk){ .counts = { 0 } };
}

int64_t line_effect(const struct line *line)
{
	if (line->verdict != BOOKED)
		return 0;
	switch (line->event) {
	case OPENED:
	case DEPOSIT:
	case REFUND:
		return line->amount;
	case WITHDRAWAL:
		return -line->amount;
	default:
		return 0;
	}
}
