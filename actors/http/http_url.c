/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_url.h"
#include <string.h>

static bool take(struct http_text *text, struct http_text begin)
{
	if (!http_text_begins(*text, begin))
		return false;
	*text = http_text_from(*text, begin.bytes);
	return true;
}

static size_t length_until(struct http_text text, const char *ends)
{
	size_t bytes = 0;

	while (bytes < text.bytes && strchr(ends, text.at[bytes]) == NULL)
		bytes++;
	return bytes;
}

/* Where the port's ':' is; the host's length without one. */
static size_t host_bytes(struct http_text host)
{
	size_t at = 0;

	if (host.bytes > 0 && host.at[0] == '[')
		while (at < host.bytes && host.at[at] != ']')
			at++;
	while (at < host.bytes && host.at[at] != ':')
		at++;
	return at;
}

static bool is_good_host(struct http_text host)
{
	size_t bytes = host_bytes(host);
	struct http_text port = http_text_from(host, bytes < host.bytes ? bytes + 1 : bytes);
	uint64_t number;

	for (size_t i = 0; i < host.bytes; i++)
		if ((unsigned char)host.at[i] <= ' ' || (unsigned char)host.at[i] >= 0x7f || host.at[i] == '@' || host.at[i] == '\\')
			return false;
	if (bytes == 0 || (host.at[0] == '[' && host.at[bytes - 1] != ']'))
		return false;
	return bytes == host.bytes || (port.bytes > 0 && http_text_number(port, &number) && number > 0 && number < 65536);
}

bool http_url_read(struct http_url *url, struct http_text text, struct http_text plain)
{
	size_t bytes;

	if (!take(&text, plain))
		return false;
	url->is_secure = take(&text, HTTP_TEXT("s"));
	if (!take(&text, HTTP_TEXT("://")))
		return false;
	bytes = length_until(text, "/?#");
	url->host = (struct http_text){ text.at, bytes };
	text = http_text_from(text, bytes);
	url->target = (struct http_text){ text.at, length_until(text, "#") };
	for (size_t i = 0; i < url->target.bytes; i++)
		if ((unsigned char)url->target.at[i] <= ' ' || (unsigned char)url->target.at[i] >= 0x7f)
			return false;
	return is_good_host(url->host);
}

static struct http_text name_of(const struct http_url *url)
{
	struct http_text name = { url->host.at, host_bytes(url->host) };

	if (name.bytes > 2 && name.at[0] == '[')
		name = (struct http_text){ name.at + 1, name.bytes - 2 };
	return name;
}

static bool put_zero(struct http_paper *paper)
{
	http_paper_put(paper, (struct http_text){ "", 1 });
	return http_paper_fits(paper);
}

bool http_url_find(const struct http_url *url, char address[ODEON_HOST_BYTES], char name[HTTP_NAME_BYTES])
{
	struct http_paper whole = { address, ODEON_HOST_BYTES, 0 }, alone = { name, HTTP_NAME_BYTES, 0 };

	http_paper_put(&whole, url->host);
	if (host_bytes(url->host) == url->host.bytes)
		http_paper_put(&whole, url->is_secure ? HTTP_TEXT(":443") : HTTP_TEXT(":80"));
	if (url->is_secure)
		http_paper_put(&alone, name_of(url));
	return put_zero(&whole) && put_zero(&alone) && !http_text_begins(url->host, HTTP_TEXT("unix:")) &&
	       !http_text_matches(url->host, HTTP_TEXT("unix"));
}

void http_url_put_target(const struct http_url *url, struct http_paper *paper)
{
	if (url->target.bytes == 0 || url->target.at[0] != '/')
		http_paper_put(paper, HTTP_TEXT("/"));
	http_paper_put(paper, url->target);
}
