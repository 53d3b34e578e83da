/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_parts.h"

#define PUT(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

static void put_boundary(const struct http_parts *parts, struct http_paper *paper)
{
	http_paper_put(paper, (struct http_text){ parts->boundary, sizeof parts->boundary });
}

/* There is room. */
void http_parts_type(const struct http_parts *parts, char type[HTTP_PARTS_TYPE_BYTES])
{
	struct http_paper paper = { type, HTTP_PARTS_TYPE_BYTES, 0 };

	PUT(&paper, "multipart/byteranges; boundary=");
	put_boundary(parts, &paper);
	http_paper_put(&paper, (struct http_text){ "", 1 });
}

void http_parts_put(const struct http_parts *parts, unsigned number, struct http_paper *paper)
{
	char range[HTTP_CONTENT_RANGE_BYTES_MOST];

	PUT(paper, "\r\n--");
	put_boundary(parts, paper);
	if (number == parts->ranges.count) {
		PUT(paper, "--\r\n");
		return;
	}
	PUT(paper, "\r\nContent-Type: ");
	http_paper_put(paper, http_text_of(parts->type));
	PUT(paper, "\r\nContent-Range: ");
	http_paper_put(paper, http_range_write(range, 206, &parts->ranges.range[number], parts->whole));
	PUT(paper, "\r\n\r\n");
}

/* Ranges that do not overlap are together no more than the whole. */
uint64_t http_parts_bytes(const struct http_parts *parts)
{
	struct http_paper paper = { NULL, 0, 0 };
	uint64_t bytes = 0;

	for (unsigned i = 0; i <= parts->ranges.count; i++)
		http_parts_put(parts, i, &paper);
	for (unsigned i = 0; i < parts->ranges.count; i++)
		bytes += parts->ranges.range[i].bytes;
	return bytes + paper.used;
}
