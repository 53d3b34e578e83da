/* SPDX-License-Identifier: BSD-2-Clause */
/* late - stores that others see later, as on x86 */
#include "late.h"

#include <stdlib.h>
#include <string.h>
#include "explore.h"

#define RANGES_MOST 32

static struct { const char *from; size_t bytes; } ranges[RANGES_MOST];
static unsigned ranges_used;

static void write_out(const struct late *late)
{
	switch (late->bytes) {
	case 1: *(volatile uint8_t *)late->address = (uint8_t)late->value; break;
	case 4: *(volatile uint32_t *)late->address = (uint32_t)late->value; break;
	default: *(volatile uint64_t *)late->address = late->value; break;
	}
}

void late_drain(struct lates *lates, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		write_out(&lates->held[i]);
	lates->count -= count;
	memmove(lates->held, lates->held + count, lates->count * sizeof lates->held[0]);
}

void late_add(struct lates *lates, struct late late)
{
	if (lates->count == LATE_MOST)
		late_drain(lates, 1);
	lates->held[lates->count++] = late;
}

bool late_find(const struct lates *lates, const void *address, uint64_t *value)
{
	for (unsigned i = lates->count; i-- > 0; )
		if (lates->held[i].address == address) {
			*value = lates->held[i].value;
			return true;
		}
	return false;
}

bool late_may_be(const void *address)
{
	for (unsigned i = 0; i < ranges_used; i++)
		if ((const char *)address >= ranges[i].from && (const char *)address < ranges[i].from + ranges[i].bytes)
			return true;
	return false;
}

void explore_buffer(const void *from, size_t bytes)
{
	if (ranges_used == RANGES_MOST)
		abort();
	ranges[ranges_used].from = from;
	ranges[ranges_used++].bytes = bytes;
}

bool late_is_wanted(void)
{
	return ranges_used > 0;
}

void late_forget(void)
{
	ranges_used = 0;
}
